# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result and the error that end a task."""

from __future__ import annotations

import typing as t

import pytest


@pytest.mark.parametrize(
    "value",
    [
        *["text", "", True, False, 0, -5, 2**40, 1.5, ["a", "b"], [], ["a", 1], {"a": {"b": [None]}}, '{"a": 1}', "[x"],
        {"type": "VirtualMachine", "moid": "vm-1"},
        # Characters that XML does not allow, or changes. Some releases of ansible-core cannot log U+0000.
        *["\x1b[31mred", "\x01", "\ufffe", "a\r\nb", ["a", "b\r"], {"type": "x\x1b", "moid": "vm-1"}],
    ],
)
def test_a_result_is_returned_unchanged(vcenter: t.Any, value: object) -> None:
    task_id = vcenter.create()
    vcenter.run("state", task_id=task_id, state="success", result=value)
    [task] = vcenter.run("info", task_ids=[task_id])["tasks"]
    assert task["result"] == value
    assert type(task["result"]) is type(value)
    assert not vcenter.run("state", task_id=task_id, state="success", result=value)["changed"]


def test_a_result_that_ansible_cannot_return_is_returned_as_json(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    result = vcenter.run("state", task_id=task_id, state="success", result=["\ud800"])
    assert result["task"]["result"] == r'["\ud800"]'
    assert not vcenter.run("state", task_id=task_id, state="success", result=["\ud800"])["changed"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"_typeName": "KeyAnyValue", "key": 5, "value": {"type": "VirtualMachine", "moid": "vm-1"}},
            {
                "_typeName": "KeyAnyValue",
                "key": "5",
                "value": {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-1"},
            },
        ),
        (
            {"_typeName": "HostVMotionCompatibility", "host": "host-3", "compatibility": ["cpu"]},
            None,
        ),
        (
            {"_typeName": "TaskFilterSpecByTime", "timeType": "queuedTime", "beginTime": "2026-01-31T18:00:00+02:00"},
            None,
        ),
        ({"_typeName": "dateTime", "_value": "2026-01-31T18:00:00+02:00"}, None),
        ({"_typeName": "TaskInfoState", "_value": "running"}, "running"),
        ({"_typeName": "ArrayOfKeyValue", "_value": [{"key": "a", "value": 1}]}, None),
    ],
    ids=["nested", "reference", "time", "only a time", "enum", "list"],
)
def test_a_result_of_a_vi_type_is_no_change_the_second_time(vcenter: t.Any, value: t.Any, expected: t.Any) -> None:
    options = {"task_id": vcenter.create(), "state": "success", "result": value}
    predicted = vcenter.run("state", check=True, **options)
    assert predicted["changed"], predicted
    first = vcenter.run("state", **options)
    assert first["changed"], first
    if expected:
        assert first["task"]["result"] == expected
    second = vcenter.run("state", **options)
    assert (second["failed"], second["changed"]) == (False, False), second


def test_members_that_the_registry_marks_as_secret_are_masked(vcenter: t.Any) -> None:
    spec = {"_typeName": "HostConnectSpec", "force": True, "hostName": "esx-01", "password": "h0st-S3cret"}
    result = vcenter.run("state", task_id=vcenter.create(), state="success", result=spec)
    assert result["task"]["result"]["hostName"] == "esx-01"
    assert "h0st-S3cret" not in str(result)
    assert result["invocation"]["module_args"]["result"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_an_error_is_an_extended_fault_unless_a_type_is_given(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    error = vcenter.run("state", task_id=task_id, state="error", error={"message": "it broke"})["task"]["error"]
    assert error == {
        "type": "ExtendedFault",
        "message": "it broke",
        "messages": ["it broke"],
        "cause": None,
        "fault_type_id": "vsphere.tasks",
    }


def test_an_error_can_have_another_type_with_its_fields(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    error = {"message": "no room", "type": "NoDiskSpace", "fields": {"datastore": "store-1", "file": "disk.vmdk"}}
    result = vcenter.run("state", task_id=task_id, state="error", error=error)
    assert result["task"]["error"] == {
        "type": "NoDiskSpace",
        "message": "no room",
        "messages": ["no room"],
        "cause": None,
        "datastore": "store-1",
        "file": "disk.vmdk",
    }


@pytest.mark.parametrize(
    ("member", "options"),
    [
        ("description", {"state": "running", "description": "\x1b[31m\x01Ei\ufffe\r\nn\ta\u200cb"}),
        (
            "description",
            {"state": "running", "description": {"key": "a.b", "message": "[31m\x07Ei\ud800\nn\ta\u200cb"}},
        ),
        ("error", {"state": "error", "error": {"message": "\x1b[31mE\x08i\nn\ta\u200cb\r"}}),
    ],
)
def test_characters_that_xml_does_not_allow_are_dropped_from_texts(
    vcenter: t.Any, member: str, options: dict[str, t.Any]
) -> None:
    options = {"task_id": vcenter.create(state="queued"), **options}
    first = vcenter.run("state", **options)
    assert first["changed"], first
    assert first["task"][member]["message"] == "[31mEi\nn\ta\u200cb"
    second = vcenter.run("state", **options)
    assert (second["failed"], second["changed"]) == (False, False), second


@pytest.mark.parametrize(
    "error",
    [
        {"type": "ExtendedFault", "fields": {"data": [{"key": "k", "value": "v"}]}},
        {"type": "InsufficientMemoryResourcesFault", "fields": {"unreserved": "5", "requested": 7}},
        {"type": "GenericVmConfigFault", "fields": {"reason": 5}},
    ],
    ids=["nested", "digits", "number"],
)
def test_fields_get_their_types_and_are_no_change_the_second_time(vcenter: t.Any, error: dict[str, t.Any]) -> None:
    options = {"task_id": vcenter.create(), "state": "error", "error": {"message": "it broke", **error}}
    first = vcenter.run("state", **options)
    assert first["changed"], first
    second = vcenter.run("state", **options)
    assert (second["failed"], second["changed"]) == (False, False)
