# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host of each task's entity, which a TaskInfo does not contain."""

from __future__ import annotations

import typing as t

from .. import _values
from .._connection import _properties

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._connection import _connection, _transport
    from . import _taskinfo

_BATCH = 1000  # objects in one request


def add_hosts(connection: _connection.Connection, tasks: list[_taskinfo.Task]) -> None:
    """Add ``host`` and ``host_name`` to the tasks and their children.

    It is the entity itself, or the host of a virtual machine at present.
    """
    entities = {(task["entity"]["type"], task["entity"]["moid"]) for task in _all(tasks) if task["entity"]}
    machines = [moid for type_, moid in entities if type_ == "VirtualMachine"]
    hosts = _read(connection, "VirtualMachine", machines, "runtime.host")
    host_of = {
        moid: ref["moid"] for moid, ref in hosts.items() if isinstance(ref, dict) and isinstance(ref.get("moid"), str)
    }
    host_of.update((moid, moid) for type_, moid in entities if type_ == "HostSystem")
    names = _read(connection, "HostSystem", sorted(set(host_of.values())), "name")
    for task in _all(tasks):
        host = host_of.get(task["entity"]["moid"]) if task["entity"] else None
        task["host"] = {"type": "HostSystem", "moid": host} if host else None
        task["host_name"] = names.get(host or "")


def _all(tasks: list[_taskinfo.Task]) -> Iterator[_taskinfo.Task]:
    for task in tasks:
        yield task
        yield from _all(task.get("children", []))


def _read(connection: _connection.Connection, type_: str, moids: list[str], path: str) -> dict[str, t.Any]:
    """A property of objects, by their IDs. It omits objects that do not exist anymore or do not show it."""
    wanted = [_properties.property_spec(type_, path)]
    values: dict[str, t.Any] = {}
    for start in range(0, len(moids), _BATCH):
        objects = [_properties.object_spec(_values.reference(type_, moid)) for moid in moids[start : start + _BATCH]]

        def read(transport: _transport.Transport, objects: list[_values.Data] = objects) -> list[_properties.Object]:
            return _properties.retrieve(transport, objects, wanted, transient=True)

        for each in connection.read(read):
            if path in each.properties:
                values[each.ref["value"]] = _values.plain(each.properties[path])
    return values
