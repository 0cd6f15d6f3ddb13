# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that are to be waited for or cancelled: a selection of those that are not over.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _selection, _taskinfo, _tasks, _tree

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils import _connection


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
        wide = {"states", "cancelable", "system_user"}
        # Every id has a dot.
        if any(not pattern.strip("*.") for pattern in self._conditions.given.get("description_ids", [])):
            wide.add("description_ids")
        entity = self._entity
        has_entity = entity and not entity.is_any and not (entity.is_root and self._recursion != "self")
        if self.task_ids is None and not has_entity and not self._conditions.given.keys() - wide:
            raise _errors.VsphereError(
                f"{why}: give task_ids, or an option that narrows the tasks more than states, cancelable, system_user, "
                "a mere * and all that is below the root folder do, such as an entity, users or description_ids"
            )

    def find(self, connection: _connection.Connection) -> tuple[list[str], list[_taskinfo.Task]]:
        """The ids of the tasks that are to be waited for or cancelled, and the tasks that are over already.

        Given ids that nothing narrows cost no request; the server may not know them, and they may be over.
        """
        if self.task_ids is not None and not (
            self._entity or self._conditions.given or self._children or self.from_history
        ):
            return self.task_ids, []
        reading = self._find(connection)
        if self._is_cut:
            self._warn_of_cut()
        if reading.missing:
            raise _tasks.unknown_ids(connection, reading.missing, self.from_history)
        tasks = _tree.flat(reading.tasks)
        return [task["id"] for task in tasks if not _taskinfo.is_over(task)], [
            task for task in tasks if _taskinfo.is_over(task)
        ]
