# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers of a report, and the rows of their tasks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._report._rows import COLUMNS, row, servers

TASK = {
    "id": "task-1",
    "key": "task-1",
    "name": "PowerOnVM_Task",
    "operation": "Power On virtual machine",
    "entity": {"type": "VirtualMachine", "moid": "vm-1"},
    "entity_name": "web",
    "state": "error",
    "error": {"type": "NotSupported", "message": "No.", "messages": ["A", "B"]},
    "reason": {"type": "TaskReasonUser", "user_name": "EXAMPLE\\alice"},
}


def columns(**changes: t.Any) -> dict[str, t.Any]:
    """The row of the task with these changes, by the names of the columns."""
    return dict(zip(COLUMNS, row({**TASK, **changes})))


def test_a_row_has_the_parts_of_a_task() -> None:
    found = columns()
    assert found["entity_moid"] == "vm-1"
    assert found["user"] == "EXAMPLE\\alice"
    assert found["error_messages"] == "A B"
    assert found["duration"] is None


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"reason": {"type": "TaskReasonAlarm", "alarm_name": "Disk"}}, "user", "Disk"),
        ({"reason": {"type": "TaskReasonSchedule", "name": "Nightly"}}, "user", "Nightly"),
        ({"reason": {"type": "TaskReasonSystem"}, "reason_label": None}, "started_by", "TaskReasonSystem"),
        ({"reason": None, "error": None, "entity": None}, "user", None),
        ({"operation": None}, "operation", "PowerOnVM_Task"),
        ({"operation": None, "name": None, "description_id": "a.b"}, "operation", "a.b"),
    ],
)
def test_unset_members_have_a_replacement_or_are_null(changes: dict[str, t.Any], column: str, value: object) -> None:
    assert columns(**changes)[column] == value


def test_servers_have_a_name_and_a_problem_if_their_tasks_are_missing() -> None:
    results: list[dict[str, t.Any]] = [
        {"server": "a", "tasks": [], "api": {"product": "vCenter 9"}},
        {"tasks": [], "api": {"product": "ESXi 8"}},
        {"server": "c", "msg": "refused"},
        {},
    ]
    found = servers(results, unread=["a", "d"])
    assert [each.name for each in found] == ["a", "ESXi 8", "c", "vCenter", "d"]
    assert [bool(each.problem) for each in found] == [False, False, True, True, True]


def test_servers_without_a_name_have_different_ones() -> None:
    product = {"product": "ESXi 8"}
    results: list[dict[str, t.Any]] = [{"api": product}, {}, {"api": product}, {"api": product}, {}]
    names = [each.name for each in servers([*results, {"server": "ESXi 8 (2)"}, {"server": "a"}, {"server": "a"}])]
    assert names == ["ESXi 8", "vCenter", "ESXi 8 (3)", "ESXi 8 (4)", "vCenter (2)", "ESXi 8 (2)", "a", "a"]


def test_a_server_has_the_children_of_its_tasks_too() -> None:
    [server] = servers([{"tasks": [{"id": "task-1", "children": [{"id": "task-2"}]}, {"id": "task-3"}]}])
    assert [each["id"] for each in server.tasks] == ["task-1", "task-2", "task-3"]


def test_a_child_that_the_selection_includes_counts_once() -> None:
    grandchild = {"id": "task-3"}
    child = {"id": "task-2", "children": [grandchild]}
    [server] = servers([{"tasks": [grandchild, {"id": "task-1", "children": [child]}, child]}])
    assert [each["id"] for each in server.tasks] == ["task-3", "task-1", "task-2"]
