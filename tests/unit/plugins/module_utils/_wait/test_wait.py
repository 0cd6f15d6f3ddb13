# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole waits: the end, the time limit, the outcome of each task, and the data that an error keeps."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, Unreachable, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import Targets
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

from ..builders import (
    change,
    failed,
    hidden,
    history,
    info,
    newest,
    reading,
    task,
    unknown,
    updates,
    watching,
    whole,
)
from ..wire import Clock, Wire, connect, reader_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome

RUNNING = change("task-1", "enter", state="running")
DONE = {"completeTime": "2026-01-02T03:05:05Z"}
SUCCESS = info("task-1", "success", **DONE)
FAILED = info("task-2", **failed("VimFault"), **DONE)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def wait(
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    *task_ids: str,
    context: Context | None = None,
    ended: t.Any = (),
    began: float | None = None,
    **options: t.Any,
) -> Outcome:
    """The outcome of a wait for those tasks, with a timeout of 60 seconds unless the options contain another one."""
    how = WaitOptions(**{"timeout": 60, **options})
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, context=context)
        return wait_for_tasks(reader, Targets([*task_ids], [*ended]), how, began=began)


def groups(outcome: Outcome) -> dict[str, list[str]]:
    """The lists of ids that are not empty."""
    names = ("succeeded", "failed", "gone", "forbidden", "pending", "cancelled")
    return {name: getattr(outcome, name) for name in names if getattr(outcome, name)}


def test_until_all_ends_with_the_last_task(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    first = updates(whole(info("task-1"), "enter"), whole(info("task-2"), "enter"))
    answers = [first, clock.after(2, updates(whole(FAILED))), clock.after(3, updates(whole(SUCCESS)))]
    wire = Wire(**watching(*answers), RetrievePropertiesEx=[None])
    outcome = wait(monkeypatch, wire, "task-2", "task-1")
    assert groups(outcome) == {"succeeded": ["task-1"], "failed": ["task-2"]}
    assert (outcome.timed_out, outcome.elapsed) == (False, 5)
    assert list(outcome.tasks) == ["task-2", "task-1"]
    assert [each["operation"] for each in outcome.tasks.values()] == ["VirtualMachine.clone"] * 2


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


# --- gone, forbidden, unknown ---


@pytest.mark.parametrize("kept", [True, False])
def test_a_task_that_vanishes_is_gone_unless_the_history_says_how_it_ended(
    monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    first = change("task-1", "enter", state="running", queueTime="2026-01-02T03:04:05Z")
    others = info("task-7", "success")
    wire = Wire(
        **watching(updates(first), updates(change("task-1", "leave"))),
        RetrievePropertiesEx=[None, None],
        **history(others, *([SUCCESS] if kept else [])),
    )
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == {"succeeded" if kept else "gone": ["task-1"]}
    assert list(outcome.tasks) == (["task-1"] if kept else [])
    # The search covers the time around the queue time.
    time = wire.params["CreateCollectorForTasks"]["filter"]["time"]
    assert time["beginTime"] < "2026-01-02T03:04:05" < time["endTime"]


def test_a_vanished_task_that_still_runs_in_the_history_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        **watching(updates(RUNNING), updates(change("task-1", "leave"))),
        RetrievePropertiesEx=[None, None],
        **newest(info("task-1")),
    )
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == {"gone": ["task-1"]}
    assert outcome.tasks == {}


def test_a_failing_history_does_not_end_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        **watching(updates(change("task-1", "enter", state="success"))),
        RetrievePropertiesEx=[{"objects": [hidden("task-1")]}],
        CreateCollectorForTasks=[Fault("NoPermission", "no", {})],
    )
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == {"succeeded": ["task-1"]}


def test_a_hidden_task_is_forbidden_and_the_wait_for_the_others_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        **watching(updates(hidden("task-2"), RUNNING), updates(whole(SUCCESS))),
        RetrievePropertiesEx=[None, {"objects": [hidden("task-2")]}],
    )
    outcome = wait(monkeypatch, wire, "task-1", "task-2")
    assert groups(outcome) == {"succeeded": ["task-1"], "forbidden": ["task-2"]}


def test_ids_that_neither_the_server_nor_its_history_knows_end_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context()
    wire = Wire(**watching(unknown("task-8"), updates(RUNNING)), **newest())
    with pytest.raises(VsphereError, match="task-8") as caught:
        wait(monkeypatch, wire, "task-1", "task-8", context=context)
    assert caught.value.result == {"missing_task_ids": ["task-8"]}
    assert context.known == {}


def test_an_id_that_only_the_history_has_is_ended_and_the_wait_for_the_others_continues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        **watching(unknown("task-2"), updates(RUNNING), updates(RUNNING), updates(whole(SUCCESS))),
        **newest(FAILED),
        RetrievePropertiesEx=[None],
    )
    outcome = wait(monkeypatch, wire, "task-1", "task-2")
    assert groups(outcome) == {"succeeded": ["task-1"], "failed": ["task-2"]}


def test_an_unknown_id_that_still_runs_in_the_history_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        **watching(unknown("task-2"), updates(RUNNING), updates(whole(SUCCESS, "enter"))),
        **newest(info("task-2")),
        RetrievePropertiesEx=[None],
    )
    # The wait searches again at the end, when the history might contain the end.
    for method, answers in newest().items():
        wire.script[method] += answers
    outcome = wait(monkeypatch, wire, "task-1", "task-2")
    assert groups(outcome) == {"succeeded": ["task-1"], "gone": ["task-2"]}


# --- errors ---


def test_a_lost_connection_keeps_the_results_so_far(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    first = updates(
        change("task-1", "enter", state="running"),
        change("task-2", "enter", state="error"),
        change("task-3", "enter", state="success"),
        change("task-4", "enter", state="running"),
    )
    wire = Wire(**watching(first, updates(change("task-4", "leave")), Lost("reset")), RetrievePropertiesEx=[None])
    wire.script["CreatePropertyCollector"][1:] = [Unreachable("refused")] * 99
    context = Context()
    with pytest.raises(VsphereError, match=r"connection while 1 of 4 tasks .*timeout.*refused"):
        wait(monkeypatch, wire, "task-1", "task-2", "task-3", "task-4", context=context)
    # The wait continues its attempts for some seconds after the time limit.
    assert clock.now == pytest.approx(1070, abs=1)
    elapsed = context.known.pop("elapsed")
    assert elapsed == pytest.approx(70, abs=1)
    assert {name: value for name, value in context.known.items() if value} == {
        "succeeded_task_ids": ["task-3"],
        "failed_task_ids": ["task-2"],
        "gone_task_ids": ["task-4"],
        "pending_task_ids": ["task-1"],
        "timed_out": True,
    }


def test_a_connection_that_breaks_before_the_first_look_keeps_no_tasks(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(CreatePropertyCollector=[Lost("reset")] * 99)
    context = Context()
    with pytest.raises(Lost, match=r"^reset$"):
        wait(monkeypatch, wire, "task-1", context=context)
    assert context.known == {}


def test_a_connection_that_breaks_after_all_tasks_ended_says_so(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(
        **watching(updates(change("task-1", "enter", state="success"))), RetrievePropertiesEx=[Lost("reset")] * 99
    )
    context = Context()
    with pytest.raises(VsphereError, match=r"connection after all tasks .*timeout.*reset"):
        wait(monkeypatch, wire, "task-1", context=context)
    assert context.known["succeeded_task_ids"] == ["task-1"]


def test_a_fault_during_the_wait_is_raised_with_the_results_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**watching(updates(RUNNING), Fault("NoPermission", "no", {})), RetrievePropertiesEx=[None])
    context = Context()
    with pytest.raises(Fault):
        wait(monkeypatch, wire, "task-1", context=context)
    assert context.known["pending_task_ids"] == ["task-1"]
    assert context.known["timed_out"] is False


def test_the_caller_shapes_the_results_that_an_error_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**watching(updates(RUNNING), Fault("NoPermission", "no", {})), RetrievePropertiesEx=[None])
    context = Context()
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault):
        wait_for_tasks(
            reader_of(connection, context=context),
            Targets(["task-1"], []),
            WaitOptions(timeout=60),
            to_known=lambda outcome: {"mine": outcome.pending},
        )
    assert context.known == {"mine": ["task-1"]}
