# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The queries that count managed nodes, on results of modules. AWX runs the queries with the library jq, too."""

from __future__ import annotations

import typing as t

import jq
import pytest
import yaml
from vcenters import ROOT

QUERIES = yaml.safe_load((ROOT / "extensions" / "audit" / "event_query.yml").read_text(encoding="utf-8"))

pytestmark = pytest.mark.parametrize("transport", ["auto"])


def nodes(module: str, result: dict[str, t.Any]) -> list[str]:
    found = jq.compile(QUERIES[f"vsphere.tasks.{module}"]["query"]).input_value(result).all()
    # AWX drops a node that contains null.
    assert all(None not in node["canonical_facts"].values() for node in found)
    return [node["name"] for node in found]


def test_an_object_of_a_started_operation_is_a_node(vcenter: t.Any) -> None:
    machine = {"path": "DC0/vm/DC0_H0_VM0"}
    for check, expected in ((True, []), (False, ["DC0_H0_VM0"])):
        result = vcenter.run("start", check=check, object=machine, method="ReconfigVM_Task", params={"spec": {}})
        assert nodes("vsphere_task_start", result) == expected


def test_only_objects_of_tasks_that_were_canceled_are_nodes(vcenter: t.Any, tag: str) -> None:
    vcenter.create(change_tag=tag, cancelable=True, entity_name="web-01")
    vcenter.create(change_tag=tag, cancelable=False, entity_name="web-02")
    for check, expected in ((True, []), (False, ["web-01"])):
        result = vcenter.run("cancel", check=check, tags=[tag])
        assert len(result["cancelled_task_ids"]) == 1
        assert nodes("vsphere_task_cancel", result) == expected


def test_a_failure_has_no_nodes(vcenter: t.Any) -> None:
    for module in QUERIES:
        assert nodes(module.rpartition(".")[2], vcenter.run("info", password="wrong")) == []
