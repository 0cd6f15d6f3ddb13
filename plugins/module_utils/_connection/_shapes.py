# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shapes of answers, as far as the collection relies on them. All other code can trust them.

A shape is a type, a list with the shape of its items, or the members of an object with their shapes. A member with a ?
can be missing, and null means the same. The contents of tasks have no shape here: an error in a task costs only one of
its members.
"""

from __future__ import annotations

import typing as t

from .. import _values


class Name(str):
    """The shape of a text that is not empty, and can be sent back."""

    __slots__ = ()


class Time(str):
    """The shape of a time."""

    __slots__ = ()


ANY = object

REFERENCE = {"type": Name, "value": Name}
_MISSING = {"path": Name, "fault?": ANY}
_OBJECTS = [{"obj": REFERENCE, "propSet?": [{"name": Name, "val?": ANY}], "missingSet?": [_MISSING]}]
_PAGE = {"_typeName": "RetrieveResult", "objects": _OBJECTS, "token?": str}
_UPDATE = {
    "kind": Name,
    "obj": REFERENCE,
    "changeSet?": [{"name": Name, "val?": ANY}],
    "missingSet?": [_MISSING],
}

# By property and method. The results of others do not matter.
SHAPES: dict[str, t.Any] = {
    "ContinueRetrievePropertiesEx": _PAGE,
    "CreateCollectorForTasks": REFERENCE,
    "CreateContainerView": REFERENCE,
    "CreateFilter": REFERENCE,
    "CreatePropertyCollector": REFERENCE,
    "CreateTask": {"task": {"type": "Task", "value": Name}},
    "CurrentTime": Time,
    "FindByInventoryPath": REFERENCE,
    "FindExtension": {
        "key": Name,
        "version": str,
        "extendedProductInfo?": dict,
        "resourceList?": [{"locale": str, "module": str, "data?": [{"key": str, "value": str}]}],
        "solutionManagerInfo?": dict,
        "taskList?": [{"taskID": str}],
    },
    "ReadNextTasks": [ANY],
    "ReadPreviousTasks": [ANY],
    "RetrieveProperties": _OBJECTS,
    "RetrievePropertiesEx": _PAGE,
    "WaitForUpdatesEx": {
        "version": Name,
        "truncated?": bool,
        "filterSet?": [{"objectSet?": [_UPDATE], "missingSet?": [{"obj": REFERENCE, "fault?": ANY}]}],
    },
    "content": {"rootFolder": REFERENCE},
    "latestPage": [ANY],
}
_TASK = {"type": "Task", "value": Name}
_WORDS = {Name: "a name", Time: "a time", bool: "true or false", dict: "an object", str: "a string"}


def of(member: str) -> t.Any:
    """The shape of a property or of the result of a method."""
    return _TASK if member.endswith("_Task") else SHAPES.get(member, ANY)


def problem(value: t.Any, shape: t.Any, place: str = "") -> str:
    """The first place with another shape, and the value there, or an empty string."""
    if isinstance(shape, list) and isinstance(value, list):
        problems = (problem(each, shape[0], f"{place}[{number}]") for number, each in enumerate(value))
        return next(filter(None, problems), "")
    if isinstance(shape, dict) and isinstance(value, dict):
        return next(filter(None, _members(value, shape, f"{place}.".lstrip("."))), "")
    if _fits(value, shape):
        return ""
    return f"{place or 'the value'} is {_found(value)} instead of {_wanted(shape)}"


def _members(value: _values.Data, shape: _values.Data, before: str) -> t.Iterator[str]:
    is_named = shape.get("_typeName", ()) == value.get("_typeName")
    for key, wanted in shape.items():
        name = key.rstrip("?")
        if name == "_typeName":
            continue
        # A server can omit an empty list of an object that contains its type.
        optional = name != key or (is_named and isinstance(wanted, list))
        if value.get(name) is None:
            yield "" if optional else f"{before}{name} is missing"
        else:
            yield problem(value[name], wanted, before + name)


def _fits(value: t.Any, shape: t.Any) -> bool:
    if isinstance(shape, str):
        return bool(value == shape)
    if shape is Name:
        return isinstance(value, str) and bool(value) and value.isprintable()
    if shape is Time:
        return _values.time_of(value) is not None
    return isinstance(shape, type) and isinstance(value, shape)


def _wanted(shape: t.Any) -> str:
    if isinstance(shape, str):
        return shape
    if isinstance(shape, (dict, list)):
        return "an object" if isinstance(shape, dict) else "a list"
    return _WORDS[shape]


def _found(value: t.Any) -> str:
    if isinstance(value, str):
        return f"the string {value[:40]!r}" if value else "an empty string"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else f"the number {value}"
