# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that the server has no more as objects: what its history has of them."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _past

from ..builders import info, newest
from ..wire import Wire, connect, reader_of


def find(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in _past.find(reader_of(connection), [*task_ids])]


def find_all(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in _past.find_all(reader_of(connection), [*task_ids])]


def test_those_of_the_ids_that_the_history_has_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(*(info(f"task-{number}") for number in range(1, 6))))
    assert sorted(find(monkeypatch, wire, "task-2", "task-4", "task-9")) == ["task-2", "task-4"]


def test_the_search_ends_when_all_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(info("task-1")))
    assert find(monkeypatch, wire, "task-1") == ["task-1"]
    assert "ReadPreviousTasks" not in wire.methods()


def test_only_the_newest_are_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_past, "NEWEST", 2)
    times = [f"2026-01-02T03:04:0{number}Z" for number in range(3)]
    infos = [info(f"task-{number}", queueTime=time) for number, time in enumerate(times)]
    assert find(monkeypatch, Wire(**newest(*infos)), "task-0", "task-1") == ["task-1"]


@pytest.mark.parametrize("task_ids", [(), ("task-1",)], ids=["no ids", "no history"])
def test_without_ids_or_a_history_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, task_ids: tuple[str, ...]) -> None:
    wire = Wire()
    if task_ids:
        wire.lacks.add("extensionManager")
    assert find(monkeypatch, wire, *task_ids) == []
    assert wire.methods() == ["Login", "Logout"]


def test_all_that_are_found_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_all(monkeypatch, Wire(**newest(info("task-1"))), "task-1") == ["task-1"]


@pytest.mark.parametrize("is_esxi", [False, True])
def test_ids_that_the_history_lacks_are_named_and_it_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, is_esxi: bool
) -> None:
    wire = Wire(**newest(info("task-1")))
    if is_esxi:
        wire.lacks.add("extensionManager")
    with pytest.raises(VsphereError) as caught:
        find_all(monkeypatch, wire, "task-1", "task-8")
    assert caught.value.result == {"missing_task_ids": ["task-1", "task-8"] if is_esxi else ["task-8"]}
    assert ("history" in caught.value.message) == (not is_esxi)
