# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP requests from VI/JSON-shaped data, by pyVmomi's serializer.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import base64
import datetime
import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi

if t.TYPE_CHECKING:
    from collections.abc import Callable


class Writer(_pyvmomi.SoapStubAdapterBase):  # type: ignore[misc]
    """pyVmomi's way to write a call; ``send`` gets the request, and what it gives is the value of the call."""

    def __init__(self, version: str, send: Callable[[bytes, t.Any], t.Any]) -> None:
        super().__init__(version=version)
        self.requestContext = None
        self._send = send

    def call(self, ref: _values.Ref, info: t.Any, given: dict[str, t.Any]) -> t.Any:
        """Call a method with its parameters by name."""
        arguments = [from_data(given.get(param.name), param.type, self) for param in info.params]
        return self.InvokeMethod(_object_of(ref, self), info, arguments)

    def fetch(self, ref: _values.Ref, info: t.Any) -> t.Any:
        """Read a property."""
        return self.InvokeAccessor(_object_of(ref, self), info)

    def InvokeMethod(self, mo: t.Any, info: t.Any, args: t.Any) -> t.Any:  # noqa: N802 (pyVmomi's name)
        request: bytes = self.SerializeRequest(mo, info, args)
        # pyVmomi writes a reference in an Any as xsi:type="ManagedObject", a type that the WSDL does not have.
        request = re.sub(rb'(<[^<>]* xsi:type="ManagedObject)"', rb'\1Reference"', request)
        # Parsers of XML take a carriage return that stands there as it is for a line feed.
        return self._send(request.replace(b"\r", b"&#13;"), info)


def from_data(value: t.Any, declared: t.Any, stub: t.Any) -> t.Any:
    """What pyVmomi wants for VI/JSON-shaped data in a place of the declared type."""
    if value is None:
        return None
    if isinstance(value, dict):
        name = value.get("_typeName")
        if name == "ManagedObjectReference":
            return _object_of(value, stub)
        type_ = _pyvmomi.wire_type(name) if name else declared
        return from_data(value["_value"], type_, stub) if "_value" in value else _object_from_data(value, type_, stub)
    if isinstance(value, list):
        return declared([from_data(item, declared.Item, stub) for item in value])
    if declared is datetime.datetime:
        return _values.parse_time(value)
    if declared is _pyvmomi.VmomiSupport.binary:
        return _pyvmomi.VmomiSupport.binary(base64.b64decode(value))
    if declared is type:
        return _pyvmomi.wire_type(value)
    return value if declared is bool else declared(value)


def _object_of(ref: _values.Ref, stub: t.Any) -> t.Any:
    try:
        return _pyvmomi.wire_type(ref["type"])(ref["value"], stub)
    except KeyError:
        raise _errors.VsphereError(
            f"{_pyvmomi.registry_name()} does not know the type {ref['type']}, which SOAP requires for "
            f"{ref['value']}: install a later version, or set transport to json if the server supports VI/JSON"
        ) from None


def _object_from_data(data: dict[str, t.Any], type_: t.Any, stub: t.Any) -> t.Any:
    value = type_()
    if issubclass(type_, Exception):
        # SOAP wants the text beside the fault as well (localizedMessage); VI/JSON sends it inside only.
        value.msg = next((m["message"] for m in data.get("faultMessage") or () if m.get("message")), None)
    for prop in value._GetPropertyList():
        if data.get(prop.name) is not None:
            setattr(value, prop.name, from_data(data[prop.name], prop.type, stub))
    return value
