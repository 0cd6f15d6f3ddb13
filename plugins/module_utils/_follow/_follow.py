# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following all recent tasks of a server by push, and reporting the events of the selected ones."""

from __future__ import annotations

import contextlib
import datetime
import math
import time
import typing as t

from .. import _errors, _values
from .._connection import _properties
from .._tasks import _filter, _history, _search, _taskinfo
from .._wait import _watch
from . import _follow_options

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._connection import _transport
    from .._tasks import _reader
    from . import _seen

ROUND = 900
"""Seconds after which a new collector replaces the old one, whose server can have forgotten a change."""

REFRESH = 20
"""Seconds after which the server returns all recent tasks again: it does not have to announce new ones (API reference,
TaskManager.recentTask)."""

MANY = 100
"""Number of tasks in one answer after which the recent tasks can lack some: they contain the last 200 that ended."""

TRIES = 5
"""Number of times to look for the end of a task in the history, which can lag behind."""

STALE = 60
"""Seconds without a request after which the server can have forgotten changes."""


class Follower:
    """Reports the events of tasks, one after the other, until an error that waiting does not mend, or ``until`` (on the
    monotonic clock).

    ``deliver`` gets an event and its task, and returns when the event has arrived. ``save`` is called whenever
    ``seen`` has changed, so that another run can continue from there.
    """

    def __init__(
        self,
        reader: _reader.TaskReader,
        options: _follow_options.FollowOptions,
        seen: _seen.Seen,
        deliver: Callable[[str, _taskinfo.Task], object],
        save: Callable[[], object] = lambda: None,
        *,
        until: float = math.inf,
    ) -> None:
        self._reader = reader
        self._connection = reader.connection
        self._options = options
        self._search = _search.Search(reader, options.selection)
        self._seen = seen
        self._deliver = deliver
        self._save = save
        self._until = until
        self._started: dict[str, datetime.datetime] = {}
        """The start of each running task that can become long running."""
        self._lagging: dict[str, int] = {}
        """The number of tries for each disappeared task whose end the history does not contain yet."""
        self._wanted: _filter.Filter
        self._is_lost = self._is_busy = False

    def run(self) -> None:
        """Follow the tasks, also through failures of the connection, the session, and the services behind it."""
        self._search.check_entity()
        self._wanted = self._search.filter()
        task_ids = self._options.selection.task_ids
        if task_ids is not None:
            self._wanted = self._wanted.narrowed(lambda task: task["id"] in task_ids)
        while time.monotonic() < self._until:
            # With each call, the pauses between attempts are short again.
            self._connection.read(self._attempt, self._until)

    def _attempt(self, transport: _transport.Transport) -> None:
        try:
            self._round(transport)
        except _errors.VsphereError as error:
            if not self._is_lost:
                self._is_lost = True
                self._reader.context.warn(f"no events of {self._connection.host} arrive at present: {error.message}")
            raise

    def _round(self, transport: _transport.Transport) -> None:
        spec = _spec([_properties.object_spec(self._connection.manager("taskManager"), through="recentTask")])
        last = time.monotonic() + ROUND
        watching = _watch.collecting(self._connection, transport, spec, partial=True, until_logout=False)
        with watching as collector:
            told: dict[str, str] = {}
            changed: dict[str, str] = {}
            left: set[str] = set()
            is_first = True
            for updates, more, is_complete in _watch.answers(transport, collector, self._pause, REFRESH):
                answered = time.monotonic()
                _sort(updates or {}, changed, left)
                if more:
                    continue
                if is_complete:
                    # It still contains the tasks that have separate filters, but none that is hidden.
                    missing = [task_id for task_id in self._seen.unfinished if task_id not in changed]
                    left.update(task_id for task_id in missing if is_first or task_id in told)
                    changed, told = {i: state for i, state in changed.items() if told.get(i) != state}, changed
                else:
                    told.update(changed)
                now = self._now(transport)
                self._note_contact()
                was_busy, self._is_busy = self._is_busy, len(changed) + len(left) > MANY
                if self._seen.since is None:
                    self._seen.begin(changed, now)
                elif is_first or was_busy or self._is_busy:
                    self._take_ended()
                is_first = False
                self._take_changed(changed)
                self._take_left(transport, collector, left)
                self._take_late(now)
                self._seen.advance(now)
                self._save()
                changed, left = {}, set()
                if time.monotonic() > min(last, answered + STALE, self._until):
                    return

    def _note_contact(self) -> None:
        if self._is_lost:
            self._is_lost = False
            self._reader.context.warn(f"events of {self._connection.host} arrive again")

    def _take_ended(self) -> None:
        """Report tasks that ended since the last contact, because they can have left the recent tasks."""
        ended = self._search.filter(begin_time=self._seen.since, time_type="completed")
        # An ESXi does not have a history.
        with contextlib.suppress(_errors.NoHistory):
            self._take(self._reader.history(ended, _history.Scroll()))

    def _take_changed(self, states: dict[str, str]) -> None:
        """Read the tasks with an unreported state, and those that run, for the time of their start."""
        read = [
            task_id
            for task_id, state in states.items()
            if state != self._seen.state(task_id) or (state == "running" and self._is_unclear(task_id))
        ]
        if read:
            self._take(self._read(read))

    def _take_left(self, transport: _transport.Transport, collector: _values.Ref, task_ids: set[str]) -> None:
        """Find out how tasks ended that are not recent anymore, and watch those that have not ended."""
        wanted = task_ids | self._lagging.keys()
        lost = [task_id for task_id in self._seen.unfinished if task_id in wanted]
        if not lost:
            return
        self._take(self._read(lost))
        unfinished = {*self._seen.unfinished} - self._lagging.keys()
        refs = [_values.reference("Task", task_id) for task_id in lost if task_id in unfinished]
        if refs:
            spec = _spec([_properties.object_spec(ref) for ref in refs])
            transport.invoke(collector, "CreateFilter", {"spec": spec, "partialUpdates": True})

    def _take_late(self, now: datetime.datetime) -> None:
        late = [task_id for task_id in self._started if self._seconds_left(task_id, now) <= 0]
        for task_id in late:
            # It is back after the reading, unless the task has disappeared or is long running.
            del self._started[task_id]
        if late:
            self._take(self._read(late))

    def _read(self, task_ids: list[str]) -> list[_taskinfo.Task]:
        """The tasks, as objects or from the history, which can lag behind. Forget those whose end stays unknown."""
        reading = self._reader.given(task_ids)
        past = [task for task in self._reader.in_history(reading.missing) if _taskinfo.is_over(task)]
        unclear = {*reading.missing} - {str(task["id"]) for task in past}
        tries = {task_id: self._lagging.get(task_id, 0) + 1 for task_id in unclear & {*self._seen.unfinished}}
        for task_id in task_ids:
            self._lagging.pop(task_id, None)
            if tries.get(task_id) == TRIES:
                self._reader.context.warn(
                    f"{self._connection.host} has neither {task_id}, which had not ended, nor its outcome in its "
                    "history, so no event reports its end"
                )
                self._seen.forget(task_id)
            elif task_id in tries:
                self._lagging[task_id] = tries[task_id]
        return [*reading.tasks, *past]

    def _take(self, tasks: list[_taskinfo.Task]) -> None:
        """Report the events of these tasks that are due."""
        for task in sorted(tasks, key=_taskinfo.queue_order):
            while event := self._seen.due(task, self._options.long_running_after):
                is_wanted = event in self._options.events and self._wanted.fits(task)
                if is_wanted:
                    self._deliver(event, task)
                self._seen.note(task, event)
                if is_wanted:
                    self._save()
            self._time(task)

    def _time(self, task: _taskinfo.Task) -> None:
        """Note when the task started, if it can become long running."""
        task_id, start = str(task["id"]), _values.time_of(task["start_time"])
        self._started.pop(task_id, None)
        if task["state"] == "running" and start and self._is_unclear(task_id):
            self._started[task_id] = start

    def _is_unclear(self, task_id: str) -> bool:
        """Whether it is not known when a running task becomes long running."""
        return bool(self._options.long_running_after) and not (task_id in self._started or self._seen.is_long(task_id))

    def _seconds_left(self, task_id: str, now: datetime.datetime) -> float:
        """Seconds until a task becomes long running."""
        return (self._options.long_running_after or 0) - (now - self._started[task_id]).total_seconds()

    def _pause(self) -> float:
        """Seconds to wait for changes: until a task becomes long running, or as long as possible."""
        now = self._seen.contact
        left = [self._seconds_left(task_id, now) for task_id in self._started] if now else []
        # A clock of whole seconds can be late by one.
        longest = min(_watch.LONGEST_CALL, self._until - time.monotonic())
        return 1 if self._lagging or self._is_busy else max(1, min([longest, *left]))

    def _now(self, transport: _transport.Transport) -> datetime.datetime:
        """The server's clock."""
        now = self._connection.server_time
        return now or _values.parse_time(transport.invoke(_properties.SERVICE_INSTANCE, "CurrentTime"))


def _spec(objects: list[_values.Data]) -> _values.Data:
    """What to watch of tasks: the update that reports a change is small, and all that changed is read together."""
    return _properties.filter_spec(objects, [_properties.property_spec("Task", "info.state")], transient=True)


def _sort(updates: _values.Data, changed: dict[str, str], left: set[str]) -> None:
    """Sort out which tasks have changed, with their states, and which have disappeared."""
    for part in updates.get("filterSet") or ():
        left.update(missing["obj"]["value"] for missing in part.get("missingSet") or ())
        for update in part.get("objectSet") or ():
            task_id = update["obj"]["value"]
            # A task that the user is not allowed to see does not have a state.
            _properties.refused(update)
            if update["kind"] == "leave":
                left.add(task_id)
            for change in update.get("changeSet") or ():
                if "val" in change:
                    left.discard(task_id)
                    changed[task_id] = str(_values.plain(change["val"]))
