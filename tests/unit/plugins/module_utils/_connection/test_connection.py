# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections: opening, repeated reads, changes that are sent once, renewed sessions, and closing."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    OutcomeUnknown,
    TimedOut,
    Unavailable,
    Unreachable,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import found
from ..wire import Clock, Wire, connect

TASK = reference("Task", "task-1")
SERVICE = reference("ServiceInstance", "ServiceInstance")
SESSIONS = reference("SessionManager", "sessionManager")
NO_SESSION = Fault("NotAuthenticated", "The session is not authenticated.", {}, "info", TASK)


def checked(**session: t.Any) -> dict[str, t.Any]:
    """The answer to the check of a session: the product, and, if it exists, the current session."""
    product = {"content.about.fullName": {"_typeName": "string", "_value": "a newer vCenter"}}
    return {"objects": [found(SERVICE, **product), found(SESSIONS, **session)]}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: t.Any) -> list[float]:
    """The length of each pause in seconds. No time passes."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


@pytest.mark.parametrize("error", [Lost("reset"), Unavailable("503")])
def test_a_renewal_that_fails_is_not_repeated_outside_of_a_wait(monkeypatch: t.Any, error: Exception) -> None:
    wire = Wire(info=[NO_SESSION] * 9, Login=[None, error])
    with connect(monkeypatch, wire) as connection, pytest.raises(type(error)):
        connection.read(lambda transport: transport.get(TASK, "info"))
    assert wire.methods() == ["Login", "info", "forget_session", "Login"]


def test_a_read_is_repeated_after_a_renewal(monkeypatch: t.Any) -> None:
    wire = Wire(info=[NO_SESSION, Lost("reset"), "running"])
    with connect(monkeypatch, wire) as connection:
        assert connection.read(lambda transport: transport.get(TASK, "info")) == "running"


def test_a_session_is_opened_and_closed(monkeypatch: t.Any) -> None:
    wire = Wire(info=["running"])
    with connect(monkeypatch, wire) as connection:
        assert connection.read(lambda transport: transport.get(TASK, "info")) == "running"
    assert wire.methods() == ["Login", "info", "Logout"]


@pytest.mark.parametrize("product", ["a newer vCenter", None])
def test_a_session_that_is_kept_stays_open_for_others(monkeypatch: t.Any, product: str | None) -> None:
    wire = Wire()
    with connect(monkeypatch, wire) as connection:
        connection.server.product = product
        text = connection.keep_session()
        assert not connection.owns_session
    assert wire.methods() == ["Login"]
    assert Session.from_text(text) == Session("json", "9.0.0.0", "key 1", product or "")


def test_a_check_of_a_session_reads_the_product_again(monkeypatch: t.Any) -> None:
    wire = Wire(RetrievePropertiesEx=[NO_SESSION, checked(currentSession={"_typeName": "UserSession"})])
    with connect(monkeypatch, wire) as connection:
        connection.check_session()
        assert connection.describe() == {"transport": "json", "release": "9.0.0.0", "product": "a newer vCenter"}
    read = "RetrievePropertiesEx"
    [spec] = wire.params[read]["specSet"]
    assert [each["obj"] for each in spec["objectSet"]] == [SESSIONS, SERVICE]
    assert [(each["type"], each["pathSet"]) for each in spec["propSet"]] == [
        ("SessionManager", ["currentSession"]),
        ("ServiceInstance", ["content.about.fullName"]),
    ]
    assert wire.methods() == ["Login", read, "forget_session", "Login", read, "Logout"]


def test_a_session_has_ended_if_it_is_not_the_current_one_although_the_product_can_be_read(
    monkeypatch: t.Any,
) -> None:
    wire = Wire(RetrievePropertiesEx=[checked(), checked(currentSession={"_typeName": "UserSession"})])
    with connect(monkeypatch, wire) as connection:
        connection.check_session()
        assert connection.owns_session
    assert wire.methods().count("Login") == 2


def test_a_user_who_cannot_read_the_current_session_has_one(monkeypatch: t.Any) -> None:
    answer = checked()
    answer["objects"][1]["missingSet"] = [{"path": "currentSession", "fault": {"_typeName": "NoPermission"}}]
    wire = Wire(RetrievePropertiesEx=[answer])
    with connect(monkeypatch, wire) as connection:
        connection.check_session()
    assert wire.methods().count("Login") == 1


def test_a_new_session_that_is_not_the_current_one_ends_the_run(monkeypatch: t.Any) -> None:
    wire = Wire(RetrievePropertiesEx=[checked()] * 2)
    # These answers do not need a session.
    monkeypatch.setattr(Wire, "accepted", property(lambda self: False, lambda self, value: None))
    expected = pytest.raises(VsphereError, match="right after a successful login")
    with connect(monkeypatch, wire) as connection, expected as caught:
        connection.check_session()
    text = "The session is not authenticated."
    assert caught.value.result["fault"] == {"type": "NotAuthenticated", "message": text, "messages": [], "cause": None}
    assert str(caught.value.__cause__).startswith("Reading currentSession of SessionManager sessionManager failed")


def test_a_query_is_repeated_until_its_deadline(monkeypatch: t.Any) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(FindByUuid=[Unreachable("gone")] * 4 + [TASK])
    with connect(monkeypatch, wire) as connection:
        assert connection.query(TASK, "FindByUuid", {"uuid": "1"}, clock.now + 5) == TASK
    assert wire.given[-2] == ("FindByUuid", {"uuid": "1"})
    assert wire.calls[-2] == ("FindByUuid", "task-1")


def test_the_product_is_requested_if_it_is_unknown(monkeypatch: t.Any) -> None:
    wire = Wire(content=[{"about": {"fullName": "an ESXi"}}])
    wire.product = None
    with connect(monkeypatch, wire) as connection:
        assert connection.describe()["product"] == "an ESXi"


def test_a_session_is_closed_after_an_error(monkeypatch: t.Any) -> None:
    wire = Wire()
    with pytest.raises(ZeroDivisionError), connect(monkeypatch, wire):
        raise ZeroDivisionError
    assert wire.methods() == ["Login", "Logout"]


def test_a_failed_logout_does_not_change_the_outcome(monkeypatch: t.Any) -> None:
    wire = Wire(Logout=[Lost("gone")])
    with pytest.raises(ZeroDivisionError), connect(monkeypatch, wire):
        raise ZeroDivisionError


@pytest.mark.parametrize("error", [Lost("reset"), Unavailable("503")])
def test_a_read_is_repeated_after_a_transient_failure(monkeypatch: t.Any, error: VsphereError) -> None:
    wire = Wire(info=[error, error, "running"])
    with connect(monkeypatch, wire) as connection:
        assert connection.read(lambda transport: transport.get(TASK, "info")) == "running"


def test_a_read_is_repeated_only_a_few_times(monkeypatch: t.Any, pauses: list[float]) -> None:
    wire = Wire(info=[Lost("reset")] * 9)
    with connect(monkeypatch, wire) as connection, pytest.raises(Lost):
        connection.read(lambda transport: transport.get(TASK, "info"))
    assert wire.methods().count("info") == 4
    assert pauses == [0.2, 1, 3]


@pytest.mark.parametrize("error", [TimedOut("slow"), Unreachable("refused"), Fault("NotSupported", "no", {})])
def test_other_failures_of_a_read_are_final(monkeypatch: t.Any, error: VsphereError) -> None:
    wire = Wire(info=[error])
    with connect(monkeypatch, wire) as connection, pytest.raises(type(error)):
        connection.read(lambda transport: transport.get(TASK, "info"))


@pytest.mark.parametrize(
    "error",
    [
        Lost("reset"),
        Unavailable("503"),
        TimedOut("slow"),
        NotUnderstood("no vCenter: check hostname", "HTTP 200 with a body of type text/html"),
        KeyError("value"),
    ],
)
def test_a_change_without_an_answer_is_sent_once_and_has_an_unknown_outcome(
    monkeypatch: t.Any, error: Exception
) -> None:
    wire = Wire(CancelTask=[error])
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(OutcomeUnknown, match="the outcome of CancelTask of Task task-1 is unknown"),
    ):
        connection.invoke(TASK, "CancelTask")
    assert wire.methods().count("CancelTask") == 1


def test_a_lost_session_is_renewed_for_a_read_and_for_a_change(monkeypatch: t.Any) -> None:
    wire = Wire(info=[NO_SESSION, "running"], CancelTask=[NO_SESSION, None])
    with connect(monkeypatch, wire) as connection:
        connection.read(lambda transport: transport.get(TASK, "info"))
        connection.invoke(TASK, "CancelTask", undone=lambda: True)
    renewal = ["forget_session", "Login"]
    assert wire.methods() == [
        *["Login", "info", *renewal, "info"],
        *["CancelTask", *renewal, "CancelTask", "Logout"],
    ]


@pytest.mark.parametrize("error", [None, Lost("reset")])
def test_a_change_is_not_repeated_unless_the_server_shows_that_it_did_nothing(
    monkeypatch: t.Any, error: Exception | None
) -> None:
    def undone() -> bool:
        if error:
            raise error
        return False

    wire = Wire(CancelTask=[NO_SESSION])
    why = "reset" if error else "did not know the session"
    with connect(monkeypatch, wire) as connection, pytest.raises(OutcomeUnknown, match=f"{why}.* is unknown"):
        connection.invoke(TASK, "CancelTask", undone=undone)
    assert wire.methods() == ["Login", "CancelTask", "forget_session", "Login", "Logout"]


@pytest.mark.parametrize("patient", [False, True])
def test_a_session_that_is_rejected_right_after_the_login_ends_the_run(monkeypatch: t.Any, patient: bool) -> None:
    wire = Wire(info=[NO_SESSION] * 9)
    deadline = time.monotonic() + 60 if patient else None
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match="rejects the session right after a successful login of someone"),
    ):
        connection.read(lambda transport: transport.get(TASK, "info"), deadline)
    assert wire.methods().count("Login") == 2


def test_a_wait_renews_short_lived_sessions_only_a_few_times(monkeypatch: t.Any) -> None:
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    wire = Wire(info=["running", NO_SESSION] * 99, Login=[None] * 99)

    def steps(transport: t.Any) -> None:
        nonlocal now
        while True:
            transport.get(TASK, "info")
            now += 10

    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match=r"has ended \d+ sessions of someone within \d+ s"),
    ):
        connection.read(steps, 3600)
    # The first login, and two renewals. Each minute would allow one more.
    assert wire.methods().count("Login") == 3


def test_a_wrong_password_ends_a_wait_immediately(monkeypatch: t.Any) -> None:
    wire = Wire(info=["running", NO_SESSION], Login=[None, Fault("InvalidLogin", "no", {}), None])
    deadline = time.monotonic() + 60
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match="InvalidLogin"):
        connection.read(lambda transport: [transport.get(TASK, "info"), transport.get(TASK, "info")], deadline)
    assert wire.methods().count("Login") == 2


def test_a_new_login_that_fails_leaves_no_outcome_unknown(monkeypatch: t.Any) -> None:
    wire = Wire(CancelTask=[NO_SESSION], Login=[None, Lost("reset")])
    with connect(monkeypatch, wire) as connection, pytest.raises(Lost, match="reset"):
        connection.invoke(TASK, "CancelTask")


def test_data_that_cannot_be_read_is_one_clear_error(monkeypatch: t.Any) -> None:
    wire = Wire(info=[{}])
    wire.last_call = "Task.info"
    with connect(monkeypatch, wire) as connection, pytest.raises(NotUnderstood, match=r"Task\.info .*KeyError 'state'"):
        connection.read(lambda transport: transport.get(TASK, "info")["state"])


def test_an_odd_answer_to_a_logout_does_not_change_the_outcome(monkeypatch: t.Any) -> None:
    wire = Wire(Logout=[TypeError("what?")])
    with connect(monkeypatch, wire) as connection:
        assert connection.describe()["product"] == "a vCenter"


def test_a_wrong_password_names_user_and_options(monkeypatch: t.Any) -> None:
    wire = Wire(Login=[Fault("InvalidLogin", "Cannot complete login.", {})])
    with (
        pytest.raises(VsphereError, match=r"^vcenter.example.com:443 rejects the login of someone ") as caught,
        connect(monkeypatch, wire),
    ):
        pass
    assert caught.value.result["fault"]["type"] == "InvalidLogin"
    assert "Logout" not in wire.methods()


def test_a_missing_privilege_is_named_with_its_object() -> None:
    fault = Fault("NoPermission", "Denied.", {"privilegeId": "Task.Update", "object": TASK}, "UpdateProgress", TASK)
    assert "the user lacks the privilege Task.Update on Task task-1" in fault.message


def test_a_rejected_login_is_not_repeated_after_its_error_was_ignored(monkeypatch: t.Any) -> None:
    wire = Wire(info=["running", NO_SESSION, NO_SESSION], Login=[None, Fault("InvalidLogin", "no", {}), None])
    deadline = time.monotonic() + 60
    with connect(monkeypatch, wire) as connection:
        connection.read(lambda transport: transport.get(TASK, "info"), deadline)
        connection.glimpse(lambda transport: connection.read(lambda to: to.get(TASK, "info"), deadline))
        with pytest.raises(VsphereError, match="InvalidLogin"):
            connection.read(lambda transport: transport.get(TASK, "info"), deadline)
    assert wire.methods().count("Login") == 2
