# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that the server no longer has as objects, in the form of its history."""

from __future__ import annotations

import typing as t

from . import _filter, _history

if t.TYPE_CHECKING:
    from .._connection import _connection
    from . import _reader, _taskinfo

NEWEST = 10_000
"""Maximum number of tasks of the history to search: IDs can be wrong, and the history is long."""


def find(reader: _reader.TaskReader, task_ids: list[str], deadline: float | None = None) -> list[_taskinfo.Task]:
    """The tasks that are in the newest part of the history, with one search. Empty without a history.

    It ends as soon as all are found.
    """
    if not task_ids or not _has_history(reader.connection):
        return []
    asked = set(task_ids)
    wanted = _filter.Filter({"_typeName": "TaskFilterSpec"}, [lambda task: task["id"] in asked])
    return reader.history(wanted, _history.Scroll(limit=len(task_ids), newest_first=True, within=NEWEST), deadline)


def find_all(reader: _reader.TaskReader, task_ids: list[str], deadline: float | None = None) -> list[_taskinfo.Task]:
    """Tasks that are not objects anymore. An error lists the tasks that the history does not contain either."""
    tasks = find(reader, task_ids, deadline)
    known = {task["id"] for task in tasks}
    unknown = [task_id for task_id in task_ids if task_id not in known]
    if unknown:
        besides = (
            f", which are not in the newest {NEWEST} tasks of its history either; vsphere_task_info with source: "
            "history searches the whole history"
        )
        raise reader.unknown_ids(unknown, besides if _has_history(reader.connection) else "")
    return tasks


def _has_history(connection: _connection.Connection) -> bool:
    # An ESXi has neither.
    return connection.has("extensionManager")
