# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for a cancellation: when they are sent, and the meaning of each answer."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._recovery import GRACE
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    OutcomeUnknown,
    TimedOut,
    Unavailable,
    Unreachable,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._cancel_request import Answer, Cancellation, Kind

from ..builders import failed, info, reading, unknown
from ..wire import Clock, Wire, connect, reader_of

BEFORE = Answer(Kind.SENT_BEFORE, "someone has already requested its cancellation")
NO_TIME = Answer(Kind.REFUSED, "no time was left to request it")
DENIED = Fault("NoPermission", "no", {})
UNSUPPORTED = Fault("NotSupported", "no", {"faultMessage": [{"key": "x", "message": "Too late"}]})


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
    ("says", "expected", "will_end"),
    [
        ({"cancelled": True}, BEFORE, True),
        ({"cancelable": False}, Answer(Kind.NOT_CANCELABLE, "it is not cancelable"), False),
        ({"cancelled": True, "cancelable": False}, BEFORE, True),
    ],
)
def test_the_state_of_the_task_can_make_the_request_unnecessary(
    monkeypatch: pytest.MonkeyPatch, says: dict[str, t.Any], expected: Answer, will_end: bool
) -> None:
    answer = request(monkeypatch, Wire(), **says)
    assert (answer, answer.will_end) == (expected, will_end)


def test_check_mode_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert request(monkeypatch, Wire(), context=Context(check_mode=True)).kind == Kind.SENT


def test_nothing_is_sent_after_the_end_of_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    def end() -> t.NoReturn:
        raise SystemExit

    with pytest.raises(SystemExit):
        request(monkeypatch, Wire(), context=Context(check_wanted=end))


@pytest.mark.parametrize(("left", "expected"), [(0.1, Answer(Kind.SENT)), (0, NO_TIME)])
def test_after_the_deadline_and_its_grace_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, left: float, expected: Answer
) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(CancelTask=[None])
    assert request(monkeypatch, wire, deadline=clock.now - GRACE + left) == expected
    assert ("CancelTask" in wire.methods()) == (expected.kind == Kind.SENT)


@pytest.mark.parametrize(
    ("fault", "expected", "will_end"),
    [
        (
            Fault("InvalidState", "no", {}),
            Answer(Kind.ENDING, "it ended, or someone requested its cancellation, in the meantime"),
            True,
        ),
        (unknown("task-1"), Answer(Kind.ENDING, "it ended and disappeared in the meantime"), True),
        (
            UNSUPPORTED,
            Answer(Kind.NOT_CANCELABLE, f"it is not cancelable (NotSupported){UNSUPPORTED.more}", UNSUPPORTED),
            False,
        ),
        (DENIED, Answer(Kind.REFUSED, DENIED.message, DENIED), False),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_each_fault_has_its_meaning_and_is_an_error_if_it_prevents_the_end(
    monkeypatch: pytest.MonkeyPatch, fault: Fault, expected: Answer, will_end: bool
) -> None:
    answer = request(monkeypatch, Wire(CancelTask=[fault]))
    assert (answer, answer.will_end) == (expected, will_end)


def test_a_request_that_could_not_be_sent_is_refused_with_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    down = Unreachable("down")
    assert request(monkeypatch, Wire(CancelTask=[down])) == Answer(Kind.REFUSED, "down", down)


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
        assert isinstance(answer.error, OutcomeUnknown)
        assert answer.reason == (
            f"{answer.error.why}; after the module sent CancelTask, task-1 (VirtualMachine.clone on no entity) was "
            "running, without a request to cancel it"
        )
    else:
        assert answer == Answer(kind, "it ended in the meantime" if kind == Kind.ENDING else "")


def test_an_unreadable_task_after_a_lost_answer_counts_as_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CancelTask=[Lost("reset")], RetrievePropertiesEx=[Fault("NoPermission", "no", {})])
    answer = request(monkeypatch, wire)
    assert isinstance(answer.error, OutcomeUnknown)
    assert answer == Answer(Kind.REFUSED, answer.error.message, answer.error)


@pytest.mark.parametrize(
    ("error", "silent"), [(TimedOut("slow"), True), (Unreachable("down"), True), (Fault("NoPermission", "", {}), False)]
)
def test_a_silent_server_gets_only_one_request_for_all_tasks(
    monkeypatch: pytest.MonkeyPatch, error: Exception, silent: bool
) -> None:
    wire = Wire(CancelTask=[error, None], RetrievePropertiesEx=[reading(info("task-1"))])
    assert_silence(monkeypatch, wire, silent)


def test_a_login_without_an_answer_counts_as_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CancelTask=[Fault("NotAuthenticated", "", {}), None], Login=[None, TimedOut("slow")])
    assert_silence(monkeypatch, wire, silent=True)


def assert_silence(monkeypatch: pytest.MonkeyPatch, wire: Wire, silent: bool) -> None:
    """Assert that a request for a second task is sent only if the first one shows no silence."""
    with connect(monkeypatch, wire) as connection:
        cancellation = Cancellation(reader_of(connection))
        first, second = (cancellation.request(each, cancelled=False, cancelable=True) for each in ("task-1", "task-2"))
    assert first.kind == Kind.REFUSED
    why = "vcenter.example.com:443 does not answer anymore, so the module did not send the request"
    assert second == (Answer(Kind.REFUSED, why) if silent else Answer(Kind.SENT))
    assert wire.methods().count("CancelTask") == (1 if silent else 2)


@pytest.mark.parametrize("cancelled", [False, True])
def test_without_a_session_the_request_is_repeated_only_if_the_task_does_not_have_it(
    monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    task = reading(info("task-1", cancelled=cancelled))
    wire = Wire(CancelTask=[Fault("NotAuthenticated", "no session", {}), None], RetrievePropertiesEx=[task, task])
    assert request(monkeypatch, wire).kind == Kind.SENT
    assert wire.methods().count("CancelTask") == (1 if cancelled else 2)
