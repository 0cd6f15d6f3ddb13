# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that are to be waited for or cancelled: a selection of those that are not over.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader, _selection, _taskinfo, _tree

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection


_NARROWING = (
    "users",
    "description_ids",
    "activation_ids",
    "tags",
    "event_chain_ids",
    "parent_task_keys",
    "root_task_keys",
    "alarm",
    "scheduled_task",
)
"""Options that single out tasks somebody can mean to cancel."""


def _is_wide(pattern: str) -> bool:
    """Whether a pattern of description ids says no more than a type does, such as ``VirtualMachine.*``."""
    return "*" in pattern and re.fullmatch(r"\w*[.*]*", pattern) is not None


class Unfinished(_selection.Selection):
    """A selection that is acted on, instead of read."""

    def check_for_wait(self, on_timeout: str) -> None:
        """Refuse to wait for everything, and to do something about nearly everything at the time limit."""
        if self.task_ids is None and not (self._entity or self._conditions.given):
            raise _errors.VsphereError(
                "what to wait for is missing: give task_ids, or options that select tasks, such as states or entity"
            )
        if on_timeout == "cancel":
            self.check_for_cancellation("on_timeout: cancel is too much for all tasks that these options select")

    def check_for_cancellation(self, why: str) -> None:
        """Refuse a selection by no more than what a large part of all tasks have in common."""
        narrowing = self._conditions.given.keys() & _NARROWING
        if any(_is_wide(pattern) for pattern in self._conditions.given.get("description_ids", [])):
            narrowing -= {"description_ids"}
        entity = self._entity
        has_object = entity and entity.is_one and not (entity.is_root and self._recursion != "self")
        if self.task_ids is None and not has_object and not narrowing:
            raise _errors.VsphereError(
                f"{why}: give task_ids, one object (entity with moid, name or path, but not all that is below the root "
                f"folder), or one of {', '.join(_NARROWING)}; a type alone, a pattern such as VirtualMachine.*, a "
                "time, a state and the like narrow the tasks too little"
            )

    def find(
        self, connection: _connection.Connection, appear_by: float | None = None
    ) -> tuple[list[str], list[_taskinfo.Task]]:
        """The ids of the tasks that are to be waited for or cancelled, and the tasks that are over already.

        Unless there are any, it looks for them ``appear_by`` that time, on the monotonic clock.
        Given ids that nothing narrows cost no request; the server may not know them, and they may be over. Others that
        it has no more are looked for in its history.
        """
        if self.task_ids is not None and not (
            self._entity or self._conditions.given or self._children or self.from_history
        ):
            return self.task_ids, []
        reading = self._find(connection)
        if appear_by is not None and not reading.tasks:
            reading = self._await(connection, appear_by)
        if self._is_cut:
            self._warn_of_cut()
        self._warn_of_users(connection, reading.tasks)
        if reading.missing:
            raise _reader.unknown_ids(connection, reading.missing, ", which its history does not have either")
        tasks = _tree.flat(reading.tasks)
        return [task["id"] for task in tasks if not _taskinfo.is_over(task)], [
            task for task in tasks if _taskinfo.is_over(task)
        ]

    def _await(self, connection: _connection.Connection, deadline: float) -> _reader.Reading:
        """What there is once a task has appeared that fits the options, or at the deadline."""
        # Only a run that waits for this needs it.
        from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _appear

        found = _reader.Reading([], [])

        def look() -> bool:
            nonlocal found
            found = self._find(connection)
            return bool(found.tasks)

        of = None if self.from_history else self._ref
        _appear.look_until(connection, look, deadline, of=of, lagging=self.from_history)
        return found

    def _read_given(
        self, connection: _connection.Connection, task_ids: list[str], custom_values: bool
    ) -> _reader.Reading:
        reading = super()._read_given(connection, task_ids, custom_values)
        if not reading.missing:
            return reading
        # Only a run that meets one needs it.
        from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _past

        tasks = {task["id"]: task for task in (*reading.tasks, *_past.past_tasks(connection, reading.missing))}
        return _reader.Reading([tasks[task_id] for task_id in task_ids if task_id in tasks], [])
