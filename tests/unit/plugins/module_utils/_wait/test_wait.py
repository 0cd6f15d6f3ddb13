# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole waits: the end, the time limit, and the outcome of each task."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import FEW

from ..builders import (
    change,
    failed,
    info,
    reading,
    task,
    updates,
    watching,
    whole,
)
from ..wire import Clock, Wire
from .waiting import DONE, FAILED, RUNNING, SUCCESS, groups, wait


def test_until_all_ends_with_the_last_task(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    first = updates(whole(info("task-1"), "enter"), whole(info("task-2"), "enter"))
    answers = [first, clock.after(2, updates(whole(FAILED))), clock.after(3.45678, updates(whole(SUCCESS)))]
    wire = Wire(**watching(*answers), RetrievePropertiesEx=[None])
    outcome = wait(monkeypatch, wire, "task-2", "task-1")
    assert groups(outcome) == {"succeeded": ["task-1"], "failed": ["task-2"]}
    # The result contains milliseconds.
    assert (outcome.timed_out, outcome.elapsed) == (False, 5.457)
    assert list(outcome.tasks) == ["task-2", "task-1"]
    assert [each["operation"] for each in outcome.tasks.values()] == ["VirtualMachine.clone"] * 2


def test_each_change_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    wire = Wire(
        **watching(updates(whole(info("task-1"), "enter")), updates(whole(SUCCESS))), RetrievePropertiesEx=[None]
    )
    wait(monkeypatch, wire, "task-1", report=lambda tasks: seen.extend((each.id, each.state) for each in tasks))
    assert seen == [("task-1", "running"), ("task-1", "success")]


@pytest.mark.parametrize(
    ("number", "return_tasks", "early"), [(FEW, True, True), (FEW + 1, True, False), (1, False, False)]
)
def test_the_labels_of_few_tasks_are_read_while_they_run_if_tasks_are_returned(
    monkeypatch: pytest.MonkeyPatch, number: int, return_tasks: bool, early: bool
) -> None:
    task_ids = [f"task-{each}" for each in range(number)]
    running = updates(*(whole(info(each), "enter") for each in task_ids))
    ended = updates(*(whole(info(each, "success", **DONE)) for each in task_ids))
    wire = Wire(**watching(running, ended), RetrievePropertiesEx=[None])
    wait(monkeypatch, wire, *task_ids, return_tasks=return_tasks)
    methods = wire.methods()
    last = len(methods) - 1 - methods[::-1].index("WaitForUpdatesEx")
    assert ("RetrievePropertiesEx" in methods[:last]) == early


def test_until_any_ends_with_the_first_task(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    first = updates(whole(info("task-1"), "enter"), whole(info("task-2"), "enter"))
    wire = Wire(
        **watching(first, updates(whole(SUCCESS))), RetrievePropertiesEx=[None, reading(info("task-2", progress=9))]
    )
    outcome = wait(monkeypatch, wire, "task-2", "task-1", until="any")
    assert groups(outcome) == {"succeeded": ["task-1"], "pending": ["task-2"]}
    assert not outcome.timed_out
    # The order is that of the given IDs.
    assert list(outcome.tasks) == ["task-2", "task-1"]
    assert outcome.tasks["task-2"]["progress"] == 9


def test_until_any_ends_immediately_if_a_selected_task_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**watching(updates(RUNNING)), RetrievePropertiesEx=[reading(info("task-1"))])
    ended = [task("task-9", **failed())]
    outcome = wait(monkeypatch, wire, "task-1", ended=ended, until="any")
    assert groups(outcome) == {"failed": ["task-9"], "pending": ["task-1"]}
    assert list(outcome.tasks) == ["task-9", "task-1"]


def test_tasks_that_have_ended_before_cost_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    outcome = wait(monkeypatch, wire, ended=[task("task-9", "success")])
    assert groups(outcome) == {"succeeded": ["task-9"]}
    assert wire.methods() == ["Login", "Logout"]


def test_the_time_limit_leaves_tasks_pending(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    answers = [updates(RUNNING), *(clock.after(20) for _call in range(3))]
    wire = Wire(**watching(*answers), RetrievePropertiesEx=[None, reading(info("task-1"))])
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == {"pending": ["task-1"]}
    assert (outcome.timed_out, outcome.elapsed) == (True, 60)


def test_a_task_that_ends_at_the_time_limit_has_not_timed_out(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(clock.after(5, updates(whole(SUCCESS, "enter")))))
    outcome = wait(monkeypatch, wire, "task-1", timeout=0)
    assert groups(outcome) == {"succeeded": ["task-1"]}
    assert not outcome.timed_out


def test_a_task_that_ends_after_the_last_look_counts_as_ended(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(updates(RUNNING)), RetrievePropertiesEx=[None, reading(SUCCESS)])
    outcome = wait(monkeypatch, wire, "task-1", timeout=0)
    assert groups(outcome) == {"succeeded": ["task-1"]}


def test_the_time_limit_counts_from_the_beginning_of_the_wait(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(updates(RUNNING), clock.after(5, updates(whole(SUCCESS)))), RetrievePropertiesEx=[None])
    outcome = wait(monkeypatch, wire, "task-1", began=clock.now - 50)
    assert wire.params["WaitForUpdatesEx"]["options"]["maxWaitSeconds"] == 10
    assert outcome.elapsed == 55


def test_a_round_that_ends_before_the_time_limit_has_not_timed_out(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(**watching(updates(RUNNING), clock.after(10)), RetrievePropertiesEx=[None, reading(info("task-1"))])
    outcome = wait(monkeypatch, wire, "task-1", look_for=10, on_timeout="cancel")
    assert groups(outcome) == {"pending": ["task-1"]}
    assert not outcome.timed_out


def test_only_failed_tasks_are_read_if_tasks_are_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"task-{number}" for number in range(11)]
    states = dict.fromkeys(many, "success")
    states["task-2"] = "error"
    first = updates(*(change(each, "enter", state=state) for each, state in states.items()))
    wire = Wire(**watching(first), RetrievePropertiesEx=[reading(FAILED)])
    outcome = wait(monkeypatch, wire, *many, return_tasks=False)
    assert list(outcome.tasks) == ["task-2"]
    assert [each["obj"]["value"] for each in wire.params["RetrievePropertiesEx"]["specSet"][0]["objectSet"]] == [
        "task-2"
    ]


# --- at the time limit: cancel ---


def test_at_the_time_limit_a_task_is_cancelled_and_followed_to_its_end(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    end = info("task-1", **failed("RequestCanceled"), **DONE)
    wire = Wire(
        **watching(updates(RUNNING), clock.after(60), updates(RUNNING), clock.after(7, updates(whole(end)))),
        RetrievePropertiesEx=[None],
        CancelTask=[None],
    )
    outcome = wait(monkeypatch, wire, "task-1", on_timeout="cancel", cancel_timeout=30)
    assert ("CancelTask", "task-1") in wire.calls
    assert groups(outcome) == {"failed": ["task-1"], "cancelled": ["task-1"]}
    assert (outcome.timed_out, outcome.elapsed) == (True, 67)


def test_a_canceled_task_that_continues_is_followed_until_the_cancel_timeout(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(
        **watching(updates(RUNNING), clock.after(65), updates(RUNNING), clock.after(20), clock.after(10)),
        RetrievePropertiesEx=[None, reading(info("task-1", cancelled=True))],
        CancelTask=[None],
    )
    outcome = wait(monkeypatch, wire, "task-1", on_timeout="cancel", cancel_timeout=30)
    assert groups(outcome) == {"pending": ["task-1"], "cancelled": ["task-1"]}
    # It counts from the request.
    assert (wire.params["WaitForUpdatesEx"]["options"]["maxWaitSeconds"], outcome.elapsed) == (10, 95)


def test_a_task_that_cannot_be_cancelled_is_not_followed_and_its_reason_is_kept(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    first = updates(change("task-1", "enter", state="running", cancelable=False))
    wire = Wire(**watching(first), RetrievePropertiesEx=[None, reading(info("task-1"))])
    outcome = wait(monkeypatch, wire, "task-1", timeout=0, on_timeout="cancel")
    assert groups(outcome) == {"pending": ["task-1"]}
    assert outcome.not_cancelled == {"task-1": "it is not cancelable"}
    assert clock.now == 1000


def test_a_task_that_was_cancelled_before_is_followed_and_not_counted(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    first = updates(change("task-1", "enter", state="running", cancelled=True))
    wire = Wire(
        **watching(first, first, updates(whole(info("task-1", **failed("RequestCanceled"), **DONE)))),
        RetrievePropertiesEx=[None],
    )
    outcome = wait(monkeypatch, wire, "task-1", timeout=0, on_timeout="cancel")
    assert groups(outcome) == {"failed": ["task-1"]}
    assert outcome.not_cancelled == {}


def test_check_mode_reports_the_tasks_that_it_would_cancel_and_does_not_follow_them(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(**watching(updates(RUNNING)), RetrievePropertiesEx=[None, reading(info("task-1"))])
    outcome = wait(monkeypatch, wire, "task-1", timeout=0, on_timeout="cancel", context=Context(check_mode=True))
    assert groups(outcome) == {"pending": ["task-1"], "cancelled": ["task-1"]}
    assert clock.now == 1000


@pytest.mark.parametrize("on_timeout", ["fail", "return"])
def test_nothing_is_canceled_unless_on_timeout_is_cancel(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, on_timeout: str
) -> None:
    wire = Wire(**watching(updates(RUNNING)), RetrievePropertiesEx=[None, reading(info("task-1"))])
    assert wait(monkeypatch, wire, "task-1", timeout=0, on_timeout=on_timeout).timed_out
