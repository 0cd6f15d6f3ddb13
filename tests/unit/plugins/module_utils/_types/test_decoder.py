# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decoding SOAP answers, including odd ones."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types._decoder import Decoder, SoapFault
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .documents import document, fault, read


def test_a_task_info_is_read_by_the_registry() -> None:
    assert read(
        '<returnval><key>task-1</key><task type="Task">task-1</task><name>PowerOnVM_Task</name>'
        "<descriptionId>VirtualMachine.powerOn</descriptionId><entityName/><state>running</state>"
        '<locked type="VirtualMachine">vm-1</locked><locked type="VirtualMachine">vm-2</locked>'
        "<cancelled>false</cancelled><cancelable>true</cancelable><progress>10</progress>"
        '<reason xsi:type="TaskReasonUser"><userName>VSPHERE.LOCAL\\me</userName></reason>'
        "<queueTime>2026-01-02T03:04:05.123456Z</queueTime>"
        "<eventChainId>7</eventChainId></returnval>",
        "TaskInfo",
    ) == {
        "_typeName": "TaskInfo",
        "key": "task-1",
        "task": reference("Task", "task-1"),
        "name": "PowerOnVM_Task",
        "descriptionId": "VirtualMachine.powerOn",
        "entityName": "",
        "locked": [reference("VirtualMachine", "vm-1"), reference("VirtualMachine", "vm-2")],
        "state": "running",
        "cancelled": False,
        "cancelable": True,
        "progress": 10,
        "reason": {"_typeName": "TaskReasonUser", "userName": "VSPHERE.LOCAL\\me"},
        "queueTime": "2026-01-02T03:04:05.123456Z",
        "eventChainId": 7,
    }


@pytest.mark.parametrize("name", ["TaskInfoState", "vim25:TaskInfoState", "ns1:TaskInfoState"])
def test_prefixes_of_types_do_not_matter(name: str) -> None:
    value = f'<returnval xmlns:vim25="urn:vim25" xmlns:ns1="urn:vim25" xsi:type="{name}">running</returnval>'
    assert read(value, "anyType") == {"_typeName": "TaskInfoState", "_value": "running"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('xsi:type="xsd:string">x', {"_typeName": "string", "_value": "x"}),
        ('xsi:type="xsd:string">', {"_typeName": "string", "_value": ""}),
        ('xsi:type="xsd:int">7', {"_typeName": "int", "_value": 7}),
        ('xsi:type="xsd:int">seven', {"_typeName": "int", "_value": "seven"}),
        ('xsi:type="xsd:boolean">1', {"_typeName": "boolean", "_value": True}),
        ('xsi:type="xsd:boolean">yes', {"_typeName": "boolean", "_value": "yes"}),
        ('xsi:type="xsd:dateTime">2026-01-02T03:04:05Z', {"_typeName": "dateTime", "_value": "2026-01-02T03:04:05Z"}),
        ('xsi:type="ArrayOfInt"><int>1</int><int>2</int>', {"_typeName": "ArrayOfInt", "_value": [1, 2]}),
        ('xsi:type="ArrayOfString">', {"_typeName": "ArrayOfString", "_value": []}),
        ('xsi:type="ArrayOfint"><int>1</int>', {"_typeName": "ArrayOfint", "_value": ["1"]}),
        (f'xsi:type="{"ArrayOf" * 2000}">', {"_typeName": "ArrayOf" * 2000, "_value": []}),
        (
            'xsi:type="ArrayOfManagedObjectReference"><ManagedObjectReference type="Network">network-1'
            "</ManagedObjectReference>",
            {"_typeName": "ArrayOfManagedObjectReference", "_value": [reference("Network", "network-1")]},
        ),
        ('type="VirtualMachine" xsi:type="ManagedObjectReference">vm-1', reference("VirtualMachine", "vm-1")),
        ('type="ContentLibrary" xsi:type="ManagedObjectReference">clib-1', reference("ContentLibrary", "clib-1")),
        (
            'xsi:type="ArrayOfDVSOpaqueCommandResultInfo"><DVSOpaqueCommandResultInfo><a>1</a><b>2</b><b>3</b>'
            "</DVSOpaqueCommandResultInfo>",
            {
                "_typeName": "ArrayOfDVSOpaqueCommandResultInfo",
                "_value": [{"_typeName": "DVSOpaqueCommandResultInfo", "a": "1", "b": ["2", "3"]}],
            },
        ),
        (
            'xsi:type="vslmCatalogChangeResult"><id>1</id><in><x>2</x></in><of type="Datastore">ds-1</of>',
            {"_typeName": "vslmCatalogChangeResult", "id": "1", "in": {"x": "2"}, "of": reference("Datastore", "ds-1")},
        ),
        ('xsi:type="Quantum">', {"_typeName": "Quantum"}),
        ('xsi:type="QuantumState">on', {"_typeName": "QuantumState", "_value": "on"}),
        (">bare", {"_typeName": "string", "_value": "bare"}),
        ("><a>1</a>", {"a": "1"}),
        ('xsi:type="ManagedObjectReference">vm-1', reference("", "vm-1")),
        ('type="Folder" xsi:type="ManagedObject">group-1', reference("Folder", "group-1")),
        ('type="Catalog" xsi:type="Catalog">c-1', reference("Catalog", "c-1")),
        ('xsi:type="KeyValue"><key>a</key><value>b</value>', {"_typeName": "KeyValue", "key": "a", "value": "b"}),
    ],
)
def test_a_value_with_a_type_attribute_has_that_type(given: str, expected: t.Any) -> None:
    assert read(f"<returnval {given}</returnval>", "anyType") == expected


def test_unknown_types_and_members_of_an_object_are_kept() -> None:
    assert read(
        '<returnval xsi:type="TaskInfoOfTomorrow"><key>task-1</key><progress>many</progress><size>7</size><part>a'
        "</part><part>b</part><state>paused</state><cancelable>1</cancelable></returnval>",
        "TaskInfo",
    ) == {
        "_typeName": "TaskInfoOfTomorrow",
        "key": "task-1",
        "progress": "many",
        "size": "7",
        "part": ["a", "b"],
        "state": "paused",
        "cancelable": True,
    }


@pytest.mark.parametrize(
    "given",
    [
        '<error><fault xsi:type="NotFound"/><localizedMessage>Gone.</localizedMessage></error>',
        '<error xsi:type="LocalizedMethodFault"><fault xsi:type="NotFound"></fault><localizedMessage>Gone.'
        "</localizedMessage></error>",
        '<error xsi:type="NotFound"><faultstring>Gone.</faultstring></error>',
    ],
)
def test_a_fault_in_data_is_bare_with_its_text(given: str) -> None:
    info = read(f"<returnval><key>task-1</key>{given}</returnval>", "TaskInfo")
    assert info["error"] == {"_typeName": "NotFound", "faultstring": "Gone."}


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        ('<error><fault xsi:type="QuantumFault">', "</fault><localizedMessage/></error>", "QuantumFault"),
        ("<error><fault>", "</fault></error>", "MethodFault"),
        ('<error xsi:type="QuantumFault">', "</error>", "QuantumFault"),
    ],
)
def test_a_fault_of_tomorrow_has_its_members_and_those_of_all_faults(start: str, end: str, name: str) -> None:
    inside = "<size>7</size><fault>x</fault><faultMessage><key>k</key></faultMessage>"
    info = read(f"<returnval><key>task-1</key>{start}{inside}{end}</returnval>", "TaskInfo")
    message = {"_typeName": "LocalizableMessage", "key": "k"}
    assert info["error"] == {"_typeName": name, "size": "7", "fault": "x", "faultMessage": [message]}


def test_a_fault_as_the_answer_to_a_call_is_read() -> None:
    detail = '<detail><NoPermissionFault xmlns="urn:vim25" xsi:type="NoPermission"><privilegeId>x</privilegeId>'
    assert fault(f"{detail}</NoPermissionFault></detail>") == {
        "_typeName": "NoPermission",
        "privilegeId": "x",
        "faultstring": "It failed.",
    }


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ("", "RuntimeFault"),
        ("<detail/>", "RuntimeFault"),
        ('<detail><InvalidRequestFault xmlns="urn:vim25"/></detail>', "InvalidRequest"),
        ('<detail><x:QuantumFault xmlns:x="urn:x" xsi:type="x:Quantum"/></detail>', "Quantum"),
    ],
)
def test_a_fault_with_an_incomplete_detail_is_read(detail: str, name: str) -> None:
    assert fault(detail) == {"_typeName": name, "faultstring": "It failed."}
    assert fault(detail, "") == {"_typeName": name, "faultstring": ""}


def test_an_unknown_fault_as_the_answer_has_the_members_of_all_faults() -> None:
    detail = (
        '<detail><Other xmlns="urn:vim25" xsi:type="Quantum"><faultMessage><key>k</key></faultMessage><size>7</size>'
        "</Other></detail>"
    )
    message = {"_typeName": "LocalizableMessage", "key": "k"}
    assert fault(detail) == {
        "_typeName": "Quantum",
        "faultMessage": [message],
        "size": "7",
        "faultstring": "It failed.",
    }


@pytest.mark.parametrize(
    ("values", "declared", "expected"),
    [
        ("", "TaskInfo", None),
        ("", "ArrayOfTaskInfo", None),
        ("<returnval><key>1</key></returnval><returnval><key>2</key></returnval>", "ArrayOfTaskInfo", ["1", "2"]),
        (
            '<returnval xsi:type="ArrayOfTaskInfo"><TaskInfo><key>1</key></TaskInfo><TaskInfo><key>2</key></TaskInfo>'
            "</returnval>",
            "ArrayOfTaskInfo",
            ["1", "2"],
        ),
        ('<returnval xsi:type="ArrayOfTaskInfo"/>', "ArrayOfTaskInfo", []),
    ],
)
def test_lists_of_methods_and_of_properties(values: str, declared: str, expected: t.Any) -> None:
    found = read(values, declared)
    assert (found and [each["key"] for each in found]) == expected


def test_an_object_has_the_members_of_its_own_type() -> None:
    given = '<returnval xsi:type="VirtualDisk">\n <key>1</key><capacityInKB>7</capacityInKB></returnval>'
    assert read(given, "VirtualDevice") == {"_typeName": "VirtualDisk", "key": 1, "capacityInKB": 7}


def test_an_element_without_contents_is_an_object_without_members() -> None:
    assert read("<returnval/>", "TaskInfo") == {"_typeName": "TaskInfo"}
    assert read("<returnval/>", "VirtualMachine") == reference("", "")


def test_members_without_contents_are_empty_texts() -> None:
    info = read("<returnval><key/><progress/><state/><size/></returnval>", "TaskInfo")
    assert info == {"_typeName": "TaskInfo", "key": "", "progress": "", "state": "", "size": ""}


def test_unknown_members_have_the_types_that_they_say() -> None:
    assert read('<returnval><size xsi:type="xsd:int">7</size></returnval>')["size"] == {"_typeName": "int", "_value": 7}


def test_an_object_that_says_the_type_of_a_text_keeps_its_contents() -> None:
    given = '<returnval xsi:type="TaskInfoState"><a>1</a></returnval>'
    assert read(given, "TaskInfo") == {"_typeName": "TaskInfoState", "a": "1"}


def test_a_list_of_numbers_is_read() -> None:
    assert read("<returnval>1</returnval><returnval>2</returnval>", "ArrayOfInt") == [1, 2]


def test_a_text_that_says_its_type_is_a_text() -> None:
    assert read('<returnval><key xsi:type="xsd:string">task-1</key></returnval>', "TaskInfo")["key"] == "task-1"


def test_an_object_instead_of_a_text_keeps_its_contents() -> None:
    info = read("<returnval><key><a>1</a></key><progress><b>2</b></progress></returnval>", "TaskInfo")
    assert (info["key"], info["progress"]) == ({"a": "1"}, {"b": "2"})


def test_items_of_an_unknown_array_have_their_own_types_or_that_of_the_array() -> None:
    items = '<Quantum><a>1</a></Quantum><Quantum xsi:type="QuantumLeap"><a>2</a></Quantum><Quantum>on</Quantum>'
    assert read(f'<returnval xsi:type="ArrayOfQuantum">{items}</returnval>', "anyType")["_value"] == [
        {"_typeName": "Quantum", "a": "1"},
        {"_typeName": "QuantumLeap", "a": "2"},
        "on",
    ]


def test_a_text_instead_of_an_object_is_a_text() -> None:
    info = read("<returnval><key>task-1</key><reason>because</reason></returnval>", "TaskInfo")
    assert info == {"_typeName": "TaskInfo", "key": "task-1", "reason": "because"}


def test_without_a_registry_all_values_are_texts() -> None:
    assert read(
        '<returnval><rootFolder type="Folder">group-d1</rootFolder><about><apiType>VirtualCenter</apiType>'
        "<apiVersion>8.0.1.0</apiVersion></about><list>1</list><list>2</list><list>3</list></returnval>",
        decoder=Decoder(None),
    ) == {
        "rootFolder": reference("Folder", "group-d1"),
        "about": {"apiType": "VirtualCenter", "apiVersion": "8.0.1.0"},
        "list": ["1", "2", "3"],
    }
    detail = '<detail><NotFoundFault xmlns="urn:vim25" xsi:type="NotFound"><a>1</a></NotFoundFault></detail>'
    body = f"<soapenv:Fault><faultstring>x</faultstring>{detail}</soapenv:Fault>"
    assert Decoder(None).read(document(body), "Fetch") == SoapFault(
        {"_typeName": "NotFound", "a": "1", "faultstring": "x"}
    )
