# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Noticing changes of tasks immediately, with our own PropertyCollector (push)."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import math
import time
import typing as t

from .. import _errors, _values
from .._connection import _properties
from .._tasks import _taskinfo

if t.TYPE_CHECKING:
    from .._connection import _connection, _transport
    from .._tasks import _reader

LONGEST_CALL = 20
"""Maximum number of seconds that one WaitForUpdatesEx blocks: front ends cut idle connections after about a minute."""

FEW = 10
"""Maximum number of tasks to watch completely: the update that reports their end then contains the whole result."""

BURST = 20
PAUSE = 0.1
"""Seconds of each answer, if more than ``BURST`` of them came sooner: an endless series must not keep us busy."""

MOST_REPEATED = 10
"""Number of equal answers in a row that are an error."""

# Of more, small ones only: the whole TaskInfo of a finished task can be large, and is read once at the end.
_PATHS = (
    "info.state",
    "info.progress",
    "info.name",
    "info.descriptionId",
    "info.entityName",
    "info.queueTime",
    "info.cancelable",
    "info.cancelled",
)
GONE = "gone"
HIDDEN = "hidden"
"""The states of a task that disappeared before it ended, and that the user cannot see anymore. The API has neither."""


@dataclasses.dataclass
class Watched:
    """The known values of a task during the wait. ``values`` maps the watched paths to plain values.

    ``info`` is the TaskInfo in VI/JSON form, or None if the collector does not watch it completely.
    """

    id: str
    values: _values.Data = dataclasses.field(default_factory=dict)
    info: _values.Data | None = None

    def change(self, path: str, value: t.Any) -> None:
        """Apply a change of a property. A change without a value unsets it."""
        if path == "info" and isinstance(value, dict):
            self.info = value
            self.values = {each: _values.plain(value.get(each.partition(".")[2])) for each in _PATHS}
        else:
            # For a change inside of a complete TaskInfo, the server might not return all of it.
            self.info = None
            self.values[path] = _values.plain(value)

    @property
    def state(self) -> str:
        return str(self.values.get("info.state"))

    @property
    def is_over(self) -> bool:
        return self.state in _taskinfo.FINAL

    @property
    def cancelable(self) -> bool:
        return self.values.get("info.cancelable") is not False

    @property
    def cancelled(self) -> bool:
        return bool(self.values.get("info.cancelled"))

    @property
    def queue_time(self) -> datetime.datetime | None:
        return _values.time_of(self.values.get("info.queueTime"))

    @property
    def final(self) -> _values.Data | None:
        """The TaskInfo of a finished task, if it is complete."""
        return self.info if self.is_over and self.info and "completeTime" in self.info else None

    def line(self) -> _values.Data:
        """The contents of a progress line about the task."""
        progress = self.values.get("info.progress")
        return {
            "id": self.id,
            "operation": self.values.get("info.name") or self.values.get("info.descriptionId"),
            "entity": self.values.get("info.entityName"),
            "state": self.state,
            # Only few properties of many tasks are watched.
            "progress": progress if isinstance(progress, int) else None,
        }


@dataclasses.dataclass
class Watch:
    """The given tasks on the server, from the first look on. If they were ``seen`` lately, none of them is unknown."""

    reader: _reader.TaskReader
    wanted: list[str]
    report: t.Callable[[list[Watched]], object] = lambda tasks: None
    seen: bool = False
    meanwhile: t.Callable[[_transport.Transport], object] | None = None
    """Do this once, while the tasks run. Its failures are not errors."""
    tasks: dict[str, Watched] = dataclasses.field(default_factory=dict)
    unknown: list[str] = dataclasses.field(default_factory=list)
    forbidden: list[str] = dataclasses.field(default_factory=list)
    gone: list[str] = dataclasses.field(default_factory=list)
    _changed: list[Watched] = dataclasses.field(default_factory=list)

    @property
    def pending(self) -> list[str]:
        """The tasks with further changes, in their original order."""
        lost = {*self.gone, *self.forbidden}
        return [i for i in self.wanted if i not in lost and not (i in self.tasks and self.tasks[i].is_over)]

    @property
    def _to_watch(self) -> list[str]:
        return [task_id for task_id in self.pending if task_id not in self.unknown]

    def settle(self, past: list[_taskinfo.Task]) -> None:
        """Replace unknown tasks with those of the history: ended, or gone if it does not contain their outcome."""
        for task in past:
            watched = self.tasks[task["id"]] = Watched(task["id"])
            watched.values = {
                "info.state": task["state"],
                "info.progress": task["progress"],
                "info.name": _taskinfo.name_of(task),
                "info.entityName": task["entity_name"],
            }
            if watched.is_over:
                self._changed.append(watched)
            else:
                self._lose(task["id"])
        self.unknown = []
        self._tell()

    def until(self, done: t.Callable[[], bool], deadline: float, patience: float | None = None) -> None:
        """Follow the tasks until ``done`` or the deadline (of the monotonic clock), but for one look in any case.

        If the server does not know an ID at the first look, the watch ends immediately, with the ID in ``unknown``.
        After a failure (of the connection, the session, or the services behind it), the watch starts again, until that
        time or ``patience``.
        """

        def steps(transport: _transport.Transport) -> None:
            while self._to_watch:
                watching = self._collecting(transport)
                try:
                    with watching as collector:
                        return self._follow(transport, collector, done, deadline)
                except _errors.Fault as fault:
                    # Only a server that does not report missing objects returns this.
                    if not self._is_missing(fault):
                        raise
                    self._tell()
            return None

        self.reader.connection.read(steps, deadline if patience is None else patience)

    def _collecting(self, transport: _transport.Transport) -> contextlib.AbstractContextManager[_values.Ref]:
        """Our own collector with one filter for all tasks."""
        objects = [_properties.object_spec(_values.reference("Task", task_id)) for task_id in self._to_watch]
        few = len(objects) <= FEW
        wanted = _properties.property_spec("Task", *(("info",) if few else _PATHS))
        spec = _properties.filter_spec(objects, [wanted], transient=True)
        # A change inside of a completely watched property must return the whole property.
        return collecting(self.reader.connection, transport, spec, partial=not few)

    def _follow(
        self, transport: _transport.Transport, collector: _values.Ref, done: t.Callable[[], bool], deadline: float
    ) -> None:
        first = True
        for updates, more, _complete in answers(transport, collector, lambda: deadline - time.monotonic()):
            if updates:
                self._take_in(updates)
            if first and not more:
                first = False
                # A server does not have to list the objects that it does not know.
                for task_id in [each for each in self._to_watch if each not in self.tasks]:
                    self._miss(task_id)
            self._tell()
            if self.meanwhile and not (more or self.unknown or done()):
                self.reader.connection.glimpse(self.meanwhile)
                self.meanwhile = None
            # The state comes before the clock, and a truncated answer is read to its end.
            if not more and (self.unknown or done() or time.monotonic() >= deadline):
                return

    def _take_in(self, updates: _values.Data) -> None:
        for part in updates.get("filterSet") or ():
            for missing in part.get("missingSet") or ():
                fault = _properties.fault_of(missing.get("fault") or {}, "Watching", missing["obj"])
                if not self._is_missing(fault):
                    self._forbid(missing["obj"]["value"], fault)
            for update in part.get("objectSet") or ():
                self._apply(update)

    def _tell(self) -> None:
        """Report all changes together, because the display depends on their number."""
        if self._changed:
            self.report(self._changed)
            self._changed = []

    def _apply(self, update: _values.Data) -> None:
        task_id = update["obj"]["value"]
        if update["kind"] == "leave":
            self._lose(task_id)
            return
        task = self.tasks.setdefault(task_id, Watched(task_id))
        before = dict(task.values)
        for change in update.get("changeSet") or ():
            task.change(change["name"], change.get("val"))
        refused = _properties.refused(update)
        for path in ("info", "info.state"):
            if path in refused:
                self._forbid(task_id, refused[path])
                return
        if task.values != before:
            self._changed.append(task)

    def _is_missing(self, fault: _errors.Fault) -> bool:
        """Whether the fault says that a task is not there, which is noted then."""
        task_id = fault.missing.get("value")
        if task_id not in self._to_watch:
            return False
        self._miss(task_id)
        return True

    def _miss(self, task_id: str) -> None:
        """Note that a task is not there: unknown at the first look, gone later on."""
        if self.seen or task_id in self.tasks:
            self._lose(task_id)
        else:
            self.unknown.append(task_id)

    def _forbid(self, task_id: str, fault: _errors.Fault) -> None:
        """Note that the user cannot see a task, or no longer. The outcome of a finished task stays known."""
        if fault.type == "NotAuthenticated":
            raise fault
        if task_id in self._to_watch:
            task = self.tasks.pop(task_id, None)
            if task and "info.state" in task.values:
                task.values["info.state"] = HIDDEN
                self._changed.append(task)
            self.forbidden.append(task_id)
            self.reader.forbidden[task_id] = fault

    def _lose(self, task_id: str) -> None:
        """Note that a task has disappeared. The server forgets finished tasks after some minutes."""
        task = self.tasks.get(task_id)
        if task_id in self.gone or (task and task.is_over):
            return
        self.gone.append(task_id)
        if task:
            task.values["info.state"] = GONE
            self._changed.append(task)


class Answer(t.NamedTuple):
    """The changes in an answer of a collector, and whether ``more`` of them follow immediately.

    If it is ``complete``, it contains the current state (with the answers that follow immediately).
    """

    updates: _values.Data | None
    more: bool
    complete: bool


def answers(
    transport: _transport.Transport,
    collector: _values.Ref,
    seconds: t.Callable[[], float],
    refresh: float = math.inf,
) -> t.Iterator[Answer]:
    """The answers of a collector, as long as necessary. The first one is complete.

    Others arrive after a change, or when ``seconds`` have passed. Every ``refresh`` seconds, another one is complete.
    """
    version, before, more, complete, repeated, hasty = "", None, False, True, 0, 0
    refreshed = time.monotonic()
    turn = transport.pages()
    while True:
        longest = 0 if more or complete else max(0, min(LONGEST_CALL, math.ceil(seconds())))
        params = {"version": version, "options": {"_typeName": "WaitOptions", "maxWaitSeconds": longest}}
        began = time.monotonic()
        updates = transport.invoke(collector, "WaitForUpdatesEx", params, wait=longest)
        more = bool(updates and updates.get("truncated"))
        if more:
            turn()
        else:
            turn = transport.pages()
        if updates:
            # The version is new with each change.
            repeated = repeated + 1 if updates == before else 0
            if repeated == MOST_REPEATED:
                raise transport.malformed("it repeats the same changes, with the same version")
            before, version = updates, updates["version"]
        yield Answer(updates, more, complete)
        if not more:
            complete = time.monotonic() - refreshed >= refresh
            if complete:
                version, refreshed = "", time.monotonic()
        hasty = 0 if more or time.monotonic() - began > PAUSE else hasty + 1
        if hasty > BURST:
            time.sleep(PAUSE)


@contextlib.contextmanager
def collecting(
    connection: _connection.Connection,
    transport: _transport.Transport,
    spec: _values.Data,
    partial: bool,
    until_logout: bool = True,
) -> t.Iterator[_values.Ref]:
    """Our own collector with that filter, because waits on the session's shared one disturb each other."""
    collector = transport.invoke(transport.manager("propertyCollector"), "CreatePropertyCollector")
    # That takes the filter along, and so does a logout.
    with connection.borrowed(transport, collector, "DestroyPropertyCollector", until_logout):
        transport.invoke(collector, "CreateFilter", {"spec": spec, "partialUpdates": partial})
        yield collector
