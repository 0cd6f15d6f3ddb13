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
PREFIX = "vsphere_maintenance_gate_"


def host(vcenter: t.Any, path: str = PATH) -> dict[str, str]:
    with vcenter.connection() as connection:
        ref = _find.find_entity(connection, _entity.Entity.from_text("entity", path))
    return {"type": ref["type"], "value": ref["value"]}


def replace(vcenter: t.Any, task_id: str, ref: dict[str, str]) -> None:
    """A task ends after the next one has begun."""
    vcenter.create(entity=ref, duration=2)
    vcenter.control("PATCH", f"/tasks/{task_id}", state="success")


def unfinished(vcenter: t.Any) -> list[dict[str, t.Any]]:
    found = vcenter.run("info", states=["queued", "running"], entity={"path": PATH}, source="recent")
    return t.cast("list[dict[str, t.Any]]", found["tasks"])


def end(vcenter: t.Any, task_id: str) -> None:
    vcenter.control("PATCH", f"/tasks/{task_id}", state="success")


@pytest.fixture(autouse=True)
def no_others(site: t.Any) -> None:
    for vcenter in site.vcenters.values():
        found = vcenter.run("info", states=["queued", "running"], source="recent")
        for task in found["tasks"]:
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
    again = site.run("maintenance_gate", f"--limit={JSON}", **hold, release="yes")
    assert (again.status, "changed=0" in again.output) == (0, True), again.output
    assert again.results[JSON]["report"] == ["no hold has this ID"]
    for name, result in run.results.items():
        [task] = site.vcenters[name].run("info", task_ids=[result["hold_task_id"]])["tasks"]
        assert task["state"] == "success"


@pytest.mark.usefixtures("environment")
def test_check_mode_only_waits(vcenter: t.Any, tag: str) -> None:
    """Without an inventory, the environment says where."""
    variables = {"vsphere_maintenance_gate_entity": PATH, "vsphere_maintenance_gate_hold": tag}
    shown = vcenter.play("vsphere.tasks.maintenance_gate", "--check", **variables)
    assert '"nothing runs"' in shown
    assert "TASK [Announce the hold, or find it]" in shown
    assert unfinished(vcenter) == []


@pytest.mark.usefixtures("environment")
def test_a_change_of_the_clock_does_not_shorten_the_time_limit(vcenter: t.Any, clock: t.Any) -> None:
    ref = host(vcenter)
    first = vcenter.create(entity=ref)

    def change() -> None:
        clock.move(24)
        vcenter.while_watched(functools.partial(end, vcenter, vcenter.create(entity=ref)), vcenter.waits + 1)
        end(vcenter, first)

    vcenter.while_watched(change)
    variables = {"vsphere_maintenance_gate_entity": PATH, "vsphere_maintenance_gate_timeout": 60}
    assert '"nothing runs"' in vcenter.play("vsphere.tasks.maintenance_gate", **variables)


def test_a_failure_before_the_hold_is_named_and_leaves_an_earlier_hold(site: t.Any, tag: str) -> None:
    """An earlier run of a playbook that imports the gate twice, here with other variables, has created a hold."""
    vcenter = site.vcenters[JSON]
    imports = [
        {
            "ansible.builtin.import_playbook": "vsphere.tasks.maintenance_gate",
            "vars": {PREFIX + name: own[name] for name in own},
        }
        for own in ({"entity": PATH, "hold": tag}, {"entity": PATH, "hold": "", "release": True})
    ]
    ran = site.play(site.write("twice.json", imports), f"--limit={JSON}")
    assert ran.returncode == 2, ran.stdout
    assert f"{PREFIX}release requires {PREFIX}hold" in ran.stdout
    assert [(task["activation_id"], task["state"]) for task in unfinished(vcenter)] == [(tag, "running")]


def test_an_id_holds_only_one_object(site: t.Any, tag: str) -> None:
    first = site.run("maintenance_gate", f"--limit={JSON}", entity=PATH, hold=tag)
    [hold] = unfinished(site.vcenters[JSON])
    for answers in ({}, {"release": "true"}):
        other = site.run("maintenance_gate", f"--limit={JSON}", entity="DC0/host/DC0_C0", hold=tag, **answers)
        assert other.status == 2, other.output
        assert f"{hold['id']} holds another object (DC0_H0) with the same ID" in other.results[JSON]["report"][0]
        assert [(task["id"], task["state"]) for task in unfinished(site.vcenters[JSON])] == [(hold["id"], "running")]
    assert first.results[JSON]["held"]


def test_a_hold_of_an_object_below_counts_although_it_is_younger(site: t.Any, tag: str) -> None:
    vcenter = site.vcenters[JSON]
    path = "DC0/host/DC0_C0/DC0_C0_H0"
    below, running = host(vcenter, path), vcenter.create(entity=host(vcenter, "DC0/host/DC0_C0"))

    def hold_below() -> None:
        vcenter.create(
            entity=below, description_id="vsphere.tasks.maintenance_gate", state="running", activation_id=tag
        )
        end(vcenter, running)

    vcenter.during(WAITED, hold_below, 1)
    run = site.run(
        "maintenance_gate", f"--limit={JSON}", entity="DC0/host/DC0_C0", recursion="all", hold=f"{tag}-all", timeout="5"
    )
    assert run.status == 2, run.output
    assert "vsphere.tasks.maintenance_gate on DC0_C0_H0" in run.results[JSON]["report"][0]
    assert "after 5 s (vsphere_maintenance_gate_timeout)" in run.results[JSON]["report"][0]


def test_an_older_hold_that_the_history_lacks_counts(site: t.Any, tag: str) -> None:
    """Two runs with recursion announce their holds at the same time."""
    vcenter = site.vcenters[JSON]
    older = vcenter.create(entity=host(vcenter), description_id="vsphere.tasks.maintenance_gate", activation_id=tag)
    vcenter.control("PUT", "/history", lag=600)
    try:
        run = site.run(
            "maintenance_gate", f"--limit={JSON}", entity=PATH, recursion="all", hold=f"{tag}-2", timeout="2"
        )
    finally:
        vcenter.control("PUT", "/history", lag=0)
    assert run.status == 2, run.output
    assert older in run.results[JSON]["report"][0]


def test_a_hold_that_another_run_ended_does_not_hold_anymore(site: t.Any, tag: str) -> None:
    vcenter = site.vcenters[JSON]
    busy = vcenter.create(entity=host(vcenter))
    # The server counts its tasks.
    hold = f"task-{int(busy.partition('-')[2]) + 1}"
    vcenter.during(WAITED, functools.partial(end, vcenter, hold), 1)
    run = site.run("maintenance_gate", f"--limit={JSON}", entity=PATH, hold=tag, timeout="3")
    assert run.status == 2, run.output
    [report] = run.results[JSON]["report"]
    assert busy in report
    assert "(vsphere_maintenance_gate_timeout)" in report
    assert "still holds" not in report
    assert vcenter.run("info", activation_ids=[tag])["tasks"][0]["state"] == "success"


def test_a_playbook_run_does_not_keep_an_object_busy(site: t.Any) -> None:
    vcenter = site.vcenters[JSON]
    vcenter.create(entity=host(vcenter), description_id="vsphere.tasks.playbook")
    run = site.run("maintenance_gate", f"--limit={JSON}", entity=PATH, timeout="1")
    assert run.status == 0, run.output


def test_wrong_numbers_and_booleans_are_rejected(site: t.Any) -> None:
    by_host = {
        "number": {"timeout": "1h"},
        "negative": {"timeout": -1},
        "boolean": {"release": "ja"},
        "right": {"timeout": 60, "release": False},
    }
    run = site.run("maintenance_gate", entity=PATH, hold="", by_host=by_host)
    assert run.status == 2, run.output
    reports = {name: result["report"][0] for name, result in run.results.items()}
    assert reports == {
        **dict.fromkeys(
            ("number", "negative"), f"{PREFIX}timeout is not a number of seconds: set a whole number of at least 0"
        ),
        "boolean": f"{PREFIX}release is neither true nor false: set one of them",
        "right": "nothing runs",
    }


def test_a_hold_that_cannot_be_withdrawn_is_named_after_the_reason(site: t.Any, tag: str) -> None:
    vcenter = site.vcenters[JSON]
    other = vcenter.create(entity=host(vcenter))
    vcenter.fault("status", "SetTaskState", status=500, count=9)
    run = site.run("maintenance_gate", f"--limit={JSON}", entity=PATH, hold=tag, timeout="1")
    assert run.status == 2, run.output
    [hold] = [task["id"] for task in unfinished(vcenter) if task["activation_id"] == tag]
    message = run.results[JSON]["report"][0]
    assert other in message
    assert message.index(f"; {hold} still holds the object: ") > message.index("after 1 s")
