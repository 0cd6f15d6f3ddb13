# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the history page by page, from either end, with odd tasks in it."""

from __future__ import annotations

import contextlib
import itertools
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, NoHistory, Unavailable, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _history
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions

from ..builders import HISTORY, history, info, newest
from ..wire import Clock, Wire, connect, reader_of

QUEUED = "2026-11-22T01:13:10Z"
ODD: list[t.Any] = [
    {"queueTime": "soon"},
    {"queueTime": {"_typeName": "dateTime", "_value": QUEUED}},
    {"key": {"_": 1}},
]


@pytest.mark.parametrize("newest_first", [False, True])
def test_an_odd_task_does_not_hide_other_tasks(monkeypatch: pytest.MonkeyPatch, newest_first: bool) -> None:
    infos = [*ODD, "odd", None, {"key": "task-1", "queueTime": QUEUED}, {"key": "task-2", "queueTime": QUEUED}]
    wire = Wire(SetCollectorPageSize=[None], latestPage=[infos], ResetCollector=[None])
    # The page before the latest one can have the same content.
    wire.script["ReadPreviousTasks" if newest_first else "ReadNextTasks"] = [infos, None]
    with connect(monkeypatch, wire) as connection:
        found = list(
            _history._infos(connection._transport, HISTORY, _history.Scroll(10, newest_first=newest_first), int)
        )
    assert all(each in found for each in infos)
    known = [each["key"] for each in found if isinstance(each, dict) and isinstance(each.get("key"), str)]
    assert sorted(known) == ["task-1", "task-2"]


def test_tasks_without_a_readable_key_are_kept_from_each_page(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        SetCollectorPageSize=[None], latestPage=[ODD], ResetCollector=[None], ReadPreviousTasks=[ODD, ODD, None]
    )
    with connect(monkeypatch, wire) as connection:
        found = list(_history._infos(connection._transport, HISTORY, _history.Scroll(10, newest_first=True), int))
    assert [found.count(each) for each in ODD] == [3, 3, 3]


WANTED = Conditions(states=["running"]).to_filter(None)


def search(monkeypatch: pytest.MonkeyPatch, wire: Wire, scroll: _history.Scroll) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in reader_of(connection).search_history(WANTED, scroll)]


def aged(number: int, state: str = "running") -> t.Any:
    """A task whose queue time is the number."""
    return info(f"task-{number}", state, queueTime=f"2026-01-02T03:04:{number:02}Z")


def test_all_pages_are_read_and_the_collector_is_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[aged(2), aged(1)], [aged(3, "success"), aged(4)], None, None]
    wire = Wire(CreateCollectorForTasks=[HISTORY], ReadNextTasks=pages, DestroyCollector=[None])
    assert search(monkeypatch, wire, _history.Scroll(2)) == ["task-1", "task-2", "task-4"]
    assert wire.params["CreateCollectorForTasks"] == {"filter": WANTED.spec}
    assert ("CreateCollectorForTasks", "taskManager") in wire.calls
    assert ("DestroyCollector", HISTORY["value"]) in wire.calls


def test_a_limit_counts_matching_tasks_and_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[aged(1, "success"), aged(2)], [aged(3), aged(4)]]
    wire = Wire(CreateCollectorForTasks=[HISTORY], ReadNextTasks=pages, DestroyCollector=[None])
    assert search(monkeypatch, wire, _history.Scroll(2, limit=2)) == ["task-2", "task-3"]


def test_a_maximum_of_tasks_to_read_counts_all_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[aged(1, "success"), aged(2)], [aged(3), aged(4)]]
    wire = Wire(CreateCollectorForTasks=[HISTORY], ReadNextTasks=pages, DestroyCollector=[None])
    assert search(monkeypatch, wire, _history.Scroll(2, within=3)) == ["task-2", "task-3"]


def test_overlapping_pages_from_the_newest_task_on_give_each_task_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(aged(5), aged(6), aged(7)))
    # Others have been queued meanwhile, so that the previous page begins with tasks of the latest.
    wire.script["ReadPreviousTasks"] = [[aged(3), aged(4), aged(5)], [aged(1), aged(2), aged(3)], None, None]
    found = search(monkeypatch, wire, _history.Scroll(3, newest_first=True))
    assert found == [f"task-{number}" for number in (7, 6, 5, 4, 3, 2, 1)]
    assert wire.params["SetCollectorPageSize"] == {"maxCount": 3}


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [
        # The next page is the largest possible one after a page that is not full, because hidden tasks can fill it.
        ([0, 0], [2, 4]),
        ([2, 0, 0], [2, 2, 4]),
        ([1, 0], [2, 4]),
        ([2, 0, 3, 4, 2, 0, 0], [2, 2, 4, 4, 2, 2, 4]),
        ([0, 1, 0], [2, 4, 4]),
    ],
)
def test_only_the_largest_page_is_the_end_if_it_is_empty(
    monkeypatch: pytest.MonkeyPatch, lengths: list[int], sizes: list[int]
) -> None:
    monkeypatch.setattr(_history, "LARGEST_PAGE", 4)
    numbers = itertools.count(1)
    pages = [[aged(next(numbers)) for _each in range(length)] for length in lengths]
    wire = Wire(CreateCollectorForTasks=[HISTORY], ReadNextTasks=pages, DestroyCollector=[None])
    assert len(search(monkeypatch, wire, _history.Scroll(2))) == sum(lengths)
    assert [given["maxCount"] for method, given in wire.given if method == "ReadNextTasks"] == sizes


@pytest.mark.parametrize(("latest", "sizes"), [(2, [2, 1000]), (1, [1000]), (0, [1000])])
def test_a_latest_page_that_is_not_full_precedes_the_largest_one(
    monkeypatch: pytest.MonkeyPatch, latest: int, sizes: list[int]
) -> None:
    wire = Wire(**newest(*(aged(number) for number in range(1, latest + 1))))
    wire.script["ReadPreviousTasks"] = [None] * len(sizes)
    assert len(search(monkeypatch, wire, _history.Scroll(2, newest_first=True))) == latest
    assert [given["maxCount"] for method, given in wire.given if method == "ReadPreviousTasks"] == sizes


@pytest.mark.parametrize("limit", [None, 2])
def test_only_pages_with_a_wanted_task_count_for_the_size(monkeypatch: pytest.MonkeyPatch, limit: int | None) -> None:
    wire = Wire(**history())
    wire.script["ReadNextTasks"] = [[aged(1, "success")], [aged(2), aged(3, "success")], [aged(4)], None, None]
    limits: list[tuple[int, int]] = []
    turns: list[bool] = []

    def pages(most: int = 0, answers: int = 1) -> t.Callable[[bool], None]:
        limits.append((most, answers))
        return turns.append

    monkeypatch.setattr(wire, "pages", pages)
    assert search(monkeypatch, wire, _history.Scroll(1, limit)) == ["task-2", "task-4"]
    assert limits == [(_history.MOST_PAGES, _history.MOST_ANSWERS)]
    # A search that has found enough does not need to know.
    assert turns == [False, True, True][: 3 if limit is None else 2]


@pytest.mark.parametrize(("type_", "error"), [("NotSupported", NoHistory), ("InvalidArgument", Fault)])
def test_a_fault_shows_that_a_server_has_no_history(
    monkeypatch: pytest.MonkeyPatch, type_: str, error: type[Exception]
) -> None:
    wire = Wire(CreateCollectorForTasks=[Fault(type_, "no", {})])
    with pytest.raises(error):
        search(monkeypatch, wire, _history.Scroll())


def test_a_session_with_too_many_collectors_gets_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**history(aged(1)))
    wire.script["CreateCollectorForTasks"] = [Fault("InvalidState", "no", {}), HISTORY]
    clock = Clock(monkeypatch)
    assert search(monkeypatch, wire, _history.Scroll()) == ["task-1"]
    assert clock.pauses == [_recovery.READ_DELAYS[0]]
    wire.script["CreateCollectorForTasks"] = [Fault("InvalidState", "no", {})] * 9
    with pytest.raises(
        Unavailable, match=r"allows no more searches in this session \(InvalidState\): run fewer"
    ) as caught:
        search(monkeypatch, wire, _history.Scroll())
    assert caught.value.result["fault"]["type"] == "InvalidState"


def test_a_collector_is_destroyed_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        CreateCollectorForTasks=[HISTORY], ReadNextTasks=[Fault("SystemError", "no", {})], DestroyCollector=[None]
    )
    with pytest.raises(Fault):
        search(monkeypatch, wire, _history.Scroll())
    assert "DestroyCollector" in wire.methods()


def pages_read(*pages: str) -> int:
    """The number of pages, each a text of keys, that are read before they count as a circle."""
    check, read = _history._no_circle(t.cast("t.Any", Wire())), 0
    with contextlib.suppress(VsphereError):
        for page in pages:
            check([*page])
            read += 1
    return read


@pytest.mark.parametrize(
    ("pages", "read"),
    [
        # Each page is compared with page 1, 2, 4, or 8: the last of these before it.
        (["a", "b", "c", "d", "e", "f"], 6),
        (["a", "a"], 2),
        (["a", "a", "b", "a"], 3),
        (["a", "a", "a"], 2),
        (["a", "b", "b", "c", "d"], 5),
        (["a", "b", "b", "b"], 3),
        (["a", "b", "c", "d", "c", "d", "c", "d"], 7),
        (["a", "b", "c", "d", "a", "b", "c", "d", "a", "b", "c", "d", "a", "b", "c", "d"], 11),
        (["", "", "", ""], 4),
    ],
)
def test_only_the_second_repetition_of_a_page_is_a_circle(pages: list[str], read: int) -> None:
    assert pages_read(*pages) == read


def test_a_circle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateCollectorForTasks=[HISTORY], ReadNextTasks=[[aged(1)]] * 3, DestroyCollector=[None])
    with pytest.raises(VsphereError, match=r"^its pages lead in a circle$"):
        search(monkeypatch, wire, _history.Scroll(1))
