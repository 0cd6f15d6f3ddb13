# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which a single place of an answer can be malformed, in JSON and in XML."""

from __future__ import annotations

import copy
import functools
import json
import typing as t
import xml.etree.ElementTree as ET

from recording import XSI_TYPE

Case = tuple[str, t.Callable[[], bytes]]
"""The place and the fault, and what makes the answer with it."""

Place = tuple[t.Any, ...]

MISSING = object()
NULL_REFERENCE = {"_typeName": "ManagedObjectReference", "type": None, "value": None}
WRONG: tuple[t.Any, ...] = (
    *(MISSING, None, [], {}, "", "x", "\ud800", 7, 1.5, True, [7], [None]),
    *(NULL_REFERENCE, float("inf"), 10**400),
)


def of_json(body: bytes) -> list[Case]:
    """Each wrong value at each place of the answer. Of lists, only the first item has faults."""
    data = json.loads(body)
    return [
        (f"{'.'.join(map(str, place))} {'is missing' if wrong is MISSING else repr(wrong)[:60]}", made)
        for place in _places(data, ())
        for wrong in WRONG
        if place or wrong is not MISSING
        for made in [functools.partial(_json, data, place, wrong)]
    ]


def _json(data: t.Any, place: Place, wrong: t.Any) -> bytes:
    return json.dumps(_put(data, place, wrong)).encode()


def _places(value: t.Any, place: Place) -> t.Iterator[Place]:
    yield place
    if isinstance(value, (dict, list)):
        for name in value if isinstance(value, dict) else range(min(1, len(value))):
            yield from _places(value[name], (*place, name))


def _put(value: t.Any, place: Place, wrong: t.Any) -> t.Any:
    if not place:
        return wrong
    altered = copy.copy(value)
    altered[place[0]] = _put(value[place[0]], place[1:], wrong)
    if altered[place[0]] is MISSING:
        del altered[place[0]]
    return altered


def _empty(element: ET.Element, text: str = "", child: str = "") -> None:
    for each in list(element):
        element.remove(each)
    element.text = text
    if child:
        ET.SubElement(element, child).text = "x"


def _type(element: ET.Element, type_: str = "") -> None:
    element.attrib.clear()
    if type_:
        element.set(XSI_TYPE, type_)


def _refer(element: ET.Element, type_: str) -> None:
    _empty(element)
    element.attrib.clear()
    element.set("type", type_)


FAULTS: dict[str, t.Callable[[ET.Element, ET.Element], object]] = {
    "is empty": lambda element, parent: _empty(element),
    "is a text": lambda element, parent: _empty(element, "x"),
    "is a number": lambda element, parent: _empty(element, "7"),
    "has another member": lambda element, parent: _empty(element, child="{urn:vim25}odd"),
    "is missing": lambda element, parent: parent.remove(element),
    "is there twice": lambda element, parent: parent.append(copy.deepcopy(element)),
    "has no type": lambda element, parent: _type(element),
    "has the type of a number": lambda element, parent: _type(element, "xsd:int"),
    "has the type of a list": lambda element, parent: _type(element, "ArrayOfManagedObjectReference"),
    "has the type of an object": lambda element, parent: _type(element, "Description"),
    "has an unknown type": lambda element, parent: _type(element, "SomethingNew"),
    "is an empty reference": lambda element, parent: _refer(element, "Task"),
    "is a reference without a type": lambda element, parent: _refer(element, ""),
}


def of_xml(body: bytes) -> list[Case]:
    """Each fault at each element of the answer."""
    root = ET.fromstring(body)
    return [
        (f"{element.tag.rpartition('}')[2]} {fault}", functools.partial(_xml, root, number, fault))
        for number, element in enumerate(root.iter())
        if number
        for fault in FAULTS
    ]


def _xml(root: ET.Element, number: int, fault: str) -> bytes:
    altered = copy.deepcopy(root)
    element = list(altered.iter())[number]
    parent = next(each for each in altered.iter() if element in list(each))
    FAULTS[fault](element, parent)
    return ET.tostring(altered)
