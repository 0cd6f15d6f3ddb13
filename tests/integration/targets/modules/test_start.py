# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_start."""

from __future__ import annotations

import itertools
import typing as t

import pytest

VM = "DC0/vm/DC0_H0_VM0"
NUMBERS = itertools.count()


def start(vcenter: t.Any, method: str = "PowerOnVM_Task", **options: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", vcenter.run("start", **{"object": {"path": VM}, "method": method, **options}))


def started(vcenter: t.Any) -> list[str]:
    """The methods that were called and return a task."""
    return [call for call in vcenter.requests() if call.endswith("_Task")]


def clone(vcenter: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """Clone the machine to one of a new name, which is in name."""
    name = f"clone-{vcenter.transport}-{next(NUMBERS)}"
    spec = {"location": {}, "powerOn": False, "template": False}
    params = {"folder": {"path": "DC0/vm"}, "name": name, "spec": spec}
    result = start(vcenter, "CloneVM_Task", **{"params": params, "wait": True, **options})
    return {**result, "name": name}


def test_a_task_is_started_and_returned(vcenter: t.Any) -> None:
    result = start(vcenter, "CreateSnapshot_Task", params={"name": "one", "memory": False, "quiesce": False})
    assert (result["failed"], result["changed"], result["reason"]) == (False, True, None), result
    assert result["task"]["name"] == "CreateSnapshot_Task"
    assert result["task"]["entity_name"] == "DC0_H0_VM0"
    assert set(result["task"]) == set(vcenter.run("info", task_ids=[result["task"]["id"]])["tasks"][0])
    assert result["call"]["method"] == "CreateSnapshot_Task"
    assert result["call"]["params"] == {"name": "one", "memory": False, "quiesce": False}
    assert started(vcenter) == ["VirtualMachine.CreateSnapshot_Task"]


def test_it_waits_where_that_is_wanted(vcenter: t.Any) -> None:
    result = clone(vcenter)
    assert (result["failed"], result["changed"], result["timed_out"]) == (False, True, False), result
    assert (result["task"]["state"], result["task"]["result"]["type"]) == ("success", "VirtualMachine")


# --- the object ---


@pytest.mark.parametrize(
    "given",
    [
        {"type": "VirtualMachine", "name": "DC0_H0_VM1"},
        {"name": "DC0_H0_VM1"},
        {"path": "DC0/vm/DC0_H0_VM1"},
        {"type": "VirtualMachine", "path": "/DC0/vm/DC0_H0_VM1/"},
    ],
)
def test_an_object_by_name_or_path(vcenter: t.Any, given: dict[str, str]) -> None:
    result = start(vcenter, "ResetVM_Task", object=given, wait=True)
    assert result["task"]["entity_name"] == "DC0_H0_VM1", result
    moid = result["call"]["object"]["moid"]
    again = start(vcenter, "ResetVM_Task", object={"type": "VirtualMachine", "moid": moid}, wait=True)
    assert again["task"]["entity_name"] == "DC0_H0_VM1", again


def test_a_manager_is_named_by_its_type_alone(vcenter: t.Any) -> None:
    params = {
        "name": f"[LocalDS_0] manager-{vcenter.transport}.vmdk",
        "datacenter": {"name": "DC0"},
        "spec": {
            "_typeName": "FileBackedVirtualDiskSpec",
            "diskType": "thin",
            "adapterType": "ide",
            "capacityKb": "64",
        },
    }
    result = start(vcenter, "CreateVirtualDisk_Task", object={"type": "VirtualDiskManager"}, params=params, wait=True)
    assert (result["failed"], result["task"]["state"]) == (False, "success"), result
    assert result["call"]["object"] == {"type": "VirtualDiskManager", "moid": "virtualDiskManager"}


def test_properties_lead_to_the_object(vcenter: t.Any) -> None:
    browser = {"name": "LocalDS_0", "property": "browser"}
    params = {"datastorePath": "[LocalDS_0]", "searchSpec": {"matchPattern": ["*"]}}
    result = start(vcenter, "SearchDatastore_Task", object=browser, params=params, wait=True)
    assert result["call"]["object"]["type"] == "HostDatastoreBrowser", result
    owner = {"path": VM, "property": "resourcePool.owner"}
    spec = {"_typeName": "ClusterConfigSpecEx", "dasConfig": {"enabled": False}}
    params = {"spec": spec, "modify": True}
    # A machine on a host of its own is in a plain ComputeResource.
    result = start(vcenter, "ReconfigureComputeResource_Task", object=owner, params=params, wait=True)
    assert result["call"]["object"]["type"] == "ComputeResource", result


def test_a_snapshot_is_reached_by_property(vcenter: t.Any) -> None:
    snapshot = {"name": "two", "memory": False, "quiesce": False}
    made = start(vcenter, "CreateSnapshot_Task", params=snapshot, wait=True)
    current = {"path": VM, "property": "snapshot.currentSnapshot"}
    removed = start(vcenter, "RemoveSnapshot_Task", object=current, params={"removeChildren": False}, wait=True)
    assert removed["call"]["object"] == made["task"]["result"], removed


def test_a_property_that_is_unset_leads_nowhere(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    current = {"path": f"DC0/vm/{name}", "property": "snapshot.currentSnapshot"}
    result = start(vcenter, "RemoveSnapshot_Task", object=current, params={"removeChildren": False})
    assert "object.property: snapshot.currentSnapshot of VirtualMachine vm-" in result["msg"]
    assert "is unset, so it leads to no object" in result["msg"]
    assert "VirtualMachineSnapshot.RemoveSnapshot_Task" not in started(vcenter)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "nothing"}, "object.name: no object of the inventory is called nothing"),
        ({"path": "DC0/vm/nothing"}, "object.path: DC0/vm/nothing leads to nothing in the inventory"),
        ({"type": "VirtualMachine", "moid": "vm-4711"}, "knows no VirtualMachine vm-4711 (ManagedObjectNotFound)"),
        (
            {"type": "VirtualMachine", "moid": "vm-4711", "property": "resourcePool.vm"},
            "object.property: resourcePool.vm is a list of VirtualMachine and no reference to one object",
        ),
        (
            {"path": VM, "property": "runtime.hots"},
            "VirtualMachineRuntimeInfo has no property hots; did you mean host?",
        ),
        ({"path": VM, "property": "snapshot"}, "no reference to one object; go on to snapshot.currentSnapshot"),
        ({"path": "DC0/vm"}, "method: PowerOnVM_Task is a method of VirtualMachine, and the object is a Folder"),
        ({"type": "FailoverClusterManager"}, "PowerOnVM_Task is a method of VirtualMachine"),
    ],
)
def test_an_object_that_is_not_to_be_found(vcenter: t.Any, given: dict[str, str], message: str) -> None:
    result = start(vcenter, object=given)
    assert message in result["msg"]
    assert not {"changed", "task"} & result.keys()


def test_a_manager_that_the_server_has_not_got(server: t.Any) -> None:
    esxi = server("esxi")
    if esxi.transport == "json":
        pytest.skip("ESXi has no VI/JSON")
    manager = {"type": "IoFilterManager"}
    result = start(esxi, "InstallIoFilter_Task", object=manager, params={"vibUrl": "x", "compRes": "ha-compute-res"})
    assert "has no IoFilterManager in its service content" in result["msg"]


def test_on_esxi(server: t.Any) -> None:
    esxi = server("esxi")
    if esxi.transport == "json":
        pytest.skip("ESXi has no VI/JSON")
    machine = {"path": "ha-datacenter/vm/ha-host_VM0"}
    off = start(esxi, "PowerOffVM_Task", object=machine, wait=True)
    assert (off["failed"], off["task"]["state"]) == (False, "success"), off
    again = start(
        esxi, "PowerOffVM_Task", object=machine, unless={"property": "runtime.powerState", "equals": "poweredOff"}
    )
    assert not again["changed"]


# --- what is wrong is said before anything is sent ---

CLONE = {"folder": "group-v3", "name": "x", "spec": {"location": {}, "powerOn": False, "template": False}}
RECONFIGURE = {"object": {"type": "VirtualMachine", "moid": "vm-1"}, "method": "ReconfigVM_Task"}


def device(**members: t.Any) -> dict[str, t.Any]:
    return {**RECONFIGURE, "params": {"spec": {"deviceChange": [{"operation": "add", "device": members}]}}}


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ({"method": "PowerOnVM"}, ["knows no method PowerOnVM; did you mean PowerOnVM_Task", "method: pyVmomi "]),
        ({"method": "RefreshStorageInfo"}, ["RefreshStorageInfo of VirtualMachine returns no task"]),
        (
            {"object": {"type": "HostSystem", "moid": "host-1"}},
            ["PowerOnVM_Task is a method of VirtualMachine, and the object is a HostSystem"],
        ),
        ({"params": {"hots": "host-1"}}, ["params: PowerOnVM_Task has no hots; did you mean host?"]),
        (
            {
                "method": "CloneVM_Task",
                "params": {**CLONE, "nmae": "x", "folder": "vm-1", "spec": {"powerOn": "maybe"}},
            },
            [
                "params: CloneVM_Task has no nmae; did you mean name?",
                "params.folder: takes a Folder, and vm-1 is the id of a VirtualMachine",
                "params.spec.powerOn: takes true or false, not 'maybe'",
                "params.spec: VirtualMachineCloneSpec needs location (VirtualMachineRelocateSpec)",
                "params.spec: VirtualMachineCloneSpec needs template (boolean)",
            ],
        ),
        (
            {"method": "CloneVM_Task", "params": {"name": "x"}},
            ["CloneVM_Task needs folder (Folder)", "CloneVM_Task needs spec (VirtualMachineCloneSpec)"],
        ),
        (
            device(key=-1, capacityInKB=1024),
            ["params.spec.deviceChange[0].device: needs a _typeName, as VirtualDevice", ": VirtualDisk would fit"],
        ),
        (
            device(_typeName="VirtualDisk", key=-1, capacityInKB=1, backing={"fileName": "[a] b", "diskMode": "x"}),
            ["deviceChange[0].device.backing: needs a _typeName", "VirtualDiskFlatVer2BackingInfo"],
        ),
        (
            device(_typeName="VirtualDisc", key=-1),
            ["_typeName VirtualDisc is not a type that pyVmomi ", "did you mean VirtualDisk"],
        ),
        (device(_typeName="VirtualMachineConfigSpec"), ["VirtualMachineConfigSpec is not VirtualDevice or one that"]),
        (device(key=-1, capacityKB=5), ["can be many things, but none has capacityKB; did you mean capacityInKB or"]),
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
                "params.spec.numCPUs: takes a whole number (int), not 'two'",
                "params.spec.memoryMB: takes a number of 64 bits (long)",
                "params.spec.annotation: takes a text, and is a boolean here",
                "params.spec.createDate: takes a time with its zone, as in 2026-01-31T18:00:00Z",
                "params.spec.deviceChange: takes a list of VirtualDeviceConfigSpec, not a dictionary: put it",
                "params.spec.tools.syncTimeWithHost: takes true or false, not 1",
                "params.spec.tools.toolsUpgradePolicy: takes a text, not a list",
                "params.spec.latencySensitivity.level: takes one of low, normal, medium, high, custom, and is a bool",
            ],
        ),
        (
            {"object": {"type": "VirtualMachine"}, "params": {"host": {"name": ""}}},
            ["object: which VirtualMachine? Give its moid, name or path", "params.host.name is empty"],
        ),
        ({"object": {}}, ["object names no object: give type and moid, name or path"]),
        ({"object": {"type": "VirtualMachin", "moid": "1"}}, ["object.type: pyVmomi ", "did you mean VirtualMachine"]),
        (
            {"object": {"type": "VirtualMachine", "moid": "host-1"}},
            ["object.moid: takes a VirtualMachine, and host-1 is"],
        ),
        (
            {"object": {"type": "VirtualMachine", "moid": "vm-1", "property": "snapshott"}},
            ["object.property: VirtualMachine has no property snapshott; did you mean snapshot"],
        ),
        ({"params": {"host": {"type": "HostSystem", "moid": "vm-1"}}}, ["params.host: takes a HostSystem, and vm-1"]),
        ({"params": {"host": {"type": "HostSistem", "moid": "1"}}}, ["did you mean HostSystem"]),
        (
            {"params": {"host": 5}},
            ["params.host: takes a HostSystem, as its id or as {type, moid}, {name} or {path}, not 5"],
        ),
        ({"unless": {"property": "runtime.powerStat"}}, ["unless.property: VirtualMachineRuntimeInfo has no property"]),
        (
            {"unless": {"property": "runtime.powerState", "equals": True}},
            ["unless.equals: takes one of poweredOff, poweredOn, suspended, and is a boolean here"],
        ),
        ({"unless": {"property": "name", "exists": {"path": "x"}}}, ["mutually exclusive: property|exists"]),
        ({"unless": {"exists": {"name": "x"}}}, ["missing parameter(s) required by 'name': type"]),
        ({"unless": {}}, ["one of the following is required: property, exists"]),
        ({"wait": True, "timeout": -1}, ["timeout -1 is negative"]),
    ],
)
def test_all_that_is_wrong_is_said_before_a_request(
    vcenter: t.Any, options: dict[str, t.Any], messages: list[str]
) -> None:
    machine = {"type": "VirtualMachine", "moid": "vm-1"}
    result = start(vcenter, **{"object": machine, **options})
    assert result["failed"]
    for message in messages:
        assert message in result["msg"]
    assert vcenter.requests() == []


def test_values_are_taken_as_templates_give_them(vcenter: t.Any) -> None:
    path = f"DC0/vm/{clone(vcenter)['name']}"
    spec = {"numCPUs": "2", "memoryMB": 64.0, "annotation": 12, "cpuHotAddEnabled": "true"}
    result = start(vcenter, "ReconfigVM_Task", object={"path": path}, params={"spec": spec}, wait=True)
    assert result["task"]["state"] == "success", result
    assert result["call"]["params"]["spec"] == {
        "_typeName": "VirtualMachineConfigSpec",
        "numCPUs": 2,
        "memoryMB": 64,
        "annotation": "12",
        "cpuHotAddEnabled": True,
    }
    for name, value in (("numCPU", "2"), ("memoryMB", 64), ("cpuHotAddEnabled", "yes")):
        kept = {"property": f"config.{'hardware.' if name != 'cpuHotAddEnabled' else ''}{name}", "equals": value}
        assert not start(vcenter, "ReconfigVM_Task", object={"path": path}, params={"spec": spec}, unless=kept)[
            "changed"
        ]


def test_a_parameter_by_name_that_is_of_another_type(vcenter: t.Any) -> None:
    result = clone(vcenter, params={**CLONE, "folder": {"path": VM}})
    assert "params.folder: takes a Folder, not a VirtualMachine" in result["msg"]
    assert started(vcenter) == []


# --- unless ---


@pytest.mark.parametrize(
    "unless",
    [
        {"property": "runtime.powerState", "equals": "poweredOn"},
        {"property": "parentVApp", "equals": None},
        {"property": "parentVApp"},
        {
            "property": "runtime.host.runtime.connectionState",
            "equals": "connected",
            "object": {"path": "DC0/vm/DC0_C0_RP0_VM0"},
        },
        {"property": "config.hardware.numCPU", "equals": "1", "object": {"path": "DC0/vm/DC0_C0_RP0_VM0"}},
        {"property": "parent", "equals": {"type": "Folder", "moid": "group-d1"}, "object": {"name": "DC0"}},
        {"property": "parent", "equals": "group-d1", "object": {"name": "DC0"}},
        {"exists": {"type": "VirtualMachine", "name": "DC0_H0_VM1"}},
        {"exists": {"path": "DC0/vm/DC0_H0_VM1"}},
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_nothing_is_started_where_it_is_so_already(vcenter: t.Any, unless: dict[str, t.Any], check: bool) -> None:
    result = start(vcenter, unless=unless, check=check, object={"path": "DC0/vm/DC0_C0_RP0_VM1"})
    assert (result["failed"], result["changed"], result["task"], result["call"]) == (False, False, None, None), result
    assert result["reason"].endswith(("exists", "poweredOn", "unset", "connected", "1", "'}"))
    assert result["diff"]["before"] == result["diff"]["after"]
    assert started(vcenter) == []


@pytest.mark.parametrize(
    "unless",
    [
        {"property": "runtime.powerState", "equals": "poweredOff"},
        {"property": "runtime.powerState"},
        {"property": "snapshot.currentSnapshot", "equals": "snapshot-1"},
        {"exists": {"type": "VirtualMachine", "name": "nothing"}},
        {"exists": {"path": "DC0/vm/nothing"}},
    ],
)
def test_it_is_started_where_it_is_not_so(vcenter: t.Any, unless: dict[str, t.Any]) -> None:
    result = start(vcenter, "ResetVM_Task", unless=unless, object={"path": "DC0/vm/DC0_C0_RP0_VM1"})
    assert (result["failed"], result["changed"]) == (False, True), result
    assert result["reason"] is None


def test_the_object_need_not_be_there_where_it_is_so_already(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    machine = {"path": f"DC0/vm/{name}"}
    result = start(
        vcenter,
        "RemoveSnapshot_Task",
        object={**machine, "property": "snapshot.currentSnapshot"},
        params={"removeChildren": False},
        unless={"object": machine, "property": "snapshot.currentSnapshot"},
    )
    assert (result["failed"], result["changed"]) == (False, False), result


def test_an_object_of_that_path_but_another_type(vcenter: t.Any) -> None:
    result = start(vcenter, unless={"exists": {"type": "Folder", "path": VM}})
    assert "unless.exists.path: DC0/vm/DC0_H0_VM0 is a VirtualMachine, not a Folder" in result["msg"]


def test_a_second_clone_is_not_made(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    params = {**CLONE, "folder": {"path": "DC0/vm"}, "name": name}
    again = start(vcenter, "CloneVM_Task", params=params, unless={"exists": {"type": "VirtualMachine", "name": name}})
    assert (again["changed"], again["reason"]) == (False, f"VirtualMachine {name} exists")


# --- check mode, failures, waiting ---


def test_check_mode_shows_what_would_be_called(vcenter: t.Any) -> None:
    params = {**CLONE, "folder": {"path": "DC0/vm"}}
    result = start(vcenter, "CloneVM_Task", check=True, params=params)
    assert (result["failed"], result["changed"], result["task"]) == (False, True, None), result
    assert result["call"]["object"]["type"] == "VirtualMachine"
    assert result["call"]["params"]["folder"]["type"] == "Folder"
    assert result["call"]["params"]["spec"]["location"] == {"_typeName": "VirtualMachineRelocateSpec"}
    assert result["diff"] == {"before": {}, "after": result["call"]}
    assert started(vcenter) == []


def test_without_the_privilege_it_says_which(vcenter: t.Any) -> None:
    vcenter.options["username"] = vcenter.address["readonly_user"]
    result = start(vcenter)
    assert "the user lacks the privilege VirtualMachine.Interact.PowerOn on VirtualMachine vm-" in result["msg"]
    assert result["fault"]["type"] == "NoPermission"
    assert result["call"]["method"] == "PowerOnVM_Task"


def test_a_task_that_fails_is_returned(vcenter: t.Any) -> None:
    result = start(vcenter, wait=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["task"]["state"], result["task"]["error"]["type"]) == ("error", "InvalidPowerState")
    assert "(PowerOnVM_Task on DC0_H0_VM0) failed: " in result["msg"]
    assert "failed_task_ids" not in result
    judged = start(vcenter, wait=True, on_error="return")
    assert (judged["failed"], judged["task"]["state"]) == (False, "error")


def test_the_time_limit_of_the_wait(server: t.Any) -> None:
    slow = server("slow")
    result = clone(slow, timeout=0)
    assert (result["failed"], result["timed_out"], result["task"]["state"]) == (True, True, "running")
    assert "after 0 s (option timeout)" in result["msg"]
    result = clone(slow, timeout=0, on_timeout="return")
    assert (result["failed"], result["timed_out"], result["task"]["state"]) == (False, True, "running")
    result = clone(slow, timeout=0, on_timeout="cancel", on_error="return")
    assert (result["failed"], result["task"]["error"]["type"]) == (False, "RequestCanceled"), result
    result = clone(slow, wait=False)
    assert (result["failed"], result["task"]["state"]) == (False, "running")


@pytest.mark.parametrize("kind", ["reset_after", "cut", "status"])
def test_a_lost_answer_is_not_asked_for_again(vcenter: t.Any, kind: str) -> None:
    vcenter.fault(kind, "ResetVM_Task")
    result = start(vcenter, "ResetVM_Task")
    assert result["failed"]
    assert "whether ResetVM_Task of VirtualMachine vm-" in result["msg"]
    assert "was carried out is unknown" in result["msg"]
    assert (
        "It is not repeated: see with vsphere_task_info whether a task ResetVM_Task of VirtualMachine" in result["msg"]
    )
    assert f"was queued at {result['sent_at']} or later" in result["msg"]
    assert result["call"]["method"] == "ResetVM_Task"
    assert started(vcenter) == ["VirtualMachine.ResetVM_Task"]


def test_a_lost_answer_in_a_session_that_has_asked_nothing_yet(vcenter: t.Any) -> None:
    machine = start(vcenter, "ResetVM_Task", check=True)["call"]["object"]
    session_id = vcenter.run("session")["session_id"]
    vcenter.fault("reset_after", "ResetVM_Task")
    result = start(vcenter, "ResetVM_Task", object=machine, session_id=session_id)
    assert result["sent_at"] in result["msg"]
    assert vcenter.run("session", state="absent", session_id=session_id)["changed"]


def test_a_task_that_cannot_be_read_any_more_is_named(vcenter: t.Any) -> None:
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, count=9)
    machine = {"type": "VirtualMachine", "path": VM}
    result = start(vcenter, "ResetVM_Task", object=machine)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["task"]["id"].startswith("task-")


# --- secrets ---

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
        {"object": {"name": "nothing"}},
    ],
    ids=["check", "done", "method", "other", "unknown", "list", "type", "connection", "object"],
)
def test_secret_members_are_masked_in_every_output(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    cluster = {"type": "ClusterComputeResource", "name": "DC0_C0"}
    given = {"object": cluster, "params": {"spec": HOST, "asConnected": True}, "wait": True, **options}
    result = start(vcenter, **{"method": "AddHost_Task", **given})
    assert "S3cret\\" not in str(result).replace("\\\\", "\\")
    assert "invocation" in result
    # What is none is shown.
    assert "esx-02" in str(result["invocation"])


def test_the_password_of_the_connection_stays_masked(vcenter: t.Any) -> None:
    params = {"name": vcenter.address["password"], "memory": False, "quiesce": False}
    result = start(vcenter, "CreateSnapshot_Task", check=True, params=params)
    assert vcenter.address["password"] not in str(result)
