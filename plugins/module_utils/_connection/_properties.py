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
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection

SERVICE_INSTANCE = _values.reference("ServiceInstance", "ServiceInstance")
_PRODUCT = "content.about.fullName"


class Object(t.NamedTuple):
    """One object of an answer; ``properties`` maps a path to its value as an Any, unset ones are missing.

    ``refused`` has the faults of those that may not be read.
    """

    ref: _values.Ref
    properties: dict[str, t.Any]
    refused: dict[str, _errors.Fault]


def property_spec(type_: str, *paths: str) -> dict[str, t.Any]:
    """Which properties are wanted of the objects of a type."""
    return {"_typeName": "PropertySpec", "type": type_, "pathSet": list(paths)}


def object_spec(ref: _values.Ref, through: str = "") -> dict[str, t.Any]:
    """An object, and those that its property ``through`` refers to; what no property is wanted of is left out."""
    spec: dict[str, t.Any] = {"_typeName": "ObjectSpec", "obj": ref, "skip": False}
    if through:
        spec["selectSet"] = [{"_typeName": "TraversalSpec", "type": ref["type"], "path": through, "skip": False}]
    return spec


def filter_spec(
    objects: list[dict[str, t.Any]], properties: list[dict[str, t.Any]], transient: bool = False
) -> dict[str, t.Any]:
    """What to read or watch of which objects; ``transient`` ones may be gone, which then is no fault of the call.

    With it a reading leaves them out, and a filter names them in its updates (PropertyFilterSpec, since 4.1).
    """
    spec = {"_typeName": "PropertyFilterSpec", "propSet": properties, "objectSet": objects}
    return {**spec, "reportMissingObjectsInResults": True} if transient else spec


def retrieve(
    transport: _connection.Transport,
    objects: list[dict[str, t.Any]],
    properties: list[dict[str, t.Any]],
    transient: bool = False,
) -> list[Object]:
    """RetrievePropertiesEx, page by page until all is there.

    One unknown object makes the whole call a ManagedObjectNotFound fault with ``obj``, unless they are ``transient``.
    """
    collector = transport.manager("propertyCollector")
    spec = filter_spec(objects, properties, transient)
    params = {"specSet": [spec], "options": {"_typeName": "RetrieveOptions"}}
    page = transport.invoke(collector, "RetrievePropertiesEx", params)
    found = []
    while page:
        for content in page.get("objects") or ():
            values = {prop["name"]: prop.get("val") for prop in content.get("propSet") or ()}
            found.append(Object(content["obj"], values, refused(content)))
        token = page.get("token")
        page = transport.invoke(collector, "ContinueRetrievePropertiesEx", {"token": token}) if token else None
    return found


def refused(content: dict[str, t.Any]) -> dict[str, _errors.Fault]:
    """Which properties of an object may not be read, and why, by its missingSet.

    On some servers it says that there is no session, which is raised, as it would be where a call is refused.
    """
    found = {
        missing["path"]: fault_of(missing.get("fault") or {}, f"Reading {missing['path']}", content["obj"])
        for missing in content.get("missingSet") or ()
    }
    for fault in found.values():
        if fault.type == "NotAuthenticated":
            raise fault
    return found


def add_product(
    connection: _connection.Connection, objects: list[dict[str, t.Any]], properties: list[dict[str, t.Any]]
) -> None:
    """Have a reading bring along what the server calls itself, unless that is known."""
    if connection.product is None:
        objects.append(object_spec(SERVICE_INSTANCE))
        properties.append(property_spec("ServiceInstance", _PRODUCT))


def take_product(connection: _connection.Connection, found: list[Object]) -> list[Object]:
    """Have the connection know what the server calls itself, where that was read; all else that was read."""
    for each in found:
        if each.ref["type"] == "ServiceInstance":
            # A user who may not see it can ask for the ServiceContent, as anybody can.
            connection.product = _values.plain(each.properties.get(_PRODUCT))
    return [each for each in found if each.ref["type"] != "ServiceInstance"]


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
    connection: _connection.Connection,
    transport: _connection.Transport,
    ref: _values.Ref,
    method: str,
    until_logout: bool = False,
) -> t.Iterator[_values.Ref]:
    """An object that is the session's own, which that method destroys in the end, or the connection in its own.

    With ``until_logout`` it is left to a logout that follows, which takes it along, unless something went wrong.
    """
    went_well = False
    try:
        yield ref
        went_well = True
    finally:
        if not (went_well and until_logout and connection.logged_in):
            # A failure of this must not hide the result.
            try:
                transport.invoke(ref, method)
            except _errors.VsphereError:
                connection.left_over.append((ref, method))
