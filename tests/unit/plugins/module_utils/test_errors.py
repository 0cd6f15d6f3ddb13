# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors: their messages, and the data that they return."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _properties

TASK = {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-1"}
MANAGER = {"_typeName": "ManagedObjectReference", "type": "TaskManager", "value": "TaskManager"}


def message(text: str) -> dict[str, t.Any]:
    return {"_typeName": "LocalizableMessage", "key": "k", "message": text}


def test_the_message_of_a_fault_names_the_call_and_the_object() -> None:
    fault = _errors.Fault("InvalidState", "Not now.", {}, "CancelTask", TASK)
    assert fault.message == str(fault) == "CancelTask of Task task-1 failed: Not now (InvalidState)"
    assert _errors.Fault("InvalidState", "Not now.", {}, "CreateTask", MANAGER).message.startswith(
        "CreateTask of TaskManager failed: "
    )


def test_a_message_is_one_line_without_control_characters_but_data_stays_as_it_is() -> None:
    hostile = "Bro\x1b[31mken\n\u202ehere"
    fault = _errors.Fault(hostile, hostile, {"faultMessage": [message(hostile + "!")]}, hostile, TASK)
    shown = "Bro[31mken here"
    assert fault.message == f"{shown} of Task task-1 failed: {shown} ({shown}). {shown}!"
    assert (fault.type, fault.text, fault.result["fault"]["messages"]) == (hostile, hostile, [hostile + "!"])


def test_the_result_of_a_fault_has_the_form_of_a_task_error() -> None:
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


def test_the_fields_of_a_fault_are_not_changed() -> None:
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
def test_a_fault_inside_data_does_not_return_its_object(is_wrapped: bool) -> None:
    bare = {"_typeName": "NotAuthenticated", "privilegeId": "System.View"}
    data = {"_typeName": "LocalizedMethodFault", "fault": bare, "localizedMessage": "Who?"} if is_wrapped else bare
    fault = _properties.fault_of(data, "Reading info", TASK)
    assert (fault.type, fault.fields["obj"]) == ("NotAuthenticated", TASK)
    assert "obj" not in fault.result["fault"]
    assert data["_typeName"]


@pytest.mark.parametrize("data", ["text", {}, {"_typeName": "LocalizedMethodFault"}, None])
def test_other_data_instead_of_a_fault_is_an_error(data: t.Any) -> None:
    assert _properties.fault_of(data, "Reading info", TASK).type == "MethodFault"
