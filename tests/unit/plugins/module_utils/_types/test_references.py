# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""References to managed objects from the IDs of users."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _references, _registry
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (" ", "^the type is empty: set a type, such as VirtualMachine$"),
        ("VirtualMachin", "does not know the managed object type VirtualMachin; did you mean VirtualMachine"),
        # A type, but not of managed objects.
        ("TaskInfo", "does not know the managed object type TaskInfo"),
    ],
)
def test_a_name_that_is_not_a_managed_type_is_rejected(name: str, problem: str) -> None:
    assert _references.find_managed_type("Task") is _registry.find_type("Task")
    with pytest.raises(ValueError, match=problem):
        _references.find_managed_type(name)


@pytest.mark.parametrize(
    ("declared", "moid", "type_name"),
    [
        ("VirtualMachine", "vm-12", "VirtualMachine"),
        # Some IDs, such as those of an ESXi host, do not contain a type.
        ("VirtualMachine", "12", "VirtualMachine"),
        ("ManagedEntity", "vm-12", "VirtualMachine"),
        ("ComputeResource", "domain-c8", "ClusterComputeResource"),
        ("ComputeResource", "domain-s8", "ComputeResource"),
        ("ResourcePool", "resgroup-8", "ResourcePool"),
        ("ResourcePool", "resgroup-v8", "VirtualApp"),
        ("ResourcePool", "ha-root-pool", "ResourcePool"),
        ("Folder", "group-d1", "Folder"),
        ("Folder", "group-p4", "StoragePod"),
        ("Datastore", "192.0.2.1:/vol/nfs", "Datastore"),
        ("Task", "haTask-1-vim.VirtualMachine.powerOn-9", "Task"),
    ],
)
def test_an_id_stands_for_the_type_in_it_or_for_the_declared_one(declared: str, moid: str, type_name: str) -> None:
    assert _references.from_id(_registry.find_type(declared), moid) == reference(type_name, moid)


@pytest.mark.parametrize(
    ("moid", "type_name"),
    [
        ("alarm-1", "Alarm"),
        ("datacenter-1", "Datacenter"),
        ("datastore-1", "Datastore"),
        ("domain-c1", "ClusterComputeResource"),
        ("domain-s1", "ComputeResource"),
        ("dvportgroup-1", "DistributedVirtualPortgroup"),
        ("dvs-1", "VmwareDistributedVirtualSwitch"),
        ("group-d1", "Folder"),
        ("group-h1", "Folder"),
        ("group-p1", "StoragePod"),
        ("host-1", "HostSystem"),
        ("network-1", "Network"),
        ("network-o1", "OpaqueNetwork"),
        ("resgroup-1", "ResourcePool"),
        ("resgroup-v1", "VirtualApp"),
        ("schedule-1", "ScheduledTask"),
        ("snapshot-1", "VirtualMachineSnapshot"),
        ("task-1", "Task"),
        ("vm-1", "VirtualMachine"),
    ],
)
def test_ids_of_a_vcenter_contain_their_type(moid: str, type_name: str) -> None:
    assert _references.from_id(_registry.find_type("ManagedObject"), moid) == reference(type_name, moid)


@pytest.mark.parametrize("moid", ["12", "vm-", "vm-1a", "xvm-1", "vm-1/2", "domain-x1", "VM-1"])
def test_other_ids_contain_no_type(moid: str) -> None:
    with pytest.raises(ValueError, match=r"which has several types|is not an ID"):
        _references.from_id(_registry.find_type("ManagedObject"), moid)


@pytest.mark.parametrize(
    ("declared", "moid", "problem"),
    [
        ("ManagedEntity", "12", "must be a ManagedEntity, which has several types, and 12 does not identify one"),
        ("ResourcePool", "vm-12", "must be a ResourcePool, but vm-12 is the ID of a VirtualMachine"),
        ("VirtualMachine", " ", "must be a VirtualMachine, but the ID is empty"),
        ("VirtualMachine", "DC0/vm/x", "but DC0/vm/x is not an ID: write a path as {path: DC0/vm/x}"),
    ],
)
def test_an_id_that_cannot_be_one_of_the_declared_type_is_rejected(declared: str, moid: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        _references.from_id(_registry.find_type(declared), moid)


@pytest.mark.parametrize(
    ("type_name", "moid"),
    [("Network", "network-7"), ("DistributedVirtualPortgroup", "x"), ("OpaqueNetwork", "network-o7")],
)
def test_a_type_that_extends_the_declared_one_fits(type_name: str, moid: str) -> None:
    assert _references.from_parts(_registry.find_type("Network"), type_name, moid) == reference(type_name, moid)


@pytest.mark.parametrize(
    ("type_name", "moid", "problem"),
    [
        ("HostSystem", "host-1", "must be a Network, not a HostSystem"),
        ("Network", "host-1", "host-1 is the ID of a HostSystem"),
        ("Network", "", "must be a Network, but the ID is empty"),
        ("", "network-1", "the type is empty"),
    ],
)
def test_a_type_and_an_id_that_do_not_fit_are_rejected(type_name: str, moid: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        _references.from_parts(_registry.find_type("Network"), type_name, moid)


def test_an_id_of_a_more_general_type_fits_because_the_object_can_be_of_the_type() -> None:
    _references.check_id(_registry.find_type("VirtualApp"), "resgroup-8")
    _references.check_id(_registry.find_type("ResourcePool"), "resgroup-v8")
