# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks have to be like: as a TaskFilterSpec for the server's history, and as checks of our own.

Everything is checked here too, whatever the server has filtered: recent tasks come unfiltered, and an older server may
ignore what it does not know. Only how far an entity is above another is the server's knowledge alone.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _taskinfo

_LIST = {"type": "list", "elements": "str"}
FILTER_SPEC: dict[str, dict[str, t.Any]] = {
    "states": {**_LIST, "choices": ["queued", "running", "success", "error"]},
    "users": _LIST,
    "system_user": {"type": "bool"},
    "begin_time": {"type": "str"},
    "end_time": {"type": "str"},
    "time_type": {"type": "str", "choices": ["queued", "started", "completed"], "default": "queued"},
    "description_ids": _LIST,
    "event_chain_ids": {"type": "list", "elements": "int"},
    "activation_ids": _LIST,
    # A task's key is no secret.
    "parent_task_keys": {**_LIST, "no_log": False},
    "root_task_keys": {**_LIST, "no_log": False},
    "tags": _LIST,
    "alarm": {"type": "str"},
    "scheduled_task": {"type": "str"},
    "cancelable": {"type": "bool"},
}
"""The options that ``Conditions`` takes."""

NEED_HISTORY = (
    "begin_time",
    "end_time",
    "alarm",
    "scheduled_task",
    "event_chain_ids",
    "parent_task_keys",
    "root_task_keys",
)
"""Those of them that mean more than the recent tasks."""

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
_IDS = ("parent_task_keys", "root_task_keys", "alarm", "scheduled_task")
_TIMES = {
    "queued": ("queuedTime", "queue_time"),
    "started": ("startedTime", "start_time"),
    "completed": ("completedTime", "complete_time"),
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Check = t.Callable[[_taskinfo.Task], bool]


class Filter(t.NamedTuple):
    """A TaskFilterSpec in VI/JSON form, and the checks that say the same of a task as users see it."""

    spec: dict[str, t.Any]
    checks: list[Check]

    def fits(self, task: _taskinfo.Task) -> bool:
        return all(check(task) for check in self.checks)


def _wrong_with(name: str, value: str) -> str:
    """Why nobody can mean that value of the option; empty where somebody can."""
    if name in _IDS and _values.was_data(value):
        return "has a dictionary or a list: give the id or key alone"
    if name == "users" and value != value.strip():
        return f"has {value!r}, and no user begins or ends with a space: give a list, or only a comma between two"
    return _values.unsendable(value)


class Conditions:
    """What the options say of the tasks, checked as far as that goes without a server."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.given = {name: params[name] for name in FILTER_SPEC if params[name] is not None and name != "time_type"}
        # A variable that turns out to be empty must not widen the selection to everything.
        for name, value in self.given.items():
            if value == [] or (isinstance(value, str) and not value.strip()):
                raise _errors.VsphereError(f"{name} is empty, which fits no task: fill it, or leave it out")
            for each in value if isinstance(value, list) else [value]:
                why = _wrong_with(name, str(each))
                if why:
                    raise _errors.VsphereError(f"{name} {why}")
        for chain in self.given.get("event_chain_ids", []):
            if not -(2**31) <= chain < 2**31:
                raise _errors.VsphereError(f"event_chain_ids: {chain} is no id of a chain, which has 32 bits")
        self._times = {name: _time(name, params[name]) for name in ("begin_time", "end_time") if params[name]}
        self._time_type = params["time_type"]

    @property
    def needs_clock(self) -> bool:
        """Whether the server's clock has to be known."""
        return any(isinstance(time, datetime.timedelta) for time in self._times.values())

    def to_filter(self, now: datetime.datetime | None, by_user: bool = True) -> Filter:
        """The filter at the time ``now`` of the server's clock, which only ``needs_clock`` asks for.

        Without ``by_user`` it takes the tasks of all users, and the system's.
        """
        spec: dict[str, t.Any] = {"_typeName": "TaskFilterSpec"}
        checks: list[Check] = []
        for option, member, key in _MEMBERS:
            if option in self.given:
                spec[member] = self.given[option]
                checks.append(_among(key, self.given[option]))
        for option, member, type_ in _REASONS:
            if option in self.given:
                spec[member] = _values.reference(type_, self.given[option])
                checks.append(_caused_by(option, _values.plain(spec[member])))
        if by_user and self.given.keys() & {"users", "system_user"}:
            users, system = self.given.get("users", []), self.given.get("system_user", False)
            spec["userName"] = {"_typeName": "TaskFilterSpecByUsername", "systemUser": system}
            if users:
                spec["userName"]["userList"] = users
            checks.append(_started_by(users, system))
        if self._times:
            part, check = self._in_time(now)
            spec["time"] = part
            checks.append(check)
        if "description_ids" in self.given:
            checks.append(_described_by(self.given["description_ids"]))
        if "cancelable" in self.given:
            checks.append(_among("cancelable", [self.given["cancelable"]]))
        return Filter(spec, checks)

    def _in_time(self, now: datetime.datetime | None) -> tuple[dict[str, t.Any], Check]:
        bounds = {name: _values.utc(_since(time, now)) for name, time in self._times.items()}
        begin, end = bounds.get("begin_time"), bounds.get("end_time")
        if begin and end and begin > end:
            raise _errors.VsphereError(f"begin_time {begin} is later than end_time {end}: no task lies between them")
        member, key = _TIMES[self._time_type]
        part = {"_typeName": "TaskFilterSpecByTime", "timeType": member}
        part.update({name: time for name, time in (("beginTime", begin), ("endTime", end)) if time})
        # In this form an earlier time is a smaller text.
        return part, lambda task: task[key] is not None and (begin or "") <= task[key] <= (end or "9999")


def _since(time: datetime.datetime | datetime.timedelta, now: datetime.datetime | None) -> datetime.datetime:
    if isinstance(time, datetime.datetime):
        return time
    try:
        return t.cast("datetime.datetime", now) - time
    except OverflowError:
        # Longer ago than the calendar goes, and certainly than any task.
        return datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


def only(option: str, wanted: list[t.Any]) -> Filter:
    """The filter of a single option."""
    return Conditions({**dict.fromkeys(FILTER_SPEC), option: wanted}).to_filter(None)


def _among(key: str, wanted: list[t.Any]) -> Check:
    return lambda task: task[key] in wanted


def _caused_by(member: str, wanted: _values.Ref) -> Check:
    return lambda task: (task["reason"] or {}).get(member) == wanted


def _started_by(users: list[str], system: bool) -> Check:
    def check(task: _taskinfo.Task) -> bool:
        if task["reason"] is None:
            # Nobody knows.
            return False
        user = task["reason"].get("user_name")
        if user is None:
            return system
        # Without names, system_user alone chooses between the system's tasks and all users'.
        return user in users if users else not system

    return check


def _described_by(patterns: list[str]) -> Check:
    wanted = re.compile("|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns), re.DOTALL)
    return lambda task: wanted.fullmatch(task["description_id"] or "") is not None


def _time(option: str, text: str) -> datetime.datetime | datetime.timedelta:
    """A point in time, or how long ago it is."""
    try:
        if re.fullmatch(r"-(\d+[smhdw])+", text):
            return sum(
                (datetime.timedelta(**{_UNITS[unit]: int(count)}) for count, unit in re.findall(r"(\d+)(.)", text)),
                datetime.timedelta(),
            )
        # YAML makes a time of what looks like one, which becomes a text with a space again.
        time = _values.parse_time(text.strip().replace(" ", "T", 1))
        _values.utc(time)
        return time
    except (OverflowError, ValueError):
        raise _errors.VsphereError(
            f"{option} {text!r} is not a time: give ISO 8601 with a zone, such as 2026-01-31T08:00:00Z or "
            "2026-01-31T08:00:00+01:00, or an age such as -2h (units s, m, h, d, w)"
        ) from None
