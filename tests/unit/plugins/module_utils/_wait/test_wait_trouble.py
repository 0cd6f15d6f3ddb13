# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole waits: gone, forbidden, and unknown tasks, and the data that an error keeps."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._recovery import GRACE
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    TimedOut,
    Unreachable,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import Targets
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import HISTORY_TIME, wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

from ..builders import (
    HISTORY,
    change,
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
from .waiting import FAILED, RUNNING, SUCCESS, groups, wait

QUEUED = "2026-01-02T03:04:05Z"

# --- gone, forbidden, unknown ---


@pytest.mark.parametrize("kept", [True, False])
def test_a_task_that_vanishes_is_gone_unless_the_history_says_how_it_ended(
    monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    first = change("task-1", "enter", state="running", queueTime=QUEUED)
    others = info("task-7", "success")
    wire = Wire(
        **watching(updates(first), updates(change("task-1", "leave"))),
        RetrievePropertiesEx=[None, None],
        **history(others, *([SUCCESS] if kept else [])),
    )
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == {"succeeded" if kept else "gone": ["task-1"]}
    assert list(outcome.tasks) == (["task-1"] if kept else [])
    # The search covers the second before and after the queue time, and ends when it has found the task.
    time = wire.params["CreateCollectorForTasks"]["filter"]["time"]
    assert (time["beginTime"], time["endTime"]) == ("2026-01-02T03:04:04.000000Z", "2026-01-02T03:04:06.000000Z")
    assert wire.methods().count("ReadNextTasks") == (1 if kept else 2)


@pytest.mark.parametrize(
    ("state", "expected"), [("running", {"gone": ["task-1"]}), ("success", {"succeeded": ["task-1"]})]
)
def test_a_vanished_task_without_a_queue_time_is_gone_unless_the_newest_history_has_its_end(
    monkeypatch: pytest.MonkeyPatch, state: str, expected: dict[str, list[str]]
) -> None:
    wire = Wire(
        **watching(updates(RUNNING), updates(change("task-1", "leave"))),
        RetrievePropertiesEx=[None, None],
        **newest(info("task-1", state)),
    )
    outcome = wait(monkeypatch, wire, "task-1")
    assert groups(outcome) == expected
    assert list(outcome.tasks) == expected.get("succeeded", [])


def test_the_history_is_searched_for_each_vanished_task(monkeypatch: pytest.MonkeyPatch) -> None:
    first = [change(each, "enter", state="running", queueTime=QUEUED) for each in ("task-1", "task-2")]
    wire = Wire(
        **watching(updates(*first), updates(change("task-1", "leave"), change("task-2", "leave"))),
        RetrievePropertiesEx=[None, None],
        CreateCollectorForTasks=[HISTORY] * 2,
        ReadNextTasks=[[SUCCESS], [FAILED]],
        DestroyCollector=[None] * 2,
    )
    assert groups(wait(monkeypatch, wire, "task-1", "task-2")) == {"succeeded": ["task-1"], "failed": ["task-2"]}


@pytest.mark.parametrize("queued", [{}, {"queueTime": QUEUED}], ids=["without time", "with time"])
def test_a_failing_history_does_not_end_the_wait(monkeypatch: pytest.MonkeyPatch, queued: dict[str, str]) -> None:
    wire = Wire(
        **watching(updates(change("task-1", "enter", state="success", **queued))),
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


@pytest.mark.parametrize(
    ("lost", "group"), [(hidden("task-2"), "forbidden"), (change("task-2", "leave"), "gone")], ids=["hidden", "gone"]
)
@pytest.mark.parametrize(("state", "is_known"), [("running", False), ("success", True)])
def test_a_task_that_the_server_shows_again_is_known_only_if_it_has_ended(
    monkeypatch: pytest.MonkeyPatch, lost: dict[str, t.Any], group: str, state: str, is_known: bool
) -> None:
    other = change("task-2", "enter", state="running")
    wire = Wire(
        **watching(updates(RUNNING, other), updates(lost), updates(whole(SUCCESS))),
        RetrievePropertiesEx=[None, reading(info("task-2", state))],
    )
    outcome = wait(monkeypatch, wire, "task-1", "task-2")
    others = {"succeeded": ["task-1", "task-2"]} if is_known else {"succeeded": ["task-1"], group: ["task-2"]}
    assert groups(outcome) == others
    assert outcome.failures(WaitOptions(60), check_mode=False) == (
        []
        if is_known
        else [
            "task-2 (VirtualMachine.clone on no entity) is running, but the server did not show it for some time: wait "
            "for it again"
        ]
    )


def test_a_hidden_task_is_not_one_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    other = change("task-3", "enter", state="running")
    wire = Wire(
        **watching(updates(hidden("task-2"), RUNNING, other), updates(whole(SUCCESS))),
        RetrievePropertiesEx=[None, reading(info("task-3"))],
    )
    outcome = wait(monkeypatch, wire, "task-1", "task-2", "task-3", until="any")
    assert groups(outcome) == {"succeeded": ["task-1"], "forbidden": ["task-2"], "pending": ["task-3"]}


def test_a_silent_history_is_asked_for_a_minute_and_once_for_all_tasks(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ids = [f"task-{number}" for number in range(1, 4)]
    first = [change(each, "enter", state="running", queueTime=QUEUED) for each in ids]
    wire = Wire(
        **watching(updates(*first), updates(*(change(each, "leave") for each in ids))),
        RetrievePropertiesEx=[None, None],
        CreateCollectorForTasks=[TimedOut("slow")] * 99,
    )
    outcome = wait(monkeypatch, wire, *ids, timeout=3600)
    assert groups(outcome) == {"gone": ids}
    assert outcome.elapsed == pytest.approx(HISTORY_TIME + GRACE, abs=1)


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


def test_a_task_of_an_earlier_round_that_is_not_there_anymore_does_not_end_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        **watching(unknown("task-2"), updates(RUNNING), updates(whole(SUCCESS))),
        **newest(),
        RetrievePropertiesEx=[None, None],
    )
    outcome = wait(monkeypatch, wire, "task-1", "task-2", seen=True)
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
    with pytest.raises(VsphereError, match=r"connection while 1 of 5 tasks .*timeout.*refused"):
        wait(
            monkeypatch,
            wire,
            *("task-1", "task-2", "task-3", "task-4"),
            ended=[task("task-9", "success")],
            context=context,
        )
    # The wait continues its attempts for some seconds after the time limit.
    assert clock.now == pytest.approx(1070, abs=1)
    elapsed = context.known.pop("elapsed")
    assert elapsed == pytest.approx(70, abs=1)
    assert {name: value for name, value in context.known.items() if value} == {
        "succeeded_task_ids": ["task-9", "task-3"],
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


@pytest.mark.parametrize(("timeout", "timed_out"), [(3, False), (2.34567, True)])
def test_a_fault_during_the_wait_is_raised_with_the_results_so_far(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, timeout: float, timed_out: bool
) -> None:
    # So all digits of the sum count.
    clock.now = 0
    answers = [updates(RUNNING), clock.after(2.34567, Fault("NoPermission", "no", {}))]
    wire = Wire(**watching(*answers), RetrievePropertiesEx=[None])
    context = Context()
    with pytest.raises(Fault):
        wait(monkeypatch, wire, "task-1", context=context, timeout=timeout)
    assert context.known["pending_task_ids"] == ["task-1"]
    assert (context.known["timed_out"], context.known["elapsed"]) == (timed_out, 2.346)


def test_a_lost_connection_keeps_the_result_of_its_error(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(**watching(updates(RUNNING), *[Lost("reset", x=1)] * 99), RetrievePropertiesEx=[None])
    with pytest.raises(VsphereError, match="lost the connection") as caught:
        wait(monkeypatch, wire, "task-1", timeout=0.5)
    assert caught.value.result == {"x": 1}


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
