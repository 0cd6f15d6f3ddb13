# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Typed data from plain YAML, built with the registry of the installed pyVmomi."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._types import (
    _builder,
    _decoder,
    _encoder,
    _pyvmomi,
    _registry,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference


def build(type_name: str, value: t.Any) -> tuple[t.Any, list[str]]:
    """The data, and the problems."""
    builder = _builder.Builder()
    data = builder.build("x", _registry.find_type(type_name), value)
    return data, builder.problems


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("int", "12", 12),
        ("ArrayOfString", ["a", 1], ["a", "1"]),
        ("ArrayOfInt", ["1"], [1]),
        ("anyType", "a", {"_typeName": "string", "_value": "a"}),
        ("anyType", {"_typeName": "short", "_value": "7"}, {"_typeName": "short", "_value": 7}),
        (
            "anyType",
            {"_typeName": "TaskInfoState", "_value": "queued"},
            {"_typeName": "TaskInfoState", "_value": "queued"},
        ),
        ("anyType", {"type": "Task", "moid": "task-1"}, reference("Task", "task-1")),
        ("anyType", {"type": "Task", "moid": 12}, reference("Task", "12")),
        ("anyType", reference("Task", "task-1"), reference("Task", "task-1")),
        # VI/JSON has one name for all lists of references.
        *(
            (
                "anyType",
                {"_typeName": name, "_value": [{"type": "VirtualMachine", "moid": "vm-1"}]},
                {"_typeName": "ArrayOfManagedObjectReference", "_value": [reference("VirtualMachine", "vm-1")]},
            )
            for name in ("ArrayOfManagedObjectReference", "ArrayOfManagedObject", "ArrayOfVirtualMachine")
        ),
        # Servers box parts of values of any type.
        ("ArrayOfInt", {"_typeName": "ArrayOfInt", "_value": [{"_typeName": "int", "_value": 1}]}, [1]),
        (
            "HostSystem",
            {
                "_typeName": "ManagedObjectReference",
                "type": {"_typeName": "string", "_value": "HostSystem"},
                "value": {"_typeName": "string", "_value": "host-1"},
            },
            reference("HostSystem", "host-1"),
        ),
        (
            "anyType",
            {"_typeName": "KeyValue", "key": "a", "value": 1},
            {"_typeName": "KeyValue", "key": "a", "value": "1"},
        ),
        ("VirtualMachine", "vm-12", reference("VirtualMachine", "vm-12")),
        # Numbers stand for their texts. The order of the parts does not matter.
        ("VirtualMachine", {"moid": 12, "type": "VirtualMachine"}, reference("VirtualMachine", "12")),
        ("VirtualMachine", {"value": 12, "type": "VirtualMachine"}, reference("VirtualMachine", "12")),
        ("Network", {"type": "Network", "moid": "network-7"}, reference("Network", "network-7")),
        (
            "Network",
            {"type": "DistributedVirtualPortgroup", "value": "x"},
            reference("DistributedVirtualPortgroup", "x"),
        ),
        ("KeyValue", {"key": "a", "value": None, "extra": None}, None),
        (
            "HostSystem",
            {"type": "HostSystem", "moid": "host-1"},
            {"_typeName": "ManagedObjectReference", "type": "HostSystem", "value": "host-1"},
        ),
        ("VirtualMachineConfigSpec", {"numCPUs": None, "extraConfig": []}, {"_typeName": "VirtualMachineConfigSpec"}),
        # A type with descendants that has all the given members itself.
        ("Description", {"label": "a", "summary": "b"}, {"_typeName": "Description", "label": "a", "summary": "b"}),
    ],
)
def test_values_become_their_types(type_name: str, value: t.Any, expected: t.Any) -> None:
    data, problems = build(type_name, value)
    if expected is None:
        assert problems == ["x: KeyValue does not have extra", "x: KeyValue requires value (string)"]
    else:
        assert (data, problems) == (expected, [])
        assert type(data) is type(expected)


@pytest.mark.parametrize(
    ("type_name", "value", "problem"),
    [
        ("int", "2147483648", "must be a number of 32 bits (int), but 2147483648 does not fit"),
        ("ArrayOfInt", "1", "must be a list of int, not '1': put the value into a list"),
        ("anyType", {"a": 1}, "any type is possible here: add _typeName"),
        ("anyType", {"_typeName": "Foo"}, "does not know the type Foo"),
        ("anyType", {"_typeName": "int", "value": 1}, "int is not a data object: put its contents into _value"),
        ("VirtualMachine", {"type": "HostSystem", "moid": "host-1"}, "must be a VirtualMachine, not a HostSystem"),
        (
            "VirtualMachine",
            {"path": "DC0/vm/x"},
            "must be a VirtualMachine (its ID, or {type, moid}), not a dictionary",
        ),
        ("VirtualMachine", "", "must be a VirtualMachine, but the ID is empty"),
        ("VirtualMachine", {"moid": "vm-1"}, "not a moid without its type"),
        ("VirtualMachine", [], "must be a VirtualMachine (its ID, or {type, moid}), not a list"),
        ("VirtualMachine", {"type": True, "moid": "vm-1"}, "must be a string, but YAML reads words"),
        ("anyType", {"_typeName": "Task"}, "Task is a managed object: refer to it as {type: Task, moid: its ID}"),
        ("KeyValue", [], "must be a dictionary (KeyValue), not a list"),
        (
            "CustomizationIdentitySettings",
            {},
            "requires _typeName, because CustomizationIdentitySettings has several types",
        ),
        ("CustomizationIdentitySettings", {"hostName": {}, "domain": "x"}, ": use one of CustomizationLinuxPrep"),
        ("CustomizationIdentitySettings", {"value": "x"}, ": use one of CustomizationSysprepText"),
        ("CustomizationIdentitySettings", {"hostNam": 1}, "none has hostNam; did you mean hostName"),
        ("CustomizationIdentitySettings", {"hostNam": 1, "x": 2}, "; did you mean hostName?; none has x"),
        ("VirtualDeviceBackingInfo", {"diskMode": "x", "port": {}}, "none has all of diskMode, port"),
        ("VirtualDevice", {"_typeName": "KeyValue"}, "_typeName KeyValue is not VirtualDevice or one that extends it"),
        (
            "VirtualDevice",
            {"_typeName": "VirtualDisc"},
            f"_typeName VirtualDisc is not a type that {_registry.registry_name()} knows, nor VirtualDevice or one "
            "that extends it; did you mean VirtualDisk",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_explained(type_name: str, value: t.Any, problem: str) -> None:
    data, problems = build(type_name, value)
    assert data is None
    assert len(problems) == 1
    assert problems[0].startswith("x: ")
    assert problem in problems[0]


def test_all_problems_are_collected_with_their_paths() -> None:
    value = {"deviceChange": [{"operation": "ad"}, {"device": {"_typeName": "VirtualDisk", "key": "a"}}]}
    _data, problems = build("VirtualMachineConfigSpec", value)
    assert [problem.partition(": ")[0] for problem in problems] == [
        "x.deviceChange[0].operation",
        "x.deviceChange[0]",
        "x.deviceChange[1].device.key",
    ] + ["x.deviceChange[1].device"] * (len(problems) - 3)


def test_all_problems_become_one_error() -> None:
    builder = _builder.Builder()
    builder.check()
    builder.build("x", _registry.find_type("int"), "a")
    builder.build("y", _registry.find_type("int"), "b")
    with pytest.raises(VsphereError) as caught:
        builder.check()
    assert caught.value.message == (
        "x: must be a whole number (int), not 'a'; y: must be a whole number (int), not 'b'"
    )


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("VirtualMachine", {"name": 12}, {"type": "VirtualMachine", "name": "12"}),
        ("VirtualMachine", {"path": 12}, {"type": None, "path": "12"}),
        ("ManagedEntity", {"name": "x"}, {"type": None, "name": "x"}),
        ("ManagedEntity", {"type": "Folder", "name": "x"}, {"type": "Folder", "name": "x"}),
        (
            "ManagedEntity",
            {"type": "Folder", "name": "x", "path": "DC0/vm"},
            {"type": "Folder", "name": "x", "path": "DC0/vm"},
        ),
    ],
)
def test_an_object_by_name_or_path_becomes_a_node(declared: str, value: t.Any, expected: t.Any) -> None:
    builder = _builder.Builder(lambda *parts: parts)
    type_ = _registry.find_type(declared)
    assert builder.build("x", type_, value) == ("x", expected, type_)


def test_an_object_by_name_in_a_place_of_any_type_becomes_a_node() -> None:
    builder = _builder.Builder(lambda *parts: parts)
    given = {"_typeName": "ManagedObjectReference", "type": "Folder", "name": "x"}
    assert builder.build("x", _registry.find_type("anyType"), given) == (
        "x",
        {"type": "Folder", "name": "x"},
        _registry.find_type("ManagedObject"),
    )


def test_an_object_that_cannot_be_a_node_is_a_problem() -> None:
    def by_name(path: str, parts: t.Any, declared: t.Any) -> t.NoReturn:
        raise VsphereError(f"{path}: not here")

    builder = _builder.Builder(by_name)
    assert builder.build("x", _registry.find_type("VirtualMachine"), {"name": "web"}) is None
    assert builder.problems == ["x: not here"]


@pytest.mark.parametrize("value", [{}, {"color": "red"}, {"name": "x", "color": "red"}])
def test_other_parts_of_an_object_are_explained_with_all_ways(value: t.Any) -> None:
    builder = _builder.Builder(lambda *parts: parts)
    assert builder.build("x", _registry.find_type("VirtualMachine"), value) is None
    assert builder.problems == [
        "x: must be a VirtualMachine (its ID, or {type, moid}, {name} or {path}), not a dictionary"
    ]


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        (
            {"a": 1},
            [
                "x: any type is possible here: add _typeName, and put a list into _value, as in "
                "{_typeName: ArrayOfOptionValue, _value: [...]}"
            ],
        ),
        ({"_typeName": "int", "_value": "a"}, ["x: must be a whole number (int), not 'a'"]),
        ({"_typeName": "KeyValue", "key": "a"}, ["x: KeyValue requires value (string)"]),
        (
            {"_typeName": "KeyValue", "color": "red", "key": "a", "value": {}},
            ["x: KeyValue does not have color", "x.value: must be a string, not a dictionary"],
        ),
        (
            {"_typeName": "KeyValue", "key": [], "value": []},
            [
                "x.key: must be a string, not a list",
                "x.value: must be a string, not a list",
                "x: KeyValue requires key (string)",
                "x: KeyValue requires value (string)",
            ],
        ),
    ],
)
def test_a_problem_in_a_value_of_any_type_has_its_path(value: t.Any, problems: list[str]) -> None:
    assert build("anyType", value)[1] == problems


def test_built_data_is_sent_and_read_back_unchanged() -> None:
    data, problems = build(
        "VirtualMachineConfigSpec",
        {
            "numCPUs": 2,
            "createDate": "2026-01-31T18:00:00.125125Z",
            "extraConfig": [{"key": "a", "value": "1"}],
            "deviceChange": [{"operation": "remove", "device": {"key": 2000}}],
        },
    )
    assert problems == []
    declared = _registry.find_type("VirtualMachineConfigSpec")
    methods = _pyvmomi.wire_type("VirtualMachine")._GetMethodList()
    method = next(each for each in methods if each.wsdlName == "ReconfigVM_Task")
    encoder = _encoder.Encoder("vim.version.v8_0_2_0")
    request = encoder.call(reference("VirtualMachine", "vm-1"), method, {"spec": data})
    # The answer of a server that returns the data.
    sent = re.sub(rb"<_this.*?</_this>", b"", request).replace(b"ReconfigVM_Task", b"ReconfigVM_TaskResponse")
    answer = re.sub(rb"(</?)spec\b", rb"\1returnval", sent)
    assert _decoder.Decoder(_pyvmomi).read(answer, "ReconfigVM_Task", declared) == data


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ({"force": True, "password": "p1", "userName": "root"}, {"p1"}),
        ({"force": True, "password": 12}, {"12"}),
        ({"force": True, "password": {"a": ["p1", "p2"]}}, {"p1", "p2"}),
        ({"force": True, "pasword": "p1"}, {"p1"}),
        ({"force": True, "hostNam": "h"}, set()),
        ([{"password": "p1", "userName": "root"}], {"p1"}),
    ],
)
def test_secrets_are_collected(value: t.Any, secrets: set[str]) -> None:
    builder = _builder.Builder()
    builder.build("x", _registry.find_type("HostConnectSpec"), value)
    assert builder.secrets == secrets


def test_possible_secrets_in_a_part_of_unknown_type_are_collected() -> None:
    builder = _builder.Builder()
    identity = {"guiUnattended": {"password": {"value": "p1", "plainText": True}, "timeZone": 5}}
    builder.build("x", _registry.find_type("CustomizationIdentitySettings"), {**identity, "nothing": 1})
    assert builder.secrets == {"p1"}


def test_possible_secrets_are_the_texts_below_names_that_are_usually_secret() -> None:
    assert _builder.possible_secrets([{"password": {"value": "p1"}, "userName": "root"}]) == {"p1"}


def test_possible_secrets_need_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibrary) as caught:
        _builder.possible_secrets({"password": "p1"})
    assert caught.value.message == "to know the names of secrets"
