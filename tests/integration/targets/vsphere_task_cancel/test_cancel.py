# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_cancel."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery

CANCEL = "Task.CancelTask"


def test_a_running_task_is_canceled_and_has_ended(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True, cancel_delay=0.5)
    result = vcenter.run("cancel", task_ids=[task_id])
    assert not result["failed"]
    assert result["changed"]
    assert result["cancelled_task_ids"] == [task_id]
    [task] = result["tasks"]
    assert (task["state"], task["cancelled"], task["error"]["type"]) == ("error", True, "RequestCanceled")
    assert result["diff"] == {
        "before": {task_id: {"state": "running", "cancelled": False}},
        "after": {task_id: {"state": "error", "cancelled": True}},
    }


def test_a_second_run_changes_nothing_and_returns_the_reason(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.run("cancel", task_ids=[task_id])
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"], result["cancelled_task_ids"]) == (False, False, [])
    assert result["skipped_tasks"] == [{"id": task_id, "reason": "it has already ended (state error)"}]
    assert vcenter.requests().count(CANCEL) == 1


def test_without_a_wait_the_module_returns_immediately(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True, cancel_delay=60)
    result = vcenter.run("cancel", task_ids=[task_id], wait=False)
    [task] = result["tasks"]
    assert (result["changed"], task["state"], task["cancelled"]) == (True, "running", True)
    again = vcenter.run("cancel", task_ids=[task_id], wait=False)
    assert (again["failed"], again["changed"]) == (False, False)
    assert again["skipped_tasks"] == [{"id": task_id, "reason": "someone has already requested its cancellation"}]


@pytest.mark.parametrize("timeout", [0, 1])
def test_a_task_that_does_not_end_in_time_is_a_failure(vcenter: t.Any, timeout: int) -> None:
    task_id = vcenter.create(cancelable=True, cancel_delay=60)
    result = vcenter.run("cancel", task_ids=[task_id], timeout=timeout)
    assert result["failed"]
    assert f"{task_id} (" in result["msg"]
    assert f"has not ended {timeout} s after the request to cancel it (option timeout)" in result["msg"]
    assert vcenter.requests().count("PropertyCollector.CreatePropertyCollector") == 1
    assert (result["changed"], result["cancelled_task_ids"]) == (True, [task_id])


def test_a_task_that_is_not_cancelable_is_a_failure_after_the_others_are_canceled(vcenter: t.Any) -> None:
    fixed, free = vcenter.create(cancelable=False), vcenter.create(cancelable=True)
    result = vcenter.run("cancel", task_ids=[fixed, free])
    assert result["failed"]
    assert f"{fixed} (" in result["msg"]
    assert "because it is not cancelable: set on_not_cancelable: skip to ignore such tasks" in result["msg"]
    assert "fault" not in result
    assert (result["changed"], result["cancelled_task_ids"]) == (True, [free])


def test_a_task_that_the_server_cannot_cancel_is_a_failure_with_its_fault(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    why = {"_typeName": "LocalizableMessage", "key": "k", "message": "Its last phase has begun."}
    vcenter.fault("fault", CANCEL, fault={"_typeName": "NotSupported", "faultMessage": [why]})
    result = vcenter.run("cancel", task_ids=[task_id])
    assert "it is not cancelable (NotSupported): " in result["msg"]
    assert (result["fault"]["type"], result["fault"]["messages"]) == ("NotSupported", [why["message"]])


def test_a_task_that_is_not_cancelable_can_be_skipped(vcenter: t.Any) -> None:
    fixed = vcenter.create(cancelable=False)
    result = vcenter.run("cancel", task_ids=[fixed], on_not_cancelable="skip")
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["skipped_tasks"] == [{"id": fixed, "reason": "it is not cancelable"}]


def test_unknown_ids_are_an_error_before_anything_is_canceled(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    result = vcenter.run("cancel", task_ids=[task_id, "task-40400000", "task-40500000"])
    assert result["failed"]
    assert "does not know task-40400000, task-40500000" in result["msg"]
    assert CANCEL not in vcenter.requests()


def test_check_mode_cancels_nothing(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    result = vcenter.run("cancel", check=True, task_ids=[task_id])
    assert (result["changed"], result["cancelled_task_ids"]) == (True, [task_id])
    assert result["diff"]["after"] == {task_id: {"state": "running", "cancelled": True}}
    assert CANCEL not in vcenter.requests()


def test_a_wait_for_a_silent_server_ends_soon_after_the_time_limit(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 1)
    task_id = vcenter.create(cancelable=True, cancel_delay=60)
    vcenter.fault("delay", "RetrievePropertiesEx$", seconds=60, skip=1, count=9)
    began = time.monotonic()
    result = vcenter.run("cancel", task_ids=[task_id], timeout=0)
    assert time.monotonic() - began < 8
    assert (result["failed"], result["changed"]) == (True, True)
    assert "did not answer within" in result["msg"]


def test_a_server_that_answers_no_cancellation_gets_only_one_request(vcenter: t.Any) -> None:
    given = vcenter.create_many(5, cancelable=True)
    vcenter.fault("delay", "CancelTask$", seconds=60, count=9)
    result = vcenter.run("cancel", task_ids=given, wait=False, request_timeout=1)
    assert (result["failed"], result["changed"]) == (True, False)
    assert vcenter.requests().count(CANCEL) == 1
    assert f"after the module sent CancelTask, {given[0]} (VirtualMachine.powerOn on " in result["msg"]
    for task_id in given[1:]:
        assert f"{task_id} (VirtualMachine.powerOn on DC0_H0_VM0), because " in result["msg"]
    assert result["msg"].count("does not answer anymore, so the module did not send the request") == 4


def test_a_canceled_task_that_vanishes_does_not_end_the_wait_for_others(vcenter: t.Any) -> None:
    slow, vanished = (vcenter.create(cancelable=True, cancel_delay=0.5) for each in range(2))
    vcenter.during(
        "PropertyCollector.CreatePropertyCollector", lambda: vcenter.control("DELETE", f"/tasks/{vanished}"), 1
    )
    vcenter.fault("delay", "CreateFilter$", seconds=2)
    result = vcenter.run("cancel", task_ids=[slow, vanished])
    assert (result["failed"], result["cancelled_task_ids"]) == (False, [slow, vanished]), result["msg"]
    assert [(task["id"], task["state"]) for task in result["tasks"]] == [(slow, "error")]


@pytest.mark.parametrize("fault", ["InvalidState", "ManagedObjectNotFound"])
def test_a_task_that_ends_before_the_request_is_skipped_and_followed(vcenter: t.Any, fault: str) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.during(CANCEL, lambda: vcenter.control("PATCH", f"/tasks/{task_id}", state="success"), times=1)
    details = {"obj": {"_typeName": "ManagedObjectReference", "type": "Task", "value": task_id}}
    vcenter.fault("fault", r"^Task\.CancelTask$", fault={"_typeName": fault, **(details if fault[0] == "M" else {})})
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"]) == (False, False)
    assert "in the meantime" in result["skipped_tasks"][0]["reason"]
    assert [task["state"] for task in result["tasks"]] == ["success"]


@pytest.mark.parametrize("kind", ["reset_before", "status", "html"])
def test_a_cancellation_whose_answer_is_lost_is_not_repeated(vcenter: t.Any, kind: str) -> None:
    task_id, other = vcenter.create(cancelable=True), vcenter.create(cancelable=True)
    vcenter.fault(kind, r"^Task\.CancelTask$", status=503)
    result = vcenter.run("cancel", task_ids=[task_id, other])
    assert result["failed"]
    assert result["cancelled_task_ids"] == [other]
    assert vcenter.requests().count(CANCEL) == 2
    assert f"after the module sent CancelTask, {task_id} (" in result["msg"]
    assert "was running, without a request to cancel it" in result["msg"]


def test_many_tasks_are_canceled_together(vcenter: t.Any) -> None:
    ids = vcenter.create_many(50, cancelable=True)
    result = vcenter.run("cancel", task_ids=ids)
    assert result["cancelled_task_ids"] == ids
    assert {task["state"] for task in result["tasks"]} == {"error"}


@pytest.mark.parametrize("kind", ["reset_after", "cut", "html", "redirect", "unreadable"])
def test_a_cancellation_whose_answer_is_lost_is_found_in_the_task(vcenter: t.Any, kind: str) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault(kind, r"^Task\.CancelTask$", carried_out=True)
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"], result["cancelled_task_ids"]) == (False, True, [task_id]), result
    assert result["tasks"][0]["error"]["type"] == "RequestCanceled"
    assert vcenter.requests().count("Task.CancelTask") == 1
