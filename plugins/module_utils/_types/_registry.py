# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions about VI types, answered by pyVmomi's type registry.

A type is handed around as pyVmomi has it, but only this file looks into it.
"""

from __future__ import annotations

import collections
import functools
import typing as t

from . import _pyvmomi

ViType = t.Any
"""A type of pyVmomi: a class whose base types are unknown until pyVmomi loads it."""


class Member(t.NamedTuple):
    """A member of a data object, or a parameter of a method."""

    name: str
    type: ViType
    required: bool
    secret: bool


class Method(t.NamedTuple):
    """A method of the API and the type of managed objects that has it."""

    name: str
    owner: ViType
    params: dict[str, Member]
    returns_task: bool


require_registry = _pyvmomi.require
registry_name = _pyvmomi.registry_name
wire_name = _pyvmomi.wire_name


def find_type(name: str) -> ViType | None:
    """The type of a VI/JSON ``_typeName``."""
    try:
        return _pyvmomi.wire_type(name)
    except KeyError:
        return None


def kind(type_: ViType) -> str:
    """What sort of type it is: any, list, reference, object, enum, or its own name, such as int, for a simple one."""
    if type_ is object:
        return "any"
    for base, word in (
        (list, "list"),
        (_pyvmomi.VmomiSupport.ManagedObject, "reference"),
        (_pyvmomi.VmomiSupport.DataObject, "object"),
        (_pyvmomi.VmomiSupport.Enum, "enum"),
    ):
        if issubclass(type_, base):
            return word
    return wire_name(type_)


def name_of(type_: ViType) -> str:
    """How a message calls a type."""
    return f"a list of {name_of(item_of(type_))}" if kind(type_) == "list" else wire_name(type_)


def item_of(type_: ViType) -> ViType:
    return type_.Item


def values_of(type_: ViType) -> list[str]:
    return [str(value) for value in type_.values]


def extends(type_: ViType, base: ViType) -> bool:
    return issubclass(type_, base)


def descendants(type_: ViType) -> list[ViType]:
    """The types that extend it, at any remove; the first call takes some 0.2 s, as all types are loaded."""
    return [
        each
        for each in _all_types()
        if each is not type_
        and issubclass(each, type_)
        and _pyvmomi.VmomiSupport.GetQualifiedWsdlName(each)[0] == _pyvmomi.VIM
    ]


@functools.cache
def _all_types() -> list[ViType]:
    return [each for each in _pyvmomi.VmomiSupport.GetWsdlTypes() if isinstance(each, type)]


def members(type_: ViType) -> dict[str, Member]:
    """The members of a data object, or the properties of a managed one, as VI/JSON has them."""
    # What every type inherits is not part of VI/JSON; the text of a fault is the server's to give.
    hidden = {prop.name for prop in _pyvmomi.wire_type("DynamicData")._GetPropertyList()}
    if issubclass(type_, Exception):
        hidden.add("msg")
    return {prop.name: _member(prop) for prop in type_._GetPropertyList() if prop.name not in hidden}


def member_type(type_: ViType, name: str) -> ViType | None:
    """The declared type of a member that the type has, or one that extends it."""
    member = members(type_).get(name)
    if member is None:
        member = next((found[name] for found in map(members, descendants(type_)) if name in found), None)
    return member.type if member else None


def has_own_members(type_: ViType) -> bool:
    """Whether it has members in addition to those of its base type. Without them, it is only a name."""
    return bool(type_._GetPropertyList(includeBaseClassProps=False))


def _member(info: t.Any) -> Member:
    optional, secret = info.flags & _pyvmomi.VmomiSupport.F_OPTIONAL, info.flags & _pyvmomi.VmomiSupport.F_SECRET
    return Member(info.name, info.type, not optional, bool(secret))


@functools.cache
def secret_names() -> frozenset[str]:
    """The names of members and parameters that are secret wherever the API has them, or mostly.

    Others, such as key and value, are so in single types; taking them for secrets would mask most of a message.
    """
    found = [prop for each in _all_types() for prop in getattr(each, "_propList", ())]
    found += [
        param for each in descendants(_pyvmomi.VmomiSupport.ManagedObject) for m in _methods(each) for param in m.params
    ]
    secret = collections.Counter(info.name for info in found if info.flags & _pyvmomi.VmomiSupport.F_SECRET)
    all_ = collections.Counter(info.name for info in found)
    return frozenset(name for name, count in secret.items() if 2 * count > all_[name])


def find_method(name: str) -> Method | None:
    """A method by its name on the wire, which no two types share in different meanings."""
    try:
        info = _pyvmomi.VmomiSupport.GetWsdlMethod(_pyvmomi.VIM, name).info
    except KeyError:
        return None
    params = {param.name: _member(param) for param in info.params}
    return Method(name, info.type, params, info.result is _pyvmomi.wire_type("Task"))


def task_methods(type_: ViType | None) -> list[str]:
    """The methods of a type, or of all types, that return a task."""
    types = [type_] if type_ else descendants(_pyvmomi.VmomiSupport.ManagedObject)
    task = _pyvmomi.wire_type("Task")
    names = {info.wsdlName for each in types for info in _methods(each) if info.result is task}
    # Types of vim25 have methods that came with vSAN's own service, which are called at another address.
    return sorted(name for name in names if find_method(name))


def _methods(type_: ViType) -> list[t.Any]:
    return t.cast("list[t.Any]", type_._GetMethodList())
