# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions on tasks: rejected options, the filter that the server applies, and the checks in the module."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import FILTER_SPEC, Conditions, Filter
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import task

UNSET = {name: option.get("default") for name, option in FILTER_SPEC.items()}
NOW = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
SYSTEM = {"_typeName": "TaskReasonSystem"}


def conditions(**given: t.Any) -> Conditions:
    return Conditions.from_params({**UNSET, **given})


def fits(wanted: Conditions, **members: t.Any) -> bool:
    """Whether a task whose TaskInfo has those members meets the conditions."""
    return wanted.to_filter(NOW).fits(task("task-1", **members))


def spec(wanted: Conditions) -> dict[str, t.Any]:
    """The filter that the server gets, without the name of its type."""
    found = dict(wanted.to_filter(NOW).spec)
    assert found.pop("_typeName") == "TaskFilterSpec"
    return found


def by(user: str) -> dict[str, str]:
    return {"_typeName": "TaskReasonUser", "userName": user}


# --- options ---


def test_conditions_without_a_value_select_all_tasks() -> None:
    wanted = conditions()
    assert (wanted, wanted.given) == (Conditions(), set())
    assert wanted.to_filter(None) == Filter({"_typeName": "TaskFilterSpec"}, [])


def test_the_type_of_times_alone_selects_all_tasks() -> None:
    assert conditions(time_type="started").given == set()
    assert conditions(time_type="started", states=["running"]).given == {"states"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"states": []}, "^states is empty"),
        ({"alarm": "  "}, "^alarm is empty"),
        ({"begin_time": ""}, "^begin_time is empty"),
        ({"users": ["root", "{'name': 'root'}"]}, "^users .*: set only the name of the user$"),
        ({"description_ids": ["['VirtualMachine.clone']"]}, "^description_ids .*: set only the description ID$"),
        ({"parent_task_keys": ["task-1", "{'key': 'task-1'}"]}, "^parent_task_keys .*: set only the key of the task$"),
        ({"root_task_keys": ["['task-1']"]}, "^root_task_keys "),
        ({"alarm": "{'moid': 'alarm-1'}"}, "^alarm "),
        ({"users": ["root", " admin"]}, "^users .*' admin'"),
        ({"tags": ["a\x01"]}, r"^tags .*U\+0001"),
        ({"event_chain_ids": [2**31]}, "^event_chain_ids: 2147483648"),
        ({"event_chain_ids": [-(2**31) - 1]}, "^event_chain_ids: -2147483649"),
        ({"begin_time": "yesterday"}, "^begin_time 'yesterday'"),
        ({"end_time": "2026-01-31T08:00:00"}, "^end_time "),
        ({"end_time": "-2y"}, "^end_time "),
        ({"begin_time": "-99999999999w"}, "^begin_time "),
        ({"begin_time": "0001-01-01T00:00:00+01:00"}, "^begin_time "),
    ],
)
def test_contradictory_or_impossible_conditions_are_rejected(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        conditions(**given)


def test_a_chain_id_can_be_any_32_bit_number() -> None:
    assert conditions(event_chain_ids=[2**31 - 1, -(2**31)]).event_chain_ids == [2**31 - 1, -(2**31)]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31T08:00:00Z", datetime.datetime(2026, 1, 31, 8, tzinfo=datetime.timezone.utc)),
        ("2026-01-31 09:00:00+01:00", datetime.datetime(2026, 1, 31, 8, tzinfo=datetime.timezone.utc)),
        ("-90s", datetime.timedelta(seconds=90)),
        ("-1w2d3h4m5s", datetime.timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
    ],
)
def test_a_time_is_a_point_or_an_age(text: str, time: object) -> None:
    wanted = conditions(begin_time=text)
    assert wanted.begin_time == time
    assert wanted.needs_clock == isinstance(time, datetime.timedelta)


# --- checks ---


@pytest.mark.parametrize(
    ("option", "value", "member", "other"),
    [
        ("states", "error", "state", "queued"),
        ("event_chain_ids", 7, "eventChainId", 8),
        ("activation_ids", "a", "activationId", "b"),
        ("parent_task_keys", "task-7", "parentTaskKey", "task-8"),
        ("root_task_keys", "task-7", "rootTaskKey", "task-8"),
        ("tags", "a", "changeTag", "b"),
    ],
)
def test_a_list_takes_each_of_its_values(option: str, value: t.Any, member: str, other: t.Any) -> None:
    wanted = conditions(**{option: [value, "9"] if isinstance(value, str) else [value, 9]})
    assert fits(wanted, **{member: value})
    assert not fits(wanted, **{member: other})
    assert not fits(wanted, **({} if option != "states" else {"state": None}))
    named = {"changeTag": "tag"}.get(member, member)
    assert spec(wanted) == {named: [value, "9" if isinstance(value, str) else 9]}


@pytest.mark.parametrize(
    ("option", "member", "type_"), [("alarm", "alarm", "Alarm"), ("scheduled_task", "scheduledTask", "ScheduledTask")]
)
def test_a_cause_is_that_object(option: str, member: str, type_: str) -> None:
    wanted = conditions(**{option: "x-1"})
    assert fits(wanted, reason={"_typeName": "TaskReasonX", member: reference(type_, "x-1")})
    assert not fits(wanted, reason={"_typeName": "TaskReasonX", member: reference(type_, "x-2")})
    assert not fits(wanted)
    assert spec(wanted) == {member: reference(type_, "x-1")}


@pytest.mark.parametrize(
    ("given", "expected", "told"),
    [
        ({"users": ["a"]}, (True, False, False), {"systemUser": False, "userList": ["a"]}),
        ({"system_user": True}, (False, False, True), {"systemUser": True}),
        ({"system_user": False}, (True, True, False), {"systemUser": False}),
        ({"users": ["a"], "system_user": True}, (True, False, True), {"systemUser": True, "userList": ["a"]}),
    ],
)
def test_users_and_system_user_select_tasks_by_their_reason(
    given: dict[str, t.Any], expected: tuple[bool, ...], told: dict[str, t.Any]
) -> None:
    wanted = conditions(**given)
    assert tuple(fits(wanted, reason=reason) for reason in (by("a"), by("b"), SYSTEM)) == expected
    assert spec(wanted) == {"userName": {"_typeName": "TaskFilterSpecByUsername", **told}}


@pytest.mark.parametrize("given", [{"users": ["x"]}, {"system_user": True}, {"system_user": False}])
def test_a_task_with_an_unreadable_reason_belongs_to_no_user(given: dict[str, t.Any]) -> None:
    assert not fits(conditions(**given), reason="odd")


@pytest.mark.parametrize(
    ("patterns", "matching"),
    [
        (["VirtualMachine.clone"], {"VirtualMachine.clone"}),
        (["VirtualMachine.*"], {"VirtualMachine.clone", "VirtualMachine.reset"}),
        (["*.reset", "Folder.x"], {"VirtualMachine.reset", "Folder.x"}),
        (["Virtual?achine.clone", "virtualmachine.*"], set()),
        (["*"], {"VirtualMachine.clone", "VirtualMachine.reset", "Folder.x", "odd\nid", ""}),
    ],
)
def test_patterns_of_operations_are_checked_by_the_module(patterns: list[str], matching: set[str]) -> None:
    wanted = conditions(description_ids=patterns)
    operations = ("VirtualMachine.clone", "VirtualMachine.reset", "Folder.x", "odd\nid", "")
    assert {each for each in operations if fits(wanted, descriptionId=each or None)} == matching
    assert spec(wanted) == {}


@pytest.mark.parametrize("cancelable", [True, False])
def test_cancelable_is_checked_by_the_module(cancelable: bool) -> None:
    wanted = conditions(cancelable=cancelable)
    assert [fits(wanted, cancelable=each) for each in (True, False, None)] == [cancelable, not cancelable, False]
    assert spec(wanted) == {}


@pytest.mark.parametrize(
    ("time_type", "member", "told"),
    [
        ("queued", "queueTime", "queuedTime"),
        ("started", "startTime", "startedTime"),
        ("completed", "completeTime", "completedTime"),
    ],
)
def test_times_include_both_ends_of_the_named_member(time_type: str, member: str, told: str) -> None:
    wanted = conditions(begin_time="-2h", end_time="2026-01-31T11:00:00Z", time_type=time_type)
    within = [f"2026-01-31T{time}Z" for time in ("10:00:00", "10:30:00.5", "11:00:00")]
    outside = [f"2026-01-31T{time}Z" for time in ("09:59:59.999", "11:00:00.001")]
    assert all(fits(wanted, **{member: time}) for time in within)
    assert not any(fits(wanted, **{member: time}) for time in outside)
    assert not fits(wanted, **{member: None})
    assert spec(wanted)["time"] == {
        "_typeName": "TaskFilterSpecByTime",
        "timeType": told,
        "beginTime": "2026-01-31T10:00:00.000000Z",
        "endTime": "2026-01-31T11:00:00.000000Z",
    }


def test_one_end_leaves_the_other_open() -> None:
    assert fits(conditions(begin_time="-2h"), queueTime="2999-01-01T00:00:00Z")
    assert fits(conditions(end_time="-2h"), queueTime="1999-01-01T00:00:00Z")
    assert spec(conditions(end_time="-2h"))["time"].keys() == {"_typeName", "timeType", "endTime"}


def test_both_ends_can_be_the_same_time() -> None:
    time = "2026-01-31T11:00:00Z"
    assert fits(conditions(begin_time=time, end_time=time), queueTime=time)


def test_times_in_the_wrong_order_are_rejected_when_the_clock_is_known() -> None:
    wanted = conditions(begin_time="-1h", end_time="-2h")
    with pytest.raises(VsphereError, match=r"begin_time .* end_time "):
        wanted.to_filter(NOW)


def test_an_age_beyond_the_calendar_is_before_all_tasks() -> None:
    wanted = conditions(begin_time="-900000d")
    assert fits(wanted, queueTime="1999-01-01T00:00:00Z")
    assert spec(wanted)["time"]["beginTime"] == "1970-01-01T00:00:00.000000Z"


def test_all_conditions_have_to_be_met() -> None:
    wanted = conditions(states=["running"], users=["a"], tags=["x"])
    members = {"state": "running", "reason": by("a"), "changeTag": "x"}
    assert fits(wanted, **members)
    for member, other in (("state", "queued"), ("reason", by("b")), ("changeTag", "y")):
        assert not fits(wanted, **{**members, member: other})


def test_a_narrowed_filter_has_more_conditions_and_does_not_change_the_first() -> None:
    first = conditions(states=["running"]).to_filter(None)
    second = first.narrowed(lambda each: each["id"] == "task-2", entity={"x": 1})
    assert second.spec == {**first.spec, "entity": {"x": 1}}
    assert [second.fits(task(each)) for each in ("task-1", "task-2")] == [False, True]
    assert not second.fits(task("task-2", "queued"))
    assert first.fits(task("task-1"))
    assert "entity" not in first.spec
