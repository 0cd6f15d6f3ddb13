# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VI types that a task's result and error can have, from plain YAML."""

from __future__ import annotations

import typing as t

from .. import _errors, _values
from .._types import _builder, _registry


def build_result(value: _values.Data, secrets: set[str]) -> t.Any:
    """A value with ``_typeName``, in VI/JSON form for an Any."""
    _registry.require_registry("for a result with a _typeName")
    builder = _builder.Builder()
    data = builder.build("result", _registry.find_type("anyType"), value)
    secrets |= builder.secrets
    builder.check()
    return data


def build_fault(type_name: str, given: _values.Data, secrets: set[str]) -> _values.Data:
    """A fault that extends VimFault in VI/JSON form, from its own members by the API's names or in snake_case."""
    _registry.require_registry("for an error type other than a plain ExtendedFault")
    base = _registry.find_type("VimFault")
    type_ = _fault_type(type_name, base)
    inherited = _registry.members(base)
    known = {name: member for name, member in _registry.members(type_).items() if name not in inherited}
    names = {_values.snake(name): name for name in known}
    builder = _builder.Builder()
    members = {names.get(name, name): value for name, value in given.items()}
    data = builder.build_members("error.fields", type_name, known, members)
    secrets |= builder.secrets
    builder.check()
    return {"_typeName": type_name, **data}


def _fault_type(type_name: str, base: _registry.ViType) -> _registry.ViType:
    if not type_name.strip():
        raise _errors.VsphereError("error.type is empty: omit it to use an ExtendedFault")
    type_ = _registry.find_type(type_name)
    if type_ is None:
        faults = map(_registry.name_of, _registry.descendants(base))
        raise _errors.VsphereError(
            f"error.type: {_registry.registry_name()} does not know the type {type_name}"
            + _errors.nearest(type_name, faults)
        )
    if not _registry.extends(type_, base):
        raise _errors.VsphereError(
            f"error.type: {type_name} does not extend VimFault, which vCenter requires for the error of a task: omit "
            "type to use an ExtendedFault, or use a type such as GenericVmConfigFault"
        )
    return type_
