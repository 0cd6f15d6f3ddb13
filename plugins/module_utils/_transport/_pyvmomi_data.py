# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VI/JSON-shaped data to and from pyVmomi's objects, by pyVmomi's own type registry and nothing else.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import functools
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _values

# Where it is missing, those that use this say so.
with contextlib.suppress(ImportError):
    from pyVmomi import VmomiSupport

VIM = "urn:vim25"
XSD = "http://www.w3.org/2001/XMLSchema"


def wire_type(name: str) -> t.Any:
    """pyVmomi's type of a VI/JSON ``_typeName``; KeyError where the registry has none."""
    if name == "binary":
        return VmomiSupport.binary
    try:
        return VmomiSupport.GetWsdlType(VIM, name)
    except KeyError:
        return VmomiSupport.GetWsdlType(XSD, name)


def wire_name(type_: t.Any) -> str:
    """The VI/JSON ``_typeName`` of a pyVmomi type."""
    return "binary" if type_ is VmomiSupport.binary else str(VmomiSupport.GetWsdlName(type_))


def to_data(value: t.Any, declared: t.Any = None) -> t.Any:
    """VI/JSON-shaped data of what pyVmomi gave; ``declared`` is the type of the place that holds it."""
    if value is None:
        return None
    if isinstance(value, VmomiSupport.ManagedObject):
        return _values.reference(wire_name(type(value)), value._moId)
    if isinstance(value, VmomiSupport.DataObject):
        return _object_to_data(value)
    if isinstance(value, list):
        result: t.Any = [to_data(item, type(value).Item) for item in value]  # type: ignore[attr-defined]
    else:
        result = _scalar_to_data(value)
    return {"_typeName": wire_name(type(value)), "_value": result} if declared is object else result


def _object_to_data(value: t.Any) -> dict[str, t.Any]:
    type_: t.Any = type(value)
    name, members = _shape(type_)
    data: dict[str, t.Any] = {"_typeName": name}
    for attribute, declared, member in members:
        held = getattr(value, attribute)
        # An unset list reads as an empty one; VI/JSON leaves unset members out.
        if held is not None and not (isinstance(held, list) and not held):
            data[member] = to_data(held, declared)
    return data


@functools.cache
def _shape(type_: t.Any) -> tuple[str, list[tuple[str, t.Any, str]]]:
    """The name of a data object's type, and of its members pyVmomi's name, the type and the name in VI/JSON.

    Kept, as a long history has thousands of the same few types.
    """
    # The text of a fault is called faultstring in VI/JSON.
    text = "msg" if issubclass(type_, Exception) else ""
    members = [(p.name, p.type, "faultstring" if p.name == text else p.name) for p in type_._GetPropertyList()]
    return wire_name(type_), members


def _scalar_to_data(value: t.Any) -> t.Any:
    # Most are texts, and a long history has hundreds of thousands; enums are texts to pyVmomi, too.
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, datetime.datetime):
        return _values.utc(value)
    if isinstance(value, VmomiSupport.binary):
        return base64.b64encode(value).decode()
    if isinstance(value, type):
        return wire_name(value)
    if isinstance(value, VmomiSupport.ManagedMethod):
        # An operation that this pyVmomi does not know has no registered description.
        return value.info.wsdlName if hasattr(value, "info") else value.name
    return str(value)


def from_data(value: t.Any, declared: t.Any, stub: t.Any) -> t.Any:
    """What pyVmomi wants for VI/JSON-shaped data in a place of the declared type."""
    if value is None:
        return None
    if isinstance(value, dict):
        name = value.get("_typeName")
        if name == "ManagedObjectReference":
            return wire_type(value["type"])(value["value"], stub)
        type_ = wire_type(name) if name else declared
        return from_data(value["_value"], type_, stub) if "_value" in value else _object_from_data(value, type_, stub)
    if isinstance(value, list):
        return declared([from_data(item, declared.Item, stub) for item in value])
    if declared is datetime.datetime:
        return _values.parse_time(value)
    if declared is VmomiSupport.binary:
        return VmomiSupport.binary(base64.b64decode(value))
    if declared is type:
        return wire_type(value)
    return value if declared is bool else declared(value)


def _object_from_data(data: dict[str, t.Any], type_: t.Any, stub: t.Any) -> t.Any:
    value = type_()
    if issubclass(type_, Exception):
        # SOAP wants the text beside the fault as well (localizedMessage); VI/JSON sends it inside only.
        value.msg = next((m["message"] for m in data.get("faultMessage") or () if m.get("message")), None)
    for prop in value._GetPropertyList():
        if data.get(prop.name) is not None:
            setattr(value, prop.name, from_data(data[prop.name], prop.type, stub))
    return value
