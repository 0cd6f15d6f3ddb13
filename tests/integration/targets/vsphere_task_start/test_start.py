# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_start."""

from __future__ import annotations

import typing as t

import pytest
from starting import CLONE, VM, clone, start, started


def test_a_task_is_started_and_returned(vcenter: t.Any) -> None:
    result = start(vcenter, "CreateSnapshot_Task", params={"name": "one", "memory": False, "quiesce": False})
    assert (result["failed"], result["changed"], result["reason"]) == (False, True, None), result
    assert result["task"]["name"] == "CreateSnapshot_Task"
    assert result["task"]["entity_name"] == "DC0_H0_VM0"
    assert set(result["task"]) == set(vcenter.run("info", task_ids=[result["task"]["id"]])["tasks"][0])
    assert result["call"]["method"] == "CreateSnapshot_Task"
    assert result["call"]["params"] == {"name": "one", "memory": False, "quiesce": False}
    assert started(vcenter) == ["VirtualMachine.CreateSnapshot_Task"]


def test_a_wait_returns_the_ended_task(vcenter: t.Any) -> None:
    result = clone(vcenter)
    assert (result["failed"], result["changed"], result["timed_out"]) == (False, True, False), result
    assert (result["task"]["state"], result["task"]["result"]["type"]) == ("success", "VirtualMachine")


@pytest.mark.parametrize(
    "given",
    [
        {"type": "VirtualMachine", "name": "DC0_H0_VM1"},
        {"name": "DC0_H0_VM1"},
        {"path": "DC0/vm/DC0_H0_VM1"},
        {"type": "VirtualMachine", "path": "/DC0/vm/DC0_H0_VM1/"},
    ],
)
def test_an_object_can_be_a_name_a_path_or_an_id(vcenter: t.Any, given: dict[str, str]) -> None:
    result = start(vcenter, "ResetVM_Task", object=given, wait=True)
    assert result["task"]["entity_name"] == "DC0_H0_VM1", result
    moid = result["call"]["object"]["moid"]
    again = start(vcenter, "ResetVM_Task", object={"type": "VirtualMachine", "moid": moid}, wait=True)
    assert again["task"]["entity_name"] == "DC0_H0_VM1", again


def test_a_manager_needs_only_its_type(vcenter: t.Any) -> None:
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
    change = {"spec": spec, "modify": True}
    # A machine on a standalone host belongs to a plain ComputeResource.
    result = start(vcenter, "ReconfigureComputeResource_Task", object=owner, params=change, wait=True)
    assert result["call"]["object"]["type"] == "ComputeResource", result


def test_a_snapshot_is_reached_by_property(vcenter: t.Any) -> None:
    snapshot = {"name": "two", "memory": False, "quiesce": False}
    made = start(vcenter, "CreateSnapshot_Task", params=snapshot, wait=True)
    current = {"path": VM, "property": "snapshot.currentSnapshot"}
    removed = start(vcenter, "RemoveSnapshot_Task", object=current, params={"removeChildren": False}, wait=True)
    assert removed["call"]["object"] == made["task"]["result"], removed


def test_an_unset_property_is_an_error_of_the_option(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    current = {"path": f"DC0/vm/{name}", "property": "snapshot.currentSnapshot"}
    result = start(vcenter, "RemoveSnapshot_Task", object=current, params={"removeChildren": False})
    assert "object.property: snapshot.currentSnapshot of VirtualMachine vm-" in result["msg"]
    assert "is unset, so it does not lead to an object" in result["msg"]
    assert "VirtualMachineSnapshot.RemoveSnapshot_Task" not in started(vcenter)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "nothing"}, "object.name: no inventory object has the name nothing"),
        ({"path": "DC0/vm/nothing"}, "object.path: DC0/vm/nothing does not exist in the inventory"),
        ({"type": "VirtualMachine", "moid": "vm-4711"}, "does not know VirtualMachine vm-4711 (ManagedObjectNotFound)"),
        (
            {"type": "VirtualMachine", "moid": "vm-4711", "property": "resourcePool.vm"},
            "object.property: resourcePool.vm is a list of VirtualMachine, not a reference to an object",
        ),
        (
            {"path": VM, "property": "runtime.hots"},
            "VirtualMachineRuntimeInfo does not have a property hots; did you mean host?",
        ),
        (
            {"path": VM, "property": "snapshot"},
            "not a reference to an object: continue the path with snapshot.currentSnapshot",
        ),
        ({"path": "DC0/vm"}, "method: PowerOnVM_Task is a method of VirtualMachine, but object is a Folder"),
        ({"type": "FailoverClusterManager"}, "PowerOnVM_Task is a method of VirtualMachine"),
    ],
)
def test_a_missing_object_is_an_error_of_the_option(vcenter: t.Any, given: dict[str, str], message: str) -> None:
    result = start(vcenter, object=given)
    assert message in result["msg"]
    assert not {"changed", "task"} & result.keys()


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
def test_a_manager_that_the_server_does_not_have_is_an_error(server: t.Any) -> None:
    esxi = server("esxi")
    manager = {"type": "IoFilterManager"}
    result = start(esxi, "InstallIoFilter_Task", object=manager, params={"vibUrl": "x", "compRes": "ha-compute-res"})
    assert "does not have IoFilterManager in its service content" in result["msg"]


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
def test_operations_and_conditions_work_on_an_esxi(server: t.Any) -> None:
    esxi = server("esxi")
    machine = {"path": "ha-datacenter/vm/ha-host_VM0"}
    off = start(esxi, "PowerOffVM_Task", object=machine, wait=True)
    assert (off["failed"], off["task"]["state"]) == (False, "success"), off
    again = start(
        esxi, "PowerOffVM_Task", object=machine, unless={"property": "runtime.powerState", "equals": "poweredOff"}
    )
    assert not again["changed"]


def test_values_can_have_the_types_of_templates(vcenter: t.Any) -> None:
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


def test_a_parameter_whose_object_does_not_exist_is_named(vcenter: t.Any) -> None:
    folder = {"_typeName": "ManagedObjectReference", "type": "Folder", "value": "group-v4711"}
    vcenter.fault("fault", "CloneVM_Task", fault={"_typeName": "ManagedObjectNotFound", "obj": folder})
    result = clone(vcenter, params={**CLONE, "folder": "group-v4711"})
    assert "does not know Folder group-v4711 (ManagedObjectNotFound): check type and moid" in result["msg"]
    assert result["fault"]["obj"] == {"type": "Folder", "moid": "group-v4711"}


def test_a_path_to_an_object_of_another_type_is_an_error_of_the_parameter(vcenter: t.Any) -> None:
    result = clone(vcenter, params={**CLONE, "folder": {"path": VM}})
    assert "params.folder: requires a Folder, not a VirtualMachine" in result["msg"]
    assert started(vcenter) == []


def test_check_mode_returns_the_call_and_sends_nothing(vcenter: t.Any) -> None:
    params = {**CLONE, "folder": {"path": "DC0/vm"}}
    result = start(vcenter, "CloneVM_Task", check=True, params=params)
    assert (result["failed"], result["changed"], result["task"]) == (False, True, None), result
    assert result["call"]["object"]["type"] == "VirtualMachine"
    assert result["call"]["params"]["folder"]["type"] == "Folder"
    assert result["call"]["params"]["spec"]["location"] == {"_typeName": "VirtualMachineRelocateSpec"}
    assert result["diff"] == {"before": {}, "after": result["call"]}
    assert started(vcenter) == []


def test_a_missing_privilege_is_named(vcenter: t.Any) -> None:
    vcenter.options["username"] = vcenter.address["readonly_user"]
    result = start(vcenter)
    assert "the user lacks the privilege VirtualMachine.Interact.PowerOn on VirtualMachine vm-" in result["msg"]
    assert result["fault"]["type"] == "NoPermission"
    assert result["call"]["method"] == "PowerOnVM_Task"


def test_a_task_that_fails_is_a_failure_with_the_task(vcenter: t.Any) -> None:
    result = start(vcenter, wait=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert (result["task"]["state"], result["task"]["error"]["type"]) == ("error", "InvalidPowerState")
    assert "(PowerOnVM_Task on DC0_H0_VM0) failed: " in result["msg"]
    assert "failed_task_ids" not in result
    judged = start(vcenter, wait=True, on_error="return")
    assert (judged["failed"], judged["task"]["state"]) == (False, "error")


def test_the_wait_ends_at_the_time_limit(server: t.Any) -> None:
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
def test_an_operation_without_an_answer_is_not_repeated(vcenter: t.Any, kind: str) -> None:
    vcenter.fault(kind, "ResetVM_Task")
    result = start(vcenter, "ResetVM_Task")
    assert result["failed"]
    assert "the outcome of ResetVM_Task of VirtualMachine vm-" in result["msg"]
    assert "is unknown" in result["msg"]
    assert (
        "The module does not repeat it: use vsphere_task_info with entity {type: VirtualMachine, moid: vm-"
    ) in result["msg"]
    assert f"begin_time {result['sent_at']} to find out whether Reset" in result["msg"]
    assert started(vcenter) == ["VirtualMachine.ResetVM_Task"]
    if kind != "status":
        found = vcenter.run("info", entity=result["call"]["object"], begin_time=result["sent_at"])["tasks"]
        assert "ResetVM_Task" in [task["name"] for task in found]


def test_a_lost_answer_to_the_first_request_of_a_session_has_a_time(vcenter: t.Any) -> None:
    machine = start(vcenter, "ResetVM_Task", check=True)["call"]["object"]
    session_id = vcenter.run("session")["session_id"]
    vcenter.fault("reset_after", "ResetVM_Task")
    result = start(vcenter, "ResetVM_Task", object=machine, session_id=session_id)
    assert result["sent_at"] in result["msg"]
    assert vcenter.run("session", state="absent", session_id=session_id)["changed"]


def test_a_started_task_that_cannot_be_read_is_named(vcenter: t.Any) -> None:
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, count=9)
    machine = {"type": "VirtualMachine", "path": VM}
    result = start(vcenter, "ResetVM_Task", object=machine)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["task"]["id"].startswith("task-")
