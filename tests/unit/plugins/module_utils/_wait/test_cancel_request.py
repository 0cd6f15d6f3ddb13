# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for a cancellation: when they are sent, and the meaning of each answer."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import GRACE
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    TimedOut,
    Unavailable,
    Unreachable,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._cancel_request import Answer, Cancellation, Kind

from ..builders import failed, info, reading, unknown
from ..wire import Clock, Wire, connect, reader_of


def request(
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    *,
    cancelled: bool = False,
    cancelable: bool = True,
    deadline: float | None = None,
    context: Context | None = None,
) -> Answer:
    """The answer to the request for one task."""
    with connect(monkeypatch, wire) as connection:
        cancellation = Cancellation(reader_of(connection, context=context), deadline)
        return cancellation.request("task-1", cancelled=cancelled, cancelable=cancelable)


def test_a_request_is_sent_to_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CancelTask=[None])
    answer = request(monkeypatch, wire)
    assert ("CancelTask", "task-1") in wire.calls
    assert (answer.kind, answer.will_end, answer.error) == (Kind.SENT, True, None)


@pytest.mark.parametrize(
    ("says", "kind", "will_end"),
    [
        ({"cancelled": True}, Kind.SENT_BEFORE, True),
        ({"cancelable": False}, Kind.NOT_CANCELABLE, False),
        ({"cancelled": True, "cancelable": False}, Kind.SENT_BEFORE, True),
    ],
)
def test_the_state_of_the_task_can_make_the_request_unnecessary(
    monkeypatch: pytest.MonkeyPatch, says: dict[str, t.Any], kind: Kind, will_end: bool
) -> None:
    answer = request(monkeypatch, Wire(), **says)
    assert (answer.kind, answer.will_end) == (kind, will_end)
    assert answer.reason


def test_check_mode_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert request(monkeypatch, Wire(), context=Context(check_mode=True)).kind == Kind.SENT


def test_nothing_is_sent_after_the_end_of_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> t.NoReturn:
        raise SystemExit

    with pytest.raises(SystemExit):
        request(monkeypatch, Wire(), context=Context(check_wanted=end))


@pytest.mark.parametrize(("late", "kind"), [(0.1, Kind.SENT), (0, Kind.REFUSED)])
def test_after_the_deadline_and_its_grace_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, late: float, kind: Kind
) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(CancelTask=[None])
    assert request(monkeypatch, wire, deadline=clock.now - GRACE + late).kind == kind
    assert ("CancelTask" in wire.methods()) == (kind == Kind.SENT)


@pytest.mark.parametrize(
    ("fault", "kind", "will_end"),
    [
        (Fault("InvalidState", "no", {}), Kind.ENDING, True),
        (unknown("task-1"), Kind.ENDING, True),
        (Fault("NotSupported", "no", {}), Kind.NOT_CANCELABLE, False),
        (Fault("NoPermission", "no", {}), Kind.REFUSED, False),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_each_fault_has_its_meaning(monkeypatch: pytest.MonkeyPatch, fault: Fault, kind: Kind, will_end: bool) -> None:
    answer = request(monkeypatch, Wire(CancelTask=[fault]))
    assert (answer.kind, answer.will_end) == (kind, will_end)
    assert answer.reason
    # Only a fault that prevents the end is an error.
    assert answer.error is (None if will_end else fault)


@pytest.mark.parametrize("error", [Lost("reset"), TimedOut("slow"), Unavailable("503"), NotUnderstood("html", "html")])
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"cancelled": True}, Kind.SENT),
        (failed("RequestCanceled"), Kind.SENT),
        ({}, Kind.REFUSED),
        (failed("VimFault"), Kind.ENDING),
    ],
    ids=["cancelled", "ended by it", "running", "ended otherwise"],
)
def test_after_a_lost_answer_the_task_says_whether_it_was_carried_out(
    monkeypatch: pytest.MonkeyPatch, error: Exception, state: dict[str, t.Any], kind: Kind
) -> None:
    wire = Wire(CancelTask=[error], RetrievePropertiesEx=[reading(info("task-1", **state))])
    answer = request(monkeypatch, wire)
    assert answer.kind == kind
    if kind == Kind.REFUSED:
        assert "CancelTask" in answer.reason


def test_an_unreadable_task_after_a_lost_answer_counts_as_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CancelTask=[Lost("reset")], RetrievePropertiesEx=[Fault("NoPermission", "no", {})])
    assert request(monkeypatch, wire).kind == Kind.REFUSED


@pytest.mark.parametrize(
    ("error", "silent"), [(TimedOut("slow"), True), (Unreachable("down"), True), (Fault("NoPermission", "", {}), False)]
)
def test_a_silent_server_gets_only_one_request_for_all_tasks(
    monkeypatch: pytest.MonkeyPatch, error: Exception, silent: bool
) -> None:
    wire = Wire(CancelTask=[error, None], RetrievePropertiesEx=[reading(info("task-1"))])
    with connect(monkeypatch, wire) as connection:
        cancellation = Cancellation(reader_of(connection))
        first, second = (cancellation.request(each, cancelled=False, cancelable=True) for each in ("task-1", "task-2"))
    assert first.kind == Kind.REFUSED
    assert second.kind == (Kind.REFUSED if silent else Kind.SENT)
    assert wire.methods().count("CancelTask") == (1 if silent else 2)


@pytest.mark.parametrize("cancelled", [False, True])
def test_without_a_session_the_request_is_repeated_only_if_the_task_does_not_have_it(
    monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    task = reading(info("task-1", cancelled=cancelled))
    wire = Wire(CancelTask=[Fault("NotAuthenticated", "no session", {}), None], RetrievePropertiesEx=[task, task])
    assert request(monkeypatch, wire).kind == Kind.SENT
    assert wire.methods().count("CancelTask") == (1 if cancelled else 2)
