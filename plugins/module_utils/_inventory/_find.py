# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding an inventory object by its id, its name or its inventory path."""

from __future__ import annotations

import typing as t

from .. import _errors, _values
from .._connection import _connection, _properties, _transport
from . import _entity

_SHOWN = 10
"""Maximum number of candidates in an error."""

# The inventory has these characters of a name as their codes.
_CODES = str.maketrans({"%": "%25", "/": "%2f", "\\": "%5c"})


def find_entity(
    connection: _connection.Connection, entity: _entity.Entity, deadline: float | None = None
) -> _values.Ref:
    """The object: without a request by its moid, with one by its path, with four by its name."""
    if entity.moid:
        return _values.reference(str(entity.type), entity.moid)
    if entity.path:
        at_path = _at_path(connection, entity, deadline)
        if at_path:
            return at_path
        raise _errors.VsphereError(
            f"{entity.option}.path: {entity.path} does not exist in the inventory: start with the datacenter (or its "
            "folder), continue with vm, host, datastore, or network, as in DC0/vm/folder/web-01, and write a / in a "
            "name as %2f"
        )
    found = _names(connection, entity.type, deadline)
    fitting = _called(found, str(entity.name))
    if len(fitting) == 1:
        return fitting[0]
    called = f"{entity.type or 'inventory object'} has the name {entity.name}"
    if fitting:
        raise _errors.VsphereError(
            f"{entity.option}.name: more than one {called}: set path, or type and moid, to one of "
            + _listed(connection, fitting, deadline)
        )
    names = [each.properties["name"] for each in found]
    similar = _errors.close_to(str(entity.name), names)
    near = similar or _errors.close_to(str(entity.name), names, cutoff=0)
    candidates = [each.ref for each, name in zip(found, names) if name in near]
    hint = (
        f": {'use one of' if similar else 'the nearest are'} {_listed(connection, candidates, deadline)}"
        if near
        else ""
    )
    raise _errors.VsphereError(f"{entity.option}.name: no {called}{hint}")


def entity_exists(connection: _connection.Connection, entity: _entity.Entity) -> bool:
    """Whether there is such an object, or more than one."""
    if entity.path:
        return _at_path(connection, entity) is not None
    return bool(_called(_names(connection, entity.type), str(entity.name)))


def root_folder(connection: _connection.Connection) -> _values.Ref:
    """The top of the inventory, with one request."""
    return connection.read(_root)


def _root(transport: _transport.Transport) -> _values.Ref:
    return t.cast("_values.Ref", transport.get(_properties.SERVICE_INSTANCE, "content")["rootFolder"])


def _at_path(
    connection: _connection.Connection, entity: _entity.Entity, deadline: float | None = None
) -> _values.Ref | None:
    path = str(entity.path).strip("/")
    index = connection.manager("searchIndex")
    found: _values.Ref | None = connection.query(index, "FindByInventoryPath", {"inventoryPath": path}, deadline)
    if found and entity.type and not _entity.is_a(found["type"], entity.type):
        raise _errors.VsphereError(f"{entity.option}.path: {path} is a {found['type']}, not a {entity.type}")
    return found


def _called(objects: list[_properties.Object], name: str) -> list[_values.Ref]:
    wanted = {name, name.translate(_CODES)}
    return [each.ref for each in objects if each.properties["name"] in wanted]


def _names(
    connection: _connection.Connection, type_: str | None, deadline: float | None = None
) -> list[_properties.Object]:
    """The names of all objects of a type, by a view that is destroyed again."""

    def steps(transport: _transport.Transport) -> list[_properties.Object]:
        params = {"container": _root(transport), "type": [type_ or _entity.ANY_ENTITY], "recursive": True}
        made = transport.invoke(transport.manager("viewManager"), "CreateContainerView", params)
        with connection.borrowed(transport, made, "DestroyView") as view:
            found = _properties.retrieve(
                transport,
                [_properties.object_spec(view, through="view")],
                [_properties.property_spec(type_ or _entity.ANY_ENTITY, "name")],
            )
        for each in found:
            each.properties["name"] = _values.plain(each.properties.get("name"))
        # The user might not see some of them.
        return [each for each in found if isinstance(each.properties["name"], str)]

    return connection.read(steps, deadline)


def _listed(connection: _connection.Connection, refs: list[_values.Ref], deadline: float | None) -> str:
    """The objects with type, moid, and, if readable, path, for an error."""
    up = {
        "_typeName": "TraversalSpec",
        "name": "up",
        "type": _entity.ANY_ENTITY,
        "path": "parent",
        "skip": False,
        "selectSet": [{"_typeName": "SelectionSpec", "name": "up"}],
    }
    objects = [{**_properties.object_spec(ref), "selectSet": [up]} for ref in refs[:_SHOWN]]
    wanted = [_properties.property_spec(_entity.ANY_ENTITY, "name", "parent")]
    found: list[_properties.Object] = []
    # We might not see the objects above it.
    connection.glimpse(lambda transport: found.extend(_properties.retrieve(transport, objects, wanted)), deadline)
    known = {each.ref["value"]: each.properties for each in found}

    def path(ref: _values.Ref) -> str:
        # An inventory path leaves the root folder out, which alone has no parent.
        names: list[str] = []
        properties = known.get(ref["value"], {})
        while _values.is_reference(properties.get("parent")) and len(names) < len(known):
            names.insert(0, str(_values.plain(properties.get("name"))))
            properties = known.get(_values.plain(properties["parent"]["value"]), {})
        return "/".join(names)

    def described(ref: _values.Ref) -> str:
        name = _values.object_name(ref)
        return f"{path(ref)} ({name})" if found else name

    return _values.some_of([described(ref) for ref in refs], _SHOWN)
