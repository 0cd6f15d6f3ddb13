# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for tasks that are not there yet: looking for them again whenever the recent tasks have changed."""

from __future__ import annotations

import time
import typing as t

from .. import _values
from .._connection import _connection, _properties, _transport
from .._tasks import _reader, _search
from . import _watch

# What of a task is not the same from its beginning to its end, and can be selected by.
_CHANGING = ("info.state", "info.cancelable")


def find(
    connection: _connection.Connection,
    search: _search.Search,
    deadline: float,
    *,
    of: _values.Ref | None = None,
) -> _reader.Reading:
    """Search again at each change of the recent tasks, until there are some, or the deadline (of the monotonic clock).

    The recent tasks are those ``of`` an entity, or of the TaskManager. After each change, this repeats the search at
    increasing intervals: the history lags behind, and servers do not have to announce changes of ``recentTask`` (API
    reference, TaskManager and ManagedEntity).
    """
    root = of or connection.manager("taskManager")
    wanted = [_properties.property_spec(root["type"], "recentTask"), _properties.property_spec("Task", *_CHANGING)]
    spec = _properties.filter_spec([_properties.object_spec(root, through="recentTask")], wanted, transient=True)

    def steps(transport: _transport.Transport) -> _reader.Reading:
        found, pauses = _reader.Reading([], []), _pauses()

        def seconds() -> float:
            return min(deadline - time.monotonic(), next(pauses))

        with _watch.collecting(connection, transport, spec, partial=True) as collector:
            for updates, more, _complete in _watch.answers(transport, collector, seconds):
                if updates:
                    pauses = _pauses()
                if more:
                    continue
                is_last = time.monotonic() >= deadline
                # The first answer contains everything, including tasks that appeared since the last search.
                found = search.find()
                if found.tasks or is_last:
                    break
        return found

    return connection.read(steps, deadline)


def _pauses() -> t.Iterator[float]:
    """How long to wait for a change, in seconds."""
    length = 1.0
    while True:
        yield length
        length *= 2
