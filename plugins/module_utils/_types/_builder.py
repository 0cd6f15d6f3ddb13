# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From plain YAML to data of a declared VI type, in VI/JSON form."""

from __future__ import annotations

import typing as t

from .. import _errors, _values
from . import _given, _references, _registry, _scalars

ByName = t.Callable[[str, dict[str, t.Optional[str]], _registry.ViType], t.Any]
"""Creates a node for an object by name or path, from its place, its parts, and its declared type."""

_SHOWN = 10
"""Maximum number of types in an error."""


class Builder:
    """Builds data and collects all problems of the input, each with its path, such as ``params.spec.name``.

    ``secrets`` are the texts that must not appear in output: values of members that the registry marks, and possible
    values of such members in parts of unknown type. With ``by_name``, the input can contain inventory objects by name
    or path. The nodes for them remain in the data until they are resolved.
    """

    def __init__(self, by_name: ByName | None = None) -> None:
        self.problems: list[str] = []
        self.secrets: set[str] = set()
        self._by_name = by_name

    def check(self) -> None:
        if self.problems:
            raise _errors.VsphereError("; ".join(self.problems))

    def build(self, path: str, declared: _registry.ViType, value: t.Any) -> t.Any:
        """The value as the declared type, or None if this is impossible."""
        how = {"any": self._any, "list": self._list, "object": self._object, "reference": self._reference}
        kind = _registry.kind(declared)
        make = how.get(kind)
        if kind not in ("any", "object") and isinstance(value, dict) and value.keys() == {"_typeName", "_value"}:
            # A server can box each part of a value of any type.
            value = value["_value"]
        try:
            return make(path, declared, value) if make else _scalars.build(declared, value)
        except ValueError as error:
            self._wrong(path, str(error))
        except _errors.VsphereError as error:
            self.problems.append(error.message)
        self.hide(value)
        return None

    def build_members(
        self, path: str, whole: str, known: dict[str, _registry.Member], given: _values.Data
    ) -> _values.Data:
        """The members of ``whole``, which has the known members, with the values of the user."""
        data = {}
        for name, value in given.items():
            member = known.get(name)
            if member is None:
                self._wrong(path, f"{whole} does not have {name}{_errors.nearest(name, known)}")
                # It can be one of them in another spelling, too.
                meant = [known[each] for each in _errors.close_to(name, known)]
                self.hide(value, any(each.secret for each in meant) or name in _registry.secret_names())
                continue
            if member.secret:
                self.hide(value, secret=True)
            built = None if value is None else self.build(f"{path}.{name}", member.type, value)
            # A list without items is an unset one over SOAP, and must be the same over VI/JSON.
            if built not in (None, []):
                data[name] = built
        for name, member in known.items():
            if member.required and given.get(name) in (None, []):
                self._wrong(path, f"{whole} requires {name} ({_registry.name_of(member.type)})")
        return data

    def hide(self, value: t.Any, secret: bool = False) -> None:
        """Keep a secret, or a possible secret in a part of unknown type, based on the names of its members."""
        if secret:
            self.secrets.update(_given.texts(value))
        elif isinstance(value, list):
            for item in value:
                self.hide(item)
        elif isinstance(value, dict):
            for name, member in value.items():
                self.hide(member, name in _registry.secret_names())

    def _wrong(self, path: str, sentence: str) -> None:
        self.problems.append(f"{path}: {sentence}")

    def _list(self, path: str, declared: _registry.ViType, value: t.Any) -> list[t.Any]:
        if not isinstance(value, list):
            raise ValueError(
                f"must be {_registry.name_of(declared)}, not {_given.shown(value)}: put the value into a list"
            )
        return [self.build(f"{path}[{place}]", _registry.item_of(declared), item) for place, item in enumerate(value)]

    def _any(self, path: str, declared: _registry.ViType, value: t.Any) -> t.Any:
        anything = _registry.find_type("ManagedObject")
        if not isinstance(value, dict) or "_typeName" not in value:
            is_ref = isinstance(value, dict) and set(value) == {"type", "moid"}
            data = self._reference(path, anything, value) if is_ref else _given.boxed(value)
            if data is None:
                raise ValueError(
                    "any type is possible here: add _typeName, and put a list into _value, as in "
                    "{_typeName: ArrayOfOptionValue, _value: [...]}"
                )
            return data
        name = str(value["_typeName"])
        type_ = _registry.find_type(name)
        if name == "ManagedObjectReference":
            return self._reference(path, anything, value)
        if type_ is None:
            raise ValueError(f"{_registry.registry_name()} does not know the type {name}")
        if _registry.kind(type_) == "object":
            return self._object(path, type_, value)
        if _registry.kind(type_) == "reference":
            raise ValueError(f"{name} is a managed object: refer to it as {{type: {name}, moid: its ID}}")
        if set(value) != {"_typeName", "_value"}:
            raise ValueError(f"{name} is not a data object: put its contents into _value, without other members")
        return {"_typeName": _registry.wire_name(type_), "_value": self.build(path, type_, value["_value"])}

    def _reference(self, path: str, declared: _registry.ViType, value: t.Any) -> t.Any:
        if isinstance(value, str):
            return _references.from_id(declared, _given.text(value))
        wanted = _registry.name_of(declared)
        parts = value if isinstance(value, dict) else {}
        given = {name: _values.plain(part) for name, part in parts.items() if name != "_typeName"}
        if given.keys() <= {"type", "moid", "value", "name", "path"}:
            given = {name: _given.text(part) for name, part in given.items()}
        if set(given) in ({"type", "moid"}, {"type", "value"}):
            return _references.from_parts(declared, given.pop("type"), *given.values())
        if self._by_name is None or not given or not given.keys() <= {"type", "name", "path"}:
            ways = "{type, moid}, {name} or {path}" if self._by_name else "{type, moid}"
            what = "a moid without its type" if "moid" in given else _given.shown(value)
            raise ValueError(f"must be a {wanted} (its ID, or {ways}), not {what}")
        # A path needs no type, and any type will do where any entity does.
        type_ = wanted if "name" in given and wanted != "ManagedEntity" else None
        return self._by_name(path, {"type": type_, **given}, declared)

    def _object(self, path: str, declared: _registry.ViType, value: t.Any) -> _values.Data:
        if not isinstance(value, dict):
            raise ValueError(f"must be a dictionary ({_registry.name_of(declared)}), not {_given.shown(value)}")
        given = {name: member for name, member in value.items() if name != "_typeName"}
        type_ = _type_named(declared, value["_typeName"]) if "_typeName" in value else _type_fitting(declared, given)
        name = _registry.name_of(type_)
        return {"_typeName": name, **self.build_members(path, name, _registry.members(type_), given)}


def possible_secrets(value: t.Any) -> set[str]:
    """The texts in a value of unknown type that can be secret, based on the names of its members."""
    _registry.require_registry("to know the names of secrets")
    builder = Builder()
    builder.hide(value)
    return builder.secrets


def _type_named(declared: _registry.ViType, name: str) -> _registry.ViType:
    """The data object type in ``_typeName``, for a declared type."""
    type_ = _registry.find_type(str(name))
    if type_ is not None and _registry.extends(type_, declared):
        return type_
    known = [_registry.name_of(each) for each in (declared, *_registry.descendants(declared))]
    what = "is not" if type_ is not None else f"is not a type that {_registry.registry_name()} knows, nor"
    raise ValueError(f"_typeName {name} {what} {known[0]} or one that extends it" + _errors.nearest(str(name), known))


def _type_fitting(declared: _registry.ViType, given: _values.Data) -> _registry.ViType:
    children = _registry.descendants(declared)
    if not children:
        return declared
    concrete = _registry.has_own_members(declared)
    if concrete and given.keys() <= _registry.members(declared).keys():
        return declared
    name = _registry.name_of(declared)
    members = {_registry.name_of(each): _registry.members(each).keys() for each in children}
    fitting = sorted(each for each, names in members.items() if given.keys() <= names)
    if fitting:
        few = _values.some_of(fitting, _SHOWN)
        raise ValueError(f"requires _typeName, because {name} has several types: use one of {few}")
    everything = set(_registry.members(declared)).union(*members.values())
    unknown = [each for each in given if each not in everything]
    hints = [f"none has {each}{_errors.nearest(each, everything)}" for each in unknown] or [
        f"none has all of {', '.join(given)}"
    ]
    raise ValueError(f"requires _typeName, because {name} has several types, but {'; '.join(hints)}")
