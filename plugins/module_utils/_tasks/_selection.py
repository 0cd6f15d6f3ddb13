# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tasks a module is about: the options for it, and where these tasks are read.

The documentation is in ``plugins/doc_fragments/selection.py``.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.common.warnings import warn
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _properties
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _entity
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _filter, _history, _labels, _reader, _taskinfo

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection

_RECURSION = {"type": "str", "choices": ["self", "children", "all"], "default": "self"}

SELECTION_SPEC: dict[str, dict[str, t.Any]] = {
    "task_ids": {"type": "list", "elements": "str"},
    **_filter.FILTER_SPEC,
    "entity": {**_entity.ENTITY_SPEC, "options": {**_entity.ENTITY_SPEC["options"], "recursion": _RECURSION}},
    "children": {"type": "bool", "default": False},
    "source": {"type": "str", "choices": ["auto", "recent", "history"], "default": "auto"},
    "order": {"type": "str", "choices": ["newest", "oldest"], "default": "newest"},
    "limit": {"type": "int", "default": 1000},
    "page_size": {"type": "int", "default": 500},
}
"""The options that ``Selection`` takes."""


class Selection:
    """The options of a selection, checked as far as that goes without a server."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.task_ids = None if params["task_ids"] is None else _reader.check_ids("task_ids", params["task_ids"])
        self._conditions = _filter.Conditions(params)
        self._entity: _entity.Entity | None = None
        self._ref: _values.Ref | None = None
        self._recursion = "self"
        if params["entity"]:
            self._entity = _entity.Entity.from_params("entity", params["entity"])
            self._recursion = params["entity"]["recursion"]
        self._children = params["children"]
        self._newest_first = params["order"] == "newest"
        for name, most in (("limit", None), ("page_size", _history.LARGEST_PAGE)):
            if params[name] < 1 or (most and params[name] > most):
                raise _errors.VsphereError(
                    f"{name} {params[name]} is out of range: give 1 {f'to {most}' if most else 'or more'}"
                )
        self._limit: int = params["limit"]
        self._is_cut = False
        self._seen: list[_taskinfo.Task] = []
        # The one too many shows that there are more.
        self._scroll = _history.Scroll(params["page_size"], self._limit + 1, self._newest_first)
        self._check_entity(params)
        needs = []
        if self.task_ids is None:
            needs = [name for name in _filter.NEED_HISTORY if name in self._conditions.given]
            needs += ["children"] if self._children else []
        needs += ["entity.recursion"] if self._recursion != "self" else []
        if params["source"] == "recent" and "entity.recursion" in needs:
            raise _errors.VsphereError(
                "entity.recursion needs the history, which knows the inventory: leave source out"
            )
        self._needs = needs
        self.from_history = params["source"] == "history" or (params["source"] == "auto" and bool(needs))

    def _check_entity(self, params: dict[str, t.Any]) -> None:
        # As for the other options, what turns out to be empty must not select everything.
        if params["entity"] is not None and not (self._entity and (self._entity.is_one or self._entity.type)):
            raise _errors.VsphereError(
                "entity is empty: give its type, and its moid, name or path, or leave the option out"
            )
        if self._recursion != "self" and not (self._entity and self._entity.is_one):
            raise _errors.VsphereError("entity.recursion starts at one object: give its moid, name or path as well")

    def read(self, connection: _connection.Connection, custom_values: bool = False) -> _reader.Reading:
        """The tasks that every given option fits, where asked with their ``children``."""
        reading = self._find(connection, custom_values)
        # Whoever gives a limit of his own wants no more.
        if self._is_cut and self._limit == SELECTION_SPEC["limit"]["default"]:
            self._warn_of_cut()
        self._warn_of_users(connection, reading.tasks)
        return reading

    def _find(self, connection: _connection.Connection, custom_values: bool = False) -> _reader.Reading:
        ref = self._ref
        if ref is None and self._entity and self._entity.is_one:
            # Every run would pay for the imports, which only some need.
            from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _find

            ref = self._ref = _find.find_entity(connection, self._entity)
        wanted = self._filter(connection, ref)
        try:
            reading = self._read(connection, wanted, ref, custom_values)
            if self._children:
                from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _tree

                return _reader.Reading(
                    _tree.with_children(connection, reading.tasks, self._scroll.page_size), reading.missing
                )
        except _errors.NoHistory as error:
            remedy = "source: recent looks through the recent tasks only" if self._needs != ["children"] else ""
            asked = f", which {' and '.join(self._needs)} asked for" if self._needs else ""
            raise _errors.VsphereError("; ".join(filter(None, (error.message + asked, remedy)))) from error
        except _errors.Fault as fault:
            if (
                ref is None
                or fault.type != "ManagedObjectNotFound"
                or _values.plain(fault.missing) != _values.plain(ref)
            ):
                raise
            raise _errors.VsphereError(
                f"entity: {connection.host} knows no {ref['type']} {ref['value']}: check type and moid; the tasks of "
                "what was deleted are found without entity, by the other options"
            ) from fault
        _labels.label_tasks(connection, reading.tasks)
        return reading

    def _read(
        self, connection: _connection.Connection, wanted: _filter.Filter, ref: _values.Ref | None, custom_values: bool
    ) -> _reader.Reading:
        given = self.task_ids
        if self.from_history and given is not None:
            # What else is asked for must not make a task look unknown; it ends when all are found.
            scroll = self._scroll._replace(limit=len(given))
            spec = {name: value for name, value in wanted.spec.items() if name in ("_typeName", "entity")}
            asked = set(given)
            found = _history.search_history(
                connection, _filter.Filter(spec, [lambda task: task["id"] in asked]), scroll
            )
            self._seen = found
            known = {task["id"] for task in found}
            return _reader.Reading(
                [task for task in found if wanted.fits(task)], [task_id for task_id in given if task_id not in known]
            )
        if self.from_history:
            return _reader.Reading(self._cut(_history.search_history(connection, wanted, self._scroll)), [])
        if given is not None:
            reading = self._read_given(connection, given, custom_values)
            self._seen = reading.tasks
            return _reader.Reading([task for task in reading.tasks if wanted.fits(task)], reading.missing)
        self._seen = _reader.recent_tasks(connection, ref, custom_values)
        tasks = [task for task in self._seen if wanted.fits(task)]
        tasks.sort(key=lambda task: str(task["queue_time"]), reverse=self._newest_first)
        return _reader.Reading(self._cut(tasks), [])

    def _read_given(
        self, connection: _connection.Connection, task_ids: list[str], custom_values: bool
    ) -> _reader.Reading:
        """Tasks that are given by their ids, as the server has them."""
        return _reader.read_tasks(connection, task_ids, custom_values)

    def _cut(self, tasks: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
        """As many of the tasks as are wanted at the most."""
        self._is_cut = len(tasks) > self._limit
        return tasks[: self._limit]

    def _warn_of_cut(self) -> None:
        which = "newest" if self._newest_first else "oldest"
        warn(
            f"the selection is cut at limit {self._limit}: more tasks fit the options, and the {which} "
            f"{self._limit} are taken; raise limit"
        )

    def _warn_of_users(self, connection: _connection.Connection, tasks: list[_taskinfo.Task]) -> None:
        """Warn of users who have started none of the tasks, where others have started some that fit otherwise."""
        users = self._conditions.given.get("users")
        if not users:
            return
        # Every run would pay for the import.
        from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _users

        if not set(users) - set(_users.starters(tasks)):
            return
        others = self._filter(connection, self._ref, by_user=False)
        if self.from_history and self.task_ids is None:
            # Of others the server has told nothing. A page has most of those who are at work.
            size = self._scroll.page_size
            scroll = _history.Scroll(size, size, newest_first=True, within=size)
            self._seen = tasks
            # The result is worth more than the warning.
            with contextlib.suppress(_errors.VsphereError):
                self._seen = tasks or _history.search_history(connection, others, scroll)
        seen = _users.starters(filter(others.fits, self._seen))
        sentence = _users.about_users(users, seen, found=bool(tasks)) if seen else ""
        if sentence:
            warn(f"users: {sentence}")

    def _filter(
        self, connection: _connection.Connection, ref: _values.Ref | None, by_user: bool = True
    ) -> _filter.Filter:
        now = connection.server_time
        if now is None and self._conditions.needs_clock:
            now = _values.parse_time(
                connection.read(lambda transport: transport.invoke(_properties.SERVICE_INSTANCE, "CurrentTime"))
            )
        wanted = self._conditions.to_filter(now, by_user)
        if ref:
            wanted.spec["entity"] = {
                "_typeName": "TaskFilterSpecByEntity",
                "entity": ref,
                "recursion": self._recursion,
            }
            if self._recursion == "self":
                # The type may be given as one that the object's own extends.
                wanted.checks.append(lambda task: (task["entity"] or {}).get("moid") == ref["value"])
        elif self._entity:
            type_ = str(self._entity.type)
            wanted.checks.append(lambda task: _entity.is_a((task["entity"] or {"type": ""})["type"], type_))
        return wanted
