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
    from .._connection import _connection, _transport
    from . import _filter, _taskinfo

LARGEST_PAGE = 1000
"""Maximum number of tasks that vCenter reads with each request."""

NEWEST = 10_000
"""Maximum number of tasks to search for single IDs: IDs can be wrong, and the history is long."""

MOST_PAGES = 10_000
"""Maximum number of pages of a history."""

MOST_ANSWERS = 4
"""The result of a search can be as large as that number of answers."""


class Scroll(t.NamedTuple):
    """How to read the history: the size of a page, the maximum number of tasks (None: all), and the end to start from.

    ``within`` is the maximum number of tasks to search (None: all).
    """

    page_size: int = LARGEST_PAGE
    limit: int | None = None
    newest_first: bool = False
    within: int | None = None


def search(
    connection: _connection.Connection,
    wanted: _filter.Filter,
    scroll: Scroll,
    from_info: t.Callable[[t.Any], _taskinfo.Task],
    deadline: float | None = None,
) -> list[_taskinfo.Task]:
    """The tasks of the history that match the filter, without labels. Memory holds one additional page."""

    def steps(transport: _transport.Transport) -> list[_taskinfo.Task]:
        made = _create(connection, transport, wanted)
        with connection.borrowed(transport, made, "DestroyCollector") as collector:
            found: list[_taskinfo.Task] = []
            infos = _infos(transport, collector, scroll, lambda: len(found))
            for task in map(from_info, itertools.islice(infos, scroll.within)):
                if wanted.fits(task):
                    found.append(task)
                if len(found) == scroll.limit:
                    break
            return found

    return connection.read(steps, deadline)


def _create(connection: _connection.Connection, transport: _transport.Transport, wanted: _filter.Filter) -> _values.Ref:
    try:
        collector: _values.Ref = transport.invoke(
            transport.manager("taskManager"), "CreateCollectorForTasks", {"filter": wanted.spec}
        )
    except _errors.Fault as fault:
        if fault.type == "InvalidState":
            # The maximum is that of TaskManager.maxCollector. Others can end theirs soon, so it is worth another try.
            raise _errors.Unavailable(
                f"{connection.host} allows no more searches in this session (InvalidState): run fewer modules at the "
                "same time in one session, or let each of them log in",
                **fault.result,
            ) from fault
        if fault.type != "NotSupported":
            raise
        raise _errors.NoHistory(
            f"{connection.host} does not keep a history of tasks, because it is not a vCenter"
        ) from fault
    return collector


def _infos(
    transport: _transport.Transport, collector: _values.Ref, scroll: Scroll, kept: t.Callable[[], int]
) -> t.Iterator[_values.Data]:
    """TaskInfo by TaskInfo, read page by page. ``kept`` returns how many of them the caller keeps so far.

    A new collector starts before the oldest task. From the newest backwards, the latest page comes first. If the server
    has queued new tasks in the meantime, the preceding page can start with tasks of that page. The API promises no
    order within the latest page.
    """
    first: list[_values.Data] = []
    method, is_full = "ReadNextTasks", True
    if scroll.newest_first:
        transport.invoke(collector, "SetCollectorPageSize", {"maxCount": scroll.page_size})
        first = transport.get(collector, "latestPage") or []
        transport.invoke(collector, "ResetCollector")
        method, is_full = "ReadPreviousTasks", len(first) >= scroll.page_size
    yield from sorted(first, key=_queued, reverse=True)
    before = set(map(_key, first)) - {""}
    turn, check = transport.pages(MOST_PAGES, MOST_ANSWERS), _no_circle(transport)
    for page in _pages(transport, collector, method, scroll.page_size, is_full=is_full):
        check([_key(info) for info in page])
        begin = kept()
        yield from (info for info in sorted(page, key=_queued, reverse=scroll.newest_first) if _key(info) not in before)
        turn(kept() > begin)
        before = set(map(_key, page)) - {""}


def _pages(
    transport: _transport.Transport, collector: _values.Ref, method: str, size: int, *, is_full: bool
) -> t.Iterator[list[_values.Data]]:
    """Page by page, up to the largest page that is empty.

    Tasks that the user cannot see take up space in a page and can fill it (seen with events: govmomi 3450). Therefore,
    the page after one that is not full is as large as possible. ``is_full`` is about the page before the first one.
    """
    count = size if is_full else LARGEST_PAGE
    while (page := transport.invoke(collector, method, {"maxCount": count}) or []) or count < LARGEST_PAGE:
        if page:
            yield page
        count = size if len(page) >= count else LARGEST_PAGE


def _no_circle(transport: _transport.Transport) -> t.Callable[[list[str]], None]:
    """Returns a check of the keys on each page: an error if the pages lead in a circle.

    It compares each page with one before it, which becomes a later one whenever the number of pages has doubled. One
    equal page can come from new tasks that moved the others.
    """
    known: list[str] = []
    turned = repeated = 0

    def check(keys: list[str]) -> None:
        nonlocal known, turned, repeated
        turned += 1
        repeated += any(keys) and keys == known
        if repeated > 1:
            raise transport.malformed("its pages lead in a circle")
        if not turned & (turned - 1):
            known = keys

    return check


def _queued(info: t.Any) -> datetime.datetime:
    # One that cannot be read must not cost the other tasks.
    time = _values.time_of(info.get("queueTime")) if isinstance(info, dict) else None
    return time or datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


def _key(info: t.Any) -> str:
    """The key of a task, or an empty string if it is unreadable."""
    key = _values.plain(info.get("key")) if isinstance(info, dict) else None
    return key if isinstance(key, str) else ""
