# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading tasks that the server has as objects.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._labels import METHOD_INFO, labels_of
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
    from ansible_collections.vsphere.tasks.plugins.module_utils._values import Ref

_ABOUT = "content.about.fullName"


class Reading(t.NamedTuple):
    """Tasks as users see them, in the order asked for, and the ids that the server does not know."""

    tasks: list[Task]
    missing: list[str]


class Extras(t.NamedTuple):
    """What is read besides the TaskInfo."""

    custom_values: bool = False
    labels: bool = False


_NONE = Extras()


def check_ids(task_ids: list[str]) -> list[str]:
    """The ids without repetitions, refused where one cannot be the id of a task."""
    for task_id in task_ids:
        if not re.fullmatch(r"[A-Za-z0-9][\w.:-]*", task_id) or ":" in task_id.partition("-")[0]:
            raise VsphereError(
                f"{task_id!r} is not a task id: give the managed object id alone, such as task-123, "
                "as vsphere_task_info returns it in id"
            )
    return list(dict.fromkeys(task_ids))


def read_tasks(connection: Connection, task_ids: list[str], extras: Extras = _NONE) -> Reading:
    """The given tasks, with one request for all of them and one more for each unknown id."""
    known = list(task_ids)
    while True:
        objects = [object_spec(reference("Task", task_id)) for task_id in known]
        try:
            tasks = {task["id"]: task for task in _read(connection, objects, extras)}
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


def read_known_tasks(connection: Connection, task_ids: list[str], extras: Extras = _NONE) -> list[Task]:
    """The given tasks; unknown ids are an error that names all of them."""
    tasks, missing = read_tasks(connection, task_ids, extras)
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


def recent_tasks(connection: Connection, entity: Ref | None = None, extras: Extras = _NONE) -> list[Task]:
    """The recent tasks of the TaskManager, or of an entity: running, queued, and ended lately; in no order."""
    objects = [object_spec(entity or connection.manager("taskManager"), through="recentTask")]
    return _read(connection, objects, extras)


def read_product(connection: Connection) -> None:
    """Have the connection know the server's product, which costs a request if no task was read before."""
    if connection.product is None:
        _read(connection, [], _NONE)


def read_labels(connection: Connection) -> None:
    """Have the connection know the labels of operations, which costs a request if they have not been read yet."""
    if connection.labels is None:
        _read(connection, [], Extras(labels=True))


def _read(connection: Connection, objects: list[dict[str, t.Any]], extras: Extras) -> list[Task]:
    """The tasks among the objects."""
    objects, specs = _with_facts(connection, objects, extras.labels)
    if not objects:
        return []
    specs.append(property_spec("Task", "info", *(("availableField", "value") if extras.custom_values else ())))

    def steps(transport: Transport) -> list[Object]:
        return retrieve(transport, objects, specs)

    tasks = []
    for found in connection.read(steps):
        if found.ref["type"] == "ServiceInstance":
            connection.product = found.properties[_ABOUT]["_value"]
        elif found.ref["type"] == "TaskManager":
            connection.labels = labels_of(found.properties[METHOD_INFO])
        elif "info" in found.properties:
            task = task_from_info(found.properties["info"], connection.server_time)
            if extras.custom_values:
                task.update(_custom_values(found))
            tasks.append(task)
    return tasks


def _with_facts(
    connection: Connection, objects: list[dict[str, t.Any]], with_labels: bool
) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]]]:
    """What else is wanted of the server, once in a run: it rides along, so that no request is spent on it."""
    specs = []
    if connection.product is None:
        objects = [*objects, object_spec(SERVICE_INSTANCE)]
        specs.append(property_spec("ServiceInstance", _ABOUT))
    if with_labels and connection.labels is None:
        manager = connection.manager("taskManager")
        if manager not in [spec["obj"] for spec in objects]:
            objects = [*objects, object_spec(manager)]
        specs.append(property_spec("TaskManager", METHOD_INFO))
    return objects, specs


def _custom_values(found: Object) -> dict[str, t.Any]:
    """``available_fields`` as a list of {key, name, type}, ``custom_values`` as {name: text}."""
    defined = (found.properties.get("availableField") or {}).get("_value", [])
    values = (found.properties.get("value") or {}).get("_value", [])
    names = {field["key"]: field["name"] for field in defined}
    return {
        "available_fields": [{"key": f["key"], "name": f["name"], "type": f["type"]} for f in defined],
        "custom_values": {names.get(v["key"], str(v["key"])): v.get("value") for v in values},
    }
