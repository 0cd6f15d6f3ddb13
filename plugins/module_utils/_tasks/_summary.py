# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many tasks in a few numbers."""

from __future__ import annotations

import collections
import typing as t

from .. import _values
from . import _taskinfo


def summarize(tasks: list[_taskinfo.Task]) -> _values.Data:
    """Counts by state (all four), operation, user and entity, the most frequent first, and the two that stand out."""
    # One that cannot be read is in none.
    states = collections.Counter(task["state"] for task in tasks if task["state"])
    begun = [task for task in tasks if task["duration"] is not None]
    running = [task for task in tasks if task["state"] == "running"]
    return {
        "by_state": {**dict.fromkeys(_taskinfo.STATES, 0), **states},
        "by_operation": _counts(str(task["operation"]) for task in tasks),
        "by_user": _counts(_user(task) for task in tasks),
        "by_entity": _by_entity(tasks),
        "oldest_running": _shown(min(running, key=lambda task: str(task["start_time"]), default=None)),
        "longest": _shown(max(begun, key=lambda task: task["duration"] or 0, default=None)),
    }


def _counts(names: t.Iterable[str]) -> dict[str, int]:
    return dict(collections.Counter(names).most_common())


def _user(task: _taskinfo.Task) -> str:
    reason = task["reason"] or {"type": "TaskReason"}
    return str(reason.get("user_name") or reason["type"])


def _by_entity(tasks: list[_taskinfo.Task]) -> dict[str, int]:
    """By name, or by ID without a name. IDs distinguish entities with the same name."""
    moids: dict[str | None, set[str]] = {}
    entities = [(task["entity_name"], task["entity"]["moid"]) for task in tasks if task["entity"]]
    for name, moid in entities:
        moids.setdefault(name, set()).add(moid)
    return _counts((f"{name} ({moid})" if len(moids[name]) > 1 else name) if name else moid for name, moid in entities)


def _shown(task: _taskinfo.Task | None) -> _values.Data | None:
    names = ("id", "operation", "entity_name", "duration")
    return {name: task.get(name) for name in names} if task else None
