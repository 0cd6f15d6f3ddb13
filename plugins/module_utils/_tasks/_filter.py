# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions for tasks: as a TaskFilterSpec for the server's history, and as our own checks.

The checks include every condition, even if the server filters. Recent tasks arrive unfiltered, and an older server can
ignore unknown conditions. Only the server knows the distance between an entity and another.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from .. import _context, _errors, _values
from . import _taskinfo

_LIST = {"type": "list", "elements": "str"}
FILTER_SPEC: _context.Spec = {
    "states": {**_LIST, "choices": ["queued", "running", "success", "error"]},
    "users": _LIST,
    "system_user": {"type": "bool"},
    "begin_time": {"type": "str"},
    "end_time": {"type": "str"},
    "time_type": {"type": "str", "choices": ["queued", "started", "completed"], "default": "queued"},
    "description_ids": _LIST,
    "event_chain_ids": {"type": "list", "elements": "int"},
    "activation_ids": _LIST,
    # The key of a task is not a secret.
    "parent_task_keys": {**_LIST, "no_log": False},
    "root_task_keys": {**_LIST, "no_log": False},
    "tags": _LIST,
    "alarm": {"type": "str"},
    "scheduled_task": {"type": "str"},
    "cancelable": {"type": "bool"},
}
"""The options that ``Conditions`` takes."""

# Option, member of TaskFilterSpec, member of a task as users see it. Each takes a list.
_MEMBERS = (
    ("states", "state", "state"),
    ("event_chain_ids", "eventChainId", "event_chain_id"),
    ("activation_ids", "activationId", "activation_id"),
    ("parent_task_keys", "parentTaskKey", "parent_task_key"),
    ("root_task_keys", "rootTaskKey", "root_task_key"),
    ("tags", "tag", "change_tag"),
)
_REASONS = (("alarm", "alarm", "Alarm"), ("scheduled_task", "scheduledTask", "ScheduledTask"))
# Options whose texts never look like data, and what each text is.
_NAMES = {
    "users": "name of the user",
    "description_ids": "description ID",
    "parent_task_keys": "key of the task",
    "root_task_keys": "key of the task",
    "alarm": "ID of the alarm",
    "scheduled_task": "ID of the scheduled task",
}
_TIMES = {
    "queued": ("queuedTime", "queue_time"),
    "started": ("startedTime", "start_time"),
    "completed": ("completedTime", "complete_time"),
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Check = t.Callable[[_taskinfo.Task], bool]
Time = t.Union[datetime.datetime, datetime.timedelta]


class Filter(t.NamedTuple):
    """A TaskFilterSpec in VI/JSON form, and the checks that say the same of a task as users see it."""

    spec: _values.Data
    checks: list[Check]

    def fits(self, task: _taskinfo.Task) -> bool:
        return all(check(task) for check in self.checks)

    def narrowed(self, check: Check, **spec: _values.Data) -> Filter:
        """The filter that a further check, and further members of the specification, make of it."""
        return Filter({**self.spec, **spec}, [*self.checks, check])


def _wrong_with(name: str, value: str) -> str:
    """The reason for an impossible value of the option, or an empty string."""
    if name in _NAMES and _values.was_data(value):
        return f"contains a dictionary or a list: set only the {_NAMES[name]}"
    if name == "users" and value != value.strip():
        return f"contains {value!r}, but a user cannot start or end with a space: remove it"
    return _values.unsendable(value)


@dataclasses.dataclass(frozen=True)
class Conditions:
    """The requirements for a task. None means any value. Times are points in time, or ages by the server's clock."""

    states: list[str] | None = None
    users: list[str] | None = None
    system_user: bool | None = None
    begin_time: Time | None = None
    end_time: Time | None = None
    time_type: str = "queued"
    description_ids: list[str] | None = None
    event_chain_ids: list[int] | None = None
    activation_ids: list[str] | None = None
    parent_task_keys: list[str] | None = None
    root_task_keys: list[str] | None = None
    tags: list[str] | None = None
    alarm: str | None = None
    scheduled_task: str | None = None
    cancelable: bool | None = None

    @classmethod
    def from_params(cls, params: _context.Params) -> Conditions:
        given = {name: params[name] for name in FILTER_SPEC if params[name] is not None}
        # A variable that turns out to be empty must not widen the selection to everything.
        for name, value in given.items():
            if value == [] or (isinstance(value, str) and not value.strip()):
                raise _errors.VsphereError(f"{name} is empty and would match no task: set a value, or omit it")
            for each in value if isinstance(value, list) else [value]:
                why = _wrong_with(name, str(each))
                if why:
                    raise _errors.VsphereError(f"{name} {why}")
        for chain in given.get("event_chain_ids", []):
            if not -(2**31) <= chain < 2**31:
                raise _errors.VsphereError(f"event_chain_ids: {chain} is not the ID of a chain: use a 32-bit integer")
        given.update({name: _time(name, given[name]) for name in ("begin_time", "end_time") if name in given})
        return cls(**given)

    @property
    def given(self) -> set[str]:
        """The names of those that narrow the tasks."""
        names = {each.name for each in dataclasses.fields(self)} - {"time_type"}
        return {name for name in names if getattr(self, name) is not None}

    @property
    def needs_clock(self) -> bool:
        """Whether the server's clock has to be known."""
        return any(isinstance(time, datetime.timedelta) for time in (self.begin_time, self.end_time))

    def to_filter(self, now: datetime.datetime | None) -> Filter:
        """The filter at the time ``now`` of the server's clock, which is used only if ``needs_clock``."""
        spec: _values.Data = {"_typeName": "TaskFilterSpec"}
        checks: list[Check] = []
        for option, member, key in _MEMBERS:
            wanted = getattr(self, option)
            if wanted is not None:
                spec[member] = wanted
                checks.append(_among(key, wanted))
        for option, member, type_ in _REASONS:
            wanted = getattr(self, option)
            if wanted is not None:
                spec[member] = _values.reference(type_, wanted)
                checks.append(_caused_by(option, _values.plain(spec[member])))
        if self.users or self.system_user is not None:
            users, system = self.users or [], bool(self.system_user)
            spec["userName"] = {"_typeName": "TaskFilterSpecByUsername", "systemUser": system}
            if users:
                spec["userName"]["userList"] = users
            checks.append(_started_by(users, system))
        if self.begin_time is not None or self.end_time is not None:
            spec["time"], check = self._in_time(now)
            checks.append(check)
        if self.description_ids is not None:
            checks.append(_described_by(self.description_ids))
        if self.cancelable is not None:
            checks.append(_among("cancelable", [self.cancelable]))
        return Filter(spec, checks)

    def _in_time(self, now: datetime.datetime | None) -> tuple[_values.Data, Check]:
        begin, end = (
            None if time is None else _values.utc(_since(time, now)) for time in (self.begin_time, self.end_time)
        )
        if begin and end and begin > end:
            raise _errors.VsphereError(
                f"begin_time {begin} is later than end_time {end}: set an earlier begin_time or a later end_time"
            )
        member, key = _TIMES[self.time_type]
        part = {"_typeName": "TaskFilterSpecByTime", "timeType": member}
        part.update({name: time for name, time in (("beginTime", begin), ("endTime", end)) if time})

        def is_within(task: _taskinfo.Task) -> bool:
            time = task.get(key)
            # In this form an earlier time is a smaller text.
            return isinstance(time, str) and (begin or "") <= time <= (end or "9999")

        return part, is_within


def _since(time: Time, now: datetime.datetime | None) -> datetime.datetime:
    if isinstance(time, datetime.datetime):
        return time
    try:
        return t.cast("datetime.datetime", now) - time
    except OverflowError:
        # Longer ago than the calendar goes, and certainly than any task.
        return datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


def _among(key: str, wanted: list[t.Any]) -> Check:
    return lambda task: task.get(key) in wanted


def _caused_by(member: str, wanted: _values.Ref) -> Check:
    return lambda task: (task["reason"] or {}).get(member) == wanted


def _started_by(users: list[str], system: bool) -> Check:
    def check(task: _taskinfo.Task) -> bool:
        if task["reason"] is None:
            # The reason is unknown.
            return False
        user = task["reason"].get("user_name")
        if user is None:
            return system
        # Without names, system_user alone chooses between the system's tasks and all users'.
        return user in users if users else not system

    return check


def description_ids(patterns: list[str]) -> re.Pattern[str]:
    """The regular expression for the description IDs that one of the patterns matches."""
    return re.compile("|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns), re.DOTALL)


def _described_by(patterns: list[str]) -> Check:
    wanted = description_ids(patterns)
    return lambda task: wanted.fullmatch(task["description_id"] or "") is not None


def _time(option: str, text: str) -> Time:
    """A point in time, or how long ago it is."""
    try:
        if re.fullmatch(r"-(\d+[smhdw])+", text):
            return sum(
                (datetime.timedelta(**{_UNITS[unit]: int(count)}) for count, unit in re.findall(r"(\d+)(.)", text)),
                datetime.timedelta(),
            )
        # YAML converts the text to a time, and Ansible converts it back to a text with a space, which is read as well.
        time = _values.parse_time(text.strip())
        _values.utc(time)
        return time
    except (OverflowError, ValueError):
        raise _errors.VsphereError(
            f"{option} {text!r} is not a time: use ISO 8601 format with a time zone, such as 2026-01-31T08:00:00Z or "
            "2026-01-31T08:00:00+01:00, or an age such as -2h (units s, m, h, d, w)"
        ) from None
