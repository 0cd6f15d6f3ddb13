# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP requests from VI/JSON-shaped data, by pyVmomi's type registry: the way back from ``_decoder``.

The registry knows the order of the members of an object, the members of each release, and the declared types: a value
of another type contains its own. Missing members are not written. A member that the release does not have is an error:
without it, the call could do something else.
"""

from __future__ import annotations

import functools
import typing as t

from .. import _errors, _values
from . import _given, _pyvmomi

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    f'xmlns:xsd="{_pyvmomi.XSD}" xmlns:xsi="{_pyvmomi.XSD}-instance"><soapenv:Body>'
)
_TAIL = "</soapenv:Body></soapenv:Envelope>"
# Parsers of XML take a carriage return that stands there as it is for a line feed.
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})

_ODD = (AttributeError, LookupError, TypeError, ValueError)
"""What writing a value raises that does not fit its type. Values that a server sent go back to it."""

Write = t.Callable[[str, t.Any], str]
"""Writes a value as the element, or as the elements, of a name."""
Plan = list[tuple[str, Write]]


class Unfit(Exception):
    """A value that cannot be written, with its place, which is the path of names, and the reason."""

    def __init__(self, place: list[str], why: str) -> None:
        super().__init__(f"{'.'.join(place)} {why}")
        self.place = place
        self.why = why


class TooNew(Unfit):
    """A value that requires a later release."""


class Encoder:
    """Writes calls of a version of the API, by pyVmomi's name of it."""

    def __init__(self, version: str) -> None:
        self._version = version
        # A wait for many tasks has thousands of the same few types.
        self._writer = functools.cache(self._make_writer)
        self._layout = functools.cache(self._make_layout)

    def knows(self, info: t.Any) -> bool:
        """Whether the version has that method, property or parameter."""
        return bool(_pyvmomi.VmomiSupport.IsChildVersion(self._version, info.version))

    def call(self, ref: _values.Ref, info: t.Any, given: _values.Data) -> bytes:
        """The request that calls a method with its parameters by name. Unfit for a value that cannot be written."""
        content = _reference("_this", ref) + _members(self._plan(info.params), given)
        name = info.wsdlName
        return f'{_HEAD}<{name} xmlns="{_pyvmomi.VIM}">{content}</{name}>{_TAIL}'.encode()

    def _plan(self, infos: t.Iterable[t.Any]) -> Plan:
        return [(info.name, self._writer(info.type) if self.knows(info) else _refuse) for info in infos]

    def _make_writer(self, declared: t.Any) -> Write:
        """What writes a value in a place of the declared type."""
        if declared is object:
            return self._any
        if issubclass(declared, list):
            write = self._writer(declared.Item)
            return lambda name, values: "".join([write(name, each) for each in values])
        if issubclass(declared, _pyvmomi.VmomiSupport.ManagedObject):
            return _reference
        if issubclass(declared, _pyvmomi.VmomiSupport.DataObject):
            return functools.partial(self._object, declared)
        return _scalar

    def _object(self, declared: t.Any, name: str, data: _values.Data) -> str:
        """A data object, faults in the form that SOAP has for them: beside their text, which VI/JSON has inside."""
        type_ = self._type_of(declared, data)
        wrapper = _pyvmomi.wire_type("LocalizedMethodFault")
        if not issubclass(type_, Exception) or type_ is wrapper:
            return self._bare(declared, name, data)
        text = next((each["message"] for each in data.get("faultMessage") or () if each.get("message")), None)
        wrapped = {"_typeName": "LocalizedMethodFault", "fault": data, "localizedMessage": text}
        return self._bare(object if declared is object else wrapper, name, wrapped)

    def _bare(self, declared: t.Any, name: str, data: _values.Data) -> str:
        attributes, plan = self._layout(declared, self._type_of(declared, data))
        return f"<{name}{attributes}>{_members(plan, data)}</{name}>"

    def _type_of(self, declared: t.Any, data: _values.Data) -> t.Any:
        return _type(data["_typeName"]) if "_typeName" in data else declared

    def _make_layout(self, declared: t.Any, type_: t.Any) -> tuple[str, Plan]:
        """The attributes of an object of that type in a place of the declared one, and what writes its members."""
        if _pyvmomi.VmomiSupport.GetCompatibleType(type_, self._version) is not type_:
            raise TooNew([], f"is a {_name(type_)}, which requires a later release")
        plan = self._plan(type_._GetPropertyList())
        if type_ is _pyvmomi.wire_type("LocalizedMethodFault"):
            write = functools.partial(self._bare, _pyvmomi.wire_type("MethodFault"))
            plan = [(name, write if name == "fault" else other) for name, other in plan]
        return "" if type_ is declared else _says_type(_name(type_)), plan

    def _any(self, name: str, value: _values.Data) -> str:
        """A value that says its own type."""
        if value["_typeName"] == "ManagedObjectReference":
            return _reference(name, value, _says_type("ManagedObjectReference"))
        if "_value" not in value:
            return self._object(object, name, value)
        type_ = _type(value["_typeName"])
        if not issubclass(type_, list):
            return _scalar(name, value["_value"], _says_type(_name(type_)))
        item = _name(type_.Item).rpartition(":")[2]
        content = self._writer(type_)(item, value["_value"])
        return f"<{name}{_says_type(f'ArrayOf{item[0].upper()}{item[1:]}')}>{content}</{name}>"


def check_release(release: str, ref: _values.Ref, method: str, given: _values.Data) -> None:
    """TooNew if a release does not have a parameter of the method, or a part of one."""
    info = _pyvmomi.VmomiSupport.GetWsdlMethod(_pyvmomi.VIM, method).info
    Encoder(_pyvmomi.best_version(release)).call(ref, info, given)


def _members(plan: Plan, data: _values.Data) -> str:
    written = []
    name = ""
    try:
        for name, write in plan:
            if data.get(name) is not None:
                written.append(write(name, data[name]))
    except Unfit as inner:
        raise type(inner)([name, *inner.place], inner.why) from inner
    except _ODD as error:
        if not isinstance(data, dict):
            # The object around it knows its name.
            raise
        raise Unfit([name], f"is {_given.shown(data[name])}, which does not fit its type") from error
    return "".join(written)


def _refuse(_name: str, _value: t.Any) -> str:
    raise TooNew([], "requires a later release")


def _reference(name: str, ref: _values.Ref, attributes: str = "") -> str:
    return _scalar(name, ref["value"], f'{attributes} type="{ref["type"].translate(_ESCAPED)}"')


def _scalar(name: str, value: t.Any, attributes: str = "") -> str:
    if isinstance(value, (dict, list)):
        raise TypeError(value)
    text = str(value).lower() if isinstance(value, bool) else str(value).translate(_ESCAPED)
    return f"<{name}{attributes}>{text}</{name}>"


def _says_type(name: str) -> str:
    return f' xsi:type="{name}"'


def _type(name: str) -> t.Any:
    try:
        return _pyvmomi.wire_type(name)
    except KeyError:
        raise _errors.VsphereError(
            f"{_pyvmomi.registry_name()} does not know the type {name}, which SOAP requires: install a later version, "
            "or set transport to json if the server supports VI/JSON"
        ) from None


@functools.cache
def _name(type_: t.Any) -> str:
    """How a value that is a ``type_`` is called on the wire, and an item of an array of such."""
    support = _pyvmomi.VmomiSupport
    # Names of types, methods and properties are texts there.
    if type_ in (type, support.ManagedMethod, support.PropertyPath):
        return "xsd:string"
    if issubclass(type_, support.ManagedObject):
        return "ManagedObjectReference"
    namespace, name = support.GetQualifiedWsdlName(type_)
    return f"xsd:{name}" if namespace == _pyvmomi.XSD else name
