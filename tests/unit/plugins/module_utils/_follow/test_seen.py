# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The events of a task that are due after earlier readings."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._seen import Seen
from ansible_collections.vsphere.tasks.plugins.module_utils._values import utc

from ..builders import failed, task

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def seen() -> Seen:
    """The state after a reading without tasks."""
    empty = Seen()
    empty.begin({}, NOW - datetime.timedelta(hours=1))
    empty.advance(NOW)
    return empty


def take(seen: Seen, task_: t.Any, limit: int | None = None) -> list[str]:
    """The due events of the task. Each one is noted before the next."""
    events = []
    while event := seen.due(task_, limit):
        events.append(event)
        seen.note(task_, event)
    return events


def ended(ago: float, state: str = "success", **members: t.Any) -> t.Any:
    """A task that ended that many seconds ago."""
    return task("task-1", state, completeTime=utc(NOW - datetime.timedelta(seconds=ago)), **members)


@pytest.mark.parametrize(
    ("states", "events"),
    [
        (["queued", "running", "success"], [["created"], ["changed"], ["succeeded"]]),
        (["running", "running", "success", "success"], [["created"], [], ["succeeded"], []]),
        (["queued", "success"], [["created"], ["succeeded"]]),
        (["success"], [["created", "succeeded"]]),
        (["running", "paused", "running"], [["created"], ["changed"], ["changed"]]),
    ],
)
def test_each_change_of_state_is_one_event(states: list[str], events: list[list[str]]) -> None:
    known = seen()
    assert [take(known, task("task-1", state)) for state in states] == events


@pytest.mark.parametrize(("type_", "event"), [("RequestCanceled", "cancelled"), ("InvalidState", "failed")])
def test_a_canceled_task_has_not_failed(type_: str, event: str) -> None:
    assert take(seen(), task("task-1", **failed(type_))) == ["created", event]
    assert take(seen(), task("task-1", "error")) == ["created", "failed"]


def test_a_task_is_long_running_once_and_only_while_it_runs() -> None:
    known = seen()
    start = utc(NOW)

    def at(seconds: int, state: str = "running") -> t.Any:
        return {**task("task-1", state, startTime=start), "duration": seconds}

    assert take(known, at(0, "queued"), 5) == ["created"]
    assert take(known, at(4), 5) == ["changed"]
    assert take(known, at(9)) == []
    assert not known.is_long("task-1")
    assert take(known, at(5), 5) == ["long_running"]
    assert known.is_long("task-1")
    assert take(known, at(6), 5) == []
    assert take(known, at(7, "success"), 5) == ["succeeded"]
    assert take(seen(), at(7, "success"), 5) == ["created", "succeeded"]


def test_tasks_of_the_first_reading_have_no_events() -> None:
    known = Seen()
    known.begin({"task-1": "running", "task-2": "success"}, NOW)
    assert take(known, task("task-2", "success")) == []
    assert take(known, task("task-1", "success")) == ["succeeded"]


@pytest.mark.parametrize(("ago", "events"), [(-5, True), (59, True), (61, False)])
def test_a_task_that_ended_before_the_last_contact_has_no_event(ago: int, events: bool) -> None:
    assert take(seen(), ended(ago)) == (["created", "succeeded"] if events else [])


def test_a_task_without_a_time_of_its_end_is_reported_once() -> None:
    known = seen()
    without = task("task-1", "success")
    assert take(known, without) == ["created", "succeeded"]
    known.advance(NOW + datetime.timedelta(hours=1))
    assert take(known, without) == []


def test_a_task_that_ended_long_ago_is_forgotten_and_has_no_event() -> None:
    known = seen()
    take(known, task("task-2"))
    take(known, ended(0))
    known.advance(NOW + datetime.timedelta(seconds=119))
    assert known.state("task-1") == "success"
    known.advance(NOW + datetime.timedelta(seconds=121))
    assert (known.state("task-1"), known.unfinished) == (None, ["task-2"])
    assert take(known, ended(0)) == []


def test_a_vanished_task_is_forgotten() -> None:
    known = seen()
    take(known, task("task-1"))
    known.forget("task-1")
    known.forget("task-1")
    assert known.unfinished == []


def test_another_run_continues_between_two_events_of_a_task() -> None:
    known = seen()
    over = ended(0)
    known.note(over, "created")
    again = Seen.from_data(json.loads(json.dumps(known.to_data())))
    assert again.to_data() == known.to_data()
    assert again.since == NOW - datetime.timedelta(minutes=1)
    assert take(again, over) == ["succeeded"]
    assert Seen.from_data(Seen().to_data()).since is None


NONE: dict[str, t.Any] = {"start": None, "contact": None, "tasks": {}}


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {**NONE, "contact": "x"},
        {**NONE, "contact": []},
        {**NONE, "start": 0},
        {**NONE, "tasks": []},
        {**NONE, "tasks": [["a", {"state": "queued"}]]},
        {**NONE, "tasks": "x"},
        {**NONE, "tasks": {"a": None}},
        {**NONE, "tasks": {"a": {}}},
        {**NONE, "tasks": {"a": {"state": "queued", "b": 1}}},
        {**NONE, "tasks": {"a": {"state": None}}},
        {**NONE, "tasks": {"a": {"state": "queued", "is_long": "no"}}},
        {**NONE, "tasks": {"a": {"state": "success", "ended": 7}}},
    ],
)
def test_other_data_is_not_a_cursor(data: t.Any) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        Seen.from_data(data)


def test_a_task_that_ended_before_the_first_reading_has_no_event() -> None:
    known = Seen()
    known.begin({}, NOW)
    assert take(known, ended(1)) == []
    assert take(known, ended(0)) == ["created", "succeeded"]
    assert Seen.from_data(known.to_data()).since == NOW
