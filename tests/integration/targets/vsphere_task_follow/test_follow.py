# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_follow: its events, and its end. The tests of the target playbooks cover its output."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._follow import _follow
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _watch
from vcenters import WAITED, additional


def test_the_module_returns_the_events_of_its_time(vcenter: t.Any, tag: str) -> None:
    earlier = vcenter.create(change_tag=tag)

    def act() -> None:
        vcenter.control("PATCH", f"/tasks/{earlier}", state="success")
        vcenter.create(change_tag=tag, state="error", error={"_typeName": "DatabaseError"})
        vcenter.create(change_tag="another")

    vcenter.while_watched(act)
    began = time.monotonic()
    result = vcenter.run("follow", tags=[tag], duration=3)
    assert 3 <= time.monotonic() - began < 8
    assert (result["failed"], result["changed"]) == (False, False)
    assert [(each["event"], each["state"]) for each in result["events"]] == [
        ("succeeded", "success"),
        ("created", "error"),
        ("failed", "error"),
    ]
    assert result["events"][0]["id"] == earlier
    assert {event: count for event, count in result["counts"].items() if count} == {
        "created": 1,
        "succeeded": 1,
        "failed": 1,
    }


def test_tasks_that_the_server_does_not_announce_have_events(
    transport: str, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_follow, "REFRESH", 1)
    monkeypatch.setattr(_watch, "LONGEST_CALL", 1)
    with additional(transport, "--silent-tasks") as vcenter:

        def act() -> None:
            made = vcenter.create(change_tag=tag)
            vcenter.while_watched(lambda: vcenter.control("PATCH", f"/tasks/{made}", state="success"), 5)

        vcenter.while_watched(act)
        result = vcenter.run("follow", tags=[tag], duration=10)
        vcenter.stop()
        # The events do not repeat, although the server returns the tasks again and again.
        assert [each["event"] for each in result["events"]] == ["created", "succeeded"]
        # Each refresh is one request, except for the reading of the task after each of its changes.
        calls = vcenter.requests()
        assert calls.count("PropertyCollector.CreatePropertyCollector") == 1
        assert calls.count("TaskManager.CreateCollectorForTasks") == 0


def test_a_lost_session_does_not_end_the_module(vcenter: t.Any, tag: str) -> None:
    task_id = vcenter.create(change_tag=tag)

    def act() -> None:
        vcenter.control("POST", "/sessions/expire")
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")

    vcenter.while_watched(act)
    result = vcenter.run("follow", tags=[tag], duration=4, events=["succeeded"])
    assert [each["id"] for each in result["events"]] == [task_id]


def test_a_server_that_is_away_at_the_end_leaves_the_events_of_the_time_before(
    vcenter: t.Any, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 1)
    created = []

    def act() -> None:
        seen = vcenter.requests().count(WAITED)
        created.append(vcenter.create(change_tag=tag))
        vcenter.until(lambda: vcenter.requests().count(WAITED) > seen)
        vcenter.fault("status", "PropertyCollector", status=503, count=999)
        # This ends the last wait.
        vcenter.create(change_tag=tag)

    vcenter.while_watched(act)
    result = vcenter.run("follow", tags=[tag], duration=4)
    vcenter.control("DELETE", "/faults")
    assert result["failed"]
    assert [(each["id"], each["event"]) for each in result["events"]] == [(created[0], "created")], result
    assert result["counts"]["created"] == 1


def test_an_object_that_is_deleted_does_not_end_the_module(transport: str) -> None:
    with additional(transport, "--delay", "Destroy_Task=1s") as vcenter:
        named = {"type": "VirtualMachine", "name": "DC0_H0_VM0"}
        assert vcenter.run("start", object=named, method="PowerOffVM_Task", wait=True)["changed"]
        started = vcenter.run("start", object=named, method="Destroy_Task")["task"]
        machine = started["entity"]
        vcenter.control("DELETE", "/log")
        # After the end of the task, the module reads the history again, with a new collector.
        vcenter.while_watched(lambda: vcenter.control("POST", "/sessions/expire"), times=2)
        result = vcenter.run("follow", entity=machine, duration=4)
        assert [(each["id"], each["event"]) for each in result["events"]] == [(started["id"], "succeeded")], result
        assert vcenter.requests().count("TaskManager.CreateCollectorForTasks") == 1
        missing = vcenter.run("follow", entity=machine, duration=4)
        assert missing["msg"].startswith("entity: ")
        assert f"does not know VirtualMachine {machine['moid']}: check type and moid" in missing["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [({}, "duration is required"), ({"duration": 0}, "duration 0 is out of range")],
    ids=["no end", "no time"],
)
def test_bad_options_are_rejected(vcenter: t.Any, options: dict[str, int], message: str) -> None:
    assert message in vcenter.run("follow", **options)["msg"]
    assert vcenter.requests() == []
