# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets of a wait or a cancellation: unfinished tasks, and tasks that have ended."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _targets

from ..builders import HISTORY, hidden, history, info, newest, reading, updates, watching
from ..wire import Clock, Wire, connect, reader_of

RUNNING = Selection(conditions=Conditions(description_ids=["VirtualMachine.*"]))


def find(
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    selection: Selection,
    *,
    appear_by: float | None = None,
    context: Context | None = None,
) -> tuple[list[str], list[str]]:
    """The IDs of the unfinished tasks, and of the ended ones."""
    with connect(monkeypatch, wire) as connection:
        found = _targets.find(reader_of(connection, context=context), selection, appear_by=appear_by)
    return found.task_ids, [each["id"] for each in found.ended]


def test_ids_without_other_conditions_cost_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(monkeypatch, Wire(), Selection(task_ids=["task-2", "task-1"])) == (["task-2", "task-1"], [])


def test_selected_tasks_are_divided_into_unfinished_and_ended_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1", "error"), info("task-2"), info("task-3", "queued"))])
    assert find(monkeypatch, wire, RUNNING) == (["task-2", "task-3"], ["task-1"])


def test_children_are_targets_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    top = info("task-1")
    below = info("task-2", "success", parentTaskKey="task-1", rootTaskKey="task-1")
    wire = Wire(
        RetrievePropertiesEx=[reading(top)],
        CreateCollectorForTasks=[HISTORY] * 3,
        ReadNextTasks=[[below], None, None, None],
        DestroyCollector=[None] * 3,
    )
    selection = Selection(task_ids=["task-1"], children=True)
    assert find(monkeypatch, wire, selection) == (["task-1"], ["task-2"])


def test_an_id_that_neither_the_server_nor_the_history_knows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = Selection(task_ids=["task-8"], source="history")
    with pytest.raises(VsphereError) as caught:
        find(monkeypatch, Wire(**newest(), RetrievePropertiesEx=[None]), selection)
    assert caught.value.result == {"missing_task_ids": ["task-8"]}
    assert caught.value.message.endswith("task-8: check the IDs, which its history does not contain either")


def test_a_hidden_id_is_a_target_although_other_options_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = reading(info("task-1"))
    answer["objects"].append(hidden("task-2"))
    selection = Selection(task_ids=["task-2", "task-1"], conditions=Conditions(states=["running"]))
    assert find(monkeypatch, Wire(RetrievePropertiesEx=[answer]), selection) == (["task-1", "task-2"], [])


def test_more_tasks_than_the_limit_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"), info("task-2"))])
    selection = Selection(conditions=RUNNING.conditions, limit=1)
    task_ids, _ended = find(monkeypatch, wire, selection, context=Context(warn=warnings.append))
    assert len(task_ids) == 1
    assert len(warnings) == 1
    assert "raise limit" in warnings[0]


@pytest.mark.parametrize("there", [True, False])
def test_tasks_can_appear_if_none_exist_and_there_is_time(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(RetrievePropertiesEx=[reading(*[info("task-1")] * there), reading(info("task-2"))])
    if not there:
        wire.script.update(watching(updates({"kind": "enter", "obj": {"value": "x"}})))
    assert find(monkeypatch, wire, RUNNING, appear_by=clock.now + 10) == (["task-1" if there else "task-2"], [])


@pytest.mark.parametrize("source", ["recent", "history"])
def test_the_recent_tasks_of_the_object_are_watched_unless_the_history_is_searched(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    clock, machine = Clock(monkeypatch), reference("VirtualMachine", "vm-1")
    selection = Selection(entity=Entity("entity", path="DC0/vm/web"), source=source, newest_first=False)
    wire = Wire(FindByInventoryPath=[machine], RetrievePropertiesEx=[reading()] * 2, **watching(updates()))
    for method, answers in history().items():
        wire.script[method] = [None] * 4 if method == "ReadNextTasks" else answers * 2
    assert find(monkeypatch, wire, selection, appear_by=clock.now) == ([], [])
    [root] = wire.params["CreateFilter"]["spec"]["objectSet"]
    assert root["obj"] == (machine if source == "recent" else reference("TaskManager", "taskManager"))


def test_without_time_to_appear_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(monkeypatch, Wire(RetrievePropertiesEx=[reading()]), RUNNING) == ([], [])


def test_a_search_in_the_history_is_repeated_because_the_history_lags_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(
        CreateCollectorForTasks=[HISTORY] * 3,
        # The third search finds the task, although nothing has changed since the second one.
        ReadNextTasks=[None, None, [info("task-2")], None],
        DestroyCollector=[None] * 3,
        **watching(updates({"kind": "enter", "obj": {"value": "x"}}), clock.after(1)),
    )
    selection = Selection(conditions=RUNNING.conditions, source="history", newest_first=False)
    assert find(monkeypatch, wire, selection, appear_by=clock.now + 10) == (["task-2"], [])
