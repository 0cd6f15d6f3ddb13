# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that vSphere would not send: the outcome of a change is unknown, and no test ends in a traceback."""

from __future__ import annotations

import contextlib
import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    NotUnderstood,
    OutcomeUnknown,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions, create_task
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import id_of
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection

TASK, MACHINE, FOLDER = reference("Task", "task-1"), reference("VirtualMachine", "vm-1"), reference("Folder", "group-1")
EXTENSION = {
    "_typeName": "Extension",
    "key": "com.example",
    "version": "1.0.0",
    "description": {"_typeName": "Description", "label": "x", "summary": "x"},
    "lastHeartbeatTime": "2026-01-02T03:04:05Z",
}
TEXT = {"_typeName": "LocalizableMessage", "key": "x", "message": "x"}
PAGE = "<html><body>Please sign in</body></html>"
HTML = "Content-Type: text/html"


def of_task(method: str, **params: t.Any) -> t.Callable[[Connection], object]:
    return lambda connection: connection.invoke(TASK, method, params)


def of_extensions(method: str, **params: t.Any) -> t.Callable[[Connection], object]:
    return lambda connection: connection.invoke(reference("ExtensionManager", "ExtensionManager"), method, params)


CHANGES: dict[str, t.Callable[[Connection], object]] = {
    "CancelTask": of_task("CancelTask"),
    "SetTaskState": of_task("SetTaskState", state="running"),
    "UpdateProgress": of_task("UpdateProgress", percentDone=10),
    "SetTaskDescription": of_task("SetTaskDescription", description=TEXT),
    "setCustomValue": of_task("setCustomValue", key="x", value="x"),
    "CreateTask": lambda connection: create_task(connection, FOLDER, CreateOptions("com.example.copy")),
    "RegisterExtension": of_extensions("RegisterExtension", extension=EXTENSION),
    "UpdateExtension": of_extensions("UpdateExtension", extension=EXTENSION),
    "UnregisterExtension": of_extensions("UnregisterExtension", extensionKey="com.example"),
    "PowerOnVM_Task": lambda connection: connection.invoke(MACHINE, "PowerOnVM_Task", {}, id_of),
}


def html(status: str) -> bytes:
    return answers.answer(f"{status}\r\n{HTML}", PAGE)


ODD = {
    "nothing": b"",
    "no HTTP": b"* OK IMAP4rev1 ready\r\n",
    **{
        f"html {status}": html(f"{status} Whatever")
        for status in (200, 201, 400, 403, 404, 405, 429, 500, 502, 503, 504)
    },
    "html without an end": answers.answer(f"200 OK\r\n{HTML}", PAGE, "close"),
    "a redirect": answers.answer("302 Found\r\nLocation: https://other.example.com/", ""),
    "a redirect to nowhere": answers.answer("302 Found", ""),
    "plain text": answers.answer("200 OK\r\nContent-Type: text/plain", "OK"),
    "no type": answers.answer("200 OK", "OK"),
    "not what it is compressed with": answers.answer("200 OK\r\nContent-Encoding: gzip", "OK"),
    "a body of another length": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nOK",
    "a proxy's word": answers.answer(f"407 Proxy Authentication Required\r\n{HTML}", PAGE),
}
ODD_JSON = {
    f"JSON {body or 'without a body'} {status}": answers.json(body, status=f"{status} Whatever")
    for body in ("{", "\ufeff{}", "NaN", "[" * 5000, '{"_typeName":7}', "[1]", '"x"', "7", "true", "{}", '{"value":[]}')
    for status in (200, 500)
}
ODD_XML = {
    f"XML {body[:40]} {status}": answers.answer(f"{status} Whatever\r\nContent-Type: text/xml", body)
    for body in (
        "<",
        "<html/>",
        "<Envelope/>",
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>',
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>',
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><LoginResponse/></Body></Envelope>',
        '<!DOCTYPE x><Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>',
        '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>' + "<a>" * 9000,
    )
    for status in (200, 500)
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[answers.Server]:
    with contextlib.closing(answers.Server(monkeypatch)) as server:
        yield server


@pytest.mark.parametrize("transport", ["json", "soap"])
@pytest.mark.parametrize("method", CHANGES)
def test_whether_the_change_was_carried_out_is_unknown(server: answers.Server, transport: str, method: str) -> None:
    odd = {**ODD, **(ODD_JSON if transport == "json" else ODD_XML)}
    with answers.connected(transport) as connection:
        for answer in odd.values():
            server.answers, server.connections = [answer], 0
            with pytest.raises(OutcomeUnknown, match=f"the outcome of {method} of .* is unknown"):
                CHANGES[method](connection)
            assert server.connections == 1


@pytest.mark.parametrize("transport", ["json", "soap"])
@pytest.mark.parametrize("method", CHANGES)
@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 409, 500])
def test_a_fault_counts_with_every_status(server: answers.Server, transport: str, method: str, status: int) -> None:
    line = f"{status} Whatever"
    fault = {
        "json": answers.json('{"_typeName":"NoPermission","privilegeId":"x","faultstring":"No."}', status=line),
        "soap": answers.soap(
            "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>No.</faultstring><detail>"
            '<NoPermissionFault xmlns="urn:vim25" xsi:type="NoPermission"/></detail></soapenv:Fault>',
            status=line,
        ),
    }
    server.answers = [fault[transport]]
    with answers.connected(transport) as connection, pytest.raises(Fault, match="is not allowed"):
        CHANGES[method](connection)
    assert server.connections == 1


@pytest.mark.parametrize("method", ["CreateTask", "PowerOnVM_Task"])
@pytest.mark.parametrize(
    "value",
    [
        "null",
        "[]",
        '{"key":""}',
        '{"_typeName":"ManagedObjectReference","type":"Folder","value":"group-1"}',
        '{"type":"Task","value":null}',
    ],
)
def test_a_value_that_names_no_task_leaves_open_whether_there_is_one(
    server: answers.Server, method: str, value: str
) -> None:
    server.answers = [answers.json(value)]
    with answers.connected("json") as connection, pytest.raises(OutcomeUnknown, match=f"the outcome of {method} of "):
        CHANGES[method](connection)


@pytest.mark.parametrize("method", ["CreateTask", "PowerOnVM_Task"])
@pytest.mark.parametrize("value", ["", "<returnval/>", "<returnval>x</returnval>", '<returnval type="Task"/>'])
def test_the_same_over_soap(server: answers.Server, method: str, value: str) -> None:
    server.answers = [answers.soap(f'<{method}Response xmlns="urn:vim25">{value}</{method}Response>')]
    with answers.connected("soap") as connection, pytest.raises(OutcomeUnknown, match=f"the outcome of {method} of "):
        CHANGES[method](connection)


@pytest.mark.parametrize("version", ["", "dev", "1.0", "9" * 5000])
@pytest.mark.parametrize("odd", ["", "<odd><value>x</value></odd>"])
def test_odd_data_about_the_server_is_an_error_without_a_traceback(
    server: answers.Server, version: str, odd: str
) -> None:
    about = f"<fullName>x</fullName><apiType>HostAgent</apiType><apiVersion>{version}</apiVersion>"
    content = f"<returnval>{odd}<about>{about}</about></returnval>"
    server.answers = [
        html("400 Bad Request"),
        answers.soap(f'<RetrieveServiceContentResponse xmlns="urn:vim25">{content}</RetrieveServiceContentResponse>'),
    ]
    with pytest.raises(VsphereError), answers.unconnected("auto").open():
        pass


@pytest.mark.parametrize("type_", ["Folder", "SomethingNew"])
def test_a_type_that_pyvmomi_does_not_know_is_not_sent(server: answers.Server, type_: str) -> None:
    server.answers = [b""]
    with (
        answers.connected("soap") as connection,
        pytest.raises(VsphereError, match=r"does not know .*, which SOAP requires"),
    ):
        connection.invoke(reference(type_, "x-1"), "PowerOnVM_Task")
    with (
        answers.connected("soap") as connection,
        pytest.raises(VsphereError, match=r"does not know .*, which SOAP requires"),
    ):
        connection.read(lambda transport: transport.get(reference(type_, "x-1"), "info"))
    assert server.connections == 0


def test_a_session_that_can_only_read_public_properties_counts_as_rejected(server: answers.Server) -> None:
    refusal = answers.json('{"_typeName":"NotAuthenticated","faultstring":"no"}', status="500 x")
    content = answers.json('{"rootFolder":{"type":"Folder","value":"group-d1"}}')
    server.answers = [answers.json('{"api_release":"8.0.3.0"}')]
    server.answers += [answers.json("{}"), content, refusal] * 9

    def steps(transport: t.Any) -> None:
        transport.get(reference("ServiceInstance", "ServiceInstance"), "content")
        transport.invoke(reference("ViewManager", "ViewManager"), "CreateContainerView")

    with (
        answers.unconnected("auto").open() as connection,
        pytest.raises(VsphereError, match="rejects the session right after a successful login"),
    ):
        connection.read(steps, time.monotonic() + 60)


LISTS = ("ReadNextTasks", "ReadPreviousTasks", "RetrieveProperties", "latestPage")
OBJECTS = ("ContinueRetrievePropertiesEx", "FindByInventoryPath", "FindExtension", "RetrievePropertiesEx")


@pytest.mark.parametrize("member", [*LISTS, *OBJECTS, "WaitForUpdatesEx"])
@pytest.mark.parametrize("body", ["{}", "[]", '{"error":"x"}', '"x"', "7", "true"])
def test_unexpected_json_is_an_error(server: answers.Server, member: str, body: str) -> None:
    server.answers = [answers.json(body)]
    with answers.connected("json") as connection:
        read = connection._transport.get if member[0].islower() else connection._transport.invoke
        if body == "[]" and member in LISTS:
            assert read(TASK, member) == []
        else:
            with pytest.raises(NotUnderstood, match=f"answered to Task.{member} with malformed data: "):
                read(TASK, member)


def test_a_result_that_omits_an_empty_list_is_valid(server: answers.Server) -> None:
    server.answers = [answers.json('{"_typeName":"RetrieveResult"}')]
    with answers.connected("json") as connection:
        assert connection._transport.invoke(TASK, "RetrievePropertiesEx") == {"_typeName": "RetrieveResult"}
