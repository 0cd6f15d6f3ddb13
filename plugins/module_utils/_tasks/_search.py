# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the tasks that a selection means."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .. import _errors, _values
from .._connection import _properties
from .._inventory import _entity
from . import _filter, _history, _reader, _selection, _taskinfo


@dataclasses.dataclass
class Search:
    """A search for the tasks of a selection.

    With ``acted_on``, the search includes the history if the server no longer has one of the IDs, and always warns
    about more tasks than the limit. ``deadline`` is the same as for the reader.
    """

    reader: _reader.TaskReader
    selection: _selection.Selection
    acted_on: bool = False
    deadline: float | None = None
    entity: _values.Ref | None = dataclasses.field(default=None, init=False)
    """The object that the selection names, once it has been looked up."""
    _starters: set[str] = dataclasses.field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._limit = self.selection.limit or _selection.DEFAULT_LIMIT
        # One task too many shows that there are more, for the warning.
        most = self._limit + (1 if self._warns_of_limit else 0)
        self._scroll = _history.Scroll(self.selection.page_size, most, self.selection.newest_first)

    def find(self, custom_values: bool = False) -> _reader.Reading:
        """The tasks that every given option fits, if wanted with their ``children``."""
        selection = self.selection
        self._look_up()
        self._starters.clear()
        try:
            with self._naming_entity():
                reading = self._read(self._filter(selection.conditions), custom_values)
            if selection.children:
                tree = self.reader.tree(reading.tasks, selection.page_size, self.deadline)
                reading = reading._replace(tasks=tree)
        except _errors.NoHistory as error:
            needs = selection.needs_history
            # Only the history has the children of single tasks, too.
            needs += ["children"] if selection.children and "children" not in needs else []
            asked = f", but the history is necessary for {' and '.join(needs)}" if needs else ""
            has_rest = selection.children or selection.recursion != "self"
            remedy = "" if has_rest else ": set source: recent to search only the recent tasks"
            raise _errors.VsphereError(f"{error.message}{asked}{remedy}") from error
        return reading

    def check_entity(self) -> None:
        """Raise an error if the server does not know the object that the selection names."""
        self._look_up()
        if self.selection.entity and self.selection.entity.moid:
            with self._naming_entity():
                self.reader.recent(lambda task: False, self.entity, deadline=self.deadline)

    def filter(self, **changes: t.Any) -> _filter.Filter:
        """The requirements for a task, except for ``task_ids``, with these conditions changed.

        The server does not check the objects in them, because it rejects those that have been deleted meanwhile.
        """
        self._look_up()
        wanted = self._filter(dataclasses.replace(self.selection.conditions, **changes))
        spec = {name: value for name, value in wanted.spec.items() if name not in ("alarm", "entity", "scheduledTask")}
        return wanted._replace(spec=spec)

    def warn(self, reading: _reader.Reading) -> None:
        """Warn about possible mistakes: more tasks than the limit, and users who started none of the tasks."""
        selection = self.selection
        if reading.is_cut and self._warns_of_limit:
            which = "newest" if selection.newest_first else "oldest"
            self.reader.context.warn(
                f"more than {self._limit} tasks match the options, so the selection contains only the {which} "
                f"{self._limit}: raise limit"
            )
        self._warn_of_users(reading.tasks)

    @property
    def _warns_of_limit(self) -> bool:
        return self.selection.limit is None or self.acted_on

    @contextlib.contextmanager
    def _naming_entity(self) -> t.Iterator[None]:
        """Make the fault about an unknown object an error of the option."""
        try:
            yield
        except _errors.Fault as fault:
            ref = self.entity
            if ref is None or not fault.missing or _values.plain(fault.missing) != _values.plain(ref):
                raise
            host, name = self.reader.connection.host, _values.object_name(ref)
            raise _errors.VsphereError(
                f"entity: {host} does not know {name}: check type and moid; to find tasks of a deleted object, use "
                "other options instead of entity"
            ) from fault

    def _look_up(self) -> None:
        entity = self.selection.entity
        if self.entity is None and entity and entity.is_one:
            # Only some runs need it.
            from .._inventory import _find

            self.entity = _find.find_entity(self.reader.connection, entity, self.deadline)

    def _read(self, wanted: _filter.Filter, custom_values: bool) -> _reader.Reading:
        given = self.selection.task_ids
        if given is not None:
            reading = self._read_given(given, wanted, custom_values)
            return reading._replace(tasks=list(filter(self._noting(wanted), reading.tasks)))
        if self.selection.from_history:
            return self._cut(self.reader.history(wanted, self._scroll, self.deadline))
        tasks = self.reader.recent(self._noting(wanted), self.entity, custom_values, self.deadline)
        tasks.sort(key=_taskinfo.queue_order, reverse=self.selection.newest_first)
        return self._cut(tasks)

    def _read_given(self, task_ids: list[str], wanted: _filter.Filter, custom_values: bool) -> _reader.Reading:
        if self.selection.from_history:
            tasks, missing = self._from_history(task_ids, wanted)
        else:
            tasks, missing, _is_cut = self.reader.given(task_ids, custom_values, self.deadline)
            if missing and self.acted_on:
                tasks, missing = tasks + self.reader.past(missing, self.deadline), []
        found = {task["id"]: task for task in tasks}
        return _reader.Reading([found[task_id] for task_id in task_ids if task_id in found], missing)

    def _from_history(self, task_ids: list[str], wanted: _filter.Filter) -> tuple[list[_taskinfo.Task], list[str]]:
        """The tasks of the history with the IDs, and the IDs that the server does not know.

        The other options must not make a task unknown. The search ends when it has found all tasks.
        """
        asked = set(task_ids)
        spec = {name: value for name, value in wanted.spec.items() if name in ("_typeName", "entity")}
        by_id = _filter.Filter(spec, [lambda task: task["id"] in asked])
        tasks = self.reader.history(by_id, self._scroll._replace(limit=len(task_ids)), self.deadline)
        missing = _not_in(tasks, task_ids)
        if not missing:
            return tasks, []
        # The history lags behind.
        new, missing, _is_cut = self.reader.given(missing, deadline=self.deadline)
        if self.selection.recursion == "self":
            tasks += new
        else:
            self._check_elsewhere([str(task["id"]) for task in new])
        if missing and "entity" in spec:
            missing = _not_in(self.reader.in_history(missing, self.deadline), missing)
        return tasks, missing

    def _check_elsewhere(self, task_ids: list[str]) -> None:
        """Raise an error if the history does not show yet whether the tasks are below the object."""
        late = _not_in(self.reader.in_history(task_ids, self.deadline), task_ids)
        if late:
            raise _errors.VsphereError(
                f"the history of {self.reader.connection.host} does not contain {', '.join(late)} yet, which shows "
                "whether they belong to entity: run the module again in some seconds, or omit entity.recursion"
            )

    def _cut(self, tasks: list[_taskinfo.Task]) -> _reader.Reading:
        return _reader.Reading(tasks[: self._limit], [], len(tasks) > self._limit)

    def _noting(self, wanted: _filter.Filter) -> _filter.Check:
        """The check of that filter, which notes who has started tasks that all else fits."""
        if not self.selection.conditions.users:
            return wanted.fits
        others = self._filter(self._of_anybody)

        def check(task: _taskinfo.Task) -> bool:
            if others.fits(task):
                self._note_starters([task])
            return wanted.fits(task)

        return check

    @property
    def _of_anybody(self) -> _filter.Conditions:
        return dataclasses.replace(self.selection.conditions, users=None, system_user=None)

    def _note_starters(self, tasks: t.Iterable[_taskinfo.Task]) -> None:
        names = [(task["reason"] or {}).get("user_name") for task in tasks]
        self._starters.update(name for name in names if name)

    def _warn_of_users(self, tasks: list[_taskinfo.Task]) -> None:
        """Warn about users who started none of the tasks, if others started tasks that match the other options."""
        users = self.selection.conditions.users
        if not users:
            return
        if self.selection.from_history and self.selection.task_ids is None:
            self._note_starters(tasks)
            # The server has told nothing of others. A page has most of those who are at work.
            size = self.selection.page_size
            scroll = _history.Scroll(size, size, newest_first=True, within=size)
            # The result is worth more than the warning.
            with contextlib.suppress(_errors.VsphereError):
                if set(users) - self._starters:
                    anybody = self._filter(self._of_anybody)
                    self._note_starters(self.reader.history(anybody, scroll, self.deadline))
        if not self._starters or not set(users) - self._starters:
            return
        # Only some runs need it.
        from . import _users

        sentence = _users.about_users(users, sorted(self._starters), found=bool(tasks))
        if sentence:
            self.reader.context.warn(f"users: {sentence}")

    def _filter(self, conditions: _filter.Conditions) -> _filter.Filter:
        now = self.reader.connection.server_time
        if now is None and conditions.needs_clock:
            service = _properties.SERVICE_INSTANCE
            answer = self.reader.connection.query(service, "CurrentTime", deadline=self.deadline)
            now = _values.parse_time(_values.plain(answer))
        wanted = conditions.to_filter(now)
        ref, recursion = self.entity, self.selection.recursion
        if ref:
            by_entity = {"_typeName": "TaskFilterSpecByEntity", "entity": ref, "recursion": recursion}
            # The type can be one that the object's own type extends.
            return wanted.narrowed(
                lambda task: recursion != "self" or (task["entity"] or {}).get("moid") == ref["value"], entity=by_entity
            )
        if self.selection.entity:
            type_ = str(self.selection.entity.type)
            return wanted.narrowed(lambda task: _entity.is_a((task["entity"] or {"type": ""})["type"], type_))
        return wanted


def _not_in(tasks: list[_taskinfo.Task], task_ids: list[str]) -> list[str]:
    found = {task["id"] for task in tasks}
    return [task_id for task_id in task_ids if task_id not in found]
