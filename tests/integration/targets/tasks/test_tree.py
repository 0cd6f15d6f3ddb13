# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Children of tasks, and the summary of a selection."""

from __future__ import annotations

import typing as t

from selections import REASONS


def test_children_are_returned_as_a_tree(vcenter: t.Any, tag: str) -> None:
    root = vcenter.create(change_tag=tag)
    first = vcenter.create(parent_task_key=root, root_task_key=root, queue_time=vcenter.ago(minutes=2))
    # A task can lack its chain, and can have ended before the recent tasks.
    second = vcenter.create(parent_task_key=root, state="success", complete_time=vcenter.ago(minutes=30))
    below = vcenter.create(parent_task_key=second)
    orphan = vcenter.create(parent_task_key="task-40400000", root_task_key=root, queue_time=vcenter.ago(minutes=3))

    def tree(task: dict[str, t.Any]) -> dict[str, t.Any]:
        assert task["operation"]
        return {child["id"]: tree(child) for child in task["children"]}

    [task] = vcenter.run("info", tags=[tag], children=True)["tasks"]
    assert tree(task) == {orphan: {}, first: {}, second: {below: {}}}
    assert list(tree(task)) == [orphan, first, second]
    [middle] = vcenter.run("info", task_ids=[second], children=True, source="history")["tasks"]
    assert tree(middle) == {below: {}}


def test_a_task_that_is_its_own_parent_has_no_children(vcenter: t.Any, tag: str) -> None:
    task_id = vcenter.create(change_tag=tag)
    itself = f"task-{int(task_id.removeprefix('task-')) + 1}"
    assert vcenter.create(change_tag=tag, parent_task_key=itself) == itself
    tasks = vcenter.run("info", tags=[tag], children=True)["tasks"]
    assert [task["children"] for task in tasks] == [[], []]


def test_the_summary_counts_all_selected_tasks(vcenter: t.Any, tag: str) -> None:
    begun = {"start_time": vcenter.ago(minutes=5)}
    longest = vcenter.create(
        change_tag=tag, state="success", start_time=vcenter.ago(minutes=9), complete_time=vcenter.ago()
    )
    oldest = vcenter.create(change_tag=tag, reason=REASONS["user"], **begun)
    vcenter.create(change_tag=tag, reason=REASONS["system"], description_id="VirtualMachine.powerOff")
    result = vcenter.run("info", tags=[tag])
    summary = result["summary"]
    assert summary["by_state"] == {"queued": 0, "running": 2, "success": 1, "error": 0}
    assert summary["by_operation"] == {"Power On virtual machine": 2, "Power Off virtual machine": 1}
    assert summary["by_user"] == {"DOMAIN\\Ann": 1, "TaskReasonSystem": 1, "VSPHERE.LOCAL\\Administrator": 1}
    assert summary["by_entity"] == {result["tasks"][0]["entity_name"]: 3}
    assert (summary["oldest_running"]["id"], summary["longest"]["id"]) == (oldest, longest)
    assert set(summary["longest"]) == {"id", "operation", "entity_name", "duration"}


def test_the_summary_of_an_empty_selection_has_only_zeros(vcenter: t.Any, tag: str) -> None:
    summary = vcenter.run("info", tags=[tag])["summary"]
    assert summary["by_state"] == {"queued": 0, "running": 0, "success": 0, "error": 0}
    assert (summary["by_user"], summary["oldest_running"], summary["longest"]) == ({}, None, None)
