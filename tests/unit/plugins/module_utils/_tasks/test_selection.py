# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selections: their options, the source of their tasks, and the minimum that a wait or a cancellation requires."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection

UNSET = {name: option.get("default") for name, option in SELECTION_SPEC.items()}
MACHINE = {"type": "VirtualMachine", "moid": "vm-1", "name": None, "path": None, "recursion": "self"}


def select(**given: t.Any) -> Selection:
    """The selection of a module's options. The entity only needs the parts that differ from MACHINE."""
    if "entity" in given:
        given["entity"] = {**MACHINE, **given["entity"]}
    return Selection.from_params({**UNSET, **given})


def test_a_selection_without_options_has_all_recent_tasks() -> None:
    assert select() == Selection()


def test_options_become_the_selection() -> None:
    selection = select(
        task_ids=["task-1", "task-1"],
        users=["x"],
        entity={"recursion": "all"},
        children=True,
        source="history",
        order="oldest",
        limit=5,
        page_size=7,
    )
    assert selection.task_ids == ["task-1"]
    assert selection.conditions.users == ["x"]
    assert selection.entity
    assert (selection.entity.option, selection.entity.moid) == ("entity", "vm-1")
    assert (selection.recursion, selection.children, selection.source) == ("all", True, "history")
    assert (selection.newest_first, selection.limit, selection.page_size) == (False, 5, 7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"limit": 0}, "^limit 0 .* 1 or more$"),
        ({"page_size": 0}, "page_size 0"),
        ({"page_size": 1001}, "^page_size 1001 .* 1 to 1000$"),
        ({"entity": {"type": None, "moid": None}}, "^entity is empty: "),
        ({"entity": {"moid": None, "recursion": "all"}}, r"^entity\.recursion requires a single object"),
        ({"entity": {"recursion": "children"}, "source": "recent"}, r"^entity\.recursion .*source"),
        ({"task_ids": ["x y"]}, "task_ids: 'x y'"),
        ({"users": []}, "users is empty"),
    ],
)
def test_an_invalid_selection_is_rejected(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        select(**given)


@pytest.mark.parametrize("given", [{"limit": 1}, {"page_size": 1}, {"page_size": 1000}])
def test_a_limit_can_be_at_an_end_of_its_range(given: dict[str, t.Any]) -> None:
    select(**given)


# --- the source ---


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({}, []),
        ({"states": ["running"], "users": ["x"], "tags": ["x"]}, []),
        ({"begin_time": "-2h", "alarm": "alarm-1"}, ["begin_time", "alarm"]),
        ({"children": True}, ["children"]),
        ({"entity": {"recursion": "all"}}, ["entity.recursion"]),
        # IDs are read as objects, regardless of the other conditions.
        ({"task_ids": ["task-1"], "begin_time": "-2h", "children": True}, []),
        ({"task_ids": ["task-1"], "entity": {"recursion": "all"}}, ["entity.recursion"]),
    ],
)
def test_some_options_need_the_history(given: dict[str, t.Any], needs: list[str]) -> None:
    selection = select(**given)
    assert selection.needs_history == needs
    assert selection.from_history == bool(needs)


def test_a_given_source_is_used() -> None:
    assert select(source="history").from_history
    assert not select(source="recent", begin_time="-2h").from_history


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({}, True),
        ({"limit": 5, "order": "oldest"}, True),
        ({"states": ["running"]}, False),
        ({"entity": {}}, False),
        ({"children": True}, False),
        ({"source": "history"}, False),
    ],
)
def test_ids_are_plain_unless_something_narrows_them(given: dict[str, t.Any], plain: bool) -> None:
    assert select(task_ids=["task-1"], **given).is_plain_ids == plain


def test_a_selection_without_ids_is_not_plain() -> None:
    assert not select().is_plain_ids


# --- the minimum for a wait or a cancellation ---


@pytest.mark.parametrize("given", [{"task_ids": ["task-1"]}, {"task_ids": []}, {"entity": {}}, {"states": ["queued"]}])
def test_a_selection_with_a_condition_can_be_waited_for(given: dict[str, t.Any]) -> None:
    select(**given).check_for_wait("fail")


def test_a_selection_of_everything_cannot_be_waited_for() -> None:
    with pytest.raises(VsphereError, match=r"^the tasks to wait for are missing: set task_ids"):
        select(limit=5, order="oldest").check_for_wait("return")


NARROW: list[dict[str, t.Any]] = [
    {"task_ids": ["task-1"]},
    {"entity": {}},
    {"entity": {"recursion": "all"}},
    {"users": ["x"]},
    {"activation_ids": ["x"]},
    {"parent_task_keys": ["task-1"]},
    {"scheduled_task": "schedule-1"},
    {"description_ids": ["VirtualMachine.clone"]},
    {"description_ids": ["Copy"]},
    *({"description_ids": [each]} for each in ("VirtualMachine.clone*", "*.clone*", "*clone*", "com.example.*")),
    {"description_ids": ["VirtualMachine.*"], "users": ["x"]},
]
WIDE: list[dict[str, t.Any]] = [
    {"states": ["running"]},
    {"system_user": True},
    {"begin_time": "-2h"},
    {"cancelable": True},
    {"entity": {"moid": None}},
    {"entity": {"type": "Folder", "moid": "group-d1", "recursion": "all"}},
    {"entity": {"type": None, "moid": None, "path": "/", "recursion": "children"}},
    {"description_ids": ["VirtualMachine.*"]},
    *({"description_ids": [pattern]} for pattern in ("*", "*.*", "*e*", "*Machine.*", "V*M*.*", "FileManager.*")),
    {"description_ids": ["VirtualMachine.clone", "Folder*"]},
]


@pytest.mark.parametrize("given", NARROW, ids=str)
def test_a_narrow_selection_can_be_canceled(given: dict[str, t.Any]) -> None:
    select(**given).check_for_cancellation("too much")
    select(**given).check_for_wait("cancel")


@pytest.mark.parametrize("given", WIDE, ids=str)
def test_a_broad_selection_cannot_be_canceled(given: dict[str, t.Any]) -> None:
    with pytest.raises(VsphereError, match=r"^too much: .* one of users, description_ids, "):
        select(**given).check_for_cancellation("too much")
    with pytest.raises(VsphereError, match=r"^on_timeout: cancel requires a more specific selection: "):
        select(**given).check_for_wait("cancel")
    select(**given).check_for_wait("return")


def test_tasks_of_the_root_folder_itself_can_be_canceled() -> None:
    select(entity={"type": "Folder", "moid": "group-d1"}).check_for_cancellation("too much")
