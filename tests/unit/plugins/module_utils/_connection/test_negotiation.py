# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which protocol and release come out of the answers of a server."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._negotiation import negotiate
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Lost,
    NotUnderstood,
    Unavailable,
    VsphereError,
)

from .. import answers
from ..wire import OPTIONS

HTML = "\r\nContent-Type: text/html"
NO = {status: answers.answer(f"{status} x{HTML}", "<html>no") for status in (400, 403, 404, 500)}
STARTING = answers.answer(f"503 Service Unavailable{HTML}", "<html>later")
VIJSON = answers.json('{"about":{"fullName":"a vCenter by VI/JSON"}}')


def hello(release: str) -> bytes:
    return answers.json(f'{{"api_release":"{release}"}}')


def content(version: str = "8.0.3.0", kind: str = "VirtualCenter", managers: str = "") -> bytes:
    about = f"<fullName>a server</fullName><apiType>{kind}</apiType><apiVersion>{version}</apiVersion>"
    return answers.soap(
        f'<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval><about>{about}</about>{managers}'
        "</returnval></RetrieveServiceContentResponse>"
    )


MANAGER = '<sessionManager type="SessionManager">ha-sessionmgr</sessionManager>'


class World:
    """A server with answers, and what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers_: bytes) -> None:
        self._monkeypatch = monkeypatch
        self._server = answers.Server(monkeypatch)
        self._server.answers = [*answers_, b""]
        self.paths: list[str] = []
        self.close = self._server.close

    def negotiate(self, transport: str) -> Session:
        http = Http(OPTIONS)
        send = http.request

        def request(method: str, path: str, *more: t.Any) -> t.Any:
            self.paths.append(path)
            return send(method, path, *more)

        self._monkeypatch.setattr(http, "request", request)
        return negotiate(http, transport)


HELLO, SDK = "/api/vcenter/system?action=hello", "/sdk"


def of(release: str) -> str:
    return f"/sdk/vim25/{release}/ServiceInstance/ServiceInstance/content"


@pytest.mark.parametrize(
    ("transport", "given", "session", "paths"),
    [
        ("auto", [hello("8.0.3.0")], Session("json", "8.0.3.0"), [HELLO]),
        ("json", [hello("10.1")], Session("json", "10.1"), [HELLO]),
        # 8.0.1.0 does not have hello.
        (
            "auto",
            [NO[404], content("8.0.1.0"), VIJSON],
            Session("json", "8.0.1.0", product="a vCenter by VI/JSON"),
            [HELLO, SDK, of("8.0.1.0")],
        ),
        # A front end rejects hello, and the server does not have its newest release.
        (
            "auto",
            [NO[403], content("9.0.0.0"), NO[404], VIJSON],
            Session("json", "8.0.3.0", product="a vCenter by VI/JSON"),
            [HELLO, SDK, of("9.0.0.0"), of("8.0.3.0")],
        ),
        # Nothing but VI/JSON gets through, in the newest or the oldest release.
        (
            "auto",
            [NO[403], NO[403], NO[500], VIJSON],
            Session("json", "8.0.1.0", product="a vCenter by VI/JSON"),
            [HELLO, SDK, of("9.0.0.0"), of("8.0.1.0")],
        ),
        # VI/JSON does not get through at all.
        (
            "auto",
            [NO[404], content("8.0.3.0"), NO[403], NO[403]],
            Session("soap", "8.0.3.0", product="a server"),
            [HELLO, SDK, of("8.0.3.0"), of("8.0.2.0")],
        ),
        # An ESXi, and a vCenter without VI/JSON.
        (
            "auto",
            [NO[400], content("9.0.0.0", "HostAgent", MANAGER)],
            Session(
                "soap", "9.0.0.0", product="a server", managers={"sessionManager": ("SessionManager", "ha-sessionmgr")}
            ),
            [HELLO, SDK],
        ),
        ("auto", [NO[404], content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK]),
        ("soap", [content("9.0.0.0")], Session("soap", "9.0.0.0", product="a server"), [SDK]),
        # The service behind hello is not there, but the server is.
        ("auto", [STARTING, content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK]),
        ("auto", [b"", content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK]),
        # What hello answers is not a release.
        *(
            ("auto", [odd, content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK])
            for odd in (
                hello(""),
                hello("8"),
                hello("8.0.3.0/.."),
                answers.json("[1]"),
                answers.json('{"value":"9.0"}'),
            )
        ),
    ],
)
def test_the_answers_lead_to_a_session(
    monkeypatch: pytest.MonkeyPatch, transport: str, given: list[bytes], session: Session, paths: list[str]
) -> None:
    with contextlib.closing(World(monkeypatch, *given)) as world:
        assert world.negotiate(transport) == session
    assert world.paths == paths


@pytest.mark.parametrize(
    ("transport", "given", "error", "message"),
    [
        (
            "json",
            [NO[400], content("9.0.0.0", "HostAgent")],
            VsphereError,
            "does not support VI/JSON, which requires vCenter 8.0U1 or later: set transport to auto or soap",
        ),
        (
            "json",
            [NO[404], content("8.0.3.0"), NO[403], NO[403]],
            VsphereError,
            r"\(a server\) rejects VI/JSON \(hello: HTTP 404 .*; VI/JSON: HTTP 403 with .*\): set transport to auto",
        ),
        (
            "auto",
            [NO[400], NO[403], NO[404], NO[404]],
            NotUnderstood,
            r"does not answer like a vCenter or ESXi \(hello: HTTP 400 .*; SOAP: HTTP 403 .*; VI/JSON: HTTP 404 ",
        ),
        ("soap", [NO[404]], NotUnderstood, r"\(SOAP: HTTP 404 with a body of type text/html\)"),
        # Without the server itself, nothing else can be there.
        ("auto", [NO[404], STARTING], Unavailable, "HTTP 503"),
        ("auto", [NO[404], b""], Lost, "."),
        ("soap", [content("unknown")], NotUnderstood, "HTTP 200"),
        ("soap", [answers.soap("<RetrieveServiceContentResponse/>")], NotUnderstood, "HTTP 200"),
    ],
)
def test_other_answers_are_an_error_that_says_what_was_answered(
    monkeypatch: pytest.MonkeyPatch, transport: str, given: list[bytes], error: type[Exception], message: str
) -> None:
    with contextlib.closing(World(monkeypatch, *given)) as world, pytest.raises(error, match=message) as caught:
        world.negotiate(transport)
    assert caught.type is error
