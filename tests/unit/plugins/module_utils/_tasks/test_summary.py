# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of many tasks."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._summary import summarize


def task(entity: dict[str, str] | None, name: str | None) -> t.Any:
    others = {"state": "success", "operation": "Rename", "reason": None, "duration": None, "id": "task-1"}
    return {**others, "entity": entity, "entity_name": name}


def test_entities_without_a_unique_name_are_counted_by_id() -> None:
    names = {"vm-1": "web", "vm-2": "web", "vm-3": "db", "vm-4": None}
    tasks = [task({"type": "VirtualMachine", "moid": moid}, name) for moid, name in names.items()]
    tasks.append(task(None, None))
    assert summarize(tasks)["by_entity"] == {"web (vm-1)": 1, "web (vm-2)": 1, "db": 1, "vm-4": 1}


def test_a_task_that_never_ran_is_not_the_longest() -> None:
    assert summarize([task(None, None)])["longest"] is None


def test_a_task_that_took_no_time_is_not_the_longest_of_two() -> None:
    tasks: list[t.Any] = [{**task(None, None), "id": f"task-{n}", "duration": n / 2} for n in (0, 1)]
    assert summarize(tasks)["longest"]["id"] == "task-1"


def test_the_most_frequent_operation_comes_first() -> None:
    tasks: list[t.Any] = [{**task(None, None), "operation": operation} for operation in ("Rename", "Clone", "Clone")]
    assert list(summarize(tasks)["by_operation"].items()) == [("Clone", 2), ("Rename", 1)]


def test_all_states_are_counted_even_those_without_tasks() -> None:
    tasks: list[t.Any] = [{**task(None, None), "state": state} for state in ("success", "success", "queued", None)]
    assert summarize(tasks)["by_state"] == {"queued": 1, "running": 0, "success": 2, "error": 0}


def test_the_oldest_running_and_the_longest_task_are_named() -> None:
    begun = [("task-1", "running", "2026-01-02T03:04:06Z", 5.0), ("task-2", "running", "2026-01-02T03:04:05Z", 6.0)]
    begun.append(("task-3", "success", "2026-01-02T03:04:04Z", 7.0))
    tasks: list[t.Any] = [
        {**task(None, None), "id": task_id, "state": state, "start_time": time, "duration": duration}
        for task_id, state, time, duration in begun
    ]
    summary = summarize(tasks)
    assert summary["oldest_running"] == {"id": "task-2", "operation": "Rename", "entity_name": None, "duration": 6.0}
    assert summary["longest"]["id"] == "task-3"


def test_tasks_without_a_user_are_counted_by_the_type_of_their_reason() -> None:
    reasons: list[t.Any] = [{"type": "TaskReasonUser", "user_name": "x"}, {"type": "TaskReasonAlarm"}, None]
    tasks: list[t.Any] = [{**task(None, None), "reason": reason} for reason in reasons]
    assert summarize(tasks)["by_user"] == {"x": 1, "TaskReasonAlarm": 1, "TaskReason": 1}
