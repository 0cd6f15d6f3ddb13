# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to surveys: as texts, they select the same tasks as values of the right type."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from vcenters import any_transport


@pytest.mark.parametrize(
    "form",
    [", ".join, "\n".join, "\r\n".join, json.dumps, list],
    ids=["commas", "lines", "lines of Windows", "json", "list"],
)
def test_a_list_can_be_a_text(vcenter: t.Any, form: t.Callable[[list[str]], t.Any]) -> None:
    ids = vcenter.create_many(2, state="success")
    assert vcenter.run("wait", task_ids=form(ids))["succeeded_task_ids"] == ids
    states = vcenter.run("info", states=form(["success", "error"]), source="recent")
    assert set(ids) <= {task["id"] for task in states["tasks"]}


@any_transport
def test_the_progress_of_tasks_in_a_text_is_shown(environment: t.Any) -> None:
    ids = environment.create_many(2, state="success")
    playbook = pathlib.Path(__file__).parents[1] / "action_plugins" / "wait.yml"
    shown = environment.play(playbook, task_ids=", ".join(ids))
    assert all(f"{task_id} VirtualMachine.powerOn on DC0_H0_VM0: success" in shown for task_id in ids), shown


@pytest.mark.parametrize("form", [", ".join, "\n".join, "[{0[0]}, {0[1]}]".format], ids=["commas", "lines", "json"])
def test_a_list_of_numbers_can_be_a_text(vcenter: t.Any, form: t.Callable[[list[str]], str]) -> None:
    ids = {vcenter.create(event_chain_id=chain) for chain in (4711, 4712)}
    found = vcenter.run("info", event_chain_ids=form(["4711", "4712"]))
    assert ids <= {task["id"] for task in found["tasks"]}
    assert {task["event_chain_id"] for task in found["tasks"]} == {4711, 4712}


def test_booleans_and_numbers_can_be_texts(vcenter: t.Any, tag: str) -> None:
    vcenter.create_many(3, change_tag=tag, cancelable=True)
    result = vcenter.run("info", tags=tag, cancelable="yes", limit="2", port=str(vcenter.options["port"]))
    assert len(result["tasks"]) == 2


def test_a_choice_in_a_text_is_still_checked(vcenter: t.Any) -> None:
    result = vcenter.run("info", states="running\nfinished")
    assert (
        "value of states must be one or more of: queued, running, success, error. Got no match for: finished"
        in (result["msg"])
    )
