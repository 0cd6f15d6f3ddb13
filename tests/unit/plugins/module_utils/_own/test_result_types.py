# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VI types of a task's result and error."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._result_types import build_fault, build_result
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

PAIR = {"_typeName": "KeyAnyValue", "key": "vm", "value": {"type": "VirtualMachine", "moid": "vm-1"}}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (PAIR, {**PAIR, "value": reference("VirtualMachine", "vm-1")}),
        ({"_typeName": "short", "_value": "7"}, {"_typeName": "short", "_value": 7}),
    ],
)
def test_a_result_has_the_type_that_it_names(value: dict[str, t.Any], data: dict[str, t.Any]) -> None:
    assert build_result(value, set()) == data


def test_problems_of_a_result_are_errors_of_its_option_and_its_secrets_are_kept() -> None:
    secrets: set[str] = set()
    value = {"_typeName": "NamePasswordAuthentication", "username": "x", "password": "hush", "color": "red"}
    with pytest.raises(VsphereError, match=r"^result: NamePasswordAuthentication does not have color; result: .*inter"):
        build_result(value, secrets)
    assert secrets == {"hush"}


@pytest.mark.parametrize("name", ["faultTypeId", "fault_type_id"])
def test_a_fault_takes_its_fields_in_both_spellings(name: str) -> None:
    assert build_fault("ExtendedFault", {name: "x", "data": [{"key": "a", "value": "b"}]}, set()) == {
        "_typeName": "ExtendedFault",
        "faultTypeId": "x",
        "data": [{"_typeName": "KeyValue", "key": "a", "value": "b"}],
    }


@pytest.mark.parametrize(
    ("type_name", "fields", "problem"),
    [
        (" ", {}, "^error.type is empty: omit it to use an ExtendedFault$"),
        ("ExtendedFalt", {}, "does not know the type ExtendedFalt; did you mean ExtendedFault"),
        # A fault, but the server does not accept it.
        ("NotSupported", {}, "error.type: NotSupported does not extend VimFault"),
        ("GenericVmConfigFault", {}, "error.fields: GenericVmConfigFault requires reason"),
        # The message has its own option.
        ("GenericVmConfigFault", {"reason": "x", "fault_message": []}, "does not have fault_message"),
        ("GenericVmConfigFault", {"reason": "x", "faultCause": {}}, "does not have faultCause"),
    ],
)
def test_an_error_that_vcenter_does_not_accept_is_rejected(
    type_name: str, fields: dict[str, t.Any], problem: str
) -> None:
    with pytest.raises(VsphereError, match=problem):
        build_fault(type_name, fields, set())


def test_secrets_in_the_fields_of_a_fault_are_kept() -> None:
    secrets: set[str] = set()
    with pytest.raises(VsphereError):
        build_fault("GenericVmConfigFault", {"reason": "x", "password": "hush"}, secrets)
    assert secrets == {"hush"}


def test_typed_data_requires_pyvmomi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback ...")
    monkeypatch.delattr(_pyvmomi, "VmomiSupport")
    with pytest.raises(MissingLibrary, match=r"^for a result with a _typeName"):
        build_result(PAIR, set())
    with pytest.raises(MissingLibrary, match=r"^for an error type other than a plain ExtendedFault"):
        build_fault("Timedout", {}, set())
