# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks to wait for, or to cancel."""

from __future__ import annotations

import typing as t

from .._tasks import _reader, _search, _selection, _taskinfo, _tree


class Targets(t.NamedTuple):
    """The ids of tasks that are to end, and the tasks that have ended already.

    The server might not know these IDs, and such tasks can also have ended.
    """

    task_ids: list[str]
    ended: list[_taskinfo.Task]


def find(
    reader: _reader.TaskReader,
    selection: _selection.Selection,
    deadline: float | None = None,
    appear_by: float | None = None,
) -> Targets:
    """The tasks of a selection. If none match, search for them until ``appear_by`` (on the monotonic clock).

    Given ids that nothing narrows cost no request.
    """
    if selection.is_plain_ids:
        return Targets(selection.task_ids or [], [])
    search = _search.Search(reader, selection, acted_on=True, deadline=deadline)
    reading = search.find()
    if appear_by is not None and not reading.tasks:
        # Only some runs need it.
        from . import _appear

        of = None if selection.from_history else search.entity
        reading = _appear.find(reader.connection, search, appear_by, of=of)
    search.warn(reading)
    if reading.missing:
        raise reader.unknown_ids(reading.missing, ", which its history does not contain either")
    tasks = _tree.flat(reading.tasks)
    ended = [task for task in tasks if _taskinfo.is_over(task)]
    # An ID that the user gave must not get lost. The wait or the cancellation finds again that it is hidden.
    hidden = [task_id for task_id in selection.task_ids or () if task_id in reader.forbidden]
    return Targets([*(task["id"] for task in tasks if not _taskinfo.is_over(task)), *hidden], ended)
