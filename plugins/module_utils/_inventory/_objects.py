# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any managed object for a call: in the inventory, a manager, or one that the properties of another lead to."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _context, _errors, _values
from .._connection import _connection, _properties, _shapes
from .._types import _references, _registry
from . import _entity, _find

OBJECT_SPEC: dict[str, t.Any] = {
    **_entity.ENTITY_SPEC,
    "options": {**_entity.ENTITY_SPEC["options"], "property": {"type": "str"}},
}
"""The option that ``Target`` takes."""


class Target(t.NamedTuple):
    """An object in the user's form. ``type`` is its declared type, or None if only the server knows it."""

    entity: _entity.Entity
    steps: str | None
    type: _registry.ViType | None

    @classmethod
    def from_params(cls, option: str, given: _context.Params) -> Target:
        entity = _entity.Entity.from_params(option, given, any_type=True)
        type_ = _option(f"{option}.type", _references.find_managed_type, entity.type) if entity.type else None
        if not entity.is_one:
            _check_manager(option, type_)
        if entity.moid:
            _option(f"{option}.moid", _references.check_id, type_, entity.moid)
        steps = given["property"]
        if type_ and steps:
            type_ = end_of_path(f"{option}.property", type_, steps)
            _check_is_reference(f"{option}.property", type_, steps)
        return cls(entity, steps, type_)


class Finder:
    """Finds objects on the server, each only once."""

    def __init__(self, connection: _connection.Connection) -> None:
        self.connection = connection
        self._found: dict[Target, _values.Ref] = {}

    def find(self, target: Target) -> _values.Ref:
        if target not in self._found:
            self._found[target] = self._find(target)
        return self._found[target]

    def _find(self, target: Target) -> _values.Ref:
        entity = target.entity
        if entity.is_one:
            ref = _find.find_entity(self.connection, entity)
        else:
            ref = _manager(self.connection, str(entity.type))
        if not target.steps:
            return ref
        option = f"{entity.option}.property"
        declared, value = read_property(self.connection, ref, target.steps, option)
        _check_is_reference(option, declared, target.steps)
        if value is None:
            raise _errors.VsphereError(
                f"{option}: {target.steps} of {_values.object_name(ref)} is unset, so it does not lead to an object"
            )
        return _reference(self.connection, value)


def read_property(
    connection: _connection.Connection, ref: _values.Ref, path: str, option: str
) -> tuple[_registry.ViType, t.Any]:
    """The declared type and the value of a property, across references. None if it or a step to it is unset."""
    while True:
        type_ = _option(option, _references.find_managed_type, ref["type"])
        part, declared, rest = _option(option, _split, type_, path)
        value = _read(connection, ref, part)
        if not rest or value is None:
            return declared, value
        ref, path = _reference(connection, value), rest


def _reference(connection: _connection.Connection, value: t.Any) -> _values.Ref:
    """The value of a property that is a reference."""
    problem = _shapes.problem(value, _shapes.REFERENCE)
    if problem:
        raise _errors.VsphereError(f"{connection.host} returned a malformed reference to an object: {problem}")
    return t.cast("_values.Ref", value)


def end_of_path(option: str, type_: _registry.ViType, path: str) -> _registry.ViType:
    """The declared type of a property of that type, possibly behind references."""
    rest = path
    while rest:
        _part, type_, rest = _option(option, _split, type_, rest)
    return type_


def _option(option: str, check: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    """The result of the check. Its problems become errors of that option."""
    try:
        return check(*arguments)
    except ValueError as error:
        raise _errors.VsphereError(f"{option}: {error}") from error


def _split(type_: _registry.ViType, path: str) -> tuple[str, _registry.ViType, str]:
    """The part of a property path up to its end or the first reference, its declared type, and the remaining path."""
    part, rest = "", path
    while True:
        name, rest = (*rest.split(".", 1), "")[:2]
        found = _registry.member_type(type_, name)
        if found is None:
            raise ValueError(
                f"{_registry.name_of(type_)} does not have a property {name}"
                + _errors.nearest(name, _registry.members(type_))
            )
        type_, part = found, f"{part}.{name}".lstrip(".")
        kind = _registry.kind(type_)
        if kind == "reference" or not rest:
            return part, type_, rest
        if kind != "object":
            raise ValueError(f"{part} is {_registry.name_of(type_)}, which does not have a property {rest}")


def _read(connection: _connection.Connection, ref: _values.Ref, path: str) -> t.Any:
    try:
        found = connection.retrieve([_properties.object_spec(ref)], [_properties.property_spec(ref["type"], path)])
    except _errors.Fault as fault:
        if fault.type != "ManagedObjectNotFound":
            raise
        raise unknown_object(connection, ref, fault) from fault
    for each in found:
        if path in each.refused:
            raise each.refused[path]
    return next((each.properties[path] for each in found if path in each.properties), None)


def unknown_object(connection: _connection.Connection, ref: _values.Ref, fault: _errors.Fault) -> _errors.VsphereError:
    return _errors.VsphereError(
        f"{connection.host} does not know {_values.object_name(ref)} (ManagedObjectNotFound): check type and moid"
        + fault.more,
        **fault.result,
    )


def _check_is_reference(option: str, type_: _registry.ViType, path: str) -> None:
    kind = _registry.kind(type_)
    if kind == "reference":
        return
    onward = []
    if kind == "object":
        members = _registry.members(type_).values()
        onward = [f"{path}.{each.name}" for each in members if _registry.kind(each.type) == "reference"]
    hint = f"continue the path with {' or '.join(onward)}" if onward else "set type and moid of the object"
    raise _errors.VsphereError(f"{option}: {path} is {_registry.name_of(type_)}, not a reference to an object: {hint}")


def _check_manager(option: str, type_: _registry.ViType | None) -> None:
    """Reject a type that a service content never contains as an object."""
    if type_ is None:
        raise _errors.VsphereError(f"{option} does not identify an object: set type and moid, name, or path")
    content = _registry.members(_registry.find_type("ServiceContent")).values()
    if not any(_registry.kind(each.type) == "reference" and _registry.extends(type_, each.type) for each in content):
        raise _errors.VsphereError(
            f"{option} does not identify a {_registry.name_of(type_)}: set moid, name, or path, which only a manager "
            "does not require"
        )


def _manager(connection: _connection.Connection, type_: str) -> _values.Ref:
    content = connection.read(lambda transport: transport.get(_properties.SERVICE_INSTANCE, "content"))
    found = [each for each in content.values() if isinstance(each, dict) and each.get("type") == type_]
    if len(found) != 1:
        raise _errors.VsphereError(
            f"{connection.host} does not have {type_} in its service content: set moid, name, or path"
        )
    return _reference(connection, found[0])


@dataclasses.dataclass(frozen=True)
class Named:
    """An object that has to be resolved before the data that it stands in can be sent."""

    entity: _entity.Entity
    declared: _registry.ViType

    @classmethod
    def from_parts(cls, path: str, given: dict[str, str | None], declared: _registry.ViType) -> Named:
        """The object with that type, name, or path, at ``path``. ValueError for other data."""
        entity = _entity.Entity(path, **given).checked()
        if not entity.is_one or (entity.name and entity.path):
            raise ValueError("requires either name or path")
        return cls(entity, declared)

    def look_up(self, connection: _connection.Connection) -> _values.Ref:
        found = _find.find_entity(connection, self.entity)
        type_ = _registry.find_type(found["type"])
        if type_ is not None and not _registry.extends(type_, self.declared):
            wanted = _registry.name_of(self.declared)
            raise _errors.VsphereError(f"{self.entity.option}: requires a {wanted}, not a {found['type']}")
        return found


def resolved(connection: _connection.Connection, data: t.Any) -> t.Any:
    """The data with references instead of named objects."""
    if isinstance(data, Named):
        return data.look_up(connection)
    if isinstance(data, dict):
        return {name: resolved(connection, value) for name, value in data.items()}
    return [resolved(connection, item) for item in data] if isinstance(data, list) else data
