# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape in which tasks are returned.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import typing as t
import unicodedata

from ansible_collections.vsphere.tasks.plugins.module_utils import _values

Task = dict[str, t.Any]
"""A task as users see it."""

# TaskInfo of release 9.0.0.0, in its order.
_MEMBERS = (
    "key",
    "task",
    "description",
    "name",
    "descriptionId",
    "entity",
    "entityName",
    "locked",
    "state",
    "cancelled",
    "cancelable",
    "error",
    "result",
    "progress",
    "progressDetails",
    "reason",
    "queueTime",
    "startTime",
    "completeTime",
    "eventChainId",
    "changeTag",
    "parentTaskKey",
    "rootTaskKey",
    "activationId",
)

STATES = ("queued", "running", "success", "error")
FINAL = STATES[2:]

LABELS = ("operation", "state_label", "reason_label")


def task_from_info(info: dict[str, t.Any], now: datetime.datetime | None) -> Task:
    """A TaskInfo in VI/JSON form as users see it: every member in snake_case, an unset one as None.

    ``duration`` and ``queued_for`` are seconds; while the task runs or is queued they count up to ``now``, the server's
    clock, and are None where that is not known.
    """
    task = {_values.snake(member): _CONVERT.get(member, _values.plain)(info.get(member)) for member in _MEMBERS}
    task["id"] = task.pop("task")["moid"]
    # What the vSphere Client calls it is in no TaskInfo.
    task.update(dict.fromkeys(LABELS))
    times = {member: _values.parse_time(info[member]) if member in info else None for member in _TIMES}
    for member, time in times.items():
        task[_values.snake(member)] = _values.utc(time) if time else None
    task["duration"] = _seconds(times["startTime"], times["completeTime"] or now)
    task["queued_for"] = _seconds(times["queueTime"], times["startTime"] or times["completeTime"] or now)
    return task


def is_over(task: Task) -> bool:
    return task["state"] in FINAL


def label(task: Task) -> str:
    """A task in a sentence: id, operation, entity."""
    return clean(f"{task['id']} ({name_of(task)} on {task['entity_name'] or 'no entity'})")


def name_of(task: Task) -> str:
    """The operation as the API calls it, which is the same in every language."""
    return str(task["name"] or task["description_id"])


def describe(task: Task) -> str:
    """A task and its state, or why it failed, as a sentence."""
    if task["state"] == "error":
        fault = task["error"] or {"message": "no reason given", "type": "no fault"}
        return f"{label(task)} failed: {clean(fault['message']).rstrip('.')} ({fault['type']})"
    percent = "" if task["progress"] is None else f" at {task['progress']} %"
    return f"{label(task)} is {task['state']}{percent}"


def clean(text: object) -> str:
    """Text from the server in one line, without what could steer a terminal."""
    kinds = ((each, unicodedata.category(each)) for each in str(text).replace("\n", " "))
    return "".join(each for each, kind in kinds if kind[0] != "C" and kind not in ("Zl", "Zp"))


def _described(description: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    return {"key": description["key"], "message": description.get("message")} if description else None


def _with_type(data: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    return {"type": data["_typeName"], **_values.fields(data)} if data else None


def _details(details: list[dict[str, t.Any]] | None) -> list[dict[str, t.Any]] | None:
    return None if details is None else [{"key": d["key"], "value": _values.plain(d.get("value"))} for d in details]


_TIMES = ("queueTime", "startTime", "completeTime")
_CONVERT: dict[str, t.Callable[[t.Any], t.Any]] = {
    "description": _described,
    "error": _values.error,
    "result": _values.from_any,
    "progressDetails": _details,
    "reason": _with_type,
}


def _seconds(begin: datetime.datetime | None, end: datetime.datetime | None) -> float | None:
    # The server's clock is known to the second only, so a span that began just now may come out below zero.
    return max(0.0, round((end - begin).total_seconds(), 3)) if begin and end else None
