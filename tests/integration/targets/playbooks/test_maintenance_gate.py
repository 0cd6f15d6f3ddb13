# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook maintenance_gate: it waits until an object is free, holds it, and releases it."""

from __future__ import annotations

import functools
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _entity, _find
from vcenters import WAITED, any_transport

pytestmark = any_transport

JSON, SOAP = "json.example.com", "soap.example.com"
PATH = "DC0/host/DC0_H0"


def host(vcenter: t.Any) -> dict[str, str]:
    with vcenter.connection() as connection:
        ref = _find.find_entity(connection, _entity.Entity.from_text("entity", PATH))
    return {"type": ref["type"], "value": ref["value"]}


def replace(vcenter: t.Any, task_id: str, ref: dict[str, str]) -> None:
    """A task ends after the next one has begun."""
    vcenter.create(entity=ref, duration=2)
    vcenter.control("PATCH", f"/tasks/{task_id}", state="success")


def unfinished(vcenter: t.Any) -> list[dict[str, t.Any]]:
    found = vcenter.run("info", states=["queued", "running"], entity={"path": PATH}, source="recent")
    return t.cast("list[dict[str, t.Any]]", found["tasks"])


@pytest.fixture(autouse=True)
def no_others(site: t.Any) -> None:
    for vcenter in site.vcenters.values():
        for task in unfinished(vcenter):
            vcenter.control("DELETE", f"/tasks/{task['id']}")


def test_an_object_is_held_after_its_tasks_until_it_is_released(site: t.Any, tag: str) -> None:
    for vcenter in site.vcenters.values():
        ref = host(vcenter)
        vcenter.during(WAITED, functools.partial(replace, vcenter, vcenter.create(entity=ref), ref), 1)
    hold = {"entity": PATH, "hold": tag, "reason": "Change 4711"}
    run = site.run("maintenance_gate", **hold)
    assert run.status == 0, run.output
    for name, vcenter in site.vcenters.items():
        [task] = unfinished(vcenter)
        assert run.results[name]["hold_task_id"] == task["id"]
        assert (task["state"], task["activation_id"], task["description"]["message"]) == ("running", tag, "Change 4711")
    # The same hold again, and one of another user with an entity as JSON text.
    again = site.run("maintenance_gate", f"--limit={JSON}", **hold)
    assert "changed=0" in again.output
    other = site.run("maintenance_gate", f"--limit={SOAP}", entity=json.dumps({"path": PATH}), hold="x", timeout="1")
    assert other.status == 2, other.output
    assert run.results[SOAP]["hold_task_id"] in other.results[SOAP]["report"][0]
    # It has withdrawn its own.
    assert [each["activation_id"] for each in unfinished(site.vcenters[SOAP])] == [tag]
    released = site.run("maintenance_gate", **hold, release="yes")
    assert released.status == 0, released.output
    assert [unfinished(vcenter) for vcenter in site.vcenters.values()] == [[], []]
    for name, result in run.results.items():
        [task] = site.vcenters[name].run("info", task_ids=[result["hold_task_id"]])["tasks"]
        assert task["state"] == "success"


def test_check_mode_only_waits(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, tag: str) -> None:
    """Without an inventory, the environment says where."""
    for name, value in vcenter.environment.items():
        monkeypatch.setenv(name, value)
    variables = {"vsphere_maintenance_gate_entity": PATH, "vsphere_maintenance_gate_hold": tag}
    shown = vcenter.play("vsphere.tasks.maintenance_gate", "--check", **variables)
    assert '"nothing runs"' in shown
    assert "TASK [Announce the hold, or find it]" in shown
    assert unfinished(vcenter) == []


def test_a_change_of_the_clock_does_not_shorten_the_time_limit(
    vcenter: t.Any, clock: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in vcenter.environment.items():
        monkeypatch.setenv(name, value)
    ref = host(vcenter)
    first = vcenter.create(entity=ref)

    def end(task_id: str) -> None:
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")

    def change() -> None:
        clock.move(24)
        vcenter.while_watched(functools.partial(end, vcenter.create(entity=ref)), vcenter.waits + 1)
        end(first)

    vcenter.while_watched(change)
    variables = {"vsphere_maintenance_gate_entity": PATH, "vsphere_maintenance_gate_timeout": 60}
    assert '"nothing runs"' in vcenter.play("vsphere.tasks.maintenance_gate", **variables)
