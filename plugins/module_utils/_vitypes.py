# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions about VI types, answered by pyVmomi's type registry.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import difflib
import traceback
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._transport._pyvmomi_data import (
    from_data,
    to_data,
    wire_name,
    wire_type,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference, snake, to_any

try:
    from pyVmomi import VmomiSupport

    PYVMOMI_IMPORT_ERROR = ""
except ImportError:
    PYVMOMI_IMPORT_ERROR = traceback.format_exc()


def require_registry(reason: str) -> None:
    if PYVMOMI_IMPORT_ERROR:
        raise MissingLibrary("pyvmomi", reason, PYVMOMI_IMPORT_ERROR)


def build_fault(type_name: str, given: dict[str, t.Any]) -> dict[str, t.Any]:
    """A fault that extends VimFault in VI/JSON form, from its own members as users give them.

    Members may be named as the API does or in snake_case. All that is wrong with them is said at once.
    """
    base = wire_type("VimFault")
    type_ = _fault_type(type_name, base)
    inherited = {prop.name for prop in base._GetPropertyList()}
    members = {prop.name: prop for prop in type_._GetPropertyList() if prop.name not in inherited}
    names = {**{snake(name): name for name in members}, **{name: name for name in members}}
    wrong = [
        f"{type_name} has no field {name}" + _nearest(name, [snake(member) for member in members])
        for name in given
        if name not in names
    ]
    values = {names[name]: value for name, value in given.items() if name in names}
    wrong += [
        f"{type_name} needs the field {snake(name)} ({wire_name(prop.type)})"
        for name, prop in members.items()
        if values.get(name) is None and not prop.flags & VmomiSupport.F_OPTIONAL
    ]
    data = {"_typeName": type_name}
    for name, value in values.items():
        declared = members[name].type
        try:
            member = from_data(_as_declared(value, declared), declared, None)
            setattr(type_(), name, member)
            # There and back again, so that it is the same for both transports and carries its _typeName.
            data[name] = to_data(member, declared)
        except (AttributeError, KeyError, TypeError, ValueError):
            wrong.append(f"the field {snake(name)} of {type_name} takes {wire_name(members[name].type)}, not {value!r}")
    if wrong:
        raise VsphereError("error.fields: " + "; ".join(wrong))
    return data


def _fault_type(type_name: str, base: t.Any) -> t.Any:
    try:
        type_ = wire_type(type_name)
        is_fault = issubclass(type_, base)
    except (KeyError, TypeError):
        faults = [
            wire_name(each) for each in VmomiSupport.GetWsdlTypes() if isinstance(each, type) and issubclass(each, base)
        ]
        raise VsphereError(
            f"error.type: {type_name} is not a type that pyVmomi knows" + _nearest(type_name, faults)
        ) from None
    if not is_fault:
        raise VsphereError(
            f"error.type: {type_name} does not extend VimFault, so vCenter takes it for no task's error: "
            "leave type out for an ExtendedFault, or name one that does, such as GenericVmConfigFault"
        )
    return type_


def _as_declared(value: t.Any, declared: t.Any) -> t.Any:
    if declared is object:
        return to_any(value)
    if isinstance(value, list):
        return [_as_declared(item, getattr(declared, "Item", declared)) for item in value]
    if isinstance(value, dict) and set(value) == {"type", "moid"}:
        return reference(value["type"], value["moid"])
    if isinstance(value, dict):
        return {name: _as_declared(member, None) for name, member in value.items()}
    return value


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known)
    return f"; did you mean {' or '.join(near)}?" if near else ""
