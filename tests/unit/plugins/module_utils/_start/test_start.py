# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting operations: options, requests, waiting, and the data that an error keeps."""

from __future__ import annotations

import contextlib
import io
import typing as t

import pytest
import requests
import urllib3
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    MissingLibrary,
    OutcomeUnknown,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._start._start import StartOptions, start_task
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WAIT_SPEC

from ..builders import change, failed, found, info, reading, updates, watching, whole
from ..wire import OPTIONS, Clock, Wire, connect, reader_of

MACHINE = reference("VirtualMachine", "vm-1")
TASK = reference("Task", "task-1")
OBJECT = {"type": "VirtualMachine", "moid": "vm-1", "name": None, "path": None, "property": None}
UNLESS = {"property": None, "equals": None, "object": None, "exists": None}
RESET: dict[str, t.Any] = {
    "object": OBJECT,
    "method": "ResetVM_Task",
    "params": None,
    "unless": None,
    **{name: option["default"] for name, option in WAIT_SPEC.items()},
    "wait": False,
    "password": "a secret",
    "session_id": None,
}


def answer(url: str) -> requests.Response:
    """The answer of a server whose clock differs from the local one."""
    if url.endswith("ResetVM_Task"):
        raise requests.exceptions.ConnectionError("reset by peer")
    response = requests.Response()
    response.status_code = 200
    response.raw = urllib3.HTTPResponse(io.BytesIO(b'{"api_release": "9.0.0.0"}'), preload_content=False)
    response.headers.update({"Content-Type": "application/json", "Date": "Mon, 02 Jan 2006 15:04:05 GMT"})
    return response


def test_an_unknown_outcome_has_its_time_from_the_clock_of_the_server(monkeypatch: t.Any) -> None:
    monkeypatch.setattr(requests.Session, "request", lambda session, verb, url, **how: answer(url))
    options = StartOptions.from_params(RESET, set())
    with pytest.raises(OutcomeUnknown) as caught, Connection(OPTIONS, lambda secret: None).open() as connection:
        start_task(TaskReader(connection), options)
    assert caught.value.result["sent_at"] == "2006-01-02T15:04:05Z"
    assert "begin_time 2006-01-02T15:04:05Z" in caught.value.message


def of_params(**given: t.Any) -> StartOptions:
    return StartOptions.from_params({**RESET, **given}, set())


def start(
    monkeypatch: pytest.MonkeyPatch, wire: Wire, context: Context | None = None, **given: t.Any
) -> dict[str, t.Any]:
    with connect(monkeypatch, wire) as connection:
        return start_task(reader_of(connection, context=context), of_params(**given))


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("method", "params", "place"),
    [
        ("RemoveAllSnapshots_Task", {"spec": {"retentionDays": 30}}, "params.spec"),
        ("ReconfigVM_Task", {"spec": {"sevEnabled": False, "name": "x"}}, "params.spec.sevEnabled"),
    ],
)
def test_a_parameter_that_the_release_does_not_have_is_an_error_before_the_request(
    monkeypatch: pytest.MonkeyPatch, method: str, params: dict[str, t.Any], place: str, check_mode: bool
) -> None:
    wire = Wire()
    wire.release = "7.0.0.0"
    with pytest.raises(VsphereError) as caught:
        start(monkeypatch, wire, Context(check_mode), method=method, params=params)
    message = f"{place} requires a later release, and the connection to vcenter.example.com:443 uses 7.0.0.0: omit it "
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(("method", "sent"), [("ResetVM_Task", None), ("RevertToCurrentSnapshot_Task", {})])
def test_a_method_without_parameters_gets_none_and_another_one_an_empty_object(
    monkeypatch: pytest.MonkeyPatch, method: str, sent: dict[str, t.Any] | None
) -> None:
    wire = Wire(**{method: [TASK], "RetrievePropertiesEx": [reading(info("task-1"))]})
    start(monkeypatch, wire, method=method)
    assert wire.params[method] == sent


# --- options ---


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": " "}, "^method is empty: set it to an operation that returns a task, such as PowerOnVM_Task$"),
        # Without PowerOffVApp_Task of another type, because this type has similar methods.
        ({"method": "PowerOffVM"}, r"the method PowerOffVM; did you mean PowerOffVM_Task or PowerOnVM_Task\?$"),
        ({"method": "AddHost"}, r"the method AddHost; did you mean AddHost_Task"),
        ({"method": "MarkAsTemplate"}, "MarkAsTemplate of VirtualMachine .* so this module cannot start it$"),
        (
            {"method": "EnterMaintenanceMode_Task"},
            "but object is a VirtualMachine: set object to a HostSystem, or method to one of VirtualMachine$",
        ),
        (
            {"object": {**OBJECT, "type": "SessionManager", "moid": "SessionManager"}},
            "of VirtualMachine, but object is a SessionManager: set object to a VirtualMachine$",
        ),
        ({"params": {"snapshot": None}}, r"params\.snapshot"),
        ({"params": {"color": "red"}}, "^params: ResetVM_Task does not have color$"),
        ({"method": "RenameSnapshot", "params": {}}, "RenameSnapshot"),
        ({"wait": True, "timeout": -1}, "timeout -1"),
        ({"object": {**OBJECT, "type": "VirtualMachin"}}, r"object\.type.*VirtualMachine"),
        ({"unless": {**UNLESS, "property": "runtime.color"}}, r"^unless\.property: .*color"),
        # This condition is about the object of the call.
        ({"object": {**OBJECT, "moid": None}, "unless": {**UNLESS, "property": "name"}}, "^object does not identify"),
    ],
)
def test_an_invalid_option_is_named(given: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        of_params(**given)


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(VsphereError) as caught:
        of_params(object={**OBJECT, "type": "Odd"}, params={"color": None}, wait=True, timeout=-1, method="Odd_Task")
    assert all(word in caught.value.message for word in ("object.type", "params.color", "timeout", "Odd_Task"))


def test_a_method_of_a_type_that_extends_the_named_one_is_accepted() -> None:
    assert of_params(object={**OBJECT, "type": "ManagedEntity", "moid": None, "path": "DC0/vm/web"}).method


def test_only_members_that_the_registry_marks_are_secret() -> None:
    secrets = {"something of before"}
    given = {"vm": "vm-1", "guestCustomizationSpecs": "x"}
    login = {
        "_typeName": "NamePasswordAuthentication",
        "username": "root",
        "password": "hush",
        "interactiveSession": False,
    }
    with pytest.raises(VsphereError, match="guestCustomizationSpecs"):
        StartOptions.from_params({**RESET, "params": {**given, "auth": login}}, secrets)
    assert secrets == {"something of before", "hush"}


def test_possible_secrets_in_the_params_of_an_unknown_method_are_secret() -> None:
    secrets: set[str] = set()
    with pytest.raises(VsphereError, match="Odd_Task"):
        StartOptions.from_params({**RESET, "method": "Odd_Task", "params": {"password": "hush", "x": "y"}}, secrets)
    assert secrets == {"hush"}


def test_a_password_in_invalid_params_is_secret() -> None:
    secrets = {RESET["password"]}
    StartOptions.from_params({**RESET, "method": "Rename_Task", "params": {"newName": RESET["password"]}}, secrets)
    assert secrets == {RESET["password"]}


# --- starting ---


def test_without_a_wait_the_task_is_returned_as_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(Rename_Task=[TASK], RetrievePropertiesEx=[reading(info("task-1", "queued"))])
    result = start(monkeypatch, wire, method="Rename_Task", params={"newName": "web"})
    assert (result["changed"], result["task"]["state"], result["reason"]) == (True, "queued", None)
    call = {"object": {"type": "VirtualMachine", "moid": "vm-1"}, "method": "Rename_Task", "params": {"newName": "web"}}
    assert (result["call"], result["diff"]) == (call, {"before": {}, "after": call})
    assert ("Rename_Task", "vm-1") in wire.calls
    assert wire.params["Rename_Task"] == {"newName": "web"}


def test_objects_that_are_given_by_path_are_looked_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = reference("ResourcePool", "resgroup-1")
    wire = Wire(FindByInventoryPath=[pool], RetrievePropertiesEx=[reading(info("task-1"))])
    wire.script["MigrateVM_Task"] = [TASK]
    given = {"pool": {"path": "DC0/host/C/Resources"}, "priority": "highPriority"}
    result = start(monkeypatch, wire, method="MigrateVM_Task", params=given)
    assert wire.params["MigrateVM_Task"]["pool"] == result["call"]["params"]["pool"] == pool


def test_check_mode_looks_up_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(check_mode=True)
    wire = Wire(FindByInventoryPath=[MACHINE])
    result = start(
        monkeypatch, wire, context, object={**OBJECT, "type": None, "moid": None, "path": "DC0/vm/web"}, wait=True
    )
    assert (result["changed"], result["task"], result["call"]["object"]["moid"]) == (True, None, "vm-1")
    assert wire.methods() == ["Login", "FindByInventoryPath", "Logout"]


@pytest.mark.parametrize(("state", "started"), [("poweredOn", False), ("poweredOff", True)])
def test_nothing_is_started_if_the_condition_holds(monkeypatch: pytest.MonkeyPatch, state: str, started: bool) -> None:
    has = found(MACHINE, **{"runtime.powerState": {"_typeName": "VirtualMachinePowerState", "_value": state}})
    wire = Wire(RetrievePropertiesEx=[{"objects": [has]}, reading(info("task-1"))], PowerOnVM_Task=[TASK])
    unless = {**UNLESS, "property": "runtime.powerState", "equals": "poweredOn"}
    result = start(monkeypatch, wire, method="PowerOnVM_Task", unless=unless)
    assert result["changed"] == started == ("PowerOnVM_Task" in wire.methods())
    if not started:
        assert "poweredOn" in result.pop("reason")
        assert result == {"changed": False, "task": None, "call": None, "diff": {"before": {}, "after": {}}}


def test_an_object_that_turns_out_to_be_of_another_type_is_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindByInventoryPath=[reference("HostSystem", "host-1")])
    with pytest.raises(VsphereError, match=r"ResetVM_Task.*VirtualMachine.*HostSystem"):
        start(monkeypatch, wire, object={**OBJECT, "type": None, "moid": None, "path": "DC0/host/C/h"})


@pytest.mark.parametrize("fields", [{"obj": MACHINE}, {}])
def test_an_object_that_is_not_there_is_an_error_with_its_fault(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, t.Any]
) -> None:
    wire = Wire(ResetVM_Task=[Fault("ManagedObjectNotFound", "no", fields, "ResetVM_Task", MACHINE)])
    with pytest.raises(VsphereError, match="VirtualMachine vm-1") as caught:
        start(monkeypatch, wire)
    assert not isinstance(caught.value, Fault)
    assert caught.value.result["fault"]["type"] == "ManagedObjectNotFound"


def test_an_unknown_outcome_names_the_entity_to_search(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context()
    with pytest.raises(OutcomeUnknown, match=r"vsphere_task_info with entity {type: VirtualMachine, moid: vm-1}"):
        start(monkeypatch, Wire(ResetVM_Task=[Lost("reset")]), context)
    # The call is known. Whether it changed anything is unknown.
    assert list(context.known) == ["call"]


NO_SESSION = Fault("NotAuthenticated", "no session", {})


def looked_at(wire: Wire) -> t.Any:
    """The object whose recent tasks the first reading requests."""
    [spec, *_others] = next(params for method, params in wire.given if method == "RetrievePropertiesEx")["specSet"]
    return spec["objectSet"][0]["obj"]


@pytest.mark.parametrize(("queued", "unknown"), [("2099-01-02T03:04:05Z", True), ("2020-01-02T03:04:05Z", False)])
def test_without_a_session_the_call_is_repeated_only_if_no_task_has_appeared(
    monkeypatch: pytest.MonkeyPatch, queued: str, unknown: bool
) -> None:
    task = reading(info("task-1", queueTime=queued))
    wire = Wire(ResetVM_Task=[NO_SESSION, TASK], RetrievePropertiesEx=[task, task])
    with pytest.raises(OutcomeUnknown) if unknown else contextlib.nullcontext():
        assert start(monkeypatch, wire)["changed"]
    assert wire.methods().count("ResetVM_Task") == (1 if unknown else 2)
    assert looked_at(wire) == MACHINE


def test_a_manager_has_no_tasks_of_its_own_to_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    task = reading(info("task-1", queueTime="2020-01-02T03:04:05Z"))
    wire = Wire(DeleteVirtualDisk_Task=[NO_SESSION, Lost("reset")], RetrievePropertiesEx=[task])
    manager = {**OBJECT, "type": "VirtualDiskManager", "moid": "virtualDiskManager"}
    with pytest.raises(OutcomeUnknown, match=r"use vsphere_task_info with begin_time \d") as caught:
        start(monkeypatch, wire, object=manager, method="DeleteVirtualDisk_Task", params={"name": "[ds] x.vmdk"})
    assert "entity" not in caught.value.message
    assert looked_at(wire) == reference("TaskManager", "taskManager")


# --- and waiting ---

WAIT: dict[str, t.Any] = {"wait": True, "timeout": 60}
RUNNING = updates(change("task-1", "enter", state="running"))


def test_a_wait_returns_the_task_as_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    end = info("task-1", "success", completeTime="2026-01-02T03:05:05Z")
    wire = Wire(
        ResetVM_Task=[TASK], **watching(RUNNING, clock.after(5, updates(whole(end)))), RetrievePropertiesEx=[None]
    )
    result = start(monkeypatch, wire, **WAIT)
    assert (result["changed"], result["task"]["state"]) == (True, "success")
    assert (result["timed_out"], result["elapsed"]) == (False, 5)


@pytest.mark.parametrize("on_error", ["fail", "return"])
def test_a_task_that_fails_is_a_failure_with_the_result_unless_it_is_to_be_returned(
    monkeypatch: pytest.MonkeyPatch, on_error: str
) -> None:
    end = info("task-1", completeTime="2026-01-02T03:05:05Z", **failed("VimFault"))
    wire = Wire(ResetVM_Task=[TASK], **watching(updates(whole(end, "enter"))))
    if on_error == "return":
        result = start(monkeypatch, wire, **WAIT, on_error=on_error)
    else:
        with pytest.raises(VsphereError, match=r"task-1 .*VimFault") as caught:
            start(monkeypatch, wire, **WAIT, on_error=on_error)
        result = caught.value.result
    assert (result["changed"], result["task"]["error"]["type"], result["call"]["method"]) == (
        True,
        "VimFault",
        "ResetVM_Task",
    )


def test_a_task_that_is_gone_leaves_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        ResetVM_Task=[TASK], **watching(RUNNING, updates(change("task-1", "leave"))), RetrievePropertiesEx=[None] * 2
    )
    wire.lacks.add("extensionManager")
    with pytest.raises(VsphereError) as caught:
        start(monkeypatch, wire, **WAIT)
    assert caught.value.result["task"] == {"id": "task-1"}


def test_an_error_during_the_wait_keeps_the_call_and_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context()
    wire = Wire(ResetVM_Task=[TASK], **watching(RUNNING, Fault("NoPermission", "no", {})), RetrievePropertiesEx=[None])
    with pytest.raises(Fault):
        start(monkeypatch, wire, context, **WAIT)
    assert context.known.pop("call")["method"] == "ResetVM_Task"
    assert context.known.keys() == {"changed", "task", "timed_out", "elapsed"}
    assert (context.known["changed"], context.known["task"]) == (True, {"id": "task-1"})


def test_without_pyvmomi_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback ...")
    monkeypatch.delattr(_pyvmomi, "VmomiSupport")
    _pyvmomi.wire_type.cache_clear()
    with pytest.raises(MissingLibrary, match=r"^to know operations and types, with every protocol"):
        of_params(object={"type": "VirtualMachine", "moid": "vm-1"}, method="ResetVM_Task")
