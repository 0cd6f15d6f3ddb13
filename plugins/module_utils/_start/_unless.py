# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The condition under which nothing is to be started: a property has a value already, or an object exists."""

from __future__ import annotations

import contextlib
import typing as t

from .. import _context, _errors, _values
from .._inventory import _entity, _find, _objects
from .._types import _builder, _registry

UNLESS_SPEC: dict[str, t.Any] = {
    "type": "dict",
    "options": {
        "property": {"type": "str"},
        # Everything in it is hidden until the secrets are known.
        "equals": {"type": "raw", "no_log": True},
        "object": _objects.OBJECT_SPEC,
        "exists": {
            "type": "dict",
            "options": {"type": {"type": "str"}, "name": {"type": "str"}, "path": {"type": "str"}},
            "mutually_exclusive": [("name", "path")],
            "required_one_of": [("name", "path")],
            "required_by": {"name": ["type"]},
        },
    },
    "mutually_exclusive": [("property", "exists")],
    "required_one_of": [("property", "exists")],
    "required_by": {"equals": ["property"], "object": ["property"]},
}
"""The option for a ``Condition``."""


class Exists(t.NamedTuple):
    """An inventory object exists."""

    entity: _entity.Entity

    def reason(self, finder: _objects.Finder) -> str | None:
        """The reason to do nothing, or None."""
        if not _find.entity_exists(finder.connection, self.entity):
            return None
        return f"{self.entity.path or self.entity.type} {self.entity.name or ''}".rstrip() + " exists"


class PropertyEquals(t.NamedTuple):
    """A property of an object has a value; None is that of an unset one."""

    target: _objects.Target
    path: str
    value: t.Any

    def reason(self, finder: _objects.Finder) -> str | None:
        ref = finder.find(self.target)
        declared, found = _objects.read_property(finder.connection, ref, self.path, "unless.property")
        if isinstance(found, dict) and _registry.kind(declared) != "any" and "_value" in found:
            found = found["_value"]
        wanted = _build(declared, self.value)
        # Build the server's value again, so that both have the same form. If this fails, the values differ.
        with contextlib.suppress(_errors.VsphereError):
            if _build(declared, found) == wanted:
                return f"{self.path} of {_values.object_name(ref)} is {_shown(found)}"
        return None


Condition = t.Union[Exists, PropertyEquals]


def from_params(given: _context.Params, acted_on: _objects.Target | None, secrets: set[str]) -> Condition | None:
    """The condition, checked without a server. None if it requires the unknown object of the call."""
    if given["exists"]:
        return Exists(_entity.Entity("unless.exists", **given["exists"]).checked())
    builder = _builder.Builder()
    builder.hide(given["equals"])
    secrets |= builder.secrets
    target = _objects.Target.from_params("unless.object", given["object"]) if given["object"] else acted_on
    if target is None:
        return None
    if target.type:
        _build(_objects.end_of_path("unless.property", target.type, given["property"]), given["equals"])
    return PropertyEquals(target, given["property"], given["equals"])


def _shown(found: t.Any) -> t.Any:
    """A property in a sentence. The contents of a data object could be a secret."""
    items = found if isinstance(found, list) else [found]
    if any(isinstance(each, dict) and not _values.is_reference(each) for each in items):
        return "as wanted"
    return "unset" if found is None else _values.plain(found)


def _build(declared: _registry.ViType, value: t.Any) -> t.Any:
    """The value as that type; an empty list is an unset one."""
    if value in (None, []):
        return None
    builder = _builder.Builder()
    data = builder.build("unless.equals", declared, value)
    builder.check()
    return data
