# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of vsphere_task_start: rejected values, and masked secrets."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from starting import CLONE


def start(vcenter: t.Any, **options: t.Any) -> dict[str, t.Any]:
    machine = {"type": "VirtualMachine", "moid": "vm-1"}
    given = {"object": machine, "method": "PowerOnVM_Task", **options}
    return t.cast("dict[str, t.Any]", vcenter.run("start", **given))


RECONFIGURE = {"method": "ReconfigVM_Task"}


def device(**members: t.Any) -> dict[str, t.Any]:
    return {**RECONFIGURE, "params": {"spec": {"deviceChange": [{"operation": "add", "device": members}]}}}


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        (
            {"method": "PowerOnVM"},
            ["does not know the method PowerOnVM; did you mean PowerOnVM_Task", "method: pyVmomi "],
        ),
        ({"method": "RefreshStorageInfo"}, ["RefreshStorageInfo of VirtualMachine does not return a task"]),
        ({"method": ""}, ["method is empty: set it to an operation"]),
        (
            {"object": {"type": "HostSystem", "moid": "host-1"}},
            ["PowerOnVM_Task is a method of VirtualMachine, but object is a HostSystem"],
        ),
        *(
            ({"object": {"type": name, "moid": "vm-1"}}, [f"does not know the managed object type {name[:20]}"])
            for name in ("ArrayOfint", "ArrayOf" * 2000)
        ),
        (
            {
                **RECONFIGURE,
                "params": {
                    "spec": {"extraConfig": [{"key": "a", "value": {"_typeName": "ArrayOfint", "_value": [1]}}]}
                },
            },
            ["params.spec.extraConfig[0].value: pyVmomi ", "does not know the type ArrayOfint"],
        ),
        ({"object": {"name": "a\x1b"}}, ["object.name contains the character U+001B, which XML"]),
        (
            {
                **RECONFIGURE,
                "params": {
                    "spec": {
                        "annotation": "\x1b",
                        "extraConfig": [{"key": "a", "value": "\ud800"}, {"key": "b", "value": ["a", "\x1b"]}],
                        "instanceUuid": "\0",
                    }
                },
            },
            [
                "params.spec.annotation: contains the character U+001B, which XML and therefore SOAP do not support",
                "params.spec.extraConfig[0].value: contains the character U+D800",
                "params.spec.extraConfig[1].value: contains the character U+001B",
                "params.spec.instanceUuid: contains the character U+0000",
            ],
        ),
        ({"params": {"host": "host-\x1b"}}, ["params.host: contains the character U+001B"]),
        (
            {"params": {"host": "DC0/host/DC0_H0"}},
            ["params.host: must be a HostSystem", "write a path as {path: DC0/host/DC0_H0}"],
        ),
        ({"params": {"hots": "host-1"}}, ["params: PowerOnVM_Task does not have hots; did you mean host?"]),
        (
            {
                "method": "CloneVM_Task",
                "params": {**CLONE, "nmae": "x", "folder": "vm-1", "spec": {"powerOn": "maybe"}},
            },
            [
                "params: CloneVM_Task does not have nmae; did you mean name?",
                "params.folder: must be a Folder, but vm-1 is the ID of a VirtualMachine",
                "params.spec.powerOn: must be true or false, not 'maybe'",
                "params.spec: VirtualMachineCloneSpec requires location (VirtualMachineRelocateSpec)",
                "params.spec: VirtualMachineCloneSpec requires template (boolean)",
            ],
        ),
        (
            {"method": "CloneVM_Task", "params": {"name": "x"}},
            ["CloneVM_Task requires folder (Folder)", "CloneVM_Task requires spec (VirtualMachineCloneSpec)"],
        ),
        (
            device(key=-1, capacityInKB=1024),
            [
                "params.spec.deviceChange[0].device: requires _typeName, because VirtualDevice",
                ": use one of VirtualDisk",
            ],
        ),
        (
            device(_typeName="VirtualDisk", key=-1, capacityInKB=1, backing={"fileName": "[a] b", "diskMode": "x"}),
            ["deviceChange[0].device.backing: requires _typeName", "VirtualDiskFlatVer2BackingInfo"],
        ),
        (
            device(_typeName="VirtualDisc", key=-1),
            ["_typeName VirtualDisc is not a type that pyVmomi ", "did you mean VirtualDisk"],
        ),
        (device(_typeName="VirtualMachineConfigSpec"), ["VirtualMachineConfigSpec is not VirtualDevice or one that"]),
        (device(key=-1, capacityKB=5), ["has several types, but none has capacityKB; did you mean capacityInKB or"]),
        (
            {
                **RECONFIGURE,
                "params": {
                    "spec": {
                        "numCPUs": "two",
                        "memoryMB": 2**70,
                        "annotation": True,
                        "createDate": "2026-01-31T18:00:00",
                        "deviceChange": {},
                        "tools": {"syncTimeWithHost": 1, "toolsUpgradePolicy": ["x"]},
                        "latencySensitivity": {"level": False},
                    }
                },
            },
            [
                "params.spec.numCPUs: must be a whole number (int), not 'two'",
                "params.spec.memoryMB: must be a number of 64 bits (long)",
                "params.spec.annotation: must be a string, but YAML reads words",
                "params.spec.createDate: must be a time with a time zone, as in 2026-01-31T18:00:00Z",
                "params.spec.deviceChange: must be a list of VirtualDeviceConfigSpec, not a dictionary: put",
                "params.spec.tools.syncTimeWithHost: must be true or false, not 1",
                "params.spec.tools.toolsUpgradePolicy: must be a string, not a list",
                "params.spec.latencySensitivity.level: must be one of low, normal, medium, high, custom, but YAML "
                "reads words",
            ],
        ),
        (
            {"object": {"type": "VirtualMachine"}, "params": {"host": {"name": ""}}},
            ["object does not identify a VirtualMachine: set moid, name, or path", "params.host.name is empty"],
        ),
        ({"object": {}}, ["object does not identify an object: set type and moid, name, or path"]),
        ({"object": {"type": "VirtualMachin", "moid": "1"}}, ["object.type: pyVmomi ", "did you mean VirtualMachine"]),
        (
            {"object": {"type": "VirtualMachine", "moid": "host-1"}},
            ["object.moid: must be a VirtualMachine, but host-1 is"],
        ),
        (
            {"object": {"type": "VirtualMachine", "moid": "vm-1", "property": "snapshott"}},
            ["object.property: VirtualMachine does not have a property snapshott; did you mean snapshot"],
        ),
        (
            {"object": {"type": "VirtualMachine", "moid": "vm-1", "property": ""}},
            ["object.property is empty: set a value, or omit it"],
        ),
        ({"unless": {"property": " ", "equals": 1}}, ["unless.property is empty: set a value, or omit it"]),
        ({"params": {"host": {"type": "HostSystem", "moid": "vm-1"}}}, ["params.host: must be a HostSystem, but vm-1"]),
        ({"params": {"host": {"type": "HostSistem", "moid": "1"}}}, ["did you mean HostSystem"]),
        (
            {"params": {"host": 5}},
            ["params.host: must be a HostSystem (its ID, or {type, moid}, {name} or {path}), not 5"],
        ),
        (
            {"unless": {"property": "runtime.powerStat"}},
            ["unless.property: VirtualMachineRuntimeInfo does not have a property"],
        ),
        (
            {"unless": {"property": "runtime.powerState", "equals": True}},
            ["unless.equals: must be one of poweredOff, poweredOn, suspended, but YAML reads words"],
        ),
        ({"unless": {"property": "name", "exists": {"path": "x"}}}, ["mutually exclusive: property|exists"]),
        ({"unless": {"exists": {"name": "x"}}}, ["missing parameter(s) required by 'name': type"]),
        ({"unless": {}}, ["one of the following is required: property, exists"]),
        ({"wait": True, "timeout": -1}, ["timeout -1 is negative"]),
    ],
)
def test_all_problems_are_reported_together_before_any_request(
    vcenter: t.Any, options: dict[str, t.Any], messages: list[str]
) -> None:
    result = start(vcenter, **options)
    assert result["failed"]
    for message in messages:
        assert message in result["msg"]
    assert vcenter.requests() == []


HOST = {"hostName": "esx-02", "force": True, "userName": "root", "password": "h0st-'S3cret\\"}


@pytest.mark.parametrize(
    "options",
    [
        {"check": True},
        {},
        {"method": "AddHost"},
        {"params": {"spec": {**HOST, "force": "maybe"}, "asConnected": True}},
        {"params": {"spec": HOST, "asConnected": True, "spek": HOST}},
        {"params": {"spec": [HOST], "asConnected": True}},
        {"params": {"spec": {**HOST, "password": [HOST["password"]]}, "asConnected": True}},
        {"hostname": ""},
        {"params": json.dumps({"spec": HOST, "asConnected": True})},
        {"object": {"name": "nothing"}},
        {"params": {"spec": {"hostName": "esx-02", "force": True, "pasword": HOST["password"]}, "asConnected": True}},
        {"unless": {"property": "name", "equals": {"hostName": "esx-02", "password": "0ther-'S3cret\\"}}},
    ],
    ids=lambda options: next(iter(options), "done"),
)
def test_secret_members_are_masked_in_every_output(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    cluster = {"type": "ClusterComputeResource", "name": "DC0_C0"}
    given = {"object": cluster, "params": {"spec": HOST, "asConnected": True}, "wait": True, **options}
    result = start(vcenter, **{"method": "AddHost_Task", **given})
    assert "S3cret\\" not in str(result).replace("\\\\", "\\")
    assert "invocation" in result
    # Other values are shown.
    assert "esx-02" in str(result["invocation"])


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ({"path": 5}, "5 does not exist"),
        ({"name": 4711}, "no Folder has the name 4711"),
        ({"path": ["a"]}, "must be a string, not a list"),
        ({"type": "Folder", "moid": None}, "must be a string, not None"),
    ],
)
def test_the_parts_of_a_reference_can_be_texts_or_numbers(
    vcenter: t.Any, folder: dict[str, t.Any], message: str
) -> None:
    params = {"folder": folder, "name": "web-09", "spec": {"location": {}, "powerOn": False, "template": False}}
    assert message in start(vcenter, method="CloneVM_Task", params=params)["msg"]


def test_short_texts_of_an_unknown_part_do_not_mask_the_message(vcenter: t.Any) -> None:
    params = {"spec": {"deviceChange": [{"operation": "add", "device": {"key": 0, "capacityInKB": 1}}]}}
    assert (
        "params.spec.deviceChange[0].device: requires _typeName"
        in start(vcenter, method="ReconfigVM_Task", params=params)["msg"]
    )


def test_the_password_of_the_connection_stays_masked(vcenter: t.Any) -> None:
    params = {"name": vcenter.address["password"], "memory": False, "quiesce": False}
    result = start(vcenter, method="CreateSnapshot_Task", check=True, params=params)
    assert vcenter.address["password"] not in str(result)


def test_all_params_are_masked_without_pyvmomi(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "missing")
    result = start(vcenter, method="AddHost_Task", params=json.dumps({"spec": HOST, "asConnected": True}))
    assert "Failed to import the required Python library (pyvmomi)" in result["msg"]
    assert "S3cret" not in str(result)
    assert vcenter.requests() == []
