# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions and faults, which both transports treat alike."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _soap, _vijson
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, NotUnderstood, TimedOut
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers
from ..wire import OPTIONS, Clock

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._transport import Transport

TASK, SERVICE = reference("Task", "task-1"), reference("ServiceInstance", "ServiceInstance")
MANAGER = reference("SessionManager", "SessionManager")
VIM = 'xmlns="urn:vim25"'
BOTH = pytest.mark.parametrize("kind", ["json", "soap"])
LOGGED_IN = {
    "json": answers.json('{"key":"5299"}', status="200 OK\r\nvmware-api-session-id: the key"),
    "soap": answers.soap(
        f"<LoginResponse {VIM}><returnval><key>5299</key></returnval></LoginResponse>",
        status='200 OK\r\nSet-Cookie: vmware_soap_session="the key"; Path=/; HttpOnly;',
    ),
}
CANCELLED = {
    "json": answers.json("", status="204 No Content"),
    "soap": answers.soap(f"<CancelTaskResponse {VIM}/>"),
}
CONTENT = {
    "json": answers.json('{"rootFolder":{"type":"Folder","value":"group-d1"}}'),
    "soap": answers.soap(
        f'<FetchResponse {VIM}><returnval xsi:type="ServiceContent"><rootFolder type="Folder">group-d1</rootFolder>'
        "</returnval></FetchResponse>"
    ),
}
LOGIN = {"userName": "someone", "password": "a secret"}
HEADER = {"json": b"\r\nvmware-api-session-id:", "soap": b"\r\nCookie:"}
"""The header with the key."""


class World:
    """A transport to a server with answers, in a session with the given key."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: str, key: str = "") -> None:
        self.server = answers.Server(monkeypatch)
        self.close = self.server.close
        self.secrets: list[str] = []
        session = Session(kind, "8.0.3.0", key, "a vCenter", {"taskManager": ("TaskManager", "TaskManager")})
        make: t.Callable[..., Transport] = {"json": _vijson.ViJson, "soap": _soap.Soap}[kind]
        self.transport = make(Http(OPTIONS), self.secrets.append, session)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, kind: str) -> t.Iterator[World]:
    with contextlib.closing(World(monkeypatch, kind)) as world:
        yield world


@BOTH
def test_the_key_of_a_login_is_a_secret_and_goes_with_later_calls_until_it_is_forgotten(
    world: World, kind: str
) -> None:
    transport, world.server.answers = world.transport, [LOGGED_IN[kind], CANCELLED[kind]]
    transport.invoke(MANAGER, "Login", LOGIN)
    assert HEADER[kind] not in world.server.last_request()
    assert world.secrets == ["the key"]
    transport.invoke(TASK, "CancelTask")
    request = world.server.last_request()
    assert HEADER[kind] in request
    assert b"the key" in request
    assert transport.session == Session(
        kind, "8.0.3.0", "the key", "a vCenter", {"taskManager": ("TaskManager", "TaskManager")}
    )
    transport.forget_session()
    assert transport.session.key == ""
    transport.invoke(TASK, "CancelTask")
    assert HEADER[kind] not in world.server.last_request()
    assert world.secrets == ["the key"]


@BOTH
def test_a_session_is_accepted_after_a_call_that_requires_one(world: World, kind: str) -> None:
    transport, world.server.answers = world.transport, [LOGGED_IN[kind], CONTENT[kind], CANCELLED[kind]]
    assert transport.last_call == ""
    transport.invoke(MANAGER, "Login", LOGIN)
    # A property that users read without a session.
    assert transport.get(SERVICE, "content")["rootFolder"]["value"] == "group-d1"
    assert not transport.accepted
    assert transport.last_call == "ServiceInstance.content"
    transport.invoke(TASK, "CancelTask")
    assert transport.accepted
    assert transport.last_call == "Task.CancelTask"
    world.server.answers = [CONTENT[kind]]
    transport.get(SERVICE, "content")
    assert transport.accepted
    transport.forget_session()
    assert not transport.accepted


NOW = "2026-01-02T03:04:05Z"
ANYBODY = {
    "CurrentTime": {
        "json": answers.json(f'"{NOW}"'),
        "soap": answers.soap(f"<CurrentTimeResponse {VIM}><returnval>{NOW}</returnval></CurrentTimeResponse>"),
    },
    "RetrievePropertiesEx": {
        "json": answers.json("", status="204 No Content"),
        "soap": answers.soap(f"<RetrievePropertiesExResponse {VIM}/>"),
    },
}


@BOTH
@pytest.mark.parametrize("method", ANYBODY)
def test_a_read_that_works_without_a_session_proves_nothing(world: World, kind: str, method: str) -> None:
    world.server.answers = [ANYBODY[method][kind]]
    ref = SERVICE if method == "CurrentTime" else reference("PropertyCollector", "propertyCollector")
    params = None if method == "CurrentTime" else {"specSet": [], "options": {"_typeName": "RetrieveOptions"}}
    world.transport.invoke(ref, method, params)
    assert not world.transport.accepted


@BOTH
def test_a_call_takes_no_longer_than_others_unless_it_is_to_wait(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    send = Http.request

    def request(http: Http, *arguments: t.Any) -> t.Any:
        waits.append(arguments[-1])
        return send(http, *arguments)

    monkeypatch.setattr(Http, "request", request)
    world.server.answers = [CANCELLED[kind]]
    world.transport.invoke(TASK, "CancelTask")
    world.transport.invoke(TASK, "CancelTask", wait=20)
    world.server.answers = [CONTENT[kind]]
    world.transport.get(SERVICE, "content")
    assert waits == [0, 20, 0]


@BOTH
@pytest.mark.parametrize(("text", "said"), [("No.", "No."), ("", "NotSupported")])
def test_a_fault_has_its_type_its_text_or_else_its_type_as_text_and_its_call(
    world: World, kind: str, text: str, said: str
) -> None:
    world.server.answers = [
        {
            "json": answers.json(f'{{"_typeName":"NotSupported","faultstring":"{text}"}}', status="500 x"),
            "soap": answers.soap(
                f"<soapenv:Fault><faultcode>x</faultcode><faultstring>{text}</faultstring><detail>"
                f'<NotSupportedFault {VIM} xsi:type="NotSupported"/></detail></soapenv:Fault>',
                status="500 x",
            ),
        }[kind]
    ]
    with pytest.raises(Fault) as caught:
        world.transport.invoke(TASK, "CancelTask")
    fault = caught.value
    assert (fault.type, fault.text, fault.fields) == ("NotSupported", said, {})
    assert fault.message.startswith("CancelTask of Task task-1 failed: ")
    assert not world.transport.accepted


@pytest.mark.parametrize("kind", ["json"])
def test_a_result_has_a_number_of_pages(world: World) -> None:
    world.transport.last_call = "Task.info"
    turn = world.transport.pages(2)
    turn()
    turn()
    with pytest.raises(NotUnderstood, match=r"Task\.info with malformed data: its pages do not end"):
        turn()


@pytest.mark.parametrize("kind", ["json"])
@pytest.mark.parametrize("many", [1, 4])
def test_the_kept_pages_of_a_result_are_as_large_as_that_number_of_answers(world: World, many: int) -> None:
    http = world.transport._http
    http.received, http.max_size = 10, 5
    turn = world.transport.pages(answers=many)
    for is_kept, size in ((True, 5 * many - 1), (False, 100), (True, 1), (False, 100)):
        http.received += size
        turn(is_kept)
    http.received += 1
    with pytest.raises(NotUnderstood, match="too much data"):
        turn()


@pytest.mark.parametrize("kind", ["json"])
def test_a_result_has_no_further_page_after_the_time_limit(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    clock = Clock(monkeypatch)
    turn = world.transport.pages()
    with world.transport._http.ending_by(clock.now + 5):
        clock.now += 6
        turn()
        with pytest.raises(TimedOut, match="returned one part of its answer after the other until the time limit"):
            turn()
    turn()
