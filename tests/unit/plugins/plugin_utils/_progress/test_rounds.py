# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting in rounds, which has the same result as waiting once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._rounds import Rounds


def task(number: int, state: str) -> dict[str, t.Any]:
    error = {"type": "GenericVmConfigFault", "message": "it broke"} if state == "error" else None
    return {
        "id": f"task-{number}",
        "name": "CloneVM_Task",
        "description_id": "VirtualMachine.clone",
        "entity_name": "web",
        "state": state,
        "progress": None,
        "error": error,
    }


def outcome(*tasks: dict[str, t.Any], timed_out: bool = False, **other: t.Any) -> dict[str, t.Any]:
    ids = {state: [each["id"] for each in tasks if each["state"] == state] for state in ("success", "error", "running")}
    return {
        "changed": False,
        "succeeded_task_ids": ids["success"],
        "failed_task_ids": ids["error"],
        "pending_task_ids": ids["running"],
        "gone_task_ids": [],
        "forbidden_task_ids": [],
        "cancelled_task_ids": [],
        "not_cancelled_tasks": [],
        "timed_out": timed_out,
        "elapsed": 3.0,
        "tasks": list(tasks),
        **other,
    }


def test_a_task_that_ended_in_a_round_is_not_requested_again_and_counts_at_the_end() -> None:
    rounds = Rounds()
    selection = {"states": ["running"], "entity": {"name": "web"}, "hostname": "vcenter", "appear_timeout": 5}
    assert rounds.narrow(selection) == selection
    rounds.add(outcome(task(1, "error"), task(2, "running"), timed_out=True))
    assert rounds.narrow(selection) == {"hostname": "vcenter", "task_ids": ["task-2"]}
    rounds.add(outcome(task(2, "success")))
    result = rounds.result(WaitOptions(timeout=60), 7.5, check_mode=False)
    assert (result["failed_task_ids"], result["succeeded_task_ids"]) == (["task-1"], ["task-2"])
    assert [each["id"] for each in result["tasks"]] == ["task-1", "task-2"]
    assert (result["failed"], result["elapsed"]) == (True, 7.5)
    assert "task-1 (CloneVM_Task on web) failed: it broke (GenericVmConfigFault)" in result["msg"]


@pytest.mark.parametrize(("on_timeout", "failed"), [("fail", True), ("return", False)])
def test_a_timeout_names_the_time_limit_of_the_whole_wait(on_timeout: str, failed: bool) -> None:
    rounds = Rounds()
    rounds.add(outcome(task(1, "running"), timed_out=True))
    result = rounds.result(WaitOptions(timeout=60, on_timeout=on_timeout), 60.0, check_mode=False)
    assert result.get("failed", False) == failed
    assert not failed or "is running after 60 s (option timeout)" in result["msg"]


def test_a_hidden_task_does_not_end_a_wait_for_any_task() -> None:
    rounds = Rounds()
    rounds.add({**outcome(task(1, "running")), "forbidden_task_ids": ["task-2"]})
    assert not rounds.are_over("any")


@pytest.mark.parametrize(("until", "over"), [("all", False), ("any", True)])
def test_rounds_end_with_the_wait(until: str, over: bool) -> None:
    rounds = Rounds()
    rounds.add(outcome(task(1, "running"), task(2, "running")))
    assert not rounds.are_over(until)
    rounds.add(outcome(task(1, "running"), task(2, "success")))
    assert rounds.are_over(until) == over
    rounds.add(outcome(task(1, "running"), timed_out=True))
    assert rounds.are_over(until)


def test_a_broken_round_keeps_the_results_so_far() -> None:
    rounds = Rounds()
    broken = {"failed": True, "msg": "no session"}
    assert rounds.broken(broken, 1.5) == broken
    left = [{"id": "task-1", "reason": "it is not cancelable"}]
    rounds.add(outcome(task(1, "running"), task(2, "success"), timed_out=True, not_cancelled_tasks=left))
    known = {**outcome(task(1, "running"), task(2, "success"), timed_out=True), "not_cancelled_tasks": left}
    del known["tasks"]
    assert rounds.broken(broken, 7.5) == {**broken, **known, "elapsed": 7.5}
    told = {**broken, **outcome(task(1, "success"), timed_out=True)}
    both = {"succeeded_task_ids": ["task-2", "task-1"], "pending_task_ids": [], "not_cancelled_tasks": []}
    assert rounds.broken(told, 8.5) == {**told, **both, "elapsed": 8.5}


def test_a_warning_of_any_round_is_kept_once() -> None:
    rounds = Rounds()
    rounds.add(outcome(task(1, "running"), timed_out=True, warnings=["cut"]))
    rounds.add(outcome(task(1, "running"), timed_out=True, warnings=["old", "cut"]))
    rounds.add(outcome(task(1, "success")))
    result = rounds.result(WaitOptions(timeout=60), 7.5, check_mode=False)
    assert result["warnings"] == ["cut", "old"]


def test_tasks_are_left_out_if_return_tasks_is_false() -> None:
    rounds = Rounds()
    rounds.add(outcome(task(1, "success")))
    assert "tasks" not in rounds.result(WaitOptions(timeout=60, return_tasks=False), 1.0, check_mode=False)


def test_a_task_that_outlasts_its_cancellation_is_a_failure() -> None:
    rounds = Rounds()
    rounds.add(outcome(task(1, "running"), timed_out=True, cancelled_task_ids=["task-1"], failed=True, msg="x"))
    result = rounds.result(WaitOptions(timeout=60, on_timeout="cancel"), 120.0, check_mode=False)
    assert (result["failed"], result["cancelled_task_ids"]) == (True, ["task-1"])
    assert "option cancel_timeout" in result["msg"]


def test_the_reason_for_a_failed_cancellation_is_that_of_the_module() -> None:
    rounds = Rounds()
    refused = [{"id": "task-1", "reason": "the user lacks the privilege Task.Cancel"}]
    rounds.add(outcome(task(1, "running"), timed_out=True, not_cancelled_tasks=refused, failed=True, exception="x"))
    result = rounds.result(WaitOptions(timeout=60, on_timeout="cancel"), 60.0, check_mode=False)
    assert (
        "(option timeout), and the module cannot cancel it, because the user lacks the privilege Task.Cancel"
    ) in result["msg"]
    assert "exception" not in result


def test_a_task_that_check_mode_would_cancel_is_not_part_of_a_failure() -> None:
    rounds = Rounds()
    refused = [{"id": "task-2", "reason": "it is not cancelable"}]
    last = outcome(task(1, "running"), task(2, "running"), timed_out=True, not_cancelled_tasks=refused, failed=True)
    rounds.add({**last, "cancelled_task_ids": ["task-1"]})
    result = rounds.result(WaitOptions(timeout=60, on_timeout="cancel"), 60.0, check_mode=True)
    assert "task-2" in result["msg"]
    assert "task-1" not in result["msg"]
