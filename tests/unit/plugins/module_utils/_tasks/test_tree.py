# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks below a task: searching, nesting, and flattening."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _tree

from ..builders import HISTORY, info, task
from ..wire import Wire, connect, reader_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task


def child(number: int, parent: int | None, root: int | None = None, **members: t.Any) -> Task:
    """A task with its parent and the first task of its chain. Its queue time is its number."""
    keys = {name: f"task-{n}" for name, n in (("parentTaskKey", parent), ("rootTaskKey", root)) if n}
    return task(f"task-{number}", queueTime=f"2026-01-02T03:04:{number:02}Z", **{**keys, **members})


def shape(tasks: list[Task]) -> dict[str, t.Any]:
    """The ids, each with those of its children."""
    return {each["id"]: shape(each["children"]) for each in tasks}


# --- finding ---


def test_one_search_finds_chains_and_others_follow_until_they_find_no_new_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = [info("task-2", parentTaskKey="task-1", rootTaskKey="task-1")]
    unchained = [info("task-3", parentTaskKey="task-2")]
    wire = Wire(
        CreateCollectorForTasks=[HISTORY] * 4,
        ReadNextTasks=[chain, None, unchained, None, None, None],
        DestroyCollector=[None] * 4,
    )
    with connect(monkeypatch, wire) as connection:
        below = _tree.find_below(reader_of(connection), [task("task-1")], 50)
    assert [each["id"] for each in below] == ["task-2", "task-3"]
    asked = [given["filter"] for method, given in wire.given if method == "CreateCollectorForTasks"]
    assert [(each.get("rootTaskKey"), each.get("parentTaskKey")) for each in asked] == [
        (["task-1"], None),
        (None, ["task-1", "task-2"]),
        (None, ["task-3"]),
    ]
    assert [given["maxCount"] for method, given in wire.given if method == "ReadNextTasks"] == [50, 1000] * 3


def test_the_chain_of_a_task_in_its_middle_is_that_of_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateCollectorForTasks=[HISTORY] * 2, ReadNextTasks=[None] * 4, DestroyCollector=[None] * 2)
    with connect(monkeypatch, wire) as connection:
        assert _tree.find_below(reader_of(connection), [child(2, 1, root=1)], 50) == []
    asked = [given["filter"] for method, given in wire.given if method == "CreateCollectorForTasks"]
    assert asked[0]["rootTaskKey"] == ["task-1"]


@pytest.mark.parametrize("levels", [2, 3])
def test_children_below_the_deepest_level_are_an_error(monkeypatch: pytest.MonkeyPatch, levels: int) -> None:
    monkeypatch.setattr(_tree, "DEEPEST", 2)
    chain = [child(number, number - 1) for number in range(2, levels + 1)]
    pages = [page for each in chain for page in ([info(each["id"], parentTaskKey=each["parent_task_key"])], None)]
    pages = [None, None, *pages, None, None]
    wire = Wire(CreateCollectorForTasks=[HISTORY] * 4, ReadNextTasks=pages, DestroyCollector=[None] * 4)
    too_deep = pytest.raises(VsphereError, match=r"^the children of the tasks have more than 2 levels: omit children$")
    with too_deep if levels > 2 else contextlib.nullcontext(), connect(monkeypatch, wire) as connection:
        assert len(_tree.find_below(reader_of(connection), [task("task-1")], 50)) == 1
    with too_deep if levels > 2 else contextlib.nullcontext():
        assert shape(_tree.nested([task("task-1")], chain)) == {"task-1": {"task-2": {}}}


def test_nothing_is_searched_without_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(monkeypatch, Wire()) as connection:
        assert _tree.find_below(reader_of(connection), [], 50) == []


# --- nesting ---


def test_children_stand_below_their_parents_the_oldest_first() -> None:
    below = [child(4, 2), child(3, 1), child(2, 1)]
    [top] = _tree.nested([task("task-1")], below)
    assert [each["id"] for each in top["children"]] == ["task-2", "task-3"]
    assert shape([top]) == {"task-1": {"task-2": {"task-4": {}}, "task-3": {}}}


def test_a_task_whose_parent_is_forgotten_stands_below_the_first_of_its_chain() -> None:
    assert shape(_tree.nested([task("task-1")], [child(3, 2, root=1)])) == {"task-1": {"task-3": {}}}


def test_a_task_of_another_chain_is_left_out() -> None:
    assert shape(_tree.nested([task("task-1")], [child(3, 2)])) == {"task-1": {}}


def test_a_task_that_is_both_given_and_below_another_stands_in_both_places() -> None:
    top, inner = task("task-1"), child(2, 1)
    assert shape(_tree.nested([top, inner], [inner, child(3, 2)])) == {
        "task-1": {"task-2": {"task-3": {}}},
        "task-2": {"task-3": {}},
    }


def test_a_circle_of_parents_ends_at_the_first_task() -> None:
    assert shape(_tree.nested([child(1, 2)], [child(1, 2), child(2, 1)])) == {"task-1": {"task-2": {}}}


def test_children_of_a_task_without_key_are_found_by_its_id() -> None:
    below = [child(2, 1), child(3, 1, key=None)]
    assert shape(_tree.nested([task("task-1", key=None)], below)) == {"task-1": {"task-2": {}, "task-3": {}}}


# --- flattening ---


def test_a_flat_list_has_each_task_once_and_without_children() -> None:
    inner = child(2, 1)
    trees = _tree.nested([task("task-1"), inner], [inner, child(3, 2)])
    flat = _tree.flat(trees)
    assert [each["id"] for each in flat] == ["task-1", "task-2", "task-3"]
    assert not any("children" in each for each in flat)
    assert "children" in trees[0]


def test_tasks_without_children_stay_as_they_are() -> None:
    assert _tree.flat([task("task-1")]) == [task("task-1")]
