# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls over SOAP: release, session, and members that the registry or the server does not know."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._soap import Soap
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    MissingLibrary,
    NotUnderstood,
    SessionRefused,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers
from ..wire import OPTIONS

TASK, MACHINE = reference("Task", "task-1"), reference("VirtualMachine", "vm-1")
HISTORY = reference("TaskHistoryCollector", "session[1]2")
VIM = 'xmlns="urn:vim25"'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[answers.Server]:
    with contextlib.closing(answers.Server(monkeypatch)) as server:
        yield server


def soap(release: str = "8.0.3.0", key: str = "") -> Soap:
    managers = {"taskManager": ("TaskManager", "haTaskManager")}
    return Soap(Http(OPTIONS), lambda secret: None, Session("soap", release, key, managers=managers))


def response(method: str, value: str = "") -> bytes:
    return answers.soap(f"<{method}Response {VIM}>{value}</{method}Response>")


def test_a_property_is_fetched(server: answers.Server) -> None:
    server.answers = [response("Fetch", '<returnval xsi:type="TaskInfo"><key>task-1</key></returnval>')]
    assert soap().get(TASK, "info") == {"_typeName": "TaskInfo", "key": "task-1"}
    request = server.last_request()
    assert request.startswith(b"POST /sdk HTTP/1.1\r\n")
    assert b"\r\nContent-Type: text/xml; charset=UTF-8\r\n" in request
    assert b'<Fetch xmlns="urn:vim25"><_this type="Task">task-1</_this><prop>info</prop></Fetch>' in request


def test_a_value_has_the_declared_type(server: answers.Server) -> None:
    server.answers = [response("Fetch", "<returnval><key>task-1</key><cancelable>true</cancelable></returnval>")]
    assert soap().get(TASK, "info") == {"_typeName": "TaskInfo", "key": "task-1", "cancelable": True}


def test_a_method_is_called_with_its_parameters(server: answers.Server) -> None:
    server.answers = [response("UpdateProgress")]
    assert soap().invoke(TASK, "UpdateProgress", {"percentDone": 0}) is None
    assert b"<percentDone>0</percentDone>" in server.last_request()


@pytest.mark.parametrize(
    ("release", "used"),
    # pyVmomi knows none before 2.0.
    [("8.0.2.0", "8.0.2.0"), ("8.0.2.7", "8.0.2.0"), ("6.5", "6.5"), ("6.6.1", "6.5"), ("1.0", "2.0")],
)
def test_the_release_is_that_of_the_server_or_the_newest_known_one_before_it(
    server: answers.Server, release: str, used: str
) -> None:
    server.answers = [response("CancelTask")]
    transport = soap(release)
    transport.invoke(TASK, "CancelTask")
    assert f'SOAPAction: "urn:vim25/{used}"'.encode() in server.last_request()
    assert transport.session.release == used


def test_a_newer_server_gets_the_newest_release_that_the_registry_knows() -> None:
    newest = [int(number) for number in soap("99.0").session.release.split(".")]
    assert [8] < newest < [99]


@pytest.mark.parametrize("cookie", ['vmware_soap_session="X the keyX"', "vmware_soap_session=X the keyX"])
def test_the_session_cookie_goes_back_in_one_pair_of_quotes(server: answers.Server, cookie: str) -> None:
    answer = f"<LoginResponse {VIM}><returnval><key>x</key></returnval></LoginResponse>"
    server.answers = [answers.soap(answer, status=f"200 OK\r\nSet-Cookie: {cookie}; Path=/; HttpOnly")]
    transport = soap()
    transport.invoke(reference("SessionManager", "x"), "Login", {"userName": "a", "password": "b"})
    assert transport.session.key == "X the keyX"
    assert b"Cookie:" not in server.last_request()
    server.answers = [response("CancelTask")]
    transport.invoke(TASK, "CancelTask")
    assert b'\r\nCookie: vmware_soap_session="X the keyX"\r\n' in server.last_request()


@pytest.mark.parametrize("cookie", ["vmware_soap_session", "vmware_soap_session=", "other=x"])
def test_another_cookie_changes_no_session(server: answers.Server, cookie: str) -> None:
    server.answers = [answers.soap(f"<CancelTaskResponse {VIM}/>", status=f"200 OK\r\nSet-Cookie: {cookie}; Path=/")]
    transport = soap(key="the key")
    transport.invoke(TASK, "CancelTask")
    assert transport.session.key == "the key"


def test_a_manager_that_the_server_does_not_have_is_an_error() -> None:
    assert soap().manager("taskManager") == reference("TaskManager", "haTaskManager")
    with pytest.raises(VsphereError, match="does not have extensionManager: only a vCenter has it"):
        soap().manager("extensionManager")


@pytest.mark.parametrize(
    ("ref", "member"),
    [(TASK, "NewMethod"), (reference("NewType", "x"), "CancelTask"), (reference("TaskInfo", "x"), "CancelTask")],
)
def test_a_member_that_the_registry_does_not_know_is_not_sent(
    server: answers.Server, ref: dict[str, t.Any], member: str
) -> None:
    expected = rf"pyVmomi \S+ does not know {ref['type']}\.{member}, which SOAP requires: install a later version"
    with pytest.raises(VsphereError, match=expected):
        soap().invoke(ref, member)
    with pytest.raises(VsphereError, match=expected.replace(member, "color")):
        soap().get(ref, "color")
    assert server.connections == 0


def test_a_method_of_a_later_release_than_the_servers_is_not_sent(server: answers.Server) -> None:
    with pytest.raises(
        VsphereError,
        match=r"does not have VirtualMachine\.InstantClone_Task in release 6\.5: it requires a later release",
    ):
        soap("6.5").invoke(MACHINE, "InstantClone_Task", {})
    assert server.connections == 0


def test_a_part_of_a_later_release_than_the_servers_is_not_sent(server: answers.Server) -> None:
    message = (
        r"^the module did not call VirtualMachine\.ReconfigVM_Task, because spec\.deviceChange\.device is a "
        r"VirtualTPM, which requires a later release, and the connection to \S+ uses 6\.5$"
    )
    change = {"_typeName": "VirtualDeviceConfigSpec", "device": {"_typeName": "VirtualTPM", "key": 1}}
    spec = {"_typeName": "VirtualMachineConfigSpec", "deviceChange": [change]}
    with pytest.raises(VsphereError, match=message):
        soap("6.5").invoke(MACHINE, "ReconfigVM_Task", {"spec": spec})
    assert server.connections == 0


def test_a_value_that_does_not_fit_its_type_is_not_sent(server: answers.Server) -> None:
    message = (
        r"did not call ExtensionManager\.UpdateExtension, because extension\.description is 'x', which does not fit"
    )
    manager = reference("ExtensionManager", "ExtensionManager")
    with pytest.raises(VsphereError, match=message):
        soap().invoke(manager, "UpdateExtension", {"extension": {"_typeName": "Extension", "description": "x"}})
    assert server.connections == 0


@pytest.mark.parametrize(
    ("ref", "method", "value"),
    [(TASK, "CancelTask", None), (HISTORY, "ReadNextTasks", None), (MACHINE, "QueryUnownedFiles", None)],
    ids=["void", "an optional array", "an optional one"],
)
def test_an_empty_answer_is_a_value_if_the_method_can_return_nothing(
    server: answers.Server, ref: dict[str, t.Any], method: str, value: object
) -> None:
    server.answers = [response(method)]
    assert soap().invoke(ref, method, {"maxCount": 1} if ref is HISTORY else None) == value


def test_an_empty_answer_is_lost_if_the_method_returns_a_value(server: answers.Server) -> None:
    server.answers = [response("PowerOnVM_Task")]
    with pytest.raises(Lost, match="the answer does not contain PowerOnVM_Task"):
        soap().invoke(MACHINE, "PowerOnVM_Task")
    server.answers = [response("Fetch")]
    with pytest.raises(Lost, match="the answer does not contain info"):
        soap().get(TASK, "info")


@pytest.mark.parametrize("page", ["<html>", '<i class="fa-envelope">'])
def test_a_session_that_a_front_end_rejects_is_a_rejected_session(server: answers.Server, page: str) -> None:
    server.answers = [answers.answer("401 Unauthorized\r\nContent-Type: text/html", page)]
    with pytest.raises(SessionRefused, match="CancelTask failed: The session is not authenticated"):
        soap().invoke(TASK, "CancelTask")


@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_a_fault_counts_with_any_status(server: answers.Server, status: int) -> None:
    fault = "<soapenv:Fault><faultcode>x</faultcode><faultstring>No.</faultstring></soapenv:Fault>"
    server.answers = [answers.soap(fault, status=f"{status} x")]
    with pytest.raises(Fault, match=r"No \(RuntimeFault\)"):
        soap().invoke(TASK, "CancelTask")


def test_another_page_of_a_front_end_is_not_a_rejected_session(server: answers.Server) -> None:
    server.answers = [answers.answer("403 Forbidden\r\nContent-Type: text/html", "<html>")]
    with pytest.raises(NotUnderstood, match="HTTP 403"):
        soap().invoke(TASK, "CancelTask")


def test_without_pyvmomi_soap_is_not_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback ...")
    monkeypatch.delattr(_pyvmomi, "VmomiSupport")
    with pytest.raises(MissingLibrary, match=r"^for SOAP, which this server or the option transport requires"):
        soap()
