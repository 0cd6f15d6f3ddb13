# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of a connection: recovery until a deadline, optional calls, and the outcome of changes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._recovery import GRACE
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Advice,
    Fault,
    Lost,
    NotUnderstood,
    OutcomeUnknown,
    SessionRefused,
    TimedOut,
    Unavailable,
    Unreachable,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Clock, Wire, connect

TASK = reference("Task", "task-1")


def gone(type_: str) -> Fault:
    return Fault("ManagedObjectNotFound", "Gone.", {"obj": reference(type_, "x-1")})


@pytest.mark.parametrize(
    "error",
    [
        Fault("RequestCanceled", "no", {}),
        Fault("InvalidCollectorVersion", "no", {}),
        gone("PropertyCollector"),
        gone("PropertyFilter"),
        Lost("reset"),
        TimedOut("slow"),
        Unavailable("503"),
        Unreachable("refused"),
    ],
    ids=lambda error: str(error)[:20],
)
def test_a_reading_until_a_deadline_survives_a_restart(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    clock = Clock(monkeypatch)
    with connect(monkeypatch, Wire(info=[error] * 5 + ["running"])) as connection:
        assert connection.read(lambda transport: transport.get(TASK, "info"), clock.now + 60) == "running"
    assert clock.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2])


@pytest.mark.parametrize("error", [gone("VirtualMachine"), Fault("NotSupported", "no", {}), VsphereError("no")])
def test_other_errors_of_a_reading_until_a_deadline_are_final(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    clock = Clock(monkeypatch)
    with connect(monkeypatch, Wire(info=[error])) as connection, pytest.raises(type(error)):
        connection.read(lambda transport: transport.get(TASK, "info"), clock.now + 60)
    assert clock.pauses == []


def test_a_reading_until_a_deadline_survives_a_front_end_that_rejects_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(info=[Fault("NotAuthenticated", "", {}), 1], Login=[None, SessionRefused("Login"), None])
    with connect(monkeypatch, wire) as connection:
        assert connection.read(lambda transport: transport.get(TASK, "info"), clock.now + 60) == 1


def test_a_reading_ends_some_seconds_after_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    end = clock.now + 5 + GRACE
    wire = Wire(info=[Lost("reset")] * 99)
    with connect(monkeypatch, wire) as connection, pytest.raises(Lost):
        connection.read(lambda transport: transport.get(TASK, "info"), clock.now + 5)
    assert clock.now == pytest.approx(end)


def test_an_attempt_that_lasts_until_the_end_is_followed_by_the_last_one_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    end = clock.now + 60 + GRACE
    began: list[float] = []

    def silent() -> Exception:
        began.append(clock.now)
        clock.now = max(clock.now, min(end, clock.now + 30))
        return TimedOut("slow")

    with connect(monkeypatch, Wire(info=[silent] * 9)) as connection, pytest.raises(TimedOut):
        connection.read(lambda transport: transport.get(TASK, "info"), clock.now + 60)
    assert began[-1] == clock.now == end


CALLS: dict[str, t.Callable[[Connection, float | None], object]] = {
    "read": lambda connection, deadline: connection.read(lambda transport: transport.get(TASK, "info"), deadline),
    "query": lambda connection, deadline: connection.query(TASK, "info", None, deadline),
    "glimpse": lambda connection, deadline: connection.glimpse(lambda to: to.get(TASK, "info"), deadline),
    "invoke": lambda connection, deadline: connection.invoke(TASK, "info", deadline=deadline),
    "retrieve": lambda connection, deadline: connection.retrieve([], [], deadline=deadline),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("with_deadline", [False, True])
def test_requests_end_with_the_deadline_of_their_call(
    monkeypatch: pytest.MonkeyPatch, call: t.Callable[..., object], with_deadline: bool
) -> None:
    clock = Clock(monkeypatch)
    found: list[float] = []
    wire = Wire()
    with connect(monkeypatch, wire) as connection:
        for method in ("info", "RetrievePropertiesEx"):
            wire.script[method] = [lambda: found.append(connection._http._deadline)]
        call(connection, clock.now + 5 if with_deadline else None)
        assert connection._http._deadline == float("inf")
    assert found == [clock.now + 5 + GRACE if with_deadline else float("inf")]


@pytest.mark.parametrize("error", [Lost("reset"), Fault("NotSupported", "no", {}), KeyError("odd")])
def test_an_optional_call_that_fails_is_no_error_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with connect(monkeypatch, Wire(info=[error])) as connection:
        connection.glimpse(lambda transport: transport.get(TASK, "info"))


@pytest.mark.parametrize("error", [ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError])
def test_odd_data_is_an_error_with_its_call_and_its_problem(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    wire = Wire(info=[error("odd")])
    wire.last_call = "Task.info"
    with connect(monkeypatch, wire) as connection, pytest.raises(NotUnderstood) as caught:
        connection.read(lambda transport: transport.get(TASK, "info"))
    assert caught.value.answer == f"to Task.info with malformed data: {error.__name__} odd"


def test_a_server_has_the_managers_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    wire.lacks = {"extensionManager"}
    with connect(monkeypatch, wire) as connection:
        assert connection.has("taskManager")
        assert not connection.has("extensionManager")
        assert connection.manager("taskManager") == reference("TaskManager", "taskManager")


def test_a_change_returns_its_value_as_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateTask=["a", "b"])
    with connect(monkeypatch, wire) as connection:
        assert connection.invoke(TASK, "CreateTask", {"x": 1}) == "a"
        assert connection.invoke(TASK, "CreateTask", {"x": 1}, str.upper) == "B"
    assert wire.given[1:3] == [("CreateTask", {"x": 1})] * 2
    assert wire.calls[1] == ("CreateTask", "task-1")


NO_SESSION = Fault("NotAuthenticated", "no", {})
UNKNOWN = "; the outcome of CancelTask of Task task-1 is unknown: check the object before you call it again, so look"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            NotUnderstood("no", "HTTP 200"),
            "vcenter.example.com:443 did not return a vSphere answer (HTTP 200)",
        ),
        (Lost("reset"), "reset"),
        (TimedOut("slow"), "slow"),
        (Unavailable("503"), "503"),
        (NO_SESSION, "vcenter.example.com:443 did not know the session (NotAuthenticated)"),
    ],
)
def test_an_unknown_outcome_has_its_reason_and_the_advice(
    monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    advice = Advice(", so look", {"sent_at": "now"})
    with (
        connect(monkeypatch, Wire(CancelTask=[error])) as connection,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        connection.invoke(TASK, "CancelTask", advice=advice)
    assert (caught.value.message, caught.value.result) == (why + UNKNOWN, {"sent_at": "now"})


@pytest.mark.parametrize("error", [Unreachable("refused"), Fault("NotSupported", "no", {})])
def test_a_change_that_was_not_carried_out_has_a_known_outcome(
    monkeypatch: pytest.MonkeyPatch, error: VsphereError
) -> None:
    with connect(monkeypatch, Wire(CancelTask=[error])) as connection, pytest.raises(type(error)) as caught:
        connection.invoke(TASK, "CancelTask")
    assert caught.value is error
