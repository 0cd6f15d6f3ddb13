# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The negotiation of the protocol and release, from the answers of a server."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._negotiation import negotiate
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Lost,
    NotUnderstood,
    TimedOut,
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
    """A server with answers, and the paths of the requests to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers_: bytes) -> None:
        self._monkeypatch = monkeypatch
        self._server = answers.Server(monkeypatch)
        self._server.answers = [*answers_, b""]
        self.paths: list[str] = []
        self.requests: list[bytes] = []
        self.silent = ""
        self.close = self._server.close

    def negotiate(self, transport: str) -> Session:
        http = Http(OPTIONS)
        send = http.request

        def request(method: str, path: str, *more: t.Any) -> t.Any:
            self.paths.append(path)
            if path == self.silent:
                raise TimedOut(f"{path} did not answer")
            try:
                return send(method, path, *more)
            finally:
                self.requests.append(self._server.last_request())

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
        # A front end rejects hello, and VI/JSON rejects the newest release.
        (
            "auto",
            [NO[403], content("9.0.0.0"), NO[404], VIJSON],
            Session("json", "8.0.3.0", product="a vCenter by VI/JSON"),
            [HELLO, SDK, of("9.0.0.0"), of("8.0.3.0")],
        ),
        # Only VI/JSON gets through, in the newest or the oldest release.
        (
            "auto",
            [NO[403], NO[403], NO[500], VIJSON],
            Session("json", "8.0.1.0", product="a vCenter by VI/JSON"),
            [HELLO, SDK, of("9.0.0.0"), of("8.0.1.0")],
        ),
        # VI/JSON does not get through.
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
        # The server answers, but not its service behind hello.
        ("auto", [STARTING, content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK]),
        ("auto", [b"", content("7.0.3.0")], Session("soap", "7.0.3.0", product="a server"), [HELLO, SDK]),
        # The answer to hello is not a release.
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
        # The error about hello has no answer to quote.
        (
            "auto",
            [STARTING, NO[403], NO[404], NO[404]],
            NotUnderstood,
            r"\(hello: vcenter.example.com:443 answered HTTP 503 .*; SOAP: HTTP 403 .*; VI/JSON: HTTP 404 ",
        ),
        ("soap", [NO[404]], NotUnderstood, r"\(SOAP: HTTP 404 with a body of type text/html\)"),
        # The server itself does not answer, so the negotiation ends.
        ("auto", [NO[404], STARTING], Unavailable, "HTTP 503"),
        ("auto", [NO[404], b""], Lost, "."),
        ("soap", [content("unknown")], NotUnderstood, "HTTP 200"),
        ("soap", [answers.soap("<RetrieveServiceContentResponse/>")], NotUnderstood, "HTTP 200"),
    ],
)
def test_other_answers_are_an_error_that_quotes_them(
    monkeypatch: pytest.MonkeyPatch, transport: str, given: list[bytes], error: type[Exception], message: str
) -> None:
    with contextlib.closing(World(monkeypatch, *given)) as world, pytest.raises(error, match=message) as caught:
        world.negotiate(transport)
    assert caught.type is error


def test_each_request_has_the_form_that_its_service_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    with contextlib.closing(World(monkeypatch, NO[404], content("8.0.1.0"), VIJSON)) as world:
        world.negotiate("auto")
    heads, bodies = zip(*(request.split(b"\r\n\r\n", 1) for request in world.requests))
    lines = [head.decode().split("\r\n") for head in heads]
    assert [head[0].rpartition(" ")[0] for head in lines] == [f"POST {HELLO}", f"POST {SDK}", f"GET {of('8.0.1.0')}"]
    assert "Content-Type: application/json" in lines[0]
    assert {"Content-Type: text/xml; charset=UTF-8", 'SOAPAction: "urn:vim25/5.5"'} <= set(lines[1])
    assert json.loads(bodies[0]) == {"api_releases": ["9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0"]}
    assert (
        b'<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this>' in bodies[1]
    )
    assert bodies[2] == b""


@pytest.mark.parametrize(("silent", "is_final"), [(HELLO, False), (SDK, True)])
def test_only_a_silent_hello_does_not_end_the_negotiation(
    monkeypatch: pytest.MonkeyPatch, silent: str, is_final: bool
) -> None:
    given = [content("7.0.3.0")] if silent == HELLO else [NO[404]]
    with contextlib.closing(World(monkeypatch, *given)) as world:
        world.silent = silent
        if is_final:
            with pytest.raises(TimedOut):
                world.negotiate("auto")
        else:
            assert world.negotiate("auto").transport == "soap"
    assert world.paths == [HELLO, SDK]


def test_a_vi_json_that_is_only_starting_is_not_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    starting = World(monkeypatch, NO[404], content("8.0.1.0"), STARTING)
    with contextlib.closing(starting) as world, pytest.raises(Unavailable):
        world.negotiate("json")
