# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An object of the inventory as a user names it.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values

# What has a name and a place in the inventory, and the type that each extends. ManagedEntity itself stands for any.
_TYPES = {
    "ClusterComputeResource": "ComputeResource",
    "ComputeResource": "",
    "Datacenter": "",
    "Datastore": "",
    "DistributedVirtualPortgroup": "Network",
    "DistributedVirtualSwitch": "",
    "Folder": "",
    "HostSystem": "",
    "Network": "",
    "OpaqueNetwork": "Network",
    "ResourcePool": "",
    "StoragePod": "Folder",
    "VirtualApp": "ResourcePool",
    "VirtualMachine": "",
    "VmwareDistributedVirtualSwitch": "DistributedVirtualSwitch",
}
ANY_ENTITY = "ManagedEntity"

ENTITY_SPEC: dict[str, t.Any] = {
    "type": "dict",
    "options": {
        "type": {"type": "str"},
        "moid": {"type": "str"},
        "name": {"type": "str"},
        "path": {"type": "str"},
    },
    "mutually_exclusive": [("moid", "name", "path")],
    "required_by": {"moid": ["type"]},
}
"""The option that ``Entity`` takes."""


class Entity(t.NamedTuple):
    """An object as the user names it; ``option`` is the option's name, for messages."""

    option: str
    type: str | None
    moid: str | None
    name: str | None
    path: str | None

    @classmethod
    def from_params(cls, option: str, given: dict[str, t.Any], any_type: bool = False) -> Entity:
        """Check what is given as far as that goes without a server; by id, ``any_type`` may be beyond the inventory."""
        entity = cls(option, *(given[part] for part in cls._fields[1:]))
        for part in cls._fields[1:]:
            if given[part] is not None and not given[part].strip():
                raise _errors.VsphereError(f"{option}.{part} is empty: fill it, or leave it out")
            why = _values.unsendable(given[part] or "")
            if why:
                raise _errors.VsphereError(f"{option}.{part} {why}")
        if entity.moid and _values.was_data(entity.moid):
            raise _errors.VsphereError(f"{option}.moid is a dictionary or a list: give the id alone, such as vm-45")
        if entity.type and entity.type not in (*_TYPES, ANY_ENTITY) and (entity.name or not any_type):
            near = _errors.close_to(entity.type, _TYPES) or sorted(_TYPES)
            raise _errors.VsphereError(
                f"{option}.type {entity.type} is not a type of the inventory; did you mean {' or '.join(near)}?"
            )
        return entity

    @property
    def is_one(self) -> bool:
        """Whether it names one object, and not only a type."""
        return bool(self.moid or self.name or self.path)

    @property
    def is_root(self) -> bool:
        """Whether it is the top of the inventory: its id is the same on every vCenter, and its path has no element."""
        return self.moid == "group-d1" or (self.path is not None and not self.path.strip("/"))


def is_a(type_: str, base: str) -> bool:
    """Whether a type is that one of the inventory's, or extends it."""
    return base in (type_, _TYPES.get(type_)) or (base == ANY_ENTITY and type_ in _TYPES)
