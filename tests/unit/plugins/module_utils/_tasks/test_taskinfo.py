# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form in which tasks are returned."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _filter, _summary
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import (
    STATES,
    Task,
    describe,
    is_over,
    queue_order,
    task_from_info,
    unreadable_warning,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import snake

from ..builders import boxed

# A running task, as a vCenter 8.0.3.0 returned it.
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
    "reason": {"_typeName": "TaskReasonUser", "userName": "VSPHERE.LOCAL\\automation"},
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
    assert task["reason"] == {"type": "TaskReasonUser", "user_name": "VSPHERE.LOCAL\\automation"}
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


def test_a_failed_task_is_described_by_its_fault() -> None:
    fault = {"_typeName": "RequestCanceled", "faultstring": "The task was canceled by a user."}
    task = task_from_info({**RUNNING, "state": "error", "error": fault}, NOW)
    assert describe(task) == (
        "task-100001 (com.vmware.govmomi.simulator.test on DC0_C0_RP0_VM0) failed: "
        "The task was canceled by a user (RequestCanceled)"
    )


def test_a_pending_task_is_described_by_state_and_percent() -> None:
    assert describe(task_from_info(RUNNING, NOW)).endswith("is running at 37 %")


def test_an_empty_task_is_described_without_what_it_lacks() -> None:
    sentence = "a task without id (unknown operation on no entity) is in an unknown state"
    assert describe(task_from_info({}, NOW)) == sentence


@pytest.mark.parametrize("state", [*STATES, "paused", None])
def test_only_a_task_that_succeeded_or_failed_is_over(state: str | None) -> None:
    assert is_over(task_from_info({**RUNNING, "state": state}, NOW)) == (state in ("success", "error"))


def test_a_task_without_a_queue_time_comes_before_all_others() -> None:
    tasks = [task_from_info({**RUNNING, "queueTime": time}, NOW) for time in (RUNNING["queueTime"], None)]
    assert sorted(tasks, key=queue_order) == tasks[::-1]


def test_the_description_of_a_failed_task_without_a_fault_says_so() -> None:
    assert describe(task_from_info({**RUNNING, "state": "error"}, NOW)).endswith(
        "failed: the server gave no reason (no fault)"
    )


# A task of a backup appliance, as a vCenter returned it (pyVmomi, tests/files/unknown_method.xml).
BACKUP: dict[str, t.Any] = {
    "_typeName": "TaskInfo",
    "key": "task-3996443",
    "task": {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-3996443"},
    "description": {
        "_typeName": "LocalizableMessage",
        "key": "com.vmware.vdp2.task.description",
        "arg": [
            {
                "_typeName": "KeyAnyValue",
                "key": "workOrderId",
                "value": {"_typeName": "string", "_value": "cp.20141020150650"},
            }
        ],
    },
    "descriptionId": "com.vmware.vdp2.integritycheck",
    "entity": {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-133364"},
    "entityName": "VDP3",
    "state": "running",
    "cancelled": False,
    "cancelable": True,
    "reason": {"_typeName": "TaskReasonUser", "userName": "VMWARE\\sa-vdp3"},
    "queueTime": "2014-10-20T15:09:08.789999Z",
    "startTime": "2014-10-20T15:09:09.073Z",
    "eventChainId": 21691195,
}


def test_a_description_keeps_the_arguments_of_its_message() -> None:
    assert task_from_info(BACKUP, NOW)["description"] == {
        "key": "com.vmware.vdp2.task.description",
        "message": None,
        "arg": [{"key": "workOrderId", "value": "cp.20141020150650"}],
    }
    said = {"_typeName": "LocalizableMessage", "key": "k", "message": "Copying"}
    described = task_from_info({**BACKUP, "description": said}, NOW)["description"]
    assert described == {"key": "k", "message": "Copying", "arg": []}


WHOLE: dict[str, t.Any] = {
    **BACKUP,
    "name": "Check",
    "locked": [BACKUP["entity"]],
    "error": {"_typeName": "VimFault", "faultstring": "No."},
    "result": {"_typeName": "string", "_value": "x"},
    "progress": 5,
    "progressDetails": [{"_typeName": "KeyAnyValue", "key": "a", "value": {"_typeName": "int", "_value": 1}}],
    "completeTime": "2014-10-20T15:09:10Z",
    **dict.fromkeys(("changeTag", "parentTaskKey", "rootTaskKey", "activationId"), "x"),
}
SHOWN = {"task": "id", "descriptionId": "description_id", "entityName": "entity_name", "eventChainId": "event_chain_id"}
ODD: list[t.Any] = [
    "odd",
    7,
    1.5,
    True,
    [],
    {},
    ["odd", None],
    [{"odd": 1}],
    {"_typeName": "Odd"},
    {"_typeName": "Odd", "_value": {"_typeName": "Odd"}},
    {"_typeName": "ManagedObjectReference", "type": 1},
    {"_typeName": "dateTime", "_value": "soon"},
]


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("entity", {"type": "VirtualMachine", "value": "vm-1"}, {"type": "VirtualMachine", "moid": "vm-1"}),
        ("entity", {"type": "VirtualMachine", "value": ""}, None),
        ("entity", {"type": "", "value": "vm-1"}, None),
        ("entity", {"type": "VirtualMachine", "value": "vm-1\x1b[2J"}, None),
        ("entity", {"type": "VirtualMachine\u202e", "value": "vm-1"}, None),
        ("reason", {"userName": "x"}, {"type": "TaskReason", "user_name": "x"}),
    ],
)
def test_a_member_without_the_name_of_its_type_is_read_unless_a_part_is_unusable(
    member: str, value: dict[str, t.Any], expected: t.Any
) -> None:
    unreadable: dict[str, list[str]] = {}
    task = task_from_info({**WHOLE, member: value}, NOW, unreadable=unreadable)
    assert task.get(member) == expected
    assert unreadable == ({} if expected else {"task-3996443": [member]})


def test_a_truth_value_is_no_number_and_a_number_is_no_truth_value() -> None:
    unreadable: dict[str, list[str]] = {}
    task = task_from_info({**WHOLE, "progress": True, "cancelable": 1}, NOW, unreadable=unreadable)
    assert (task["progress"], task["cancelable"]) == (None, None)
    assert unreadable == {"task-3996443": ["cancelable", "progress"]}


def test_boxed_members_are_read_like_others() -> None:
    unreadable: dict[str, list[str]] = {}
    assert task_from_info(boxed(WHOLE), NOW, unreadable=unreadable) == task_from_info(WHOLE, NOW)
    assert unreadable == {}


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("member", [name for name in WHOLE if name != "_typeName"])
def test_an_odd_member_is_the_only_one_that_is_lost(member: str, odd: t.Any) -> None:
    unreadable: dict[str, list[str]] = {}
    whole, task = task_from_info(WHOLE, NOW), task_from_info({**WHOLE, member: odd}, NOW, unreadable=unreadable)
    name = next(name for name in (SHOWN.get(member), snake(member)) if name in whole)
    spans = {"duration", "queued_for"} if member.endswith("Time") else set()
    assert {each for each in whole if task.get(each) != whole.get(each)} <= {name, *spans}
    assert unreadable in ({}, {"task-3996443": [name]})
    if unreadable and member != "task":
        assert task.get(name) is None
        assert all(task.get(each) is None for each in spans)
    use(task)


@pytest.mark.parametrize("member", [name for name in WHOLE if name != "_typeName"])
@pytest.mark.parametrize("value", [None, "missing"])
def test_a_missing_member_is_none_without_a_warning(member: str, value: object) -> None:
    unreadable: dict[str, list[str]] = {}
    info = {name: each for name, each in WHOLE.items() if name != member}
    if value is None:
        info[member] = None
    task = task_from_info(info, NOW, unreadable=unreadable)
    assert unreadable == {}
    name = next(name for name in (SHOWN.get(member), snake(member)) if name in task)
    assert task.get(name, "missing") == ("task-3996443" if member == "task" else None)
    use(task)


@pytest.mark.parametrize("info", [None, "odd", 7, [], {}])
def test_an_unreadable_task_info_becomes_a_task_with_the_known_id(info: t.Any) -> None:
    unreadable: dict[str, list[str]] = {}
    task = task_from_info(info, NOW, "task-5", unreadable)
    assert task["id"] == "task-5"
    assert unreadable == ({} if info == {} else {"task-5": ["info"]})
    assert not any(value for name, value in task.items() if name != "id")
    use(task)


def use(task: Task) -> None:
    """Process a task in all the ways in which modules do."""
    assert describe(task)
    assert describe({**task, "state": "error"})
    assert _summary.summarize([task, {**task, "operation": "x"}])["by_state"].keys() >= set(STATES)
    every = _filter.Conditions(
        begin_time=NOW, users=["x"], alarm="alarm-1", description_ids=["VirtualMachine.*"], cancelable=True, tags=["x"]
    )
    for check in every.to_filter(NOW).checks:
        assert check(task) in (True, False)


def test_states_and_reasons_of_a_newer_release_are_kept() -> None:
    reason = {"_typeName": "TaskReasonAgent", "agent": {"_typeName": "string", "_value": "x"}}
    task = task_from_info({**BACKUP, "state": "paused", "reason": reason}, NOW)
    assert (task["state"], task["reason"]) == ("paused", {"type": "TaskReasonAgent", "agent": "x"})
    assert _summary.summarize([task])["by_state"] == {"queued": 0, "running": 0, "success": 0, "error": 0, "paused": 1}


def test_a_warning_names_a_few_unreadable_members() -> None:
    one = {"task-1": ["queue_time", "error"]}
    assert unreadable_warning("vc.example.com", one) == (
        "vc.example.com returned unreadable members of task-1 (queue_time, error): they are null"
    )
    many = unreadable_warning("vc.example.com", {f"task-{i}": ["reason"] for i in range(9)})
    assert "task-4 (reason) and 4 more: they are null" in many
