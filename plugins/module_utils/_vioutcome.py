# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VI types that a task's result and error can have, from plain YAML.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values, _vibuild, _vitypes


def build_result(value: dict[str, t.Any], secrets: set[str]) -> t.Any:
    """What a ``_typeName`` is given for, in VI/JSON form as an Any holds it."""
    _vitypes.require_registry("for a result with a _typeName")
    builder = _vibuild.Builder()
    data = builder.build("result", _vitypes.find_type("anyType"), value)
    secrets |= builder.secrets
    builder.check()
    return data


def build_fault(type_name: str, given: dict[str, t.Any], secrets: set[str]) -> dict[str, t.Any]:
    """A fault that extends VimFault in VI/JSON form, from its own members by the API's names or in snake_case."""
    _vitypes.require_registry("for an error of another type than a plain ExtendedFault")
    base = _vitypes.find_type("VimFault")
    type_ = _fault_type(type_name, base)
    inherited = _vitypes.members(base)
    known = {name: member for name, member in _vitypes.members(type_).items() if name not in inherited}
    names = {_values.snake(name): name for name in known}
    builder = _vibuild.Builder()
    members = {names.get(name, name): value for name, value in given.items()}
    data = builder.build_members("error.fields", type_name, known, members)
    secrets |= builder.secrets
    builder.check()
    return {"_typeName": type_name, **data}


def _fault_type(type_name: str, base: _vitypes.ViType) -> _vitypes.ViType:
    if not type_name.strip():
        raise _errors.VsphereError("error.type is empty: leave it out for an ExtendedFault")
    type_ = _vitypes.find_type(type_name)
    if type_ is None:
        faults = map(_vitypes.name_of, _vitypes.descendants(base))
        raise _errors.VsphereError(
            f"error.type: {_vitypes.registry_name()} knows no type {type_name}" + _errors.nearest(type_name, faults)
        )
    if not _vitypes.extends(type_, base):
        raise _errors.VsphereError(
            f"error.type: {type_name} does not extend VimFault, so vCenter takes it for no task's error: "
            "leave type out for an ExtendedFault, or name one that does, such as GenericVmConfigFault"
        )
    return type_
