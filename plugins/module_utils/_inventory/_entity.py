# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory object as a user names it."""

from __future__ import annotations

import re
import typing as t

from .. import _context, _errors, _values

# Types with a name and a place in the inventory, and the type that each extends. ManagedEntity itself stands for any.
TYPES = {
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
    type: str | None = None
    moid: str | None = None
    name: str | None = None
    path: str | None = None

    @classmethod
    def from_params(cls, option: str, given: _context.Params, any_type: bool = False) -> Entity:
        return cls(option, *(given[part] for part in cls._fields[1:])).checked(any_type)

    @classmethod
    def from_text(cls, option: str, text: str) -> Entity:
        """The object that a text names, not yet checked: ``Type:moid`` as govc has it, a path, or a name."""
        if re.fullmatch(r"[A-Z]\w+:[\w.-]+", text):
            type_, _colon, moid = text.partition(":")
            return cls(option, type=type_, moid=moid)
        return cls(option, path=text) if "/" in text else cls(option, name=text)

    def checked(self, any_type: bool = False) -> Entity:
        """Return itself, validated without a server. With an ID, ``any_type`` allows types outside of the inventory."""
        for part in self._fields[1:]:
            value = getattr(self, part)
            why = "" if value is None else _values.problem_of(value, is_id=part == "moid")
            if why:
                raise _errors.VsphereError(f"{self.option}.{part} {why}")
        if self.type and self.type not in (*TYPES, ANY_ENTITY) and (self.name or not any_type):
            hint = _errors.nearest(self.type, TYPES) or f": set one of {', '.join(sorted(TYPES))}"
            raise _errors.VsphereError(f"{self.option}.type {self.type} is not an inventory type{hint}")
        return self

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
    return base in (type_, TYPES.get(type_)) or (base == ANY_ENTITY and type_ in TYPES)
