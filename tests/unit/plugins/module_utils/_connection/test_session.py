# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: the text that another module continues with, logins, and renewals within limits."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Login, Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    SessionRefused,
    VsphereError,
)

from ..wire import OPTIONS, Clock, Wire

SESSION = Session("soap", "8.0.3.0", "the key", "a vCenter", {"taskManager": ("TaskManager", "TaskManager")})
GOOD: dict[str, t.Any] = {"transport": "json", "release": "8.0.3.0"}


def text_of(data: t.Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode()


@pytest.mark.parametrize("session", [SESSION, Session("json", "9.0.0.0")])
def test_a_session_equals_the_one_read_from_its_text(session: Session) -> None:
    found = Session.from_text(session.to_text())
    # JSON has no tuples.
    assert {name: tuple(each) for name, each in found.managers.items()} == session.managers
    assert (found.transport, found.release, found.key, found.product) == (
        session.transport,
        session.release,
        session.key,
        session.product,
    )


def test_the_key_is_not_shown() -> None:
    assert "the key" not in repr(SESSION)
    assert "the key" not in SESSION.to_text()


def test_a_text_with_only_the_required_members_is_valid() -> None:
    assert Session.from_text(text_of(GOOD)) == Session("json", "8.0.3.0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "é",
        "52b5395e-85f7-9f5d-1a0a-2e2b2a0e4f5c",
        text_of(["json", "8.0.3.0"]),
        text_of("json"),
        text_of({"transport": "json"}),
        text_of({**GOOD, "color": "red"}),
        text_of({**GOOD, "transport": "rest"}),
        text_of({**GOOD, "release": "../8.0.3.0"}),
        text_of({**GOOD, "release": ""}),
        text_of({**GOOD, "release": 8}),
        text_of({**GOOD, "release": ".."}),
        text_of({**GOOD, "release": "9" * 5000}),
        text_of({**GOOD, "transport": ["json"]}),
        text_of({**GOOD, "key": 7}),
        text_of({**GOOD, "product": None}),
        text_of({**GOOD, "managers": []}),
        text_of({**GOOD, "managers": {"taskManager": "TaskManager"}}),
        text_of({**GOOD, "managers": {"taskManager": ["TaskManager", 7]}}),
        base64.urlsafe_b64encode(b"[" * 200_000).decode(),
    ],
)
def test_any_other_text_is_an_error_that_names_the_module(text: str) -> None:
    with pytest.raises(VsphereError, match=r"^session_id does not come from vsphere\.tasks\.vsphere_session"):
        Session.from_text(text)


# --- logins ---


NO_SESSION = Fault("NotAuthenticated", "The session is not authenticated.", {}, "info")
REFUSED = Fault("InvalidLogin", "Cannot complete login.", {})


class World:
    """A login with the given options, over a transport with the given answers."""

    def __init__(self, *answers: t.Any, **options: t.Any) -> None:
        self.wire = Wire(Login=list(answers) or [None] * 9)
        self.transport: t.Any = self.wire
        self.login = Login(dataclasses.replace(OPTIONS, **options), "vc:443")


@pytest.mark.parametrize(("options", "locale"), [({}, {}), ({"locale": "de"}, {"locale": "de"})])
def test_a_login_sends_the_user_the_password_and_a_given_locale(
    options: dict[str, str], locale: dict[str, str]
) -> None:
    world = World(**options)
    world.login.log_in(world.transport)
    assert world.wire.calls == [("Login", "sessionManager")]
    assert world.wire.params["Login"] == {"userName": "someone", "password": "a secret", **locale}


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        (
            "InvalidLogin",
            r"^vc:443 rejects the login of someone \(InvalidLogin\): check username and password, and whether "
            "the account is locked or its password has expired$",
        ),
        (
            "PasswordExpired",
            r"^vc:443 rejects the login of someone, because the password has expired \(PasswordExpired\): set a new "
            "one on the server, and then here$",
        ),
        ("InvalidLocale", r"^vc:443 does not know the locale xx \(InvalidLocale\): set another one, or omit locale"),
    ],
)
def test_a_rejected_login_names_the_option_that_helps(type_: str, message: str) -> None:
    world = World(Fault(type_, "No.", {}), locale="xx")
    with pytest.raises(VsphereError, match=message) as caught:
        world.login.log_in(world.transport)
    assert caught.value.result["fault"]["type"] == type_
    # A server can hand out a session with a rejection, too.
    assert world.wire.methods() == ["Login", "forget_session"]


def test_another_fault_of_a_login_is_raised_as_it_is() -> None:
    world = World(Fault("NoPermission", "No.", {}, "Login"))
    with pytest.raises(Fault, match="Login is not allowed"):
        world.login.log_in(world.transport)


def test_a_login_that_a_front_end_rejects_is_no_answer_of_vsphere() -> None:
    world = World(SessionRefused("Login"))
    with pytest.raises(
        NotUnderstood, match=r"^vc:443 rejects the login itself \(HTTP 401\), without an answer"
    ) as caught:
        world.login.log_in(world.transport)
    assert caught.value.answer == "HTTP 401"
    assert world.wire.methods() == ["Login", "forget_session"]


def test_a_lost_session_is_replaced() -> None:
    world = World()
    world.login.renew(world.transport, NO_SESSION)
    assert world.wire.methods() == ["forget_session", "Login"]


def test_a_login_that_was_rejected_once_is_not_sent_again() -> None:
    world = World(REFUSED)
    for _attempt in range(2):
        with pytest.raises(VsphereError, match="rejects the login of someone"):
            world.login.renew(world.transport, NO_SESSION)
    assert world.wire.methods().count("Login") == 1


@pytest.mark.parametrize("username", ["someone", None])
def test_without_a_password_a_lost_session_is_the_end(username: str | None) -> None:
    world = World(username=username, password=None)
    with pytest.raises(VsphereError, match=r"^vc:443 no longer knows the session .*: create a new session") as caught:
        world.login.renew(world.transport, NO_SESSION)
    assert caught.value.result == NO_SESSION.result
    assert world.wire.methods() == []
    assert world.login.user == (username or "the owner of the session")


def test_only_two_sessions_are_lost_in_quick_succession_and_one_per_minute_after_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    world = World()

    def renew_until_the_end() -> t.NoReturn:
        while True:
            world.login.renew(world.transport, NO_SESSION)

    def renewals() -> int:
        before = world.wire.methods().count("Login")
        with pytest.raises(VsphereError, match=r"^vc:443 has ended \d sessions of someone within \d+ s"):
            renew_until_the_end()
        return world.wire.methods().count("Login") - before

    assert renewals() == 2
    clock.now += 59
    assert renewals() == 0
    clock.now += 1
    assert renewals() == 1
    clock.now += 120
    assert renewals() == 2
    with pytest.raises(VsphereError, match="has ended 6 sessions of someone within 180 s") as caught:
        world.login.renew(world.transport, NO_SESSION)
    assert caught.value.result == NO_SESSION.result


def test_a_renewal_that_fails_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    world = World(*[Lost("reset")] * 5, None)
    for _attempt in range(5):
        with pytest.raises(Lost):
            world.login.renew(world.transport, NO_SESSION)
    world.login.renew(world.transport, NO_SESSION)


def test_a_session_that_is_rejected_immediately_names_what_to_check() -> None:
    error = World().login.refused_at_once(NO_SESSION)
    assert error.message.startswith("vc:443 rejects the session right after a successful login of someone")
    assert error.result == NO_SESSION.result
