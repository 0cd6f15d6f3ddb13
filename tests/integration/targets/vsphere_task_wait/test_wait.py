# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_wait."""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

import pytest
from vcenters import NOTIFIED, WAITED

ROOT = {"type": "Folder", "value": "group-d1"}


def end(vcenter: t.Any, task_id: str) -> None:
    vcenter.control("PATCH", f"/tasks/{task_id}", state="success")


def test_a_wait_ends_with_the_last_task_and_returns_all(vcenter: t.Any) -> None:
    ids = vcenter.create_many(2)
    for waits, task_id in enumerate(ids, start=2):
        vcenter.during(WAITED, functools.partial(end, vcenter, task_id), waits)
    result = vcenter.run("wait", task_ids=ids, timeout=30)
    assert not result["failed"]
    assert [task["state"] for task in result["tasks"]] == ["success", "success"]
    assert result["succeeded_task_ids"] == ids
    assert result["failed_task_ids"] == result["pending_task_ids"] == result["gone_task_ids"] == []
    assert (result["changed"], result["timed_out"]) == (False, False)
    assert 0 < result["elapsed"] < NOTIFIED


def test_an_ended_task_is_returned_immediately(vcenter: t.Any) -> None:
    result = vcenter.run("wait", task_ids=[vcenter.create(state="success")])
    assert result["elapsed"] < NOTIFIED


def test_a_wait_leaves_no_collector_behind(vcenter: t.Any) -> None:
    # The logout destroys the first collector.
    vcenter.run("wait", task_ids=[vcenter.create(duration=0.2)])
    assert "PropertyCollector.DestroyPropertyCollector" not in vcenter.requests()
    session_id = vcenter.run("session")["session_id"]
    vcenter.run("wait", task_ids=[vcenter.create(duration=0.2)], session_id=session_id)
    assert vcenter.stats["collectors"]["PropertyCollector"] == 0
    assert vcenter.requests().count("PropertyCollector.DestroyPropertyCollector") == 1
    vcenter.run("session", state="absent", session_id=session_id)


@pytest.mark.parametrize("count", [1, 10, 11])
def test_few_tasks_need_no_reading_after_their_end(vcenter: t.Any, count: int) -> None:
    task_ids = vcenter.create_many(count, duration=0.5, description_id="VirtualMachine.sendNMI")
    result = vcenter.run("wait", task_ids=task_ids)
    assert {task["operation"] for task in result["tasks"]} == {"Send NMI"}
    assert {task["state_label"] for task in result["tasks"]} == {"Success"}
    after = vcenter.requests()[-2:]
    read_again = ["PropertyCollector.RetrievePropertiesEx", "SessionManager.Logout"]
    assert after == ([WAITED, read_again[1]] if count <= 10 else read_again)


def test_a_failed_task_is_a_failure_with_its_fault(vcenter: t.Any) -> None:
    fault = {"_typeName": "GenericVmConfigFault", "reason": "disk"}
    failing, fine = vcenter.create(duration=0.2, error=fault), vcenter.create(duration=0.1)
    result = vcenter.run("wait", task_ids=[failing, fine])
    assert result["failed"]
    assert f"{failing} (" in result["msg"]
    assert "GenericVmConfigFault" in result["msg"]
    assert (result["failed_task_ids"], result["succeeded_task_ids"]) == ([failing], [fine])
    assert len(result["tasks"]) == 2


def test_a_failed_task_can_be_returned(vcenter: t.Any) -> None:
    failing = vcenter.create(state="error", error={"_typeName": "NotSupported"})
    result = vcenter.run("wait", task_ids=[failing], on_error="return")
    assert (result["failed"], result["failed_task_ids"]) == (False, [failing])


def test_until_any_ends_with_the_first(vcenter: t.Any) -> None:
    slow, quick = vcenter.create(duration=60), vcenter.create(duration=0.2)
    result = vcenter.run("wait", task_ids=[slow, quick], until="any")
    assert (result["failed"], result["timed_out"]) == (False, False)
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == ([quick], [slow])


@pytest.mark.parametrize("on_timeout", ["fail", "return"])
def test_the_wait_ends_at_the_time_limit(vcenter: t.Any, on_timeout: str) -> None:
    task_id = vcenter.create(progress=30)
    result = vcenter.run("wait", task_ids=[task_id], timeout=0, on_timeout=on_timeout)
    assert (result["timed_out"], result["pending_task_ids"]) == (True, [task_id])
    assert result["failed"] == (on_timeout == "fail")
    if result["failed"]:
        assert f"{task_id} (" in result["msg"]
        assert "is running at 30 % after 0 s (option timeout)" in result["msg"]


def test_ended_tasks_are_not_late_with_a_time_limit_of_zero(vcenter: t.Any) -> None:
    ids = vcenter.create_many(3, state="success")
    result = vcenter.run("wait", task_ids=ids, timeout=0)
    assert (result["failed"], result["timed_out"]) == (False, False)


def test_tasks_are_canceled_at_the_time_limit_if_on_timeout_is_cancel(vcenter: t.Any) -> None:
    free, fixed = vcenter.create(cancelable=True, cancel_delay=0.3), vcenter.create()
    options = {"timeout": 0, "on_timeout": "cancel", "cancel_timeout": 1, "on_error": "return"}
    result = vcenter.run("wait", task_ids=[free], **options)
    assert (result["failed"], result["changed"], result["timed_out"]) == (False, True, True)
    assert result["cancelled_task_ids"] == result["failed_task_ids"] == [free]
    result = vcenter.run("wait", task_ids=[fixed], **options)
    assert (result["failed"], result["changed"], result["pending_task_ids"]) == (True, False, [fixed])
    assert "and the module cannot cancel it, because it is not cancelable" in result["msg"]
    assert result["not_cancelled_tasks"] == [{"id": fixed, "reason": "it is not cancelable"}]
    slow = vcenter.create(cancelable=True, cancel_delay=60)
    result = vcenter.run("wait", task_ids=[slow], **{**options, "cancel_timeout": 0})
    assert (result["failed"], result["changed"], result["cancelled_task_ids"]) == (True, True, [slow])
    assert "(option cancel_timeout)" in result["msg"]


def test_the_message_of_a_canceled_task_names_the_time_limit(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    result = vcenter.run("wait", task_ids=[task_id], timeout=0, on_timeout="cancel")
    assert result["failed_task_ids"] == [task_id]
    assert result["msg"].endswith("because it had not ended after 0 s (option timeout)")


def test_an_earlier_cancellation_is_followed_and_no_change(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True, cancel_delay=60)
    options = {"task_ids": [task_id], "timeout": 0, "on_timeout": "cancel", "on_error": "return"}
    assert vcenter.run("wait", cancel_timeout=0, **options)["changed"]
    vcenter.during(WAITED, lambda: vcenter.control("PATCH", f"/tasks/{task_id}", state="error"), 5)
    result = vcenter.run("wait", **options)
    assert (result["failed"], result["changed"], result["failed_task_ids"]) == (False, False, [task_id])
    assert vcenter.requests().count("Task.CancelTask") == 1


def test_a_simultaneous_cancellation_by_another_user_is_followed(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault("fault", "CancelTask$", fault={"_typeName": "InvalidState"})
    vcenter.during("Task.CancelTask", lambda: vcenter.control("PATCH", f"/tasks/{task_id}", state="error"), 1)
    result = vcenter.run("wait", task_ids=[task_id], timeout=0, on_timeout="cancel", on_error="return")
    assert (result["failed"], result["changed"], result["failed_task_ids"]) == (False, False, [task_id])


@pytest.mark.parametrize(
    "options",
    [
        {"states": ["running"]},
        {"cancelable": True, "system_user": False, "description_ids": ["*"]},
        {"entity": {"type": "ManagedEntity"}},
        {"entity": {"type": "VirtualMachine"}, "begin_time": "-1h"},
        {"users": None, "states": ["running"]},
        {"task_ids": None, "states": ["running"]},
    ],
)
def test_a_broad_selection_cannot_be_canceled(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    result = vcenter.run("wait", timeout=0, on_timeout="cancel", **options)
    assert result["failed"]
    assert "on_timeout: cancel requires a more specific selection" in result["msg"]
    assert vcenter.requests() == []


def test_check_mode_waits_and_cancels_nothing(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    result = vcenter.run("wait", check=True, task_ids=[task_id], timeout=0, on_timeout="cancel")
    assert (result["failed"], result["changed"], result["cancelled_task_ids"]) == (False, True, [task_id])
    assert "Task.CancelTask" not in vcenter.requests()


@pytest.mark.parametrize("options", [{}, {"entity": {"name": None}}, {"states": []}])
def test_an_empty_selection_is_rejected(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    result = vcenter.run("wait", timeout=0, **options)
    assert result["failed"]
    assert any(word in result["msg"] for word in ("are missing", "is empty", "is null"))
    assert vcenter.requests() == []


def test_a_selection_without_matching_tasks_is_a_warning(vcenter: t.Any) -> None:
    result = vcenter.run("wait", entity={"type": "Datastore"}, states=["queued"])
    assert not result["failed"]
    assert "the module did not wait" in str(result["warnings"])
    # Ansible passes warnings on as texts.
    assert "deprecations" not in result


def test_a_progress_file_that_cannot_be_written_is_an_error_before_any_request(
    vcenter: t.Any, tmp_path: pathlib.Path
) -> None:
    result = vcenter.run("wait", task_ids=["task-1"], progress_file=str(tmp_path / "none" / "x"))
    assert "none/x is not writable (No such file or directory)" in result["msg"]
    assert vcenter.requests() == []


def test_a_round_ends_after_its_interval(vcenter: t.Any) -> None:
    over, running = vcenter.create(state="success"), vcenter.create()
    result = vcenter.run("wait", task_ids=[over, running], progress_round=1, progress_interval=1)
    assert (result["failed"], result["timed_out"]) == (False, False)
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == ([over], [running])


def test_an_empty_list_ends_the_wait_without_a_warning(vcenter: t.Any) -> None:
    result = vcenter.run("wait", task_ids=[])
    assert (result["failed"], result["tasks"], "warnings" in result) == (False, [], False)


def test_unknown_ids_are_an_immediate_error_that_names_them(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    result = vcenter.run("wait", task_ids=["task-40400000", task_id, "task-40500000"], timeout=60)
    assert result["failed"]
    assert "does not know task-40400000, task-40500000" in result["msg"]
    assert result["missing_task_ids"] == ["task-40400000", "task-40500000"]
    for call in ("CreateFilter", "WaitForUpdatesEx"):
        assert vcenter.requests().count(f"PropertyCollector.{call}") == 1


def test_recent_tasks_can_be_waited_for(vcenter: t.Any) -> None:
    # Other tests can leave running tasks of the root folder behind.
    task_id = vcenter.create(entity=ROOT, change_tag="recent")
    vcenter.during(WAITED, lambda: end(vcenter, task_id))
    options = {"states": ["running"], "entity": {"type": "Folder", "moid": "group-d1"}, "tags": ["recent"]}
    assert vcenter.run("wait", **options)["succeeded_task_ids"] == [task_id]
    assert vcenter.run("wait", **options)["succeeded_task_ids"] == []


def test_tasks_can_be_left_out_of_the_result(vcenter: t.Any) -> None:
    ids = vcenter.create_many(20, state="success")
    result = vcenter.run("wait", task_ids=ids, return_tasks=False)
    assert result["succeeded_task_ids"] == ids
    assert "tasks" not in result


def test_five_hundred_tasks_are_waited_for(vcenter: t.Any) -> None:
    ids = vcenter.create_many(500, duration=0.5)
    assert vcenter.run("wait", task_ids=ids)["succeeded_task_ids"] == ids


def test_changes_are_written_to_the_progress_file(vcenter: t.Any, tmp_path: t.Any) -> None:
    task_id = vcenter.create()
    vcenter.during(WAITED, lambda: end(vcenter, task_id))
    vcenter.run("wait", task_ids=[task_id], progress_file=str(tmp_path / "progress"))
    lines = [json.loads(line) for line in (tmp_path / "progress").read_text(encoding="utf-8").splitlines()]
    assert {line["id"] for line in lines} == {task_id}
    assert lines[0]["state"] == "running"
    assert lines[-1]["state"] == "success"


def test_a_full_disk_of_the_progress_file_does_not_end_the_wait(vcenter: t.Any) -> None:
    result = vcenter.run("wait", task_ids=[vcenter.create(duration=0.2)], progress_file="/dev/full")
    assert not result["failed"]


@pytest.mark.parametrize("name", ["timeout", "cancel_timeout", "progress_interval"])
def test_negative_seconds_are_rejected(vcenter: t.Any, name: str) -> None:
    assert f"{name} -1 is negative" in vcenter.run("wait", task_ids=["task-1"], **{name: -1})["msg"]


def test_a_cancellation_at_the_time_limit_whose_answer_is_lost_is_found_in_the_task(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault("reset_after", r"^Task\.CancelTask$")
    result = vcenter.run("wait", task_ids=[task_id], timeout=0, on_timeout="cancel")
    assert (result["changed"], result["cancelled_task_ids"], result["failed_task_ids"]) == (True, [task_id], [task_id])
    assert vcenter.requests().count("Task.CancelTask") == 1
