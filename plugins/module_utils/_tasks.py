# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding and reading tasks.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._properties import (
    SERVICE_INSTANCE,
    Object,
    object_spec,
    property_spec,
    retrieve,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._taskinfo import Task, task_from_info
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection, Transport

SELECTION_SPEC: dict[str, dict[str, t.Any]] = {
    "task_ids": {"type": "list", "elements": "str"},
    "states": {"type": "list", "elements": "str", "choices": ["queued", "running", "success", "error"]},
    "entity": {
        "type": "dict",
        "options": {"moid": {"type": "str"}, "name": {"type": "str"}, "type": {"type": "str"}},
    },
    "cancelable": {"type": "bool"},
}
"""The options that ``Selection`` takes."""

_ABOUT = "content.about.fullName"


class Reading(t.NamedTuple):
    """Tasks as users see them, in the order asked for, and the ids that the server does not know."""

    tasks: list[Task]
    missing: list[str]


def check_ids(task_ids: list[str]) -> list[str]:
    """The ids without repetitions, refused where one cannot be the id of a task."""
    for task_id in task_ids:
        if not re.fullmatch(r"[A-Za-z0-9][\w.:-]*", task_id) or ":" in task_id.partition("-")[0]:
            raise VsphereError(
                f"{task_id!r} is not a task id: give the managed object id alone, such as task-123, "
                "as vsphere_task_info returns it in id"
            )
    return list(dict.fromkeys(task_ids))


def read_tasks(connection: Connection, task_ids: list[str], custom_values: bool = False) -> Reading:
    """The given tasks, with one request for all of them and one more for each unknown id."""
    known = list(task_ids)
    while True:
        objects = [object_spec(reference("Task", task_id)) for task_id in known]
        try:
            tasks = {task["id"]: task for task in _read(connection, objects, custom_values)}
        except Fault as fault:
            unknown = (fault.fields.get("obj") or {}).get("value")
            if fault.type != "ManagedObjectNotFound" or unknown not in known:
                raise
            known.remove(unknown)
        else:
            return Reading(
                [tasks[task_id] for task_id in task_ids if task_id in tasks],
                [task_id for task_id in task_ids if task_id not in tasks],
            )


def read_known_tasks(connection: Connection, task_ids: list[str], custom_values: bool = False) -> list[Task]:
    """The given tasks; unknown ids are an error that names all of them."""
    tasks, missing = read_tasks(connection, task_ids, custom_values)
    if missing:
        raise unknown_ids(connection, missing)
    return tasks


def unknown_ids(connection: Connection, task_ids: list[str]) -> VsphereError:
    """The error that names task ids which the server does not know."""
    return VsphereError(
        f"{connection.host} knows no {', '.join(task_ids)}: check the ids; a task that ended more "
        "than some ten minutes ago may be in vCenter's history only",
        missing_task_ids=task_ids,
    )


def recent_tasks(connection: Connection, custom_values: bool = False) -> Reading:
    """The TaskManager's recent tasks, newest first: those running and queued, and those that ended lately."""
    tasks = _read(connection, [object_spec(connection.manager("taskManager"), through="recentTask")], custom_values)
    return Reading(sorted(tasks, key=lambda task: str(task["queue_time"]), reverse=True), [])


class Selection:
    """Which tasks a module is about: given ones, or the recent ones, narrowed by what else is given."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self._task_ids = None if params["task_ids"] is None else check_ids(params["task_ids"])
        self._states = params["states"]
        self._cancelable = params["cancelable"]
        self._entity = {name: value for name, value in (params["entity"] or {}).items() if value}
        # A variable that turns out to be empty must not widen the selection to everything.
        if self._states is not None and not self._states:
            raise VsphereError("states is empty, which fits no task: name states, or leave the option out")
        if params["entity"] is not None and not self._entity:
            raise VsphereError("entity is empty: give its moid, name or type, or leave the option out")

    @property
    def is_everything(self) -> bool:
        """Whether nothing was given to select by."""
        return self._task_ids is None and not self._narrows

    @property
    def _narrows(self) -> bool:
        return bool(self._states or self._entity or self._cancelable is not None)

    def read(self, connection: Connection, custom_values: bool = False) -> Reading:
        """The tasks that every given option fits."""
        if self._task_ids is None:
            reading = recent_tasks(connection, custom_values)
        else:
            reading = read_tasks(connection, self._task_ids, custom_values)
        return Reading([task for task in reading.tasks if self._fits(task)], reading.missing)

    def ids(self, connection: Connection) -> list[str]:
        """The ids of these tasks; given ids that nothing narrows cost no request, and may be unknown to the server."""
        if self._task_ids is not None and not self._narrows:
            return self._task_ids
        reading = self.read(connection)
        if reading.missing:
            raise unknown_ids(connection, reading.missing)
        return [task["id"] for task in reading.tasks]

    def _fits(self, task: Task) -> bool:
        return (
            (not self._states or task["state"] in self._states)
            and self._cancelable in (None, task["cancelable"])
            and self._entity.items() <= {**(task["entity"] or {}), "name": task["entity_name"]}.items()
        )


def read_product(connection: Connection) -> None:
    """Have the connection know the server's product, which costs a request if no task was read before."""
    _read(connection, [], custom_values=False)


def _read(connection: Connection, objects: list[dict[str, t.Any]], custom_values: bool) -> list[Task]:
    paths = ("info", "availableField", "value") if custom_values else ("info",)
    specs = [property_spec("Task", *paths)]
    if connection.product is None:
        # Rides along, so that no request is spent on it.
        objects = [*objects, object_spec(SERVICE_INSTANCE)]
        specs.append(property_spec("ServiceInstance", _ABOUT))

    def steps(transport: Transport) -> list[Object]:
        return retrieve(transport, objects, specs)

    tasks = []
    for found in connection.read(steps):
        if found.ref["type"] == "ServiceInstance":
            connection.product = found.properties[_ABOUT]["_value"]
        elif "info" in found.properties:
            task = task_from_info(found.properties["info"], connection.server_time)
            if custom_values:
                task.update(_custom_values(found))
            tasks.append(task)
    return tasks


def _custom_values(found: Object) -> dict[str, t.Any]:
    """``available_fields`` as a list of {key, name, type}, ``custom_values`` as {name: text}."""
    defined = (found.properties.get("availableField") or {}).get("_value", [])
    values = (found.properties.get("value") or {}).get("_value", [])
    names = {field["key"]: field["name"] for field in defined}
    return {
        "available_fields": [{"key": f["key"], "name": f["name"], "type": f["type"]} for f in defined],
        "custom_values": {names.get(v["key"], str(v["key"])): v.get("value") for v in values},
    }
