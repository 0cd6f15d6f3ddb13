# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are cut off: each is an error, never a different answer."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _properties
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    OutcomeUnknown,
    TimedOut,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection

MACHINE, TASK = reference("VirtualMachine", "vm-1"), reference("Task", "task-1")
VIM = 'xmlns="urn:vim25"'


class Call(t.NamedTuple):
    """A call, and the answers of servers over both protocols."""

    make: t.Callable[[Connection], t.Any]
    json: tuple[str, str]
    soap: tuple[str, str]


def read(connection: Connection) -> t.Any:
    wanted = _properties.property_spec("Task", "info.state")
    return _properties.retrieve(connection._transport, [_properties.object_spec(TASK)], [wanted])


def start(connection: Connection) -> t.Any:
    return connection.invoke(MACHINE, "PowerOnVM_Task")


def cancel(connection: Connection) -> t.Any:
    return connection.invoke(TASK, "CancelTask")


CALLS = {
    "tasks": Call(
        read,
        (
            "200 OK",
            '{"objects":[{"obj":{"type":"Task","value":"task-1"},"propSet":[{"name":"info.progress","val":'
            '{"_typeName":"int","_value":4711}}]}]}',
        ),
        (
            "200 OK",
            f'<RetrievePropertiesExResponse {VIM}><returnval><objects><obj type="Task">task-1</obj><propSet>'
            '<name>info.progress</name><val xsi:type="xsd:int">4711</val></propSet></objects></returnval>'
            "</RetrievePropertiesExResponse>",
        ),
    ),
    "none": Call(read, ("200 OK", "null"), ("200 OK", f"<RetrievePropertiesExResponse {VIM}/>")),
    "a start": Call(
        start,
        ("200 OK", '{"_typeName":"ManagedObjectReference","type":"Task","value":"task-12"}'),
        (
            "200 OK",
            f'<PowerOnVM_TaskResponse {VIM}><returnval type="Task">task-12</returnval></PowerOnVM_TaskResponse>',
        ),
    ),
    "a cancellation": Call(
        cancel, ("204 No Content", ""), ("200 OK", f"<CancelTaskResponse {VIM}></CancelTaskResponse>")
    ),
    "a fault": Call(
        cancel,
        ("500 Internal Server Error", '{"_typeName":"NotSupported","faultstring":"No."}'),
        (
            "500 Internal Server Error",
            "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>No.</faultstring><detail>"
            f'<NotSupportedFault {VIM} xsi:type="NotSupported"/></detail></soapenv:Fault>',
        ),
    ),
}


ABOUT = "<apiType>VirtualCenter</apiType><apiVersion>8.0.3.0</apiVersion><fullName>a vCenter</fullName>"
WHO = {
    "json": answers.json('{"api_release":"8.0.3.0"}'),
    "soap": answers.soap(
        f"<RetrieveServiceContentResponse {VIM}><returnval><about>{ABOUT}</about>"
        '<sessionManager type="SessionManager">SessionManager</sessionManager></returnval>'
        "</RetrieveServiceContentResponse>"
    ),
}
LOGGED_IN = {
    "json": "200 OK\r\nvmware-api-session-id: 7bea48466ca7",
    "soap": '200 OK\r\nSet-Cookie: vmware_soap_session="7bea48466ca7"; Path=/; HttpOnly; Secure;',
}
LOGIN = {
    "json": answers.json('{"key":"5299"}', status=LOGGED_IN["json"]),
    "soap": answers.soap(
        f"<LoginResponse {VIM}><returnval><key>5299</key></returnval></LoginResponse>", status=LOGGED_IN["soap"]
    ),
}
GONE = {
    "json": answers.json("", status="204 No Content"),
    "soap": answers.soap(f"<LogoutResponse {VIM}></LogoutResponse>"),
}


def outcome(connection: Connection, call: Call) -> t.Any:
    """The value of the call, or the type of its fault."""
    try:
        return call.make(connection)
    except Fault as fault:
        return fault.type


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[answers.Server]:
    with contextlib.closing(answers.Server(monkeypatch)) as server:
        yield server


@pytest.mark.parametrize("transport", ["json", "soap"])
@pytest.mark.parametrize("framing", answers.FRAMINGS)
@pytest.mark.parametrize("name", CALLS)
def test_an_answer_counts_only_when_it_is_whole(
    server: answers.Server, transport: str, framing: str, name: str
) -> None:
    call = CALLS[name]
    status, body = getattr(call, transport)
    # With the status 204, an HTTP answer has no body.
    whole = getattr(answers, transport)(body, framing if body else "close", status)
    server.answers = [whole]
    with answers.connected(transport) as connection:
        expected = outcome(connection, call)
        enough = len(whole)
        for length in range(len(whole)):
            server.answers = [whole[:length]]
            with contextlib.suppress(Lost, OutcomeUnknown):
                assert outcome(connection, call) == expected
                enough = min(enough, length)
    assert server.connections == len(whole) + 1
    # Only the end of the compression, of the chunks, or of the status line can be missing.
    assert enough >= (len(whole) - 10 if body else len("HTTP/1.1 204"))


@pytest.mark.parametrize("framing", ["close", "gzip close"])
def test_a_number_that_can_be_cut_off_is_lost(server: answers.Server, framing: str) -> None:
    server.answers = [answers.json("4711", framing)]
    with answers.connected("json") as connection, pytest.raises(Lost):
        connection._transport.get(connection.manager("taskManager"), "maxCollector")


@pytest.mark.parametrize("transport", ["json", "soap"])
def test_a_login_counts_only_when_its_answer_is_whole(server: answers.Server, transport: str) -> None:
    """An incomplete login is not repeated. If its key arrived, the session is closed."""
    whole = LOGIN[transport]
    for length in range(len(whole)):
        server.answers, server.connections = [WHO[transport], whole[:length], GONE[transport]], 0
        with pytest.raises(Lost), answers.unconnected(transport).open():
            pass
        sent = server.last_request()
        assert b"Logout" in sent if server.connections == 3 else b"Login" in sent
        if length >= whole.index(b"\r\n\r\n"):
            assert b"7bea48466ca7" in sent


@pytest.mark.parametrize("transport", ["json", "soap"])
def test_a_session_is_closed_after_an_odd_answer_to_its_login(server: answers.Server, transport: str) -> None:
    odd = answers.answer(f"{LOGGED_IN[transport]}\r\nContent-Type: text/html", "<html>")
    server.answers = [WHO[transport], odd, GONE[transport]]
    with pytest.raises(NotUnderstood), answers.unconnected(transport).open():
        pass
    assert b"Logout" in server.last_request()


@pytest.mark.parametrize("transport", ["json", "soap"])
def test_a_whole_login_gives_a_session(server: answers.Server, transport: str) -> None:
    server.answers = [WHO[transport], LOGIN[transport]]
    with answers.unconnected(transport).open() as connection:
        assert connection.keep_session()


def test_no_request_follows_over_a_connection_that_ended_early(
    monkeypatch: pytest.MonkeyPatch, server: answers.Server
) -> None:
    """Below TLS, the connection can look open."""
    monkeypatch.setattr("urllib3.connectionpool.is_connection_dropped", lambda connection: False)
    whole = answers.json('{"_typeName":"NotSupported"}')
    server.answers = [whole[:-1], whole]
    with answers.connected("json") as connection:
        with pytest.raises(OutcomeUnknown):
            cancel(connection)
        assert outcome(connection, CALLS["a fault"]) == "NotSupported"


@pytest.mark.parametrize("length", [0, 20, -1])
def test_a_request_whose_answer_stalls_is_not_repeated(
    server: answers.Server, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    """Another attempt would take as long, so there is only one."""
    server.answers, server.stalls = [answers.json("null")[:length]], True
    with answers.connected("json") as connection:
        monkeypatch.setattr(connection._http, "_timeout", 0.05)
        with pytest.raises(TimedOut, match="request_timeout"):
            connection.read(lambda transport: read(connection))
    assert server.connections == 1
