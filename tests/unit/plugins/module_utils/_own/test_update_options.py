# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options for the state of a task, and their form in requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import (
    UpdateOptions,
    described,
    failed,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi

NONE: dict[str, t.Any] = dict.fromkeys(("state", "progress", "description", "result", "error", "custom_values"))
NONE.update(password=None, session_id=None)


def of_params(secrets: set[str] | None = None, **given: t.Any) -> UpdateOptions:
    return UpdateOptions.from_params({"task_id": "task-1", **NONE, **given}, set() if secrets is None else secrets)


def test_options_that_are_missing_change_nothing() -> None:
    assert of_params() == UpdateOptions("task-1")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"task_id": "vm 1"}, "task_id: 'vm 1' is not a task ID"),
        ({"result": 1}, "result requires state: success, because vCenter does not keep"),
        ({"result": 1, "state": "error"}, "result requires state: success"),
        ({"error": {"message": "x"}}, "error requires state: error, because vCenter does not keep"),
        ({"error": {"message": "x"}, "state": "success"}, "error requires state: error"),
        ({"progress": -1}, "progress -1 is not a percentage"),
        ({"progress": 101}, "progress 101 is not a percentage"),
        ({"description": True}, "description must be a string, or a dictionary with key and message, not True"),
        ({"description": ["x"]}, "description must be a string, or a dictionary"),
        ({"description": {"message": "x"}}, "description: missing required arguments: key"),
        ({"description": {"key": None}}, r"description\.key is null: set a value, or omit it with default\(omit\)"),
        ({"description": {"key": "x", "message": False}}, r"description\.message must be a string, not False"),
        ({"description": {"key": "x", "message": ["hush"]}}, r"description\.message must be a string, not a list"),
        ({"description": {"key": True}}, r"description\.key must be a string, not True"),
        (
            {"description": {"text": "y", "key": "x", "color": "z"}},
            "description does not support text, color: use key, message",
        ),
        ({"custom_values": {"owner": True}}, r"custom_values\.owner: must be a string, but YAML reads"),
        ({"custom_values": {"owner": {"a": 1}}}, r"custom_values\.owner: must be a string, not a dictionary"),
        ({"custom_values": {"owner": "a\x00"}}, r"custom_values\.owner: contains the character"),
        ({"result": float("nan"), "state": "success"}, "result nan is not a number"),
        ({"result": {"_typeName": "NewType"}, "state": "success"}, "does not know the type NewType"),
        ({"error": {"type": "VimFault"}, "state": "error"}, "error: missing required arguments: message"),
        ({"error": {"message": ["hush"]}, "state": "error"}, r"error\.message must be a string, not a list"),
        ({"error": {"message": "x", "type": {}}, "state": "error"}, r"error\.type must be a string, not a dictionary"),
        ({"error": {"fields": [1]}, "state": "error"}, "error: missing required arguments: message; .*fields"),
        ({"error": {"message": "\x1b"}, "state": "error"}, r"error\.message is empty"),
        ({"error": {"message": "x", "type": "NotSupported"}, "state": "error"}, "does not extend VimFault"),
    ],
)
def test_an_impossible_request_is_rejected_before_it_is_sent(given: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(VsphereError, match=f"^{problem}|does not (know|extend)") as caught:
        of_params(**given)
    assert "hush" not in caught.value.message


@pytest.mark.parametrize("state", ["queued", "running", "success", "error"])
def test_the_state_is_the_given_one(state: str) -> None:
    assert of_params(state=state) == UpdateOptions("task-1", state)


@pytest.mark.parametrize("progress", [0, 100])
def test_the_ends_of_the_range_are_percentages(progress: int) -> None:
    assert of_params(progress=progress).progress == progress


@pytest.mark.parametrize(
    ("given", "description"),
    [
        ("Copying\x1b[1m", {"key": "vsphere.tasks.description", "message": "Copying[1m"}),
        (7, {"key": "vsphere.tasks.description", "message": "7"}),
        ({"key": "com.example.copy", "message": "Copying\x07"}, {"key": "com.example.copy", "message": "Copying"}),
        ({"key": 7}, {"key": "7"}),
        ({"key": "com.example.copy", "message": ""}, {"key": "com.example.copy", "message": ""}),
    ],
)
def test_a_description_is_a_text_or_a_key_and_possibly_a_message(given: t.Any, description: dict[str, str]) -> None:
    assert of_params(description=given).description == description


def test_the_description_of_code_has_the_same_form() -> None:
    assert described("Copying") == of_params(description="Copying").description


def test_custom_values_are_texts() -> None:
    assert of_params(custom_values={"owner": 7, "team": "a"}).custom_values == {"owner": "7", "team": "a"}


@pytest.mark.parametrize(
    ("result", "data"),
    [
        (7, {"_typeName": "int", "_value": 7}),
        (False, {"_typeName": "boolean", "_value": False}),
        ({"a": 1}, {"_typeName": "string", "_value": '{"a": 1}'}),
        ({"_typeName": "short", "_value": "7"}, {"_typeName": "short", "_value": 7}),
    ],
)
def test_a_result_is_an_any(result: t.Any, data: dict[str, t.Any]) -> None:
    options = of_params(state="success", result=result)
    assert (options.result, options.result_data) == (result, data)


WHY = {"_typeName": "LocalizableMessage", "key": "vsphere.tasks.error", "message": "full"}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, {"_typeName": "ExtendedFault", "faultTypeId": "vsphere.tasks"}),
        ({"message": "full\x07"}, {"_typeName": "ExtendedFault", "faultTypeId": "vsphere.tasks"}),
        (
            {"fields": {"data": [{"key": "a", "value": "b"}]}},
            {
                "_typeName": "ExtendedFault",
                "faultTypeId": "vsphere.tasks",
                "data": [{"_typeName": "KeyValue", "key": "a", "value": "b"}],
            },
        ),
        ({"fields": {"fault_type_id": "x"}}, {"_typeName": "ExtendedFault", "faultTypeId": "x"}),
        (
            {"type": "GenericVmConfigFault", "fields": {"reason": "disk"}},
            {"_typeName": "GenericVmConfigFault", "reason": "disk"},
        ),
        ({"type": "Timedout"}, {"_typeName": "Timedout"}),
    ],
)
def test_an_error_is_a_bare_fault_with_its_text_in_a_message(given: dict[str, t.Any], fault: dict[str, t.Any]) -> None:
    options = of_params(state="error", error={"message": "full", **given})
    assert options.fault_data == {**fault, "faultMessage": [WHY]}


def test_the_plain_fault_of_code_has_the_same_form() -> None:
    assert failed("full") == of_params(state="error", error={"message": "full"}).fault_data


def test_plain_data_requires_no_pyvmomi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback ...")
    monkeypatch.delattr(_pyvmomi, "VmomiSupport")
    assert of_params(state="error", error={"message": "full"}).fault_data
    assert of_params(state="success", result={"a": 1}).result_data


@pytest.mark.parametrize(
    "given",
    [
        {"state": "success", "result": {"_typeName": "HostConnectSpec", "password": "hush"}},
        {"state": "error", "error": {"message": "x", "type": "GenericVmConfigFault", "fields": {"password": "hush"}}},
    ],
)
def test_secrets_in_typed_data_are_kept(given: dict[str, t.Any]) -> None:
    secrets: set[str] = set()
    with pytest.raises(VsphereError):
        of_params(secrets, **given)
    assert secrets == {"hush"}
