# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading properties of many managed objects with one request, by the PropertyCollector.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils import _connection

SERVICE_INSTANCE = _values.reference("ServiceInstance", "ServiceInstance")


class Object(t.NamedTuple):
    """One object of an answer; ``properties`` maps a path to its value as an Any, unset ones are missing."""

    ref: _values.Ref
    properties: dict[str, t.Any]


def property_spec(type_: str, *paths: str) -> dict[str, t.Any]:
    """Which properties are wanted of the objects of a type."""
    return {"_typeName": "PropertySpec", "type": type_, "pathSet": list(paths)}


def object_spec(ref: _values.Ref, through: str = "") -> dict[str, t.Any]:
    """An object, and those that its property ``through`` refers to; what no property is wanted of is left out."""
    spec: dict[str, t.Any] = {"_typeName": "ObjectSpec", "obj": ref, "skip": False}
    if through:
        spec["selectSet"] = [{"_typeName": "TraversalSpec", "type": ref["type"], "path": through, "skip": False}]
    return spec


def filter_spec(objects: list[dict[str, t.Any]], properties: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return {"_typeName": "PropertyFilterSpec", "propSet": properties, "objectSet": objects}


def retrieve(
    transport: _connection.Transport, objects: list[dict[str, t.Any]], properties: list[dict[str, t.Any]]
) -> list[Object]:
    """RetrievePropertiesEx, page by page until all is there.

    One unknown object makes the whole call a ManagedObjectNotFound fault with ``obj``.
    """
    collector = transport.manager("propertyCollector")
    params = {"specSet": [filter_spec(objects, properties)], "options": {"_typeName": "RetrieveOptions"}}
    page = transport.invoke(collector, "RetrievePropertiesEx", params)
    found = []
    while page:
        for content in page.get("objects", ()):
            raise_missing(content)
            values = {prop["name"]: prop.get("val") for prop in content.get("propSet", ())}
            found.append(Object(content["obj"], values))
        token = page.get("token")
        page = transport.invoke(collector, "ContinueRetrievePropertiesEx", {"token": token}) if token else None
    return found


def raise_missing(content: dict[str, t.Any]) -> None:
    """Raise the fault in an object's missingSet: no permission, or on some servers no session, instead of a value."""
    for missing in content.get("missingSet", ()):
        raise fault_of(missing["fault"], f"Reading {missing['path']}", content["obj"])


def fault_of(data: dict[str, t.Any], what: str, ref: _values.Ref) -> _errors.Fault:
    """The exception for a fault inside data."""
    # Only a run that meets one needs it.
    from ansible_collections.vsphere.tasks.plugins.module_utils import _faults

    bare = _faults.bare(data)
    type_, text = bare.pop("_typeName", ""), bare.pop("faultstring", "")
    fault = _errors.Fault(type_, text, bare, what, ref)
    # What it says need not name the object, as the place where it stands does.
    fault.fields = {"obj": ref, **bare}
    return fault


@contextlib.contextmanager
def borrowed(
    connection: _connection.Connection, transport: _connection.Transport, ref: _values.Ref, method: str
) -> t.Iterator[_values.Ref]:
    """An object that is the session's own, which that method destroys in the end, or the connection in its own."""
    try:
        yield ref
    finally:
        # A failure of this must not hide the result.
        try:
            transport.invoke(ref, method)
        except _errors.VsphereError:
            connection.left_over.append((ref, method))
