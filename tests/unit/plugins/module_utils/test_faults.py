# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one form of a fault, and the sentence about it."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _faults

Data = dict[str, t.Any]


def message(text: str | None, key: str = "com.example.key") -> Data:
    return {"_typeName": "LocalizableMessage", "key": key, **({"message": text} if text is not None else {})}


def reference(type_: str, value: str) -> Data:
    return {"_typeName": "ManagedObjectReference", "type": type_, "value": value}


def wrapped(fault: Data, text: str | None = None) -> Data:
    return {"_typeName": "LocalizedMethodFault", "fault": fault, **({"localizedMessage": text} if text else {})}


# As in govmomi issue 2181: only the stack contains the reason.
STACK = {
    "_typeName": "CannotCreateFile",
    "faultstring": "Cannot complete file creation operation.",
    "faultMessage": [
        message("There are currently 2 usable fault domains. The operation requires 1 more usable fault domains."),
        message("Failed to create object."),
        message("Failed to create object."),
    ],
    "file": "[vsanDatastore] web-01",
}
TOO_FEW = "There are currently 2 usable fault domains. The operation requires 1 more usable fault domains."


def plain(type_: str, text: str, **more: t.Any) -> Data:
    return {"type": type_, "message": text, "messages": [], "cause": None, **more}


@pytest.mark.parametrize(
    "data",
    [
        STACK,
        wrapped({k: v for k, v in STACK.items() if k != "faultstring"}, str(STACK["faultstring"])),
        {**STACK, "faultstring": {"_typeName": "string", "_value": STACK["faultstring"]}},
    ],
    ids=["bare", "wrapped", "boxed"],
)
def test_a_fault_is_read_in_all_forms(data: Data) -> None:
    assert _faults.shape(data) == {
        "type": "CannotCreateFile",
        "message": "Cannot complete file creation operation.",
        "messages": [TOO_FEW, "Failed to create object."],
        "cause": None,
        "file": "[vsanDatastore] web-01",
    }


@pytest.mark.parametrize("form", [lambda fault: fault, wrapped], ids=["bare", "wrapped"])
def test_causes_have_the_same_form(form: t.Callable[[Data], Data]) -> None:
    innermost = {"_typeName": "NoDiskSpace", "faultstring": "No space is left.", "datastore": "store-1"}
    middle = {"_typeName": "FileFault", "faultstring": "The file is not there.", "faultCause": form(innermost)}
    fault = _faults.shape({"_typeName": "VimFault", "faultstring": "It broke.", "faultCause": form(middle)})
    assert fault["cause"] == plain("FileFault", "The file is not there.", cause=fault["cause"]["cause"])
    assert fault["cause"]["cause"] == plain("NoDiskSpace", "No space is left.", datastore="store-1")
    assert _faults.why(fault) == "It broke (VimFault). The file is not there. No space is left"


def test_a_fault_without_any_text_has_its_type_as_message() -> None:
    assert _faults.shape({"_typeName": "NotSupported"}) == plain("NotSupported", "NotSupported")


def test_the_first_message_is_the_text_of_a_fault_without_one() -> None:
    fault = _faults.shape({"_typeName": "SystemError", "faultMessage": [message("It broke.")]})
    assert fault == {**plain("SystemError", "It broke."), "messages": ["It broke."]}
    assert _faults.why(fault) == "It broke (SystemError)"


def test_a_message_without_text_is_its_key() -> None:
    # The servers of storage profiles (pyVmomi, pbm_check_compatibility.yaml) send no text.
    fault = _faults.shape(
        {"_typeName": "PbmFault", "faultstring": "No.", "faultMessage": [message(None, "Tag.locale")]}
    )
    assert fault["messages"] == ["Tag.locale"]


def test_own_fields_do_not_replace_the_common_ones() -> None:
    names = ("type", "message", "messages", "cause")
    fault = _faults.shape({"_typeName": "ResourceInUse", "faultstring": "x", **dict.fromkeys(names, "own")})
    assert fault == plain("ResourceInUse", "x", **{f"field_{name}": "own" for name in names})


def test_own_fields_are_in_snake_case_at_every_depth() -> None:
    vm = reference("VirtualMachine", "vm-12")
    fault = _faults.shape(
        {
            "_typeName": "NoPermission",
            "faultstring": "Permission to perform this operation was denied.",
            "missingPrivileges": [
                {"_typeName": "NoPermissionEntityPrivileges", "entity": vm, "privilegeIds": ["System.View"]}
            ],
        }
    )
    assert fault["missing_privileges"] == [
        {
            "_typeName": "NoPermissionEntityPrivileges",
            "entity": {"type": "VirtualMachine", "moid": "vm-12"},
            "privilege_ids": ["System.View"],
        }
    ]


def test_references_in_own_fields_are_kept() -> None:
    fault = _faults.shape({"_typeName": "TaskInProgress", "faultstring": "Busy.", "task": reference("Task", "task-7")})
    assert fault["task"] == {"type": "Task", "moid": "task-7"}


CPUS = {"_typeName": "NumVirtualCpusNotSupported", "maxSupportedVcpusDest": 64}
MANY = "The number of virtual CPUs is more than the host supports."


def no_host(*errors: Data) -> Data:
    return {
        "_typeName": "NoCompatibleHost",
        "faultstring": "No host is compatible with the virtual machine.",
        "host": [reference("HostSystem", f"host-{21 + i}") for i in range(len(errors))],
        "error": list(errors),
    }


@pytest.mark.parametrize("error", [{**CPUS, "faultstring": MANY}, wrapped(CPUS, MANY)], ids=["bare", "wrapped"])
def test_faults_in_own_fields_have_the_same_shape(error: Data) -> None:
    fault = _faults.shape(no_host(error))
    assert fault["host"] == [{"type": "HostSystem", "moid": "host-21"}]
    assert fault["error"] == [plain("NumVirtualCpusNotSupported", MANY, max_supported_vcpus_dest=64)]


@pytest.mark.parametrize(
    ("member", "path"),
    [
        ({"fault": CPUS}, ["fault"]),
        ({"reason": CPUS}, ["reason"]),
        ({"hostErrors": [CPUS]}, ["host_errors", 0]),
        ({"hostFault": [{"_typeName": "DvsOperationBulkFaultFaultOnHost", "fault": CPUS}]}, ["host_fault", 0, "fault"]),
        ({"unheard": {"_typeName": "ArrayOfUnheard", "_value": [{**CPUS, "faultMessage": []}]}}, ["unheard", 0]),
    ],
)
def test_a_fault_in_any_field_has_the_form_of_a_fault(member: Data, path: list[str | int]) -> None:
    found: t.Any = _faults.shape({"_typeName": "VimFault", **member})
    for each in path:
        found = found[each]
    assert found == plain("NumVirtualCpusNotSupported", "NumVirtualCpusNotSupported", max_supported_vcpus_dest=64)


def test_a_reason_that_is_a_text_remains_a_text() -> None:
    assert _faults.shape({"_typeName": "GenericVmConfigFault", "reason": "disk"})["reason"] == "disk"


MALFORMED: list[t.Any] = [
    None,
    "text",
    7,
    True,
    [],
    {},
    ["text", None, 7],
    {"_value": None},
    {"_typeName": None},
    {"_typeName": 7},
    {"_typeName": "ManagedObjectReference"},
    {"_typeName": "LocalizedMethodFault"},
    {"_typeName": "LocalizedMethodFault", "fault": "text", "localizedMessage": ["x"]},
]


@pytest.mark.parametrize("odd", MALFORMED, ids=repr)
def test_no_odd_part_is_an_error(odd: t.Any) -> None:
    whole = no_host({**CPUS, "faultCause": dict(STACK)}, wrapped(CPUS, MANY))
    whole["missingPrivileges"] = [{"_typeName": "NoPermissionEntityPrivileges", "privilegeIds": ["System.View"]}]
    whole["faultMessage"] = [message("x")]
    for type_ in ("NoCompatibleHost", "NoPermission"):
        for member in (*whole, "faultCause", "object", "privilegeId", "fault"):
            data = {**copy.deepcopy(whole), "_typeName": type_, member: odd}
            fault = _faults.shape(data)
            assert fault.keys() >= {"type", "message", "messages", "cause"}
            assert isinstance(fault["type"], str)
            assert isinstance(_faults.why(fault), str)
        for outer in ("error", "host", "missingPrivileges", "faultMessage"):
            assert _faults.why(_faults.shape({**whole, "_typeName": type_, outer: [odd, odd]}))
    assert isinstance(_faults.why(_faults.shape(odd)), str)


def test_other_data_becomes_the_message_of_a_fault() -> None:
    assert _faults.shape("it broke") == plain("MethodFault", "it broke")
    assert _faults.shape(wrapped({}, "it broke")) == plain("MethodFault", "it broke")


def test_a_wrapped_fault_that_came_without_its_type_is_read() -> None:
    # Over SOAP, if it is in a fault that belongs to a newer release.
    inner = {"fault": {"_typeName": "NotSupported"}, "localizedMessage": "the disk is locked"}
    fault = _faults.shape({"_typeName": "New", "faultstring": "no", "why": inner})
    assert fault["why"] == plain("NotSupported", "the disk is locked")
    assert "the disk is locked" in _faults.why(fault)


def test_a_single_message_that_came_without_its_list_is_read() -> None:
    # If the type belongs to a newer release, SOAP does not distinguish a list of one item from a single value.
    assert _faults.shape({"_typeName": "New", "faultMessage": message("x")})["messages"] == ["x"]


@pytest.mark.parametrize(("member", "name"), [("faultCause", "cause"), ("fault", "fault"), ("other", "other")])
def test_faults_at_great_depth_are_left_out(member: str, name: str) -> None:
    data: Data = {"_typeName": "Innermost"}
    for _each in range(900):
        data = {"_typeName": "Other", member: data}
    found, depth = _faults.shape(data), 0
    while found[name]:
        found, depth = found[name], depth + 1
    assert 5 < depth < 50


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            STACK,
            "Cannot complete file creation operation (CannotCreateFile). "
            f"{TOO_FEW.rstrip('.')}. Failed to create object",
        ),
        (
            # As in community.vmware pull request 2301.
            {
                "_typeName": "UncustomizableGuest",
                "faultstring": "Customization of the guest is not supported due to the given reason: ",
                "faultMessage": [message("The guest OS 'Pardus (64-bit)' is not supported.")],
            },
            "Customization of the guest is not supported due to the given reason (UncustomizableGuest). "
            "The guest OS 'Pardus (64-bit)' is not supported",
        ),
        (
            {**STACK, "faultMessage": [], "faultCause": STACK},
            "Cannot complete file creation operation (CannotCreateFile). "
            f"{TOO_FEW.rstrip('.')}. Failed to create object",
        ),
        ({"_typeName": "NotSupported"}, "NotSupported (NotSupported)"),
    ],
    ids=["stack", "colon", "said before", "no text"],
)
def test_a_sentence_ends_with_the_texts_of_stack_and_causes(data: Data, sentence: str) -> None:
    assert _faults.why(_faults.shape(data)) == sentence


NO_HOST = "No host is compatible with the virtual machine (NoCompatibleHost). "


def test_each_reason_names_its_hosts() -> None:
    full = {
        "_typeName": "InsufficientCpuResourcesFault",
        "faultstring": "CPU is short.",
        "faultMessage": [message("x")],
    }
    fault = _faults.shape(no_host(wrapped(CPUS, MANY), full, *[wrapped(CPUS, MANY)] * 3))
    assert _faults.why(fault) == (
        NO_HOST + f"host-21, host-23, host-24 and 1 more: {MANY.rstrip('.')}. host-22: CPU is short. x"
    )


def test_reasons_without_a_host_are_listed_without_one() -> None:
    data = {**no_host(wrapped(CPUS, MANY)), "host": []}
    assert _faults.why(_faults.shape(data)) == NO_HOST + MANY.rstrip(".")


def test_other_objects_that_faults_are_about_are_named() -> None:
    on_host = {"_typeName": "DvsOperationBulkFaultFaultOnHost", "host": reference("HostSystem", "host-9")}
    data = {"_typeName": "DvsOperationBulkFault", "hostFault": [{**on_host, "fault": {**CPUS, "faultstring": MANY}}]}
    assert _faults.why(_faults.shape(data)).endswith(f"(DvsOperationBulkFault). host-9: {MANY.rstrip('.')}")


def test_a_long_sentence_is_cut_and_names_the_number_of_omitted_texts() -> None:
    errors = [wrapped(CPUS, f"Reason {i} of many: {'x' * 90}.") for i in range(64)]
    sentence = _faults.why(_faults.shape({**no_host(*errors), "faultstring": "y" * 10_000}))
    told = sentence.count("Reason")
    assert sentence.endswith(f", and {64 - told} more texts")
    assert 3 < told < 30
    assert len(sentence) < 3000


DENIED = "Permission to perform this operation was denied."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"object": reference("VirtualMachine", "vm-12"), "privilegeId": "VirtualMachine.Interact.PowerOn"},
            "the user lacks the privilege VirtualMachine.Interact.PowerOn on VirtualMachine vm-12",
        ),
        (
            {
                "missingPrivileges": [
                    {"entity": reference("VirtualMachine", "vm-12"), "privilegeIds": ["A.B", "C.D"]},
                    {"entity": reference("Folder", "group-d1"), "privilegeIds": ["E.F"]},
                    {"entity": reference("Folder", "group-d2"), "privilegeIds": []},
                ]
            },
            "the user lacks the privileges A.B, C.D on VirtualMachine vm-12 and E.F on Folder group-d1",
        ),
        (
            {
                "object": reference("VirtualMachine", "vm-12"),
                "privilegeId": "A.B",
                "missingPrivileges": [{"entity": reference("VirtualMachine", "vm-12"), "privilegeIds": ["A.B"]}],
            },
            "the user lacks the privilege A.B on VirtualMachine vm-12",
        ),
        ({"privilegeId": "A.B"}, "the user lacks the privilege A.B on Task task-1"),
        (
            {"missingPrivileges": [{"entity": reference("Task", f"t-{i}"), "privilegeIds": ["A"]} for i in range(9)]},
            "the user lacks the privileges A on Task t-0 and A on Task t-1 and A on Task t-2 and others on 6 more "
            "objects",
        ),
        ({}, DENIED.rstrip(".")),
    ],
    ids=["object", "missing", "both", "no object", "many", "none"],
)
def test_missing_privileges_are_named_with_their_objects(fields: Data, sentence: str) -> None:
    fault = _faults.shape({"_typeName": "NoPermission", "faultstring": DENIED, **fields})
    place = {"type": "Task", "moid": "task-1"}
    assert _faults.why(fault, place) == f"{sentence} (NoPermission)"
