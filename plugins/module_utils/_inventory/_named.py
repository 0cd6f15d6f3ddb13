# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects by name or path in the data of a call."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _errors, _values
from .._connection import _connection
from .._types import _registry
from . import _entity, _find


@dataclasses.dataclass(frozen=True)
class Named:
    """An object that has to be resolved before the data that it stands in can be sent."""

    entity: _entity.Entity
    declared: _registry.ViType

    @classmethod
    def from_parts(cls, path: str, given: dict[str, str | None], declared: _registry.ViType) -> Named:
        """The object with that type, name, or path, at ``path``. ValueError for other data."""
        entity = _entity.Entity(path, **given).checked()
        if not entity.is_one or (entity.name and entity.path):
            raise ValueError("requires either name or path")
        return cls(entity, declared)

    def look_up(self, connection: _connection.Connection) -> _values.Ref:
        found = _find.find_entity(connection, self.entity)
        type_ = _registry.find_type(found["type"])
        if type_ is not None and not _registry.extends(type_, self.declared):
            wanted = _registry.name_of(self.declared)
            raise _errors.VsphereError(f"{self.entity.option}: requires a {wanted}, not a {found['type']}")
        return found


def resolved(connection: _connection.Connection, data: t.Any) -> t.Any:
    """The data with references instead of named objects."""
    if isinstance(data, Named):
        return data.look_up(connection)
    if isinstance(data, dict):
        return {name: resolved(connection, value) for name, value in data.items()}
    return [resolved(connection, item) for item in data] if isinstance(data, list) else data
