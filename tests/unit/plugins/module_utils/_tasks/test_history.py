# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a history in which some tasks are odd, and putting their children below them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _values
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _history, _tree

QUEUED = "2026-11-22T01:13:10Z"
ODD: list[t.Any] = [
    {"queueTime": "soon"},
    {"queueTime": {"_typeName": "dateTime", "_value": QUEUED}},
    {"key": {"_": 1}},
]


class Pages:
    """A history collector that has that page once, before and in the latest page."""

    def __init__(self, page: list[t.Any]) -> None:
        self._pages = [page]
        self._page = page

    def get(self, ref: _values.Ref, name: str) -> list[t.Any]:
        return self._page

    def invoke(self, ref: _values.Ref, method: str, params: object = None) -> t.Any:
        return self._pages.pop() if method.startswith("Read") and self._pages else None


@pytest.mark.parametrize("newest_first", [False, True])
def test_an_odd_task_hides_no_other(newest_first: bool) -> None:
    infos = [*ODD, "odd", None, {"key": "task-1", "queueTime": QUEUED}, {"key": "task-2", "queueTime": QUEUED}]
    transport: t.Any = Pages(infos)
    found = list(_history._infos(transport, _values.reference("TaskHistoryCollector", "x"), 10, newest_first))
    assert all(info in found for info in infos)
    known = [info["key"] for info in found if isinstance(info, dict) and isinstance(info.get("key"), str)]
    assert sorted(known) == ["task-1", "task-2"]


def test_children_of_a_task_without_key_are_found_by_its_id() -> None:
    def task(number: int, **other: str | None) -> t.Any:
        unset = dict.fromkeys(("parent_task_key", "root_task_key", "queue_time"))
        return {**unset, "id": f"task-{number}", "key": f"task-{number}", **other}

    top = task(1, key=None)
    below = [task(2, parent_task_key="task-1"), task(3, key=None, parent_task_key="task-1")]
    [found] = _tree.nested([top], below)
    assert [child["id"] for child in found["children"]] == ["task-2", "task-3"]
