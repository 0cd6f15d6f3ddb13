# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of VI/JSON and what users give and get for them."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _given, _values

VM = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-1"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("key", "key"),
        ("queueTime", "queue_time"),
        ("descriptionId", "description_id"),
        ("eventChainId", "event_chain_id"),
    ],
)
def test_names_are_seen_in_snake_case(name: str, expected: str) -> None:
    assert _values.snake(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({"_typeName": "string", "_value": "x"}, "x"),
        ({"_typeName": "TaskInfoState", "_value": "running"}, "running"),
        ({"_typeName": "int", "_value": 0}, 0),
        (VM, {"type": "VirtualMachine", "moid": "vm-1"}),
        ({"_typeName": "ArrayOfManagedObjectReference", "_value": [VM]}, [{"type": "VirtualMachine", "moid": "vm-1"}]),
        ({"_typeName": "KeyValue", "key": "a", "value": "b"}, {"_typeName": "KeyValue", "key": "a", "value": "b"}),
    ],
)
def test_plain(value: object, expected: object) -> None:
    assert _values.plain(value) == expected


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ("text", "string"),
        ("", "string"),
        (True, "boolean"),
        (0, "int"),
        (2**31, "long"),
        (-(2**31) - 1, "long"),
        (1.5, "double"),
        (["a", "b"], "ArrayOfString"),
        ({"type": "VirtualMachine", "moid": "vm-1"}, None),
        ([], "string"),
        (["a", 1], "string"),
        ({"a": {"b": [1, None]}}, "string"),
        ({"type": "VirtualMachine", "moid": 1}, "string"),
        ('{"a": 1}', "string"),
        ("[broken", "string"),
        ('"quoted"', "string"),
        ('""twice""', "string"),
    ],
)
def test_a_result_comes_back_as_it_was_given(value: object, type_name: str | None) -> None:
    data = _given.to_any(value)
    assert _values.from_any(data) == value
    assert data["_typeName"] == (type_name or "ManagedObjectReference")


def test_a_text_with_carriage_returns_is_packed_as_xml_does_not_keep_them() -> None:
    data = _given.to_any("one\r\ntwo")
    assert data["_value"] == r'"one\r\ntwo"'
    assert _values.from_any(data) == "one\r\ntwo"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**63, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        (float("nan"), "nan is no number that JSON or XML could hold"),
        (float("-inf"), "-inf is no number"),
    ],
)
def test_a_number_that_no_type_can_hold_is_refused(value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _given.to_any(value)


BARE = {
    "_typeName": "GenericVmConfigFault",
    "reason": "disk",
    "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": "it broke"}],
    "faultstring": "it broke",
}
WRAPPED = {
    "_typeName": "LocalizedMethodFault",
    "fault": {"_typeName": "GenericVmConfigFault", "reason": "disk"},
    "localizedMessage": "it broke",
}


@pytest.mark.parametrize("data", [BARE, WRAPPED], ids=["bare", "wrapped"])
def test_a_fault_is_read_in_both_forms(data: dict[str, object]) -> None:
    assert _values.error(data) == {"type": "GenericVmConfigFault", "message": "it broke", "reason": "disk"}


def test_a_fault_without_any_text_has_its_type_as_message() -> None:
    assert _values.error({"_typeName": "NotSupported"}) == {"type": "NotSupported", "message": "NotSupported"}


def test_no_fault_is_none() -> None:
    assert _values.error(None) is None


def test_own_fields_do_not_hide_type_and_message() -> None:
    assert _values.error({"_typeName": "InvalidPropertyType", "type": "int", "faultstring": "x"}) == {
        "type": "InvalidPropertyType",
        "message": "x",
        "field_type": "int",
    }
