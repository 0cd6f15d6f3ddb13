# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks from vCenter's history, by a TaskHistoryCollector."""

from __future__ import annotations

import datetime
import itertools
import typing as t

from .. import _errors, _values

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from .._connection import _connection, _transport
    from . import _filter, _taskinfo

LARGEST_PAGE = 1000
"""What vCenter reads at once at the most."""


class Scroll(t.NamedTuple):
    """How the history is read: the size of a page, how many tasks at the most (None: all), and from which end.

    ``within`` is among how many tasks at the most they are looked for (None: all).
    """

    page_size: int = LARGEST_PAGE
    limit: int | None = None
    newest_first: bool = False
    within: int | None = None


def search(
    connection: _connection.Connection,
    wanted: _filter.Filter,
    scroll: Scroll,
    from_info: Callable[[t.Any], _taskinfo.Task],
    deadline: float | None = None,
) -> list[_taskinfo.Task]:
    """The tasks of the history that the filter fits, without labels; memory holds one page besides them."""

    def steps(transport: _transport.Transport) -> list[_taskinfo.Task]:
        made = _create(connection, transport, wanted)
        with connection.borrowed(transport, made, "DestroyCollector") as collector:
            infos = _infos(transport, collector, scroll.page_size, scroll.newest_first)
            tasks = map(from_info, itertools.islice(infos, scroll.within))
            return list(itertools.islice(filter(wanted.fits, tasks), scroll.limit))

    return connection.read(steps, deadline)


def _create(connection: _connection.Connection, transport: _transport.Transport, wanted: _filter.Filter) -> _values.Ref:
    try:
        collector = transport.invoke(
            transport.manager("taskManager"), "CreateCollectorForTasks", {"filter": wanted.spec}
        )
    except _errors.Fault as fault:
        if fault.type != "NotSupported":
            raise
        raise _errors.NoHistory(f"{connection.host} keeps no history of tasks, as only a vCenter does") from fault
    return t.cast("_values.Ref", collector)


def _infos(
    transport: _transport.Transport, collector: _values.Ref, size: int, newest_first: bool
) -> t.Iterator[_values.Data]:
    """TaskInfo by TaskInfo, read page by page.

    A new collector stands before the oldest task. From the newest backwards the latest page comes first; what precedes
    it may begin with tasks of that page, where others have been queued meanwhile. The API promises no order within the
    latest page.
    """
    first: list[_values.Data] = []
    method = "ReadNextTasks"
    if newest_first:
        transport.invoke(collector, "SetCollectorPageSize", {"maxCount": size})
        first = transport.get(collector, "latestPage") or []
        transport.invoke(collector, "ResetCollector")
        method = "ReadPreviousTasks"
    yield from sorted(first, key=_queued, reverse=True)
    before = set(map(_key, first)) - {""}
    while page := transport.invoke(collector, method, {"maxCount": size}):
        yield from (info for info in sorted(page, key=_queued, reverse=newest_first) if _key(info) not in before)
        before = set(map(_key, page)) - {""}


def _queued(info: t.Any) -> datetime.datetime:
    # One that cannot be read must not cost the other tasks.
    time = _values.time_of(info.get("queueTime")) if isinstance(info, dict) else None
    return time or datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


def _key(info: t.Any) -> str:
    """The key of a task; empty where it cannot be read."""
    key = _values.plain(info.get("key")) if isinstance(info, dict) else None
    return key if isinstance(key, str) else ""
