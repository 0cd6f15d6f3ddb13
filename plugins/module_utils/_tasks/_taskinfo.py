# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape in which tasks are returned."""

from __future__ import annotations

import datetime
import typing as t

from .. import _values


class Task(t.TypedDict, total=False):
    """A task in the form for users: TaskInfo of release 9.0.0.0, in its order, with derived values.

    Times are ISO 8601 in UTC. Unset and unreadable members are None.
    """

    key: str | None
    id: str
    description: _values.Data | None
    name: str | None
    description_id: str | None
    entity: dict[str, str] | None
    entity_name: str | None
    locked: list[dict[str, str]] | None
    state: str | None
    cancelled: bool | None
    cancelable: bool | None
    error: _values.Data | None
    result: t.Any
    progress: int | None
    progress_details: list[_values.Data] | None
    reason: _values.Data | None
    queue_time: str | None
    start_time: str | None
    complete_time: str | None
    event_chain_id: int | None
    change_tag: str | None
    parent_task_key: str | None
    root_task_key: str | None
    activation_id: str | None
    operation: str | None
    state_label: str | None
    reason_label: str | None
    duration: float | None
    queued_for: float | None
    available_fields: list[_values.Data] | None
    """Only with custom values, like the next one."""
    custom_values: dict[str, str | None] | None
    children: list[Task]
    """Only with children."""
    host: dict[str, str] | None
    """Only with hosts, like the next one."""
    host_name: str | None


STATES = ("queued", "running", "success", "error")
FINAL = STATES[2:]

_FEW = 5


def task_from_info(
    info: t.Any,
    now: datetime.datetime | None,
    task_id: str | None = None,
    unreadable: dict[str, list[str]] | None = None,
) -> Task:
    """A TaskInfo in VI/JSON form as users see it: every member in snake_case, an unset one as None.

    ``duration`` and ``queued_for`` are seconds. While the task runs or is queued, they count up to ``now``, the
    server's clock, and are None if it is unknown.

    An unreadable member is None, and ``unreadable`` contains its name under the ID of the task. ``task_id`` is that ID
    if it is known without the TaskInfo.
    """
    bad: list[str] = []
    if not isinstance(info, dict):
        info, bad = {}, ["info"]
    task: _values.Data = {}
    for name, member, read in _READERS:
        value = info.get(member)
        try:
            task[name] = None if value is None else read(value)
        except (RecursionError, ValueError):
            task[name] = None
            bad.append(name)
    task["id"] = task["id"] or task_id or task["key"]
    if bad and unreadable is not None:
        unreadable[task["id"]] = bad
    # A TaskInfo does not contain the labels of the vSphere Client.
    task.update(operation=None, state_label=None, reason_label=None)
    queued, started, completed = (task[name] for name in _TIMES)
    task.update({name: _values.utc(task[name]) for name in _TIMES if task[name]})
    # With a time that cannot be read they would come out wrong.
    known = not set(_TIMES) & set(bad)
    task["duration"] = _seconds(started, completed or now) if known else None
    task["queued_for"] = _seconds(queued, started or completed or now) if known else None
    return t.cast("Task", task)


def unreadable_warning(host: str, unreadable: dict[str, list[str]]) -> str:
    """The warning about what ``task_from_info`` has noted."""
    tasks = [f"{task_id} ({', '.join(names)})" for task_id, names in unreadable.items()]
    return f"{host} returned unreadable members of {_values.some_of(tasks, _FEW)}: they are null"


def is_over(task: Task) -> bool:
    return task["state"] in FINAL


def queue_order(task: Task) -> str:
    return task["queue_time"] or ""


def label(task: Task) -> str:
    """A task in a sentence: id, operation, entity."""
    return f"{task['id'] or 'a task without id'} ({name_of(task)} on {task['entity_name'] or 'no entity'})"


def name_of(task: Task) -> str:
    """The operation as the API calls it, which is the same in every language."""
    return str(task["name"] or task["description_id"] or "unknown operation")


def describe(task: Task) -> str:
    """A task and its state, or why it failed, as a sentence."""
    if task["state"] == "error":
        # Only failed tasks need it.
        from .. import _faults

        return (
            f"{label(task)} failed: "
            f"{_faults.why(task['error']) if task['error'] else 'the server gave no reason (no fault)'}"
        )
    percent = "" if task["progress"] is None else f" at {task['progress']} %"
    return f"{label(task)} is {task['state'] or 'in an unknown state'}{percent}"


def _plain(type_: type) -> t.Callable[[t.Any], t.Any]:

    def read(value: t.Any) -> t.Any:
        value = _values.plain(value)
        # A bool is also an int.
        if not isinstance(value, type_) or (type_ is int and isinstance(value, bool)):
            raise ValueError(value)
        return value

    return read


_text, _flag, _number, _data, _list = (_plain(type_) for type_ in (str, bool, int, dict, list))


def _name(value: t.Any) -> str:
    """A type or an ID. Playbooks print it, and modules send it back."""
    name: str = _text(value)
    if not name or not name.isprintable():
        raise ValueError(value)
    return name


def _time(value: t.Any) -> datetime.datetime:
    time = _values.time_of(value)
    if time is None:
        raise ValueError(value)
    return time


def _ref(value: t.Any) -> dict[str, str]:
    ref = _data(value)
    # If only a reference is possible, the value does not have to contain its type.
    return {"type": _name(ref.get("type")), "moid": _name(ref.get("moid", ref.get("value")))}


def _described(value: t.Any) -> _values.Data:
    """A LocalizableMessage; one whose text the client was to look up by its key has no message."""
    data = _data(value)
    return {
        **{name: None if data.get(name) is None else _text(data[name]) for name in ("key", "message")},
        "arg": _pairs(data.get("arg") or []),
    }


def _pairs(value: t.Any) -> list[_values.Data]:
    """A list of KeyAnyValue."""
    pairs = [_data(each) for each in _list(value)]
    return [{name: _values.plain(pair.get(name)) for name in ("key", "value")} for pair in pairs]


def error_from_fault(value: t.Any) -> _values.Data:
    """The error of a task, from the fault in VI/JSON form."""
    # Only failed tasks need it.
    from .. import _faults

    return _faults.shape(value)


def _reason(value: t.Any) -> _values.Data:
    data = _data(value)
    own = {_values.snake(name): _values.plain(each) for name, each in data.items() if name != "_typeName"}
    return {"type": _text(data.get("_typeName", "TaskReason")), **own}


_TIMES = ("queue_time", "start_time", "complete_time")

# TaskInfo of release 9.0.0.0, in its order, and how to read each value. ValueError for an unreadable value.
_MEMBERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "key": _text,
    "task": lambda value: _ref(value)["moid"],
    "description": _described,
    "name": _text,
    "descriptionId": _text,
    "entity": _ref,
    "entityName": _text,
    "locked": lambda value: [_ref(each) for each in _list(value)],
    "state": _text,
    "cancelled": _flag,
    "cancelable": _flag,
    "error": error_from_fault,
    "result": _values.from_any,
    "progress": _number,
    "progressDetails": _pairs,
    "reason": _reason,
    "queueTime": _time,
    "startTime": _time,
    "completeTime": _time,
    "eventChainId": _number,
    "changeTag": _text,
    "parentTaskKey": _text,
    "rootTaskKey": _text,
    "activationId": _text,
}
_READERS = [("id" if m == "task" else _values.snake(m), m, read) for m, read in _MEMBERS.items()]


def _seconds(begin: datetime.datetime | None, end: datetime.datetime | None) -> float | None:
    # The server's clock has a resolution of one second, so a short span could be negative.
    return max(0.0, round((end - begin).total_seconds(), 3)) if begin and end else None
