# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading properties of many managed objects with one request, and the product name that rides along."""

from __future__ import annotations

import typing as t

from .. import _errors, _values
from . import _transport

SERVICE_INSTANCE = _values.reference("ServiceInstance", "ServiceInstance")

Specs = list[_values.Data]
"""Objects, or properties of a type, to read or watch."""

_PRODUCT = "content.about.fullName"


class Object(t.NamedTuple):
    """One object of an answer; ``properties`` maps a path to its value as an Any, unset ones are missing.

    ``refused`` contains the faults of unreadable properties.
    """

    ref: _values.Ref
    properties: _values.Data
    refused: dict[str, _errors.Fault]


def property_spec(type_: str, *paths: str) -> _values.Data:
    """The properties to read from the objects of a type."""
    return {"_typeName": "PropertySpec", "type": type_, "pathSet": list(paths)}


def object_spec(ref: _values.Ref, through: str = "") -> _values.Data:
    """An object, and the objects that its property ``through`` refers to, if they have properties to read."""
    spec: _values.Data = {"_typeName": "ObjectSpec", "obj": ref, "skip": False}
    if through:
        spec["selectSet"] = [{"_typeName": "TraversalSpec", "type": ref["type"], "path": through, "skip": False}]
    return spec


def filter_spec(objects: Specs, properties: Specs, transient: bool = False) -> _values.Data:
    """The properties to read or watch, with their objects. ``transient`` objects can disappear without an error.

    With it, a reading leaves them out, and a filter names them in its updates (PropertyFilterSpec, since 4.1).
    """
    spec = {"_typeName": "PropertyFilterSpec", "propSet": properties, "objectSet": objects}
    return {**spec, "reportMissingObjectsInResults": True} if transient else spec


def retrieve(
    transport: _transport.Transport, objects: Specs, properties: Specs, transient: bool = False
) -> list[Object]:
    """RetrievePropertiesEx, page by page until all is there, or RetrieveProperties, which has no pages.

    One unknown object makes the whole call a ManagedObjectNotFound fault with ``obj``, unless they are ``transient``.
    """
    collector = transport.manager("propertyCollector")
    spec = filter_spec(objects, properties, transient)
    params = {"specSet": [spec], "options": {"_typeName": "RetrieveOptions"}}
    turn = transport.pages()
    page = transport.invoke(collector, "RetrievePropertiesEx", params)
    found: list[Object] = []
    while page:
        turn()
        found += map(_object, page.get("objects") or ())
        token = page.get("token")
        try:
            page = transport.invoke(collector, "ContinueRetrievePropertiesEx", {"token": token}) if token else None
        except _errors.Fault as fault:
            # From 7.0.3.2 to 8.0.2, only users with a role on the root folder can read on (issue 3455 of govmomi).
            if fault.type != "NoPermission":
                raise
            return [*map(_object, transport.invoke(collector, "RetrieveProperties", {"specSet": [spec]}) or ())]
    return found


def _object(content: _values.Data) -> Object:
    given = {prop["name"]: prop.get("val") for prop in content.get("propSet") or ()}
    return Object(content["obj"], {name: val for name, val in given.items() if val is not None}, refused(content))


def refused(content: _values.Data) -> dict[str, _errors.Fault]:
    """The unreadable properties of an object, and the reasons, from its missingSet.

    On some servers, it reports a missing session. Raise it like a rejected call.
    """
    found = {
        missing["path"]: fault_of(missing.get("fault") or {}, f"Reading {missing['path']}", content["obj"])
        for missing in content.get("missingSet") or ()
    }
    for fault in found.values():
        if fault.type == "NotAuthenticated":
            raise fault
    return found


def fault_of(data: _values.Data, what: str, ref: _values.Ref) -> _errors.Fault:
    """The exception for a fault inside data."""
    # Only a run that meets one needs it.
    from .. import _faults

    bare = _faults.bare(data)
    type_, text = bare.pop("_typeName", ""), bare.pop("faultstring", "")
    fault = _errors.Fault(type_, text, bare, what, ref)
    # The fault does not have to contain the object, but its position does.
    fault.fields = {"obj": ref, **bare}
    return fault


class Server:
    """The name and version of the product; each result has it, so another request brings it along.

    ``product`` is None until it is known, or if the server does not report it.
    """

    def __init__(self, product: str | None) -> None:
        self.product = product

    def add_to(self, objects: Specs, properties: Specs) -> None:
        """Have a reading bring the product along, unless it is known."""
        if self.product is None:
            objects.append(object_spec(SERVICE_INSTANCE))
            properties.append(property_spec("ServiceInstance", _PRODUCT))

    def take_from(self, found: list[Object]) -> list[Object]:
        """Note the product, if it was read; return everything else that was read."""
        for each in found:
            if each.ref["type"] == "ServiceInstance":
                # A user who cannot read it can still read the ServiceContent, like everyone.
                self.product = _values.plain(each.properties.get(_PRODUCT))
        return [each for each in found if each.ref["type"] != "ServiceInstance"]

    def ask(self, transport: _transport.Transport) -> None:
        """Read the product; no session is needed for this."""
        self.product = transport.get(SERVICE_INSTANCE, "content")["about"]["fullName"]
