# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of a server: by their ids, the recent ones, or from the history."""

from __future__ import annotations

import datetime
import re
import typing as t

from .. import _context, _errors, _values
from .._connection import _properties
from . import _history, _labels, _taskinfo

if t.TYPE_CHECKING:
    from .._connection import _connection
    from . import _filter


class Reading(t.NamedTuple):
    """Tasks as users see them, and the IDs that the server does not know. ``is_cut`` is True if more tasks match."""

    tasks: list[_taskinfo.Task]
    missing: list[str]
    is_cut: bool = False


def id_of(ref: _values.Ref) -> str:
    """The ID of the task in a reference. ValueError, or a similar error, for another value."""
    if ref["type"] != "Task" or not ref["value"]:
        raise ValueError(ref)
    return str(ref["value"])


def check_ids(option: str, task_ids: list[str]) -> list[str]:
    """The IDs in that option without repetitions. An error if one cannot be the ID of a task."""
    for task_id in task_ids:
        if not re.fullmatch(r"[A-Za-z0-9][\w.:-]*", task_id) or ":" in task_id.partition("-")[0]:
            found = repr(task_id) if task_id else "an empty string"
            if _values.was_data(task_id):
                found = "a dictionary or a list"
            raise _errors.VsphereError(
                f"{option}: {found} is not a task ID: use only the managed object ID, such as task-123, which "
                "vsphere_task_info returns as id of each task"
            )
    return list(dict.fromkeys(task_ids))


class TaskReader:
    """Reads tasks, each complete: with its labels, and as much of it as can be read.

    Omits tasks that the user is not allowed to see, and notes them in ``forbidden``. At the end of a ``with`` block, it
    issues warnings about them and about unreadable members, and adds ``forbidden_task_ids`` to the result. With a
    ``deadline`` (on the monotonic clock), a reading survives every error of a restarting vCenter.
    """

    def __init__(self, connection: _connection.Connection, context: _context.Context | None = None) -> None:
        self.connection = connection
        self.context = context or _context.Context()
        self.forbidden: dict[str, _errors.Fault] = {}
        self._unreadable: dict[str, list[str]] = {}
        self._labels = _labels.Labels(connection)

    def __enter__(self) -> TaskReader:
        return self

    def __exit__(self, *unused: object) -> None:
        host = self.connection.host
        if self._unreadable:
            self.context.warn(_taskinfo.unreadable_warning(host, self._unreadable))
        if self.forbidden:
            self.context.known.setdefault("forbidden_task_ids", list(self.forbidden))
            # The object can be another one than that of the task.
            reasons = [fault.message for fault in self.forbidden.values()]
            self.context.warn(
                f"{host} does not show {', '.join(self.forbidden)} to {self.connection.user}, so the result omits "
                f"them: grant the missing privileges. {_values.some_of(reasons, 1)}"
            )

    def given(self, task_ids: list[str], custom_values: bool = False, deadline: float | None = None) -> Reading:
        """The given tasks in that order, with one request for all of them, also if some are unknown or forbidden."""
        known = list(task_ids)
        tasks: dict[str, _taskinfo.Task] = {}
        while known:
            objects = [_properties.object_spec(_values.reference("Task", task_id)) for task_id in known]
            try:
                tasks = {task["id"]: task for task in self._read(objects, custom_values, True, deadline)}
                break
            except _errors.Fault as fault:
                # Only a server that does not omit unknown objects returns this.
                unknown = fault.missing.get("value")
                if unknown not in known:
                    raise
                known.remove(unknown)
        self._labels.put_on(list(tasks.values()), deadline)
        there = tasks.keys() | self.forbidden.keys()
        return Reading([tasks[i] for i in task_ids if i in tasks], [i for i in task_ids if i not in there])

    def known(self, task_id: str, custom_values: bool = False, deadline: float | None = None) -> _taskinfo.Task:
        """A single task. An unknown ID is an error, and so is a task that the user is not allowed to see."""
        tasks, missing, _is_cut = self.given([task_id], custom_values, deadline)
        if missing:
            raise self.unknown_ids(missing)
        for task in tasks:
            return task
        raise self.forbidden[task_id]

    def recent(
        self,
        fits: t.Callable[[_taskinfo.Task], bool],
        entity: _values.Ref | None = None,
        custom_values: bool = False,
        deadline: float | None = None,
    ) -> list[_taskinfo.Task]:
        """The recent tasks that fit, of an entity or of all, in no order: running, queued, and ended lately."""
        objects = [_properties.object_spec(entity or self.connection.manager("taskManager"), through="recentTask")]
        tasks = list(filter(fits, self._read(objects, custom_values, deadline=deadline)))
        self._labels.put_on(tasks, deadline)
        return tasks

    def now(self) -> datetime.datetime:
        """The server's clock at its last answer, to the second. Without an answer, only the local one is available."""
        return self.connection.server_time or datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def has_new(
        self,
        since: datetime.datetime,
        entity: _values.Ref | None,
        fits: t.Callable[[_taskinfo.Task], bool] = lambda task: True,
    ) -> bool:
        """Whether a recent task that fits was created since that time, to the second."""

        def is_new(task: _taskinfo.Task) -> bool:
            queued = _values.time_of(task["queue_time"])
            return (queued is None or queued >= since) and fits(task)

        return bool(self.recent(is_new, entity))

    def history(
        self, wanted: _filter.Filter, scroll: _history.Scroll, deadline: float | None = None
    ) -> list[_taskinfo.Task]:
        """The tasks of the history that the filter fits."""
        tasks = self.search_history(wanted, scroll, deadline)
        self._labels.put_on(tasks, deadline)
        return tasks

    def in_history(self, task_ids: list[str], deadline: float | None = None) -> list[_taskinfo.Task]:
        """The tasks that the newest part of the history contains. The search ends when it has found all of them."""
        if not task_ids or not self._has_history:
            return []
        # Only a run that meets one needs it.
        from . import _filter

        asked = set(task_ids)
        wanted = _filter.Filter({"_typeName": "TaskFilterSpec"}, [lambda task: task["id"] in asked])
        scroll = _history.Scroll(limit=len(task_ids), newest_first=True, within=_history.NEWEST)
        return self.history(wanted, scroll, deadline)

    def past(self, task_ids: list[str], deadline: float | None = None) -> list[_taskinfo.Task]:
        """Tasks that are not objects anymore. An error lists the tasks that the history does not contain either."""
        tasks = self.in_history(task_ids, deadline)
        known = {task["id"] for task in tasks}
        unknown = [task_id for task_id in task_ids if task_id not in known]
        if unknown:
            besides = (
                f", which are not in the newest {_history.NEWEST} tasks of its history either; vsphere_task_info with "
                "source: history searches the whole history"
            )
            raise self.unknown_ids(unknown, besides if self._has_history else "")
        return tasks

    @property
    def _has_history(self) -> bool:
        # An ESXi has neither.
        return self.connection.has("extensionManager")

    def tree(self, tasks: list[_taskinfo.Task], page_size: int, deadline: float | None = None) -> list[_taskinfo.Task]:
        """The tasks, each with its ``children``, and they with theirs."""
        # Only some runs need it.
        from . import _tree

        below = _tree.find_below(self, tasks, page_size, deadline)
        self._labels.put_on(below, deadline)
        return _tree.nested(tasks, below)

    def search_history(
        self, wanted: _filter.Filter, scroll: _history.Scroll, deadline: float | None = None
    ) -> list[_taskinfo.Task]:
        """The same without labels, for a search that is a part of a larger one."""
        return _history.search(self.connection, wanted, scroll, self._from_info, deadline)

    def from_info(self, infos: _values.Data, deadline: float | None = None) -> list[_taskinfo.Task]:
        """The tasks whose TaskInfo, in VI/JSON form by ID, comes from elsewhere."""
        tasks = [self._from_info(info, task_id) for task_id, info in infos.items()]
        self._labels.put_on(tasks, deadline)
        return tasks

    def unknown_ids(self, task_ids: list[str], besides: str = "") -> _errors.VsphereError:
        """The error that names task ids which the server does not know; ``besides`` says more of them."""
        sentence = f"{self.connection.host} does not know {', '.join(task_ids)}: check the IDs{besides}"
        return _errors.VsphereError(sentence, missing_task_ids=task_ids)

    def _from_info(self, info: t.Any, task_id: str | None = None) -> _taskinfo.Task:
        return _taskinfo.task_from_info(info, self.connection.server_time, task_id, self._unreadable)

    def _read(
        self, objects: _properties.Specs, custom_values: bool, transient: bool = False, deadline: float | None = None
    ) -> list[_taskinfo.Task]:
        """The tasks of the objects, without their labels. ``transient`` objects can disappear."""
        wanted = _properties.property_spec("Task", "info", *(("availableField", "value") if custom_values else ()))
        tasks = []
        for found in self._retrieve(objects, wanted, transient, deadline):
            why = found.refused.get("info")
            if why and why.type != "ManagedObjectNotFound":
                self.forbidden[found.ref["value"]] = why
            if "info" in found.properties:
                task = self._from_info(found.properties["info"], found.ref["value"])
                if custom_values:
                    self._add_custom_values(task, found)
                tasks.append(task)
        return tasks

    def _retrieve(
        self, objects: _properties.Specs, wanted: _values.Data, transient: bool, deadline: float | None
    ) -> list[_properties.Object]:
        """The objects. The same request also reads everything that a run requires once from the server."""
        specs, objects_too = [wanted], list(objects)
        self.connection.server.add_to(objects_too, specs)
        with_labels = not self._labels.has_common
        if with_labels:
            specs.append(_properties.property_spec("TaskManager", *_labels.COMMON))
            manager = self.connection.manager("taskManager")
            if manager not in [spec["obj"] for spec in objects]:
                objects_too.append(_properties.object_spec(manager))
        try:
            found = self.connection.retrieve(objects_too, specs, transient, deadline)
        except _errors.Fault as fault:
            if not with_labels or fault.type == "ManagedObjectNotFound":
                raise
            # Should it be about the labels, the tasks can still be read.
            self._labels.learn_common([])
            return self._retrieve(objects, wanted, transient, deadline)
        found = self.connection.server.take_from(found)
        if with_labels:
            self._labels.learn_common([each for each in found if each.ref["type"] == "TaskManager"])
        return found

    def _add_custom_values(self, task: _taskinfo.Task, found: _properties.Object) -> None:
        """Add ``available_fields`` as a list of {key, name, type}, ``custom_values`` as {name: text}."""
        try:
            defined, values = (_values.unboxed(found.properties.get(name, [])) for name in ("availableField", "value"))
            names = {field["key"]: field["name"] for field in defined}
            task["available_fields"] = [{name: f[name] for name in ("key", "name", "type")} for f in defined]
            task["custom_values"] = {names.get(v["key"], str(v["key"])): v.get("value") for v in values}
        except (AttributeError, LookupError, TypeError):
            task["available_fields"] = task["custom_values"] = None
            noted = self._unreadable.setdefault(task["id"], [])
            noted += [name for name in ("available_fields", "custom_values") if name not in noted]
