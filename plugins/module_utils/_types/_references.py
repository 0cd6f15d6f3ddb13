# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References to managed objects, from the input of a user."""

from __future__ import annotations

import re

from .. import _errors, _values
from . import _registry

# The prefixes of IDs of a vCenter, which the registry does not know. IDs of ESXi look different.
_PREFIXES = {
    "alarm-": "Alarm",
    "datacenter-": "Datacenter",
    "datastore-": "Datastore",
    "domain-c": "ClusterComputeResource",
    "domain-s": "ComputeResource",
    "dvportgroup-": "DistributedVirtualPortgroup",
    "dvs-": "VmwareDistributedVirtualSwitch",
    "group-": "Folder",
    "group-p": "StoragePod",
    "host-": "HostSystem",
    "network-": "Network",
    "network-o": "OpaqueNetwork",
    "resgroup-": "ResourcePool",
    "resgroup-v": "VirtualApp",
    "schedule-": "ScheduledTask",
    "snapshot-": "VirtualMachineSnapshot",
    "task-": "Task",
    "vm-": "VirtualMachine",
}


def find_managed_type(name: str) -> _registry.ViType:
    """The managed object type with that name. ValueError for an unknown one."""
    if not name.strip():
        raise ValueError("the type is empty: set a type, such as VirtualMachine")
    type_ = _registry.find_type(name)
    if type_ is None or _registry.kind(type_) != "reference":
        known = map(_registry.name_of, _registry.descendants(_registry.find_type("ManagedObject")))
        raise ValueError(
            f"{_registry.registry_name()} does not know the managed object type {name}" + _errors.nearest(name, known)
        )
    return type_


def check_id(type_: _registry.ViType, moid: str) -> None:
    """ValueError where the id is one of another type, or none."""
    name = _registry.name_of(type_)
    if not moid.strip():
        raise ValueError(f"must be a {name}, but the ID is empty: set a value, or omit the whole parameter")
    # The ID of an NFS datastore on an ESXi can be an address with a path.
    if "/" in moid and name != "Datastore":
        raise ValueError(f"must be a {name}, but {moid} is not an ID: write a path as {{path: {moid}}}")
    found = _type_of(moid)
    if found and not (_registry.extends(found, type_) or _registry.extends(type_, found)):
        raise ValueError(f"must be a {name}, but {moid} is the ID of a {_registry.name_of(found)}")


def from_id(declared: _registry.ViType, moid: str) -> _values.Ref:
    """The reference that the mere id stands for in a place of the declared type."""
    check_id(declared, moid)
    type_ = _type_of(moid)
    name = _registry.name_of(declared)
    if type_ is not None and _registry.extends(type_, declared):
        return _values.reference(_registry.name_of(type_), moid)
    if name not in _PREFIXES.values() and _registry.descendants(declared):
        raise ValueError(
            f"must be a {name}, which has several types, and {moid} does not identify one: use {{type, moid}}"
        )
    return _values.reference(name, moid)


def from_parts(declared: _registry.ViType, type_name: str, moid: str) -> _values.Ref:
    """The reference of type and id, in a place of the declared type."""
    type_ = find_managed_type(type_name)
    if not _registry.extends(type_, declared):
        raise ValueError(f"must be a {_registry.name_of(declared)}, not a {type_name}")
    check_id(type_, moid)
    return _values.reference(type_name, moid)


def _type_of(moid: str) -> _registry.ViType | None:
    """The type in an ID of a vCenter, or None."""
    prefix = re.fullmatch(r"([a-z]+-[a-z]?)\d+", moid)
    if not prefix:
        return None
    name = _PREFIXES.get(prefix[1]) or _PREFIXES.get(prefix[1].rstrip("abcdefghijklmnopqrstuvwxyz"))
    return _registry.find_type(name) if name else None
