# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Learning at once what becomes of tasks, by a PropertyCollector of our own (push).

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import math
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _properties, _taskinfo, _values

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vsphere.tasks.plugins.module_utils import _connection

LONGEST_CALL = 20
"""Seconds that one WaitForUpdatesEx may block: front ends cut connections that are idle for about a minute."""

# Small ones only: the whole TaskInfo of a finished task can be large, and is read once at the end.
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
"""The state of a task that disappeared before it was over; the API has none for it."""


@dataclasses.dataclass
class Watched:
    """What is known of a task while it is watched; ``values`` maps the watched paths to plain values."""

    id: str
    values: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        return str(self.values.get("info.state"))

    @property
    def is_over(self) -> bool:
        return self.state in _taskinfo.FINAL

    @property
    def cancelable(self) -> bool:
        return bool(self.values.get("info.cancelable"))

    @property
    def cancelled(self) -> bool:
        """Whether its cancellation was asked for."""
        return bool(self.values.get("info.cancelled"))

    @property
    def queue_time(self) -> datetime.datetime | None:
        return _values.time_of(self.values.get("info.queueTime"))

    def line(self) -> dict[str, t.Any]:
        """What a line of progress says of the task."""
        return {
            "id": self.id,
            "operation": self.values.get("info.name") or self.values.get("info.descriptionId"),
            "entity": self.values.get("info.entityName"),
            "state": self.state,
            "progress": self.values.get("info.progress"),
        }


class Watch:
    """The given tasks on the server, from the first look on."""

    def __init__(
        self,
        connection: _connection.Connection,
        task_ids: list[str],
        report: Callable[[list[Watched]], object] = lambda tasks: None,
        *,
        seen: bool = False,
    ) -> None:
        """``seen`` says that all of them have been there lately, so that none is unknown."""
        self.tasks: dict[str, Watched] = {}
        self.unknown: list[str] = []
        self.gone: list[str] = []
        self._connection = connection
        self.wanted = task_ids
        self._report = report
        self._seen = seen
        self._changed: list[Watched] = []

    @property
    def pending(self) -> list[str]:
        """Those that are neither over nor gone, in the order they were given."""
        return [i for i in self.wanted if i not in self.gone and not (i in self.tasks and self.tasks[i].is_over)]

    def until(self, done: Callable[[], bool], deadline: float) -> None:
        """Follow the tasks until ``done`` or the deadline (of the monotonic clock), but for one look in any case.

        Ids that the server does not know at the first look end it at once: they are then in ``unknown``. What breaks in
        between (the connection, the session, the services behind it) is set up anew while the connection is patient.
        """

        def steps(transport: _connection.Transport) -> None:
            while self._to_watch():
                collecting = _collector(self._connection, transport, self._to_watch())
                try:
                    with collecting as collector:
                        return self._follow(transport, collector, done, deadline)
                except _errors.Fault as fault:
                    self._take_out(fault)
                    self._tell()
            return None

        self._connection.read(steps)

    def _to_watch(self) -> list[str]:
        return [task_id for task_id in self.pending if task_id not in self.unknown]

    def _follow(
        self, transport: _connection.Transport, collector: _values.Ref, done: Callable[[], bool], deadline: float
    ) -> None:
        version, more = "", True
        # The state is looked at before the clock is, and a truncated answer is read to its end.
        while more or not (self.unknown or done() or time.monotonic() >= deadline):
            seconds = 0 if more else max(0, min(LONGEST_CALL, math.ceil(deadline - time.monotonic())))
            params = {"version": version, "options": {"_typeName": "WaitOptions", "maxWaitSeconds": seconds}}
            updates = transport.invoke(collector, "WaitForUpdatesEx", params, wait=seconds)
            more = bool(updates and updates.get("truncated"))
            if updates:
                version = updates["version"]
                for part in updates.get("filterSet", ()):
                    for missing in part.get("missingObjects", ()):
                        self._take_out(_properties.fault_of(missing["fault"], "Watching", missing["obj"]))
                    for update in part.get("objectSet", ()):
                        self._apply(update)
            self._tell()

    def _tell(self) -> None:
        """Report what has changed, all at once: whoever shows it needs to know whether they are few or many."""
        if self._changed:
            self._report(self._changed)
            self._changed = []

    def _apply(self, update: dict[str, t.Any]) -> None:
        task_id = update["obj"]["value"]
        if update["kind"] == "leave":
            self._lose(task_id)
            return
        _properties.raise_missing({"obj": update["obj"], **update})
        task = self.tasks.setdefault(task_id, Watched(task_id))
        before = dict(task.values)
        for change in update.get("changeSet", ()):
            # A change without a value unsets.
            task.values[change["name"]] = _values.plain(change.get("val"))
        if task.values != before:
            self._changed.append(task)

    def _take_out(self, fault: _errors.Fault) -> None:
        """Note which task a ManagedObjectNotFound speaks of; any other fault is raised again."""
        task_id = (fault.fields.get("obj") or {}).get("value")
        if fault.type != "ManagedObjectNotFound" or task_id not in self._to_watch():
            raise fault
        if self._seen or task_id in self.tasks:
            self._lose(task_id)
        else:
            self.unknown.append(task_id)

    def _lose(self, task_id: str) -> None:
        """Note that a task is not there any more."""
        self.gone.append(task_id)
        task = self.tasks.get(task_id)
        if task and not task.is_over:
            task.values["info.state"] = GONE
            self._changed.append(task)


@contextlib.contextmanager
def _collector(
    connection: _connection.Connection, transport: _connection.Transport, task_ids: list[str]
) -> t.Iterator[_values.Ref]:
    """A collector of our own with one filter over all tasks: waits on the session's shared one disturb one another."""
    collector = transport.invoke(transport.manager("propertyCollector"), "CreatePropertyCollector")
    # That takes the filter along.
    with _properties.borrowed(connection, transport, collector, "DestroyPropertyCollector"):
        objects = [_properties.object_spec(_values.reference("Task", task_id)) for task_id in task_ids]
        spec = _properties.filter_spec(objects, [_properties.property_spec("Task", *_PATHS)])
        transport.invoke(collector, "CreateFilter", {"spec": spec, "partialUpdates": True})
        yield collector
