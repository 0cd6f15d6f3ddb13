# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reported events of tasks, so that no event is repeated or missed."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .. import _values
from .._tasks import _taskinfo
from . import _follow_options

MARGIN = datetime.timedelta(minutes=1)
"""How far the search for missed tasks goes back behind the last contact: clocks and the history are not exact."""


@dataclasses.dataclass
class Known:
    """The reported facts about a task: its state (empty after only its creation), and whether it is long running.

    ``ended`` is the time of its end.
    """

    state: str
    is_long: bool = False
    ended: str = ""


class Seen:
    """The reported tasks: those that have not ended, and those that ended shortly before the last contact.

    ``start`` is the time of the first look on the server's clock, and ``contact`` that up to which everything was
    reported. Both are None before the first look.
    """

    def __init__(self) -> None:
        self.start: datetime.datetime | None = None
        self.contact: datetime.datetime | None = None
        self._tasks: dict[str, Known] = {}

    @classmethod
    def from_data(cls, data: _values.Data) -> Seen:
        """What ``to_data`` returned. LookupError, TypeError, or ValueError for anything else."""
        seen = cls()
        times, tasks = [data[name] for name in ("start", "contact")], data["tasks"]
        if not isinstance(tasks, dict):
            raise TypeError(tasks)
        seen.start, seen.contact = (None if time is None else _values.parse_time(time) for time in times)
        seen._tasks = {task_id: Known(**known) for task_id, known in tasks.items()}
        for known in seen._tasks.values():
            if [type(value) for value in dataclasses.astuple(known)] != [str, bool, str]:
                raise TypeError(known)
        return seen

    def to_data(self) -> _values.Data:
        tasks = {task_id: dataclasses.asdict(known) for task_id, known in self._tasks.items()}
        times = {"start": self.start, "contact": self.contact}
        return {**{name: time and _values.utc(time) for name, time in times.items()}, "tasks": tasks}

    @property
    def since(self) -> datetime.datetime | None:
        """A task that ended before this time is not news."""
        return max(self.start, self.contact - MARGIN) if self.start and self.contact else None

    @property
    def unfinished(self) -> list[str]:
        return [task_id for task_id, known in self._tasks.items() if known.state not in _taskinfo.FINAL]

    def state(self, task_id: str) -> str | None:
        """The reported state of a task, or None if it is unknown."""
        known = self._tasks.get(task_id)
        return known.state if known else None

    def is_long(self, task_id: str) -> bool:
        """Whether a task was reported as long running."""
        return task_id in self._tasks and self._tasks[task_id].is_long

    def begin(self, states: dict[str, str], now: datetime.datetime) -> None:
        """Take the tasks of the first look as reported."""
        self._tasks = {task_id: Known(state, ended=_values.utc(now)) for task_id, state in states.items()}
        self.start = self.contact = now

    def due(self, task: _taskinfo.Task, limit: int | None) -> str:
        """The next event of a task in this state that was not reported, or an empty string.

        ``limit`` is the number of seconds after which a task is long running.
        """
        known, state = self._tasks.get(str(task["id"])), str(task["state"])
        is_over = _taskinfo.is_over(task)
        if known is None:
            return "" if is_over and self._is_old(task) else _follow_options.CREATED
        if known.state in _taskinfo.FINAL:
            return ""
        if is_over:
            return outcome(task)
        if known.state != state:
            return _follow_options.CHANGED
        is_late = limit is not None and state == "running" and (task["duration"] or 0) >= limit
        return _follow_options.LONG_RUNNING if is_late and not known.is_long else ""

    def note(self, task: _taskinfo.Task, event: str) -> None:
        """Note that the event that was due is reported."""
        known = self._tasks.setdefault(str(task["id"]), Known(""))
        known.is_long |= event == _follow_options.LONG_RUNNING
        is_over = _taskinfo.is_over(task)
        # If a task has already ended at the first look, its end is a separate event.
        if not (is_over and event == _follow_options.CREATED):
            known.state = str(task["state"])
        if is_over:
            known.ended = _ended(task)

    def forget(self, task_id: str) -> None:
        self._tasks.pop(task_id, None)

    def advance(self, now: datetime.datetime) -> None:
        """Note that everything up to that time is reported. Forget the tasks that ended long before."""
        self.contact = now
        old = _values.utc(now - 2 * MARGIN)
        for task_id, known in list(self._tasks.items()):
            if known.state in _taskinfo.FINAL and known.ended < old:
                del self._tasks[task_id]

    def _is_old(self, task: _taskinfo.Task) -> bool:
        return bool(self.since and _ended(task) < _values.utc(self.since))


def outcome(task: _taskinfo.Task) -> str:
    """The event that the end of a task is."""
    if task["state"] == "success":
        return _follow_options.SUCCEEDED
    is_cancelled = (task["error"] or t.cast("_values.Data", {})).get("type") == "RequestCanceled"
    return _follow_options.CANCELLED if is_cancelled else _follow_options.FAILED


def _ended(task: _taskinfo.Task) -> str:
    # Without its end, the beginning of a task says at least that it is not news.
    return task["complete_time"] or _taskinfo.queue_order(task)
