# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of errors, and what they return."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _properties

TASK = {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-1"}
MANAGER = {"_typeName": "ManagedObjectReference", "type": "TaskManager", "value": "TaskManager"}


def message(text: str) -> dict[str, t.Any]:
    return {"_typeName": "LocalizableMessage", "key": "k", "message": text}


def test_a_fault_says_what_was_called_on_what() -> None:
    fault = _errors.Fault("InvalidState", "Not now.", {}, "CancelTask", TASK)
    assert fault.message == str(fault) == "CancelTask of Task task-1 failed: Not now (InvalidState)"
    assert _errors.Fault("InvalidState", "Not now.", {}, "CreateTask", MANAGER).message.startswith(
        "CreateTask of TaskManager failed: "
    )


def test_a_fault_is_returned_in_the_shape_of_an_error() -> None:
    busy = {"task": {**TASK, "value": "task-9"}, "faultMessage": [message("Somebody else does it.")]}
    fault = _errors.Fault("TaskInProgress", "Busy.", busy, "PowerOnVM_Task")
    assert fault.result == {
        "fault": {
            "type": "TaskInProgress",
            "message": "Busy.",
            "messages": ["Somebody else does it."],
            "cause": None,
            "task": {"type": "Task", "moid": "task-9"},
        }
    }
    assert fault.message == "PowerOnVM_Task failed: Busy (TaskInProgress). Somebody else does it"
    assert fault.more == ". Somebody else does it"


def test_fields_stay_what_the_server_has_sent() -> None:
    fault = _errors.Fault("InvalidArgument", "No.", {"invalidProperty": "taskType"})
    assert fault.fields["invalidProperty"] == "taskType"
    assert fault.result["fault"]["invalid_property"] == "taskType"


@pytest.mark.parametrize(
    "fields",
    [
        {"privilegeId": "Task.Update"},
        {"missingPrivileges": [{"entity": TASK, "privilegeIds": ["Task.Update"]}]},
    ],
)
def test_a_missing_privilege_is_named(fields: dict[str, t.Any]) -> None:
    assert _errors.Fault("NoPermission", "Denied.", fields, "SetTaskState", TASK).message == (
        "SetTaskState of Task task-1 is not allowed: the user lacks the privilege Task.Update on Task task-1 "
        "(NoPermission)"
    )


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_fault_inside_data_does_not_return_the_object_that_it_stands_at(is_wrapped: bool) -> None:
    bare = {"_typeName": "NotAuthenticated", "privilegeId": "System.View"}
    data = {"_typeName": "LocalizedMethodFault", "fault": bare, "localizedMessage": "Who?"} if is_wrapped else bare
    fault = _properties.fault_of(data, "Reading info", TASK)
    assert (fault.type, fault.fields["obj"]) == ("NotAuthenticated", TASK)
    assert "obj" not in fault.result["fault"]
    assert data["_typeName"]


@pytest.mark.parametrize("data", ["text", {}, {"_typeName": "LocalizedMethodFault"}, None])
def test_what_is_no_fault_inside_data_is_an_error_all_the_same(data: t.Any) -> None:
    assert _properties.fault_of(data, "Reading info", TASK).type == "MethodFault"
