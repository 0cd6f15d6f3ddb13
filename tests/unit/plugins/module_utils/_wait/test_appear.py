# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that do not exist yet: when the search is repeated, and for how long."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    filter_spec,
    object_spec,
    property_spec,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import Reading
from ansible_collections.vsphere.tasks.plugins.module_utils._values import Ref, reference
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _appear

from ..builders import change, task, updates, watching
from ..wire import Clock, Wire, connect

NEW = updates(change("task-1", "enter"))
FOUND = Reading([task("task-1")], [])
NONE = Reading([], [])


class Search:
    """A search that finds the given readings, one after another."""

    def __init__(self, *readings: Reading) -> None:
        self.readings = [*readings]

    def find(self) -> Reading:
        return self.readings.pop(0)


def find(monkeypatch: pytest.MonkeyPatch, wire: Wire, search: t.Any, deadline: float, **how: t.Any) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in _appear.find(connection, search, deadline, **how).tasks]


def test_a_truncated_answer_is_read_to_its_end_before_the_search(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    search = Search(FOUND)
    wire = Wire(**watching({**NEW, "truncated": True}, NEW))
    assert find(monkeypatch, wire, search, clock.now + 60) == ["task-1"]
    assert wire.methods().count("WaitForUpdatesEx") == 2


def test_a_search_without_a_result_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(NEW, clock.after(20), clock.after(10)))
    search = Search(NONE, NONE, NONE)
    assert find(monkeypatch, wire, search, clock.now + 30) == []
    # The last search comes after the deadline, because it had no news before.
    assert search.readings == []


@pytest.mark.parametrize("first", [NEW, None], ids=["changes", "nothing"])
def test_the_search_is_repeated_at_growing_intervals_after_each_change(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, first: t.Any
) -> None:
    answers = [first, clock.after(1), clock.after(2), NEW, clock.after(1)]
    wire = Wire(**watching(*answers))
    find(monkeypatch, wire, Search(*[NONE] * 4, FOUND), clock.now + 60)
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 1, 2, 4, 1]


def test_a_server_that_announces_nothing_is_searched(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(None, *[clock.after(seconds) for seconds in (1, 2, 4, 8, 16, 20, 20)]))
    search = Search(*[NONE] * 7, FOUND)
    assert find(monkeypatch, wire, search, clock.now + 300) == ["task-1"]
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 1, 2, 4, 8, 16, 20, 20]


@pytest.mark.parametrize("of", [None, reference("VirtualMachine", "vm-1")])
def test_the_recent_tasks_of_the_entity_or_of_all_are_watched(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, of: t.Any
) -> None:
    wire = Wire(**watching(NEW))
    find(monkeypatch, wire, Search(FOUND), clock.now, of=of)
    [root] = wire.params["CreateFilter"]["spec"]["objectSet"]
    assert root["obj"]["type"] == ("VirtualMachine" if of else "TaskManager")
    assert root["selectSet"][0]["path"] == "recentTask"


@pytest.mark.parametrize("of", [None, reference("HostSystem", "host-1")])
def test_the_watch_is_for_the_recent_tasks_of_an_entity_or_of_the_server(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, of: Ref | None
) -> None:
    wire = Wire(**watching(NEW))
    assert find(monkeypatch, wire, Search(FOUND), clock.now + 60, of=of) == ["task-1"]
    root = of or reference("TaskManager", "taskManager")
    assert wire.params["CreateFilter"] == {
        "spec": filter_spec(
            [object_spec(root, through="recentTask")],
            [property_spec(root["type"], "recentTask"), property_spec("Task", "info.state", "info.cancelable")],
            transient=True,
        ),
        "partialUpdates": True,
    }
