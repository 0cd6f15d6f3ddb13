# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening and closing connections: patience, the change to SOAP, given sessions, and objects of a session."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _choice, _connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    MissingLibrary,
    NotUnderstood,
    TimedOut,
    Unavailable,
    Unreachable,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import OPTIONS, Clock, Wire

VIEW = reference("ContainerView", "session[1]2")
STARTING = Unavailable("503")
REJECTED = NotUnderstood("rejected", "HTTP 403")


class World:
    """A connection that meets the given transports and errors, in order, when it chooses its transport."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *choices: Wire | Exception, **options: t.Any) -> None:
        self.asked: list[str] = []
        left = list(choices)
        secrets: list[str] = []
        keep = secrets.append

        def choose(options: t.Any, http: Http, keep_secret: t.Any) -> t.Any:
            assert (http, keep_secret) == (self.connection._http, keep)
            self.asked.append(options.transport)
            found = left.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(_choice, "choose", choose)
        self.connection = _connection.Connection(dataclasses.replace(OPTIONS, **options), keep)


def soap_wire(**script: list[t.Any]) -> Wire:
    wire = Wire(**script)
    wire.name = "soap"
    return wire


@pytest.mark.parametrize(
    ("patience", "failures", "pauses"),
    [
        (0, 3, [0.2, 1, 3]),
        (60, 9, [0.2, 1, 3, 0.2, 0.2, 1, 3, 0.4, 0.2]),
    ],
)
def test_a_vcenter_that_is_starting_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, patience: float, failures: int, pauses: list[float]
) -> None:
    clock = Clock(monkeypatch)
    world = World(monkeypatch, *[STARTING] * failures, Wire())
    with world.connection.open(patience):
        pass
    assert clock.pauses == pytest.approx(pauses)


@pytest.mark.parametrize(("patience", "error"), [(0, STARTING), (60, Unreachable("refused"))])
def test_a_connection_that_cannot_be_opened_is_closed(
    monkeypatch: pytest.MonkeyPatch, patience: float, error: VsphereError
) -> None:
    Clock(monkeypatch)
    closed: list[Http] = []

    def close(http: Http) -> None:
        closed.append(http)

    monkeypatch.setattr(Http, "close", close)
    world = World(monkeypatch, *[error] * 4)
    with pytest.raises(type(error)):
        world.connection.open(patience)
    assert closed == [world.connection._http]


def test_a_login_to_a_vcenter_that_is_starting_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    wire = Wire(Login=[STARTING, None])
    with World(monkeypatch, wire, transport="json").connection.open(60):
        pass
    assert wire.methods() == ["Login", "Login", "Logout"]


def test_a_login_without_patience_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(Login=[STARTING])
    with pytest.raises(Unavailable):
        World(monkeypatch, wire, transport="json").connection.open()
    assert (wire.methods(), clock.pauses) == (["Login"], [])


@pytest.mark.parametrize("refusal", [REJECTED, STARTING])
def test_a_front_end_that_rejects_a_login_over_vi_json_is_passed_over_soap(
    monkeypatch: pytest.MonkeyPatch, refusal: VsphereError
) -> None:
    json, soap = Wire(Login=[refusal]), soap_wire()
    world = World(monkeypatch, json, soap)
    with world.connection.open() as connection:
        assert connection.describe()["transport"] == "soap"
    assert world.asked == ["auto", "soap"]
    assert (json.methods(), soap.methods()) == (["Login"], ["Login", "Logout"])


def test_a_session_behind_an_unreadable_answer_is_closed_before_the_change_to_soap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> t.NoReturn:
        json.key = "a key"
        raise REJECTED

    json, soap = Wire(Login=[refuse]), soap_wire()
    with World(monkeypatch, json, soap).connection.open():
        pass
    assert (json.methods(), soap.methods()) == (["Login", "Logout"], ["Login", "Logout"])


@pytest.mark.parametrize("error", [NotUnderstood("no", "no"), Lost("no"), TimedOut("no"), Unavailable("no")])
def test_the_first_refusal_counts_if_soap_fails_too(monkeypatch: pytest.MonkeyPatch, error: VsphereError) -> None:
    Clock(monkeypatch)
    with pytest.raises(NotUnderstood, match="rejected"):
        World(monkeypatch, Wire(Login=[REJECTED]), error).connection.open()


@pytest.mark.parametrize(("refusal", "message"), [(STARTING, "503"), (REJECTED, "for SOAP")])
def test_a_vcenter_that_is_starting_is_not_a_matter_of_a_library(
    monkeypatch: pytest.MonkeyPatch, refusal: VsphereError, message: str
) -> None:
    missing = MissingLibrary("pyvmomi", "for SOAP", "")
    with pytest.raises(VsphereError, match=f"^{message}$"):
        World(monkeypatch, Wire(Login=[refusal]), missing).connection.open()


def test_a_wait_for_a_vcenter_that_is_starting_does_not_require_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    wire = Wire(Login=[STARTING, None])
    with World(monkeypatch, wire, MissingLibrary("pyvmomi", "for SOAP", "")).connection.open(60):
        pass
    assert wire.methods() == ["Login", "Login", "Logout"]


@pytest.mark.parametrize(("transport", "make"), [("json", Wire), ("auto", soap_wire)])
def test_a_refusal_is_final_without_another_transport(
    monkeypatch: pytest.MonkeyPatch, transport: str, make: t.Callable[..., Wire]
) -> None:
    world = World(monkeypatch, make(Login=[REJECTED]), transport=transport)
    with pytest.raises(NotUnderstood, match="rejected"):
        world.connection.open()
    assert world.asked == [transport]


def in_given_session(monkeypatch: pytest.MonkeyPatch, **script: list[t.Any]) -> tuple[Wire, World]:
    wire = Wire(**script)
    wire.key = "the key"
    return wire, World(monkeypatch, wire, session_id="a session")


def test_a_given_session_stays_open_and_is_not_logged_in_to(monkeypatch: pytest.MonkeyPatch) -> None:
    wire, world = in_given_session(monkeypatch)
    with world.connection.open() as connection:
        assert not connection.owns_session
    assert wire.calls == []


def test_a_given_session_that_ended_is_not_closed_after_a_rejected_login(monkeypatch: pytest.MonkeyPatch) -> None:
    no_session, rejection = Fault("NotAuthenticated", "no", {}), Fault("InvalidLogin", "no", {})
    wire, world = in_given_session(monkeypatch, CancelTask=[no_session], Login=[rejection])
    with world.connection.open() as connection, pytest.raises(VsphereError, match="InvalidLogin"):
        connection.invoke(reference("Task", "task-1"), "CancelTask")
    assert not connection.owns_session
    assert "Logout" not in wire.methods()


@pytest.mark.parametrize("until_logout", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_an_object_of_the_session_is_destroyed_once(
    monkeypatch: pytest.MonkeyPatch, given: bool, until_logout: bool
) -> None:
    wire, world = in_given_session(monkeypatch, DestroyView=[None])
    if not given:
        world = World(monkeypatch, wire)
        wire.key = ""
    with world.connection.open() as connection:
        transport: t.Any = wire
        kept = {"until_logout": True} if until_logout else {}
        with connection.borrowed(transport, VIEW, "DestroyView", **kept) as view:
            assert view == VIEW
        assert ("DestroyView" in wire.methods()) != until_logout
    # A logout destroys it, too.
    assert wire.methods().count("DestroyView") == (0 if until_logout and not given else 1)
    assert ("DestroyView", VIEW["value"]) in wire.calls or (until_logout and not given)


def test_an_object_of_the_session_is_destroyed_at_once_after_an_error_and_again_if_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire, world = in_given_session(monkeypatch, DestroyView=[Lost("reset"), None])
    transport: t.Any = wire
    with world.connection.open() as connection:
        with pytest.raises(ZeroDivisionError), connection.borrowed(transport, VIEW, "DestroyView", until_logout=True):
            raise ZeroDivisionError
        assert wire.methods() == ["DestroyView"]
    assert wire.methods() == ["DestroyView"] * 2


@pytest.mark.parametrize(("error", "seconds"), [(None, 60), (ZeroDivisionError, 3)])
def test_the_clean_up_after_an_error_hurries(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception] | None, seconds: int
) -> None:
    world = World(monkeypatch, Wire())
    world.connection.open().__exit__(error)
    assert world.connection._http._timeout == seconds


@pytest.mark.parametrize("interrupt", [SystemExit, KeyboardInterrupt])
def test_a_logout_that_is_interrupted_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    closed: list[Http] = []

    def close(http: Http) -> None:
        closed.append(http)

    monkeypatch.setattr(Http, "close", close)
    wire = Wire(Logout=[interrupt(), None])
    world = World(monkeypatch, wire)
    with pytest.raises(interrupt), world.connection.open():
        pass
    assert wire.methods() == ["Login", "Logout", "Logout"]
    assert world.connection._http._timeout == 3
    assert closed == [world.connection._http]


def test_an_interrupted_removal_of_an_object_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire, world = in_given_session(monkeypatch, DestroyView=[SystemExit(), None])
    transport: t.Any = wire
    with (
        pytest.raises(SystemExit),
        world.connection.open() as connection,
        connection.borrowed(transport, VIEW, "DestroyView", until_logout=True),
    ):
        pass
    assert wire.methods() == ["DestroyView", "DestroyView"]


def test_a_session_that_nobody_gets_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    connection = World(monkeypatch, wire).connection.open()
    connection.keep_session()
    connection.__exit__(SystemExit)
    assert wire.methods() == ["Login", "Logout"]


def test_a_connection_can_be_opened_within_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    wire = Wire()
    connection = World(monkeypatch, wire).connection
    with connection:
        connection.open()
    assert wire.methods() == ["Login", "Logout"]
    broken = World(monkeypatch, *[STARTING] * 4).connection
    with pytest.raises(Unavailable), broken:
        broken.open()


@pytest.mark.parametrize(
    ("answer", "known"), [(None, True), (Fault("NotAuthenticated", "no", {}), False)], ids=["known", "unknown"]
)
def test_a_logout_says_whether_the_server_knew_the_session(
    monkeypatch: pytest.MonkeyPatch, answer: object, known: bool
) -> None:
    wire, world = in_given_session(monkeypatch, Logout=[answer])
    with world.connection.open() as connection:
        assert connection.log_out() is known
    assert wire.calls == [("Logout", "sessionManager")]


def test_another_fault_of_a_logout_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _wire, world = in_given_session(monkeypatch, Logout=[Fault("NoPermission", "no", {}, "Logout")])
    with world.connection.open() as connection, pytest.raises(Fault, match="Logout is not allowed"):
        connection.log_out()
