# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of tasks and of requests: the results and messages of modules."""

from __future__ import annotations

import typing as t

import pytest

CANCEL = r"^Task\.CancelTask$"
WRAPPED = "LocalizedMethodFault"


def texts(*messages: str) -> list[dict[str, t.Any]]:
    return [{"_typeName": "LocalizableMessage", "key": "com.example.key", "message": each} for each in messages]


def wrapped(fault: dict[str, t.Any], text: str) -> dict[str, t.Any]:
    return {"_typeName": WRAPPED, "fault": fault, "localizedMessage": text}


FULL = "There are currently 2 usable fault domains. The operation requires 1 more usable fault domains."
CANNOT_CREATE = wrapped(
    {
        "_typeName": "CannotCreateFile",
        "file": "[vsanDatastore] web-01",
        "faultMessage": texts(FULL, "Failed to create object."),
        "faultCause": wrapped({"_typeName": "NoDiskSpace", "file": "x", "datastore": "vsanDatastore"}, "No space."),
    },
    "Cannot complete file creation operation.",
)
CPUS = {"_typeName": "NumVirtualCpusNotSupported", "maxSupportedVcpusDest": 64, "numCpuVm": 128}
MANY = "The number of virtual CPUs is more than the host supports."


def host(value: str) -> dict[str, str]:
    return {"_typeName": "ManagedObjectReference", "type": "HostSystem", "value": value}


NO_HOST = wrapped(
    {
        "_typeName": "NoCompatibleHost",
        "host": [host("host-21"), host("host-22"), host("host-23")],
        "error": [
            wrapped(CPUS, MANY),
            wrapped({"_typeName": "HostNotConnected"}, "The host is not connected."),
            wrapped(CPUS, MANY),
        ],
    },
    "No host is compatible with the virtual machine.",
)


def test_the_error_of_a_task_has_stack_and_cause(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="error", error=CANNOT_CREATE)
    [task] = vcenter.run("info", task_ids=[task_id])["tasks"]
    assert task["error"] == {
        "type": "CannotCreateFile",
        "message": "Cannot complete file creation operation.",
        "messages": [FULL, "Failed to create object."],
        "cause": {
            "type": "NoDiskSpace",
            "message": "No space.",
            "messages": [],
            "cause": None,
            "file": "x",
            "datastore": "vsanDatastore",
        },
        "file": "[vsanDatastore] web-01",
    }


def test_the_sentence_of_a_failed_task_ends_with_stack_and_cause(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="error", error=CANNOT_CREATE)
    result = vcenter.run("wait", task_ids=[task_id])
    assert result["failed"]
    assert result["msg"].endswith(
        ") failed: Cannot complete file creation operation (CannotCreateFile). "
        f"{FULL.rstrip('.')}. Failed to create object. No space"
    )


def test_the_message_contains_the_reason_of_each_host(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="error", error=NO_HOST)
    result = vcenter.run("wait", task_ids=[task_id])
    error = result["tasks"][0]["error"]
    assert [each["moid"] for each in error["host"]] == ["host-21", "host-22", "host-23"]
    assert [each["type"] for each in error["error"]] == [CPUS["_typeName"], "HostNotConnected", CPUS["_typeName"]]
    assert error["error"][0]["max_supported_vcpus_dest"] == 64
    assert all(each.keys() >= {"message", "messages", "cause"} for each in error["error"])
    assert result["msg"].endswith(
        ") failed: No host is compatible with the virtual machine (NoCompatibleHost). "
        f"host-21, host-23: {MANY.rstrip('.')}. host-22: The host is not connected"
    )


def test_the_fault_of_a_request_is_returned_completely(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    other = {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-9"}
    cause = wrapped({"_typeName": "HostNotConnected"}, "The host is not connected.")
    busy = {"_typeName": "TaskInProgress", "task": other, "faultMessage": texts("Busy."), "faultCause": cause}
    vcenter.fault("fault", CANCEL, fault=busy)
    result = vcenter.run("cancel", task_ids=[task_id])
    assert result["fault"]["type"] == "TaskInProgress"
    assert result["fault"]["task"] == {"type": "Task", "moid": "task-9"}
    assert result["fault"]["messages"] == ["Busy."]
    assert result["fault"]["cause"]["type"] == "HostNotConnected"
    assert set(result["fault"]) == {"type", "message", "messages", "cause", "task"}


@pytest.mark.parametrize("with_object", [False, True])
def test_missing_privileges_are_named_with_their_objects(vcenter: t.Any, with_object: bool) -> None:
    task_id = vcenter.create(cancelable=True)
    vm = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-12"}
    missing = {"_typeName": "NoPermissionEntityPrivileges", "entity": vm, "privilegeIds": ["Global.CancelTask", "A.B"]}
    denied: dict[str, t.Any] = {"_typeName": "NoPermission", "missingPrivileges": [missing]}
    if with_object:
        denied |= {"object": vm, "privilegeId": "Global.CancelTask"}
    vcenter.fault("fault", CANCEL, fault=denied)
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (
        f"CancelTask of Task {task_id} is not allowed: the user lacks the privileges Global.CancelTask, A.B on "
        "VirtualMachine vm-12 (NoPermission)"
    ) in result["msg"]
    assert result["fault"]["missing_privileges"][0]["entity"] == {"type": "VirtualMachine", "moid": "vm-12"}
    assert result["fault"]["missing_privileges"][0]["privilege_ids"] == ["Global.CancelTask", "A.B"]
