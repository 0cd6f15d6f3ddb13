# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tasks options mean: where they are looked for, and when they are too many to do anything about."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection

UNSET = {name: option.get("default") for name, option in SELECTION_SPEC.items()}
MACHINE = {"type": "VirtualMachine", "moid": "vm-1", "name": None, "path": None, "recursion": "self"}


def select(**given: t.Any) -> Selection:
    """The selection of a module's options; of an entity only what differs from one machine is given."""
    if "entity" in given:
        given["entity"] = {**MACHINE, **given["entity"]}
    return Selection.from_params({**UNSET, **given})


def test_without_options_all_recent_tasks_are_meant() -> None:
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
        ({"limit": 0}, "limit 0"),
        ({"page_size": 0}, "page_size 0"),
        ({"page_size": 1001}, "page_size 1001 .*1000"),
        ({"entity": {"type": None, "moid": None}}, "entity is empty"),
        ({"entity": {"moid": None, "recursion": "all"}}, r"entity\.recursion"),
        ({"entity": {"recursion": "children"}, "source": "recent"}, r"entity\.recursion .*source"),
        ({"task_ids": ["x y"]}, "task_ids: 'x y'"),
        ({"users": []}, "users is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        select(**given)


@pytest.mark.parametrize("given", [{"limit": 1}, {"page_size": 1}, {"page_size": 1000}])
def test_limits_are_taken_to_their_ends(given: dict[str, t.Any]) -> None:
    select(**given)


# --- where they are looked for ---


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({}, []),
        ({"states": ["running"], "users": ["x"], "tags": ["x"]}, []),
        ({"begin_time": "-2h", "alarm": "alarm-1"}, ["begin_time", "alarm"]),
        ({"children": True}, ["children"]),
        ({"entity": {"recursion": "all"}}, ["entity.recursion"]),
        # Tasks that are given are read as objects, whatever they have to be.
        ({"task_ids": ["task-1"], "begin_time": "-2h", "children": True}, []),
        ({"task_ids": ["task-1"], "entity": {"recursion": "all"}}, ["entity.recursion"]),
    ],
)
def test_some_options_need_the_history(given: dict[str, t.Any], needs: list[str]) -> None:
    selection = select(**given)
    assert selection.needs_history == needs
    assert selection.from_history == bool(needs)


def test_the_source_has_the_last_word() -> None:
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


# --- what is done about them ---


@pytest.mark.parametrize("given", [{"task_ids": ["task-1"]}, {"task_ids": []}, {"entity": {}}, {"states": ["queued"]}])
def test_something_has_to_say_what_to_wait_for(given: dict[str, t.Any]) -> None:
    select(**given).check_for_wait("fail")


def test_everything_cannot_be_waited_for() -> None:
    with pytest.raises(VsphereError, match="task_ids"):
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
    {"description_ids": ["VirtualMachine.clone*"]},
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
    {"description_ids": ["*"]},
    {"description_ids": ["VirtualMachine.clone", "Folder*"]},
]


@pytest.mark.parametrize("given", NARROW, ids=str)
def test_what_singles_out_tasks_may_be_cancelled(given: dict[str, t.Any]) -> None:
    select(**given).check_for_cancellation("too much")
    select(**given).check_for_wait("cancel")


@pytest.mark.parametrize("given", WIDE, ids=str)
def test_what_a_large_part_of_all_tasks_have_may_not_be_cancelled(given: dict[str, t.Any]) -> None:
    with pytest.raises(VsphereError, match=r"^too much: "):
        select(**given).check_for_cancellation("too much")
    with pytest.raises(VsphereError, match="on_timeout"):
        select(**given).check_for_wait("cancel")
    select(**given).check_for_wait("return")


def test_tasks_of_the_root_folder_itself_may_be_cancelled() -> None:
    select(entity={"type": "Folder", "moid": "group-d1"}).check_for_cancellation("too much")
