# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watching tasks with a PropertyCollector: the state of each task after the answers to WaitForUpdatesEx."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    filter_spec,
    object_spec,
    property_spec,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import FEW, Watch

from ..builders import COLLECTOR, change, hidden, info, task, unknown, updates, watching, whole
from ..wire import Wire, connect, reader_of


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: t.Any) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def follow(monkeypatch: t.Any, wire: Wire, *task_ids: str, timeout: float = 60) -> tuple[Watch, list[list[str]]]:
    """Watch the tasks until all have ended. Returns the watch and its reports."""
    wire.script = {**watching(), **wire.script}
    seen: list[list[str]] = []
    with connect(monkeypatch, wire) as connection:
        watch = Watch(
            TaskReader(connection),
            list(task_ids),
            lambda tasks: seen.append([f"{task.id} {task.state}" for task in tasks]),
        )
        deadline = time.monotonic() + timeout
        watch.until(lambda: not watch.pending, deadline)
    return watch, seen


def watch_for(task_ids: list[str], *paths: str, partial: bool) -> dict[str, t.Any]:
    """The parameters of CreateFilter for those tasks."""
    objects = [object_spec(reference("Task", each)) for each in task_ids]
    spec = filter_spec(objects, [property_spec("Task", *paths)], transient=True)
    return {"spec": spec, "partialUpdates": partial}


def test_changes_are_reported_until_all_tasks_have_ended(monkeypatch: t.Any) -> None:
    answers = [
        updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="queued")),
        updates(change("task-2", state="error")),
        None,
        updates(change("task-1", state="success")),
    ]
    wire = Wire(WaitForUpdatesEx=answers)
    watch, seen = follow(monkeypatch, wire, "task-1", "task-2")
    assert watch.pending == []
    assert seen == [["task-1 running", "task-2 queued"], ["task-2 error"], ["task-1 success"]]
    # The logout destroys the collector.
    assert wire.methods()[-2:] == ["WaitForUpdatesEx", "Logout"]


def test_a_watch_without_time_reads_once_until_the_answer_is_complete(monkeypatch: t.Any) -> None:
    answers = [
        updates(change("task-1", "enter", state="success"), truncated=True),
        updates(change("task-2", "enter", state="running")),
    ]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1", "task-2", timeout=0)
    assert (watch.pending, watch.unknown) == (["task-2"], [])


def test_a_call_lasts_as_long_as_front_ends_and_the_deadline_let_it(monkeypatch: t.Any) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    for timeout, longest in ((60, 20), (5, 5)):
        answers = [updates(change("task-1", "enter", state="running")), updates(change("task-1", state="success"))]
        wire = Wire(WaitForUpdatesEx=answers)
        follow(monkeypatch, wire, "task-1", timeout=timeout)
        assert wire.params["WaitForUpdatesEx"]["options"]["maxWaitSeconds"] == longest


def test_a_change_without_value_unsets(monkeypatch: t.Any) -> None:
    unset = {
        "kind": "modify",
        "obj": reference("Task", "task-1"),
        "changeSet": [{"name": "info.progress", "op": "remove"}],
    }
    answers = [
        updates(change("task-1", "enter", state="running", progress=5)),
        updates(unset),
        updates(change("task-1", state="success")),
    ]
    watch, seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1")
    assert watch.tasks["task-1"].line()["progress"] is None
    assert len(seen) == 3


def test_a_progress_that_is_not_a_number_is_none(monkeypatch: t.Any) -> None:
    answers = [updates(change("task-1", "enter", state="success", progress="50.5"))]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1")
    assert watch.tasks["task-1"].line()["progress"] is None


def test_unknown_tasks_are_found_at_the_first_look(monkeypatch: t.Any) -> None:
    answers = [unknown("task-8"), unknown("task-9"), updates(change("task-1", "enter", state="running"))]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-8", "task-1", "task-9")
    assert watch.unknown == ["task-8", "task-9"]


@pytest.mark.parametrize("how", ["fault", "leave"])
def test_a_task_that_vanishes_is_gone(monkeypatch: t.Any, how: str) -> None:
    away = {"fault": unknown("task-1"), "leave": updates(change("task-1", "leave"))}[how]
    answers = [updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="running")), away]
    answers.append(updates(change("task-2", "enter", state="success")))
    watch, seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1", "task-2")
    assert (watch.gone, watch.unknown, watch.pending) == (["task-1"], [], [])
    assert ["task-1 gone"] in seen


@pytest.mark.parametrize(
    "error",
    [
        Lost("reset"),
        Fault("NotAuthenticated", "no session", {}),
        Fault("InvalidCollectorVersion", "what?", {}),
        Fault("ManagedObjectNotFound", "gone", {"obj": COLLECTOR}),
    ],
    ids=["lost", "session", "version", "collector"],
)
def test_a_watch_that_breaks_is_set_up_anew(monkeypatch: t.Any, error: Exception) -> None:
    answers = [
        updates(change("task-1", "enter", state="running")),
        error,
        updates(change("task-1", "enter", state="success")),
    ]
    wire = Wire(WaitForUpdatesEx=answers)
    watch, _seen = follow(monkeypatch, wire, "task-1")
    assert watch.pending == []
    assert wire.methods().count("CreatePropertyCollector") == 2
    assert wire.methods().count("DestroyPropertyCollector") == 1


def test_a_failed_clean_up_does_not_change_the_outcome(monkeypatch: t.Any) -> None:
    answers = [
        updates(change("task-1", "enter", state="running")),
        Lost("reset"),
        updates(change("task-1", "enter", state="success")),
    ]
    wire = Wire(WaitForUpdatesEx=answers, DestroyPropertyCollector=[Lost("reset")])
    watch, _seen = follow(monkeypatch, wire, "task-1")
    assert watch.tasks["task-1"].is_over


def test_a_task_that_is_missing_from_the_first_look_is_unknown(monkeypatch: t.Any) -> None:
    missing = {"obj": reference("Task", "task-8"), "fault": {"_typeName": "ManagedObjectNotFound", "faultstring": "no"}}
    first = updates(change("task-1", "enter", state="running"))
    first["filterSet"][0]["missingSet"] = [missing]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=[first]), "task-8", "task-1", "task-9")
    assert watch.unknown == ["task-8", "task-9"]


def test_a_task_that_is_reported_missing_later_is_gone_immediately(monkeypatch: t.Any) -> None:
    missing = {"obj": reference("Task", "task-1"), "fault": {"_typeName": "ManagedObjectNotFound", "faultstring": "no"}}
    gone = {"version": "-", "filterSet": [{"missingSet": [missing]}]}
    watch, seen = follow(
        monkeypatch, Wire(WaitForUpdatesEx=[updates(change("task-1", "enter", state="running")), gone]), "task-1"
    )
    assert (watch.gone, watch.unknown, watch.pending) == (["task-1"], [], [])
    assert seen[-1] == ["task-1 gone"]


@pytest.mark.parametrize("type_", ["ManagedObjectNotFound", "NoPermission"])
@pytest.mark.parametrize("where", ["object", "filter"])
def test_an_ended_task_that_becomes_unreadable_keeps_its_outcome(monkeypatch: t.Any, where: str, type_: str) -> None:
    fault = {"_typeName": type_, "faultstring": "no"}
    later = updates(change("task-2", state="success"))
    if where == "object":
        later["filterSet"][0]["objectSet"].insert(
            0, {**change("task-1"), "missingSet": [{"path": "info.state", "fault": fault}]}
        )
    else:
        later["filterSet"][0]["missingSet"] = [{"obj": reference("Task", "task-1"), "fault": fault}]
    first = updates(change("task-1", "enter", state="error"), change("task-2", "enter", state="running"))
    watch, seen = follow(monkeypatch, Wire(WaitForUpdatesEx=[first, later]), "task-1", "task-2")
    assert (watch.gone, watch.forbidden, watch.pending) == ([], [], [])
    assert watch.tasks["task-1"].state == "error"
    assert seen[-1] == ["task-2 success"]


def test_a_task_that_becomes_hidden_is_reported_once(monkeypatch: t.Any) -> None:
    answers = [
        updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="running")),
        updates(hidden("task-1")),
        updates(hidden("task-1"), change("task-2", state="success")),
    ]
    watch, seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1", "task-2")
    assert watch.forbidden == ["task-1"]
    assert seen == [["task-1 running", "task-2 running"], ["task-1 hidden"], ["task-2 success"]]


def test_a_vanished_task_is_reported_once(monkeypatch: t.Any) -> None:
    missing = {"obj": reference("Task", "task-1"), "fault": {"_typeName": "ManagedObjectNotFound", "faultstring": "no"}}
    gone = updates(change("task-1", "leave"))
    gone["filterSet"][0]["missingSet"] = [missing]
    answers = [
        updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="running")),
        gone,
        {"version": "-", "filterSet": [{"missingSet": [missing]}]},
        updates(change("task-2", state="success")),
    ]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1", "task-2")
    assert (watch.gone, watch.forbidden) == (["task-1"], [])


@pytest.mark.parametrize("where", ["info", "info.state", "filter"])
def test_a_hidden_task_does_not_affect_the_others(monkeypatch: t.Any, where: str) -> None:
    fault = {"_typeName": "NoPermission", "privilegeId": "System.View", "faultstring": "no"}
    first = updates(change("task-1", "enter", state="success"))
    if where != "filter":
        hidden = {**change("task-2", "enter", progress=1), "missingSet": [{"path": where, "fault": fault}]}
        first["filterSet"][0]["objectSet"].append(hidden)
    else:
        first["filterSet"][0]["missingSet"] = [{"obj": reference("Task", "task-2"), "fault": fault}]
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=[first]), "task-1", "task-2")
    assert (watch.forbidden, watch.unknown, watch.pending) == (["task-2"], [], [])
    assert [(each.id, each.is_over) for each in watch.tasks.values()] == [("task-1", True)]
    assert watch.reader.forbidden["task-2"].type == "NoPermission"
    # No call failed, so the message names the watch instead.
    if where == "filter":
        assert watch.reader.forbidden["task-2"].message.startswith("Watching of Task task-2 is not allowed: ")


@pytest.mark.parametrize("end", ["whole", "without its time", "inside"])
def test_few_tasks_come_whole_with_their_last_update(monkeypatch: t.Any, end: str) -> None:
    running = info("task-1", progress=5)
    over = info("task-1", "success", **({"completeTime": "2026-01-31T18:00:00Z"} if end == "whole" else {}))
    # A change inside of the TaskInfo can be one of an object, too.
    last = change("task-1", state="success", result={"_typeName": "X"}) if end == "inside" else whole(over)
    wire = Wire(WaitForUpdatesEx=[updates(whole(running, "enter")), updates(last)])
    watch, seen = follow(monkeypatch, wire, "task-1")
    assert wire.params["CreateFilter"] == watch_for(["task-1"], "info", partial=False)
    assert seen == [["task-1 running"], ["task-1 success"]]
    # An incomplete update is followed by another reading.
    assert watch.tasks["task-1"].final == (over if end == "whole" else None)


@pytest.mark.parametrize("where", ["object", "filter"])
def test_a_lost_session_in_the_missing_set_is_renewed_and_all_tasks_are_found(monkeypatch: t.Any, where: str) -> None:
    missing = hidden("task-1", "info.state", "NotAuthenticated")
    first = updates(missing)
    if where == "filter":
        fault = missing["missingSet"][0]["fault"]
        first = {"version": "-", "filterSet": [{"missingSet": [{"obj": missing["obj"], "fault": fault}]}]}
    answers = [first, updates(change("task-1", "enter", state="success"))]
    wire = Wire(WaitForUpdatesEx=answers)
    watch, _seen = follow(monkeypatch, wire, "task-1")
    assert watch.pending == []
    assert wire.methods().count("Login") == 2


def watch_of(monkeypatch: t.Any, seen: list[str], *task_ids: str, lately: bool = False) -> Watch:
    """A watch that has not started. Its reports are appended to seen."""
    connection = connect(monkeypatch, Wire())
    return Watch(
        reader_of(connection),
        [*task_ids],
        lambda tasks: seen.extend(f"{each.id} {each.state}" for each in tasks),
        seen=lately,
    )


def test_the_history_settles_unknown_tasks(monkeypatch: t.Any) -> None:
    seen: list[str] = []
    watch = watch_of(monkeypatch, seen, "task-1", "task-2", "task-3")
    watch.unknown = ["task-1", "task-2"]
    watch.settle([task("task-1", "success", progress=100, entityName="web"), task("task-2", "running")])
    assert (watch.unknown, watch.gone, watch.pending) == ([], ["task-2"], ["task-3"])
    assert watch.tasks["task-1"].line() == {
        "id": "task-1",
        "operation": "VirtualMachine.clone",
        "entity": "web",
        "state": "success",
        "progress": 100,
    }
    assert seen == ["task-1 success", "task-2 gone"]


def test_an_unknown_task_of_an_earlier_round_is_gone(monkeypatch: t.Any) -> None:
    wire = Wire(**watching(updates()))
    with connect(monkeypatch, wire) as connection:
        watch = Watch(reader_of(connection), ["task-1"], seen=True)
        watch.until(lambda: not watch.pending, time.monotonic() + 60)
    assert (watch.gone, watch.unknown, watch.pending) == (["task-1"], [], [])


@pytest.mark.parametrize(("first", "times"), [("running", 1), ("success", 0)])
def test_work_during_the_watch_is_done_once_and_only_while_tasks_run(
    monkeypatch: t.Any, first: str, times: int
) -> None:
    done: list[int] = []
    wire = Wire(**watching(*(updates(change("task-1", state=state)) for state in (first, "running", "success"))))
    with connect(monkeypatch, wire) as connection:
        watch = Watch(reader_of(connection), ["task-1"])
        watch.meanwhile = lambda transport: done.append(1)
        watch.until(lambda: not watch.pending, time.monotonic() + 60)
    assert len(done) == times


@pytest.mark.parametrize("many", [True, False])
def test_many_tasks_are_watched_by_their_small_members_only(monkeypatch: t.Any, many: bool) -> None:
    task_ids = [f"task-{number}" for number in range(FEW + many)]
    wire = Wire(**watching(updates(*(change(each, "enter", state="success") for each in task_ids))))
    watch, _seen = follow(monkeypatch, wire, *task_ids)
    small = "state progress name descriptionId entityName queueTime cancelable cancelled"
    paths = [f"info.{name}" for name in small.split()] if many else ["info"]
    assert wire.params["CreateFilter"] == watch_for(task_ids, *paths, partial=many)
    assert not watch.pending


def test_an_update_without_a_change_is_not_reported(monkeypatch: t.Any) -> None:
    same = updates(change("task-1", state="running"))
    answers = [updates(change("task-1", "enter", state="running")), same, updates(change("task-1", state="success"))]
    _watch, seen = follow(monkeypatch, Wire(WaitForUpdatesEx=answers), "task-1")
    assert seen == [["task-1 running"], ["task-1 success"]]


@pytest.mark.parametrize(("name", "operation"), [("Clone_Task", "Clone_Task"), (None, "VirtualMachine.clone")])
def test_a_task_without_a_name_is_reported_with_the_id_of_its_operation(
    monkeypatch: t.Any, name: str | None, operation: str
) -> None:
    first = updates(whole(info("task-1", "success", name=name, entityName="web", progress=7), "enter"))
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=[first]), "task-1")
    line = {"id": "task-1", "operation": operation, "entity": "web", "state": "success", "progress": 7}
    assert watch.tasks["task-1"].line() == line


def test_the_cancel_button_and_its_use_are_watched(monkeypatch: t.Any) -> None:
    first = updates(
        change("task-1", "enter", state="success", cancelable=False, cancelled=True),
        change("task-2", "enter", state="success"),
    )
    watch, _seen = follow(monkeypatch, Wire(WaitForUpdatesEx=[first]), "task-1", "task-2")
    assert [(each.cancelable, each.cancelled) for each in watch.tasks.values()] == [(False, True), (True, False)]
