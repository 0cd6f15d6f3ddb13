# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape in which tasks are returned."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._taskinfo import describe, task_from_info
from ansible_collections.vsphere.tasks.plugins.module_utils._values import parse_time

# What a vCenter of release 8.0.3.0 has said of a running task.
RUNNING: dict[str, t.Any] = {
    "_typeName": "TaskInfo",
    "key": "task-100001",
    "task": {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-100001"},
    "descriptionId": "com.vmware.govmomi.simulator.test",
    "entity": {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-68"},
    "entityName": "DC0_C0_RP0_VM0",
    "state": "running",
    "cancelled": False,
    "cancelable": True,
    "progress": 37,
    "reason": {"_typeName": "TaskReasonUser", "userName": "administrator@vsphere.local"},
    "queueTime": "2026-11-22T01:13:10.752189Z",
    "startTime": "2026-11-22T01:13:11.5Z",
    "eventChainId": 0,
}
NOW = datetime.datetime(2026, 11, 22, 1, 13, 15, tzinfo=datetime.timezone.utc)
MEMBERS = (
    "key id name description description_id entity entity_name locked state cancelled cancelable error result "
    "progress progress_details reason queue_time start_time complete_time event_chain_id change_tag parent_task_key "
    "root_task_key activation_id operation state_label reason_label duration queued_for"
)


def test_every_member_is_there_and_unset_ones_are_none() -> None:
    task = task_from_info(RUNNING, NOW)
    assert sorted(task) == sorted(MEMBERS.split())
    assert {name for name, value in task.items() if value is None} == {
        "name",
        "description",
        "locked",
        "error",
        "result",
        "progress_details",
        "complete_time",
        "change_tag",
        "parent_task_key",
        "root_task_key",
        "activation_id",
        "operation",
        "state_label",
        "reason_label",
    }


def test_values_are_plain() -> None:
    task = task_from_info(RUNNING, NOW)
    assert task["id"] == "task-100001"
    assert task["entity"] == {"type": "VirtualMachine", "moid": "vm-68"}
    assert task["reason"] == {"type": "TaskReasonUser", "user_name": "administrator@vsphere.local"}
    assert task["start_time"] == "2026-11-22T01:13:11.500000Z"


@pytest.mark.parametrize(
    ("changes", "now", "duration", "queued_for"),
    [
        ({}, NOW, 3.5, 0.748),
        ({}, None, None, 0.748),
        ({"completeTime": "2026-11-22T01:13:13Z"}, NOW, 1.5, 0.748),
        ({"startTime": None}, NOW, None, 4.248),
        ({}, NOW - datetime.timedelta(hours=1), 0.0, 0.748),
    ],
    ids=["running", "no clock", "over", "queued", "clock behind"],
)
def test_spans(
    changes: dict[str, t.Any], now: datetime.datetime | None, duration: float | None, queued_for: float
) -> None:
    info = {name: value for name, value in {**RUNNING, **changes}.items() if value is not None}
    task = task_from_info(info, now)
    assert (task["duration"], task["queued_for"]) == (duration, queued_for)


@pytest.mark.parametrize("text", ["2026-11-22T01:13:10Z", "2026-11-22T01:13:10.0Z", "2026-11-22T02:13:10.000000+01:00"])
def test_times_with_and_without_a_fraction(text: str) -> None:
    assert parse_time(text) == datetime.datetime(2026, 11, 22, 1, 13, 10, tzinfo=datetime.timezone.utc)


def test_a_failed_task_is_described_by_its_fault() -> None:
    fault = {"_typeName": "RequestCanceled", "faultstring": "The task was canceled by a user."}
    task = task_from_info({**RUNNING, "state": "error", "error": fault}, NOW)
    assert describe(task) == (
        "task-100001 (com.vmware.govmomi.simulator.test on DC0_C0_RP0_VM0) failed: "
        "The task was canceled by a user (RequestCanceled)"
    )


def test_a_pending_task_is_described_by_state_and_percent() -> None:
    assert describe(task_from_info(RUNNING, NOW)).endswith("is running at 37 %")
