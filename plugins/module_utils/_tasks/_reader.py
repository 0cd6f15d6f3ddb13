# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading tasks that the server has as objects.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _properties
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _labels, _taskinfo

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection


class Reading(t.NamedTuple):
    """Tasks as users see them, in the order asked for, and the ids that the server does not know."""

    tasks: list[_taskinfo.Task]
    missing: list[str]


def id_of(ref: _values.Ref) -> str:
    """The id of the task that it is a reference to; ValueError, or another of its kind, where it is none."""
    if ref["type"] != "Task" or not ref["value"]:
        raise ValueError(ref)
    return str(ref["value"])


def check_ids(option: str, task_ids: list[str]) -> list[str]:
    """The ids of that option without repetitions, refused where one cannot be the id of a task."""
    for task_id in task_ids:
        if not re.fullmatch(r"[A-Za-z0-9][\w.:-]*", task_id) or ":" in task_id.partition("-")[0]:
            found = repr(task_id) if task_id else "an empty text"
            if _values.was_data(task_id):
                found = "a dictionary or a list"
            raise _errors.VsphereError(
                f"{option}: {found} is not a task id: give the managed object id alone, such as task-123, "
                "as vsphere_task_info returns it in the id of each task"
            )
    return list(dict.fromkeys(task_ids))


def read_tasks(connection: _connection.Connection, task_ids: list[str], custom_values: bool = False) -> Reading:
    """The given tasks, with one request for all of them, also where some are unknown or not for the user to see."""
    known = list(task_ids)
    while known:
        objects = [_properties.object_spec(_values.reference("Task", task_id)) for task_id in known]
        try:
            tasks = {task["id"]: task for task in _read(connection, objects, custom_values, transient=True)}
        except _errors.Fault as fault:
            # A server that leaves unknown objects out does not say this.
            unknown = fault.missing.get("value")
            if unknown not in known:
                raise
            known.remove(unknown)
        else:
            _labels.label_tasks(connection, list(tasks.values()))
            there = tasks.keys() | connection.forbidden.keys()
            return Reading(
                [tasks[task_id] for task_id in task_ids if task_id in tasks],
                [task_id for task_id in task_ids if task_id not in there],
            )
    return Reading([], task_ids)


def read_known_tasks(
    connection: _connection.Connection, task_ids: list[str], custom_values: bool = False
) -> list[_taskinfo.Task]:
    """The given tasks; unknown ids are an error that names all of them."""
    tasks, missing = read_tasks(connection, task_ids, custom_values)
    if missing:
        raise unknown_ids(connection, missing)
    return tasks


def read_known_task(connection: _connection.Connection, task_id: str, custom_values: bool = False) -> _taskinfo.Task:
    """The given task; an unknown id is an error, and so is one that the user may not see."""
    for task in read_known_tasks(connection, [task_id], custom_values):
        return task
    raise connection.forbidden[task_id]


def is_cancelled(connection: _connection.Connection, task_id: str, error: _errors.VsphereError) -> bool:
    """Whether a cancellation was carried out, although that error came for an answer.

    A server that did not answer in time is not asked: it would take as long again.
    """
    if isinstance(error, _errors.OutcomeUnknown) and not isinstance(error.__cause__, _errors.TimedOut):
        with contextlib.suppress(_errors.VsphereError):
            for task in read_tasks(connection, [task_id]).tasks:
                return bool(task["cancelled"]) or (task["error"] or {}).get("type") == "RequestCanceled"
    return False


def unknown_ids(connection: _connection.Connection, task_ids: list[str], besides: str = "") -> _errors.VsphereError:
    """The error that names task ids which the server does not know; ``besides`` says more of them."""
    sentence = f"{connection.host} knows no {', '.join(task_ids)}: check the ids{besides}"
    return _errors.VsphereError(sentence, missing_task_ids=task_ids)


def recent_tasks(
    connection: _connection.Connection, entity: _values.Ref | None = None, custom_values: bool = False
) -> list[_taskinfo.Task]:
    """The recent tasks of the TaskManager, or of an entity: running, queued, and ended lately.

    They come in no order, and without labels.
    """
    objects = [_properties.object_spec(entity or connection.manager("taskManager"), through="recentTask")]
    return _read(connection, objects, custom_values)


def _read(
    connection: _connection.Connection, objects: list[dict[str, t.Any]], custom_values: bool, transient: bool = False
) -> list[_taskinfo.Task]:
    """The tasks among the objects, without their labels; ``transient`` objects may be gone.

    Those that the user may not see are noted in the connection.
    """
    wanted = _properties.property_spec("Task", "info", *(("availableField", "value") if custom_values else ()))
    tasks = []
    for found in _retrieve(connection, objects, wanted, transient):
        why = found.refused.get("info")
        if why and why.type != "ManagedObjectNotFound":
            connection.forbidden[found.ref["value"]] = why
        if "info" in found.properties:
            task = _taskinfo.task_from_info(
                found.properties["info"], connection.server_time, found.ref["value"], connection.unreadable
            )
            if custom_values:
                try:
                    task.update(_custom_values(found))
                except (AttributeError, LookupError, TypeError):
                    names = ("available_fields", "custom_values")
                    task.update(dict.fromkeys(names))
                    connection.unreadable.setdefault(task["id"], []).extend(names)
            tasks.append(task)
    return tasks


def _retrieve(
    connection: _connection.Connection, objects: list[dict[str, t.Any]], wanted: dict[str, t.Any], transient: bool
) -> list[_properties.Object]:
    """The objects; what is wanted of the server once in a run rides along, so that no request is spent on it."""
    specs, objects_too = [wanted], list(objects)
    _properties.add_product(connection, objects_too, specs)
    with_labels = not connection.labels
    if with_labels:
        specs.append(_properties.property_spec("TaskManager", *_labels.COMMON))
        manager = connection.manager("taskManager")
        if manager not in [spec["obj"] for spec in objects]:
            objects_too.append(_properties.object_spec(manager))
    try:
        found = connection.read(lambda transport: _properties.retrieve(transport, objects_too, specs, transient))
    except _errors.Fault as fault:
        if not with_labels or fault.type == "ManagedObjectNotFound":
            raise
        # Should it be about the labels, the tasks can still be read.
        _labels.learn(connection, _labels.COMMON, [])
        return _retrieve(connection, objects, wanted, transient)
    found = _properties.take_product(connection, found)
    if with_labels:
        _labels.learn(connection, _labels.COMMON, [each for each in found if each.ref["type"] == "TaskManager"])
    return found


def _custom_values(found: _properties.Object) -> dict[str, t.Any]:
    """``available_fields`` as a list of {key, name, type}, ``custom_values`` as {name: text}."""
    defined = (found.properties.get("availableField") or {}).get("_value", [])
    values = (found.properties.get("value") or {}).get("_value", [])
    names = {field["key"]: field["name"] for field in defined}
    return {
        "available_fields": [{"key": f["key"], "name": f["name"], "type": f["type"]} for f in defined],
        "custom_values": {names.get(v["key"], str(v["key"])): v.get("value") for v in values},
    }
