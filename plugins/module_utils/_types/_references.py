# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References to managed objects, from what a user gives for one."""

from __future__ import annotations

import re

from .. import _errors, _values
from . import _registry

# How the ids begin that a vCenter gives, of which the registry knows nothing. Those of ESXi look otherwise.
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
    """The type of managed objects of that name; ValueError where there is none."""
    if not name.strip():
        raise ValueError("the type is empty: name one, such as VirtualMachine")
    type_ = _registry.find_type(name)
    if type_ is None or _registry.kind(type_) != "reference":
        known = map(_registry.name_of, _registry.descendants(_registry.find_type("ManagedObject")))
        raise ValueError(
            f"{_registry.registry_name()} knows no type of managed objects {name}" + _errors.nearest(name, known)
        )
    return type_


def check_id(type_: _registry.ViType, moid: str) -> None:
    """ValueError where the id is one of another type, or none."""
    if not moid.strip():
        raise ValueError(f"takes a {_registry.name_of(type_)}, and the id is empty: fill it, or leave all of it out")
    # The id of a network file system's datastore on an ESXi may be an address with a path.
    if "/" in moid and _registry.name_of(type_) != "Datastore":
        raise ValueError(
            f"takes a {_registry.name_of(type_)}, and {moid} is no id: a path is given as {{path: {moid}}}"
        )
    found = _type_of(moid)
    if found and not (_registry.extends(found, type_) or _registry.extends(type_, found)):
        raise ValueError(f"takes a {_registry.name_of(type_)}, and {moid} is the id of a {_registry.name_of(found)}")


def from_id(declared: _registry.ViType, moid: str) -> _values.Ref:
    """The reference that the mere id stands for in a place of the declared type."""
    check_id(declared, moid)
    type_ = _type_of(moid)
    name = _registry.name_of(declared)
    if type_ is not None and _registry.extends(type_, declared):
        return _values.reference(_registry.name_of(type_), moid)
    if name not in _PREFIXES.values() and _registry.descendants(declared):
        raise ValueError(f"takes a {name}, which can be many things, and {moid} does not say what: give {{type, moid}}")
    return _values.reference(name, moid)


def from_parts(declared: _registry.ViType, type_name: str, moid: str) -> _values.Ref:
    """The reference of type and id, in a place of the declared type."""
    type_ = find_managed_type(type_name)
    if not _registry.extends(type_, declared):
        raise ValueError(f"takes a {_registry.name_of(declared)}, not a {type_name}")
    check_id(type_, moid)
    return _values.reference(type_name, moid)


def _type_of(moid: str) -> _registry.ViType | None:
    """The type that an id of a vCenter's speaks of; None where it does not say."""
    prefix = re.fullmatch(r"([a-z]+-[a-z]?)\d+", moid)
    if not prefix:
        return None
    name = _PREFIXES.get(prefix[1]) or _PREFIXES.get(prefix[1].rstrip("abcdefghijklmnopqrstuvwxyz"))
    return _registry.find_type(name) if name else None
