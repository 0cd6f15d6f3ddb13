# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP answers as VI/JSON-shaped data, by pyVmomi's type registry.

The registry knows lists, numbers, and references. Unknown names (a type, a member, or an enum value of a newer release)
only lose their types: an object keeps its name as ``_typeName``, its members are texts, and repeated members are lists.
Without a registry, everything has this form. Values, including times, stay as the server wrote them.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import gc
import re
import typing as t
import xml.etree.ElementTree as ET  # see _parse # nosec B405

from .. import _values

Element = ET.Element
Reader = t.Callable[[Element], t.Any]

_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_VIM = "{urn:vim25}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TYPE = f"{_XSI}type"
_ARRAY = "ArrayOf"
# What XML does not hold, and some servers send: names of objects are passed on as they are.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_CODES = re.compile(r"&#(x[0-9a-fA-F]+|[0-9]+);")
_UTF_16 = frozenset(b"\x00\xfe\xff")
# How expat calls a document that ends too early: no element, an unclosed token, a partial character.
_ENDS_EARLY = (3, 5, 6)


class CutOff(ValueError):
    """The document ends before its last element does."""


class SoapFault(t.NamedTuple):
    """The fault that a server answers with, ``data`` in VI/JSON form with its ``faultstring``."""

    data: _values.Data


def _parse(document: bytes) -> Element:
    """The root of the document, which must not declare entities."""
    # Regardless of the encoding in its argument, expat reads data with such a start as UTF-16, which would hide a
    # declaration.
    if not _UTF_16.isdisjoint(document[:2]):
        raise ValueError("no UTF-8")
    # Text has its first character as a code. Only a comment or CDATA can have it, which no server sends.
    if b"<!DOCTYPE" in document:
        raise ValueError("a document type declaration")
    try:
        return _tree(document)
    except CutOff:
        raise
    except ValueError:
        cleaned = _CODES.sub(_held, document.translate(None, _CONTROLS).decode(errors="replace")).encode()
    # It can be cut off, too: the first error was before its end.
    return _tree(cleaned)


def _held(code: re.Match[str]) -> str:
    """A character by its code, if XML supports it."""
    number = int(code[1][1:], 16) if code[1].startswith("x") else int(code[1])
    fits = number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    return code[0] if fits else ""


def _tree(document: bytes) -> Element:
    try:
        return ET.fromstring(document, ET.XMLParser(encoding="utf-8"))  # noqa: S314 (see _parse) # nosec B314
    except ET.ParseError as error:
        raise (CutOff if error.code in _ENDS_EARLY else ValueError)(str(error)) from error


@contextlib.contextmanager
def _no_collector() -> t.Iterator[None]:
    """Python's collector of cycles would look through a long answer again and again while it grows, and find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@functools.cache
def _local(name: str) -> str:
    """A name without its namespace or prefix. The declared types are sufficient to distinguish types."""
    return name.rpartition("}")[2].rpartition(":")[2]


class Decoder:
    """Reads answers with the types of a registry: the module ``_pyvmomi``, or None."""

    def __init__(self, registry: t.Any) -> None:
        self._registry = registry
        # A long history has thousands of the same few types.
        self._known = functools.cache(self._find)
        self._reader = functools.cache(self._make_reader)
        self._plan = functools.cache(self._members)

    def read(self, document: bytes, method: str, declared: t.Any = None) -> t.Any:
        """The value of an answer to the method (None without a value), or its ``SoapFault``.

        ``declared`` is the registry's type of the value. ValueError for any other answer.
        """
        with _no_collector():
            return self._read(document, method, declared)

    def _read(self, document: bytes, method: str, declared: t.Any) -> t.Any:
        body = _parse(document).find(f"{_ENVELOPE}Body")
        answer = None if body is None else next(iter(body), None)
        if answer is None:
            raise ValueError("an answer without a SOAP envelope")
        try:
            if answer.tag == f"{_ENVELOPE}Fault":
                return SoapFault(self._soap_fault(answer))
            if _local(answer.tag) != f"{method}Response":
                raise ValueError(f"{_local(answer.tag)} instead of {method}Response")
            values = [each for each in answer if _local(each.tag) == "returnval"]
            if not values:
                return None
            if declared is None or not issubclass(declared, list):
                return self._reader(declared)(values[0])
            # The items of a method's value stand side by side, those of a property's in one element.
            if _local(values[0].get(_TYPE) or "").startswith(_ARRAY):
                values = list(values[0])
            return [self._reader(declared.Item)(each) for each in values]
        except RecursionError as error:
            raise ValueError("elements nested too deep") from error

    def _soap_fault(self, answer: Element) -> _values.Data:
        """The fault of a soapenv:Fault; one without a detail is a mere RuntimeFault, as pyVmomi has it."""
        text = next((each.text for each in answer if _local(each.tag) == "faultstring" and each.text), "")
        detail = next((each for each in answer if _local(each.tag) == "detail"), None)
        found = next(iter(detail), None) if detail is not None else None
        if found is None:
            return {"_typeName": "RuntimeFault", "faultstring": text}
        name = _local(found.get(_TYPE) or _local(found.tag).removesuffix("Fault"))
        return {**self._object(found, name, self._known("MethodFault")), "faultstring": text}

    def _find(self, name: str) -> t.Any:
        """The registry's type with that name, or None."""
        try:
            return self._registry and self._registry.wire_type(name)
        except KeyError:
            return None

    def _make_reader(self, declared: t.Any) -> Reader:
        """What reads an element that stands in a place of the declared type."""
        if declared is None:
            return self._undeclared
        support = self._registry.VmomiSupport
        if declared is object:
            return self._any
        if issubclass(declared, support.ManagedObject):
            return _reference
        if issubclass(declared, Exception):
            return self._fault_in_data(declared)
        if issubclass(declared, support.DataObject):
            return self._data_object(declared)
        parse = next((_PARSERS[base] for base in _PARSERS if issubclass(declared, base)), str)

        def read_scalar(element: Element) -> t.Any:
            if len(element):
                return self._undeclared(element)
            try:
                return parse(element.text or "")
            except ValueError:
                # It costs the type of that member only.
                return element.text or ""

        return read_scalar

    def _data_object(self, declared: t.Any) -> Reader:
        name = self._registry.wire_name(declared)

        def read_object(element: Element) -> t.Any:
            if not len(element) and (element.text or "").strip():
                # A text that is in the place of an object costs that member only.
                return element.text
            given = element.get(_TYPE)
            return self._object(element, _local(given) if given else name, declared)

        return read_object

    def _fault_in_data(self, declared: t.Any) -> Reader:
        """SOAP wraps it into a LocalizedMethodFault; VI/JSON, as published, has the bare fault with its text."""
        name = self._registry.wire_name(declared)

        def read_fault(element: Element) -> t.Any:
            type_ = _local(element.get(_TYPE) or "LocalizedMethodFault")
            inner = element.find(f"{_VIM}fault") if type_ == "LocalizedMethodFault" else None
            if inner is None:
                return self._object(element, _local(element.get(_TYPE) or name), declared)
            data = self._object(inner, _local(inner.get(_TYPE) or "MethodFault"), self._known("MethodFault"))
            text = element.findtext(f"{_VIM}localizedMessage")
            return {**data, "faultstring": text} if text else data

        return read_fault

    def _object(self, element: Element, name: str, declared: t.Any) -> _values.Data:
        """The data object of that type; what extends the declared one unknown to the registry has its members."""
        known = self._known(name)
        plan = self._plan(declared if known is None else known)
        data: _values.Data = {"_typeName": name}
        for child in element:
            tag = child.tag
            found = plan.get(tag)
            if found is None:
                self._add_unknown(data, child)
            else:
                member, read_as, is_list = found
                if read_as is None:
                    # Most are texts.
                    data[member] = self._undeclared(child) if len(child) else child.text or ""
                elif not is_list:
                    data[member] = read_as(child)
                elif member in data:
                    data[member].append(read_as(child))
                else:
                    data[member] = [read_as(child)]
        return data

    def _members(self, type_: t.Any) -> dict[str, tuple[str, Reader | None, bool]]:
        """For each possible element of a data object: the member, the reader for everything except texts, and whether
        it is a list.
        """
        if type_ is None or not hasattr(type_, "_GetPropertyList"):
            return {}
        plan = {}
        for info in type_._GetPropertyList():
            is_list = issubclass(info.type, list)
            is_text = not is_list and issubclass(info.type, (str, datetime.datetime))
            reader = None if is_text else self._reader(info.type.Item if is_list else info.type)
            plan[f"{_VIM}{info.name}"] = (info.name, reader, is_list)
        return plan

    def _add_unknown(self, data: _values.Data, child: Element) -> None:
        """Add an unknown member, using only its contents."""
        name, value = _local(child.tag), self._undeclared(child)
        if name not in data:
            data[name] = value
        elif isinstance(data[name], list):
            data[name].append(value)
        else:
            data[name] = [data[name], value]

    def _undeclared(self, element: Element) -> t.Any:
        """A value in a place that the registry does not know."""
        if element.get(_TYPE):
            return self._any(element)
        if element.get("type"):
            return _reference(element)
        if not len(element):
            return element.text or ""
        data: _values.Data = {}
        for child in element:
            self._add_unknown(data, child)
        return data

    def _any(self, element: Element) -> t.Any:
        """A value that says its own type; all but data objects and references are boxed."""
        given = element.get(_TYPE)
        if not given:
            value = self._undeclared(element)
            return {"_typeName": "string", "_value": value} if isinstance(value, str) else value
        name = _local(given)
        type_ = self._known(name)
        if name == "ManagedObjectReference" or element.get("type"):
            return _reference(element)
        if type_ is not None and hasattr(type_, "_GetPropertyList"):
            return self._reader(type_)(element)
        if name.startswith(_ARRAY):
            return {"_typeName": name, "_value": [self._item(each, type_, name[len(_ARRAY) :]) for each in element]}
        if type_ is not None:
            return {"_typeName": self._registry.wire_name(type_), "_value": self._reader(type_)(element)}
        if len(element) or not element.text:
            return self._object(element, name, None)
        return {"_typeName": name, "_value": element.text}

    def _item(self, element: Element, type_: t.Any, name: str) -> t.Any:
        """An item of an array, of a type that the registry knows or only of that name."""
        if type_ is not None:
            return self._reader(type_.Item)(element)
        if element.get(_TYPE) or not len(element):
            return self._undeclared(element)
        return self._object(element, name, None)


def _reference(element: Element) -> _values.Ref:
    return _values.reference(_local(element.get("type") or ""), element.text or "")


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_PARSERS: dict[type, t.Callable[[str], t.Any]] = {bool: _boolean, int: int, float: float}
