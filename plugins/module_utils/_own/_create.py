# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating tasks of types that an extension has registered.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _entity, _find
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _filter, _history, _labels, _reader, _taskinfo

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection


class Wanted:
    """The task that is to be there, checked as far as that goes without a server."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.entity = None if params["entity"] is None else _entity.Entity.from_params("entity", params["entity"])
        if self.entity and not self.entity.is_one:
            raise _errors.VsphereError(
                "entity names no object: give its moid and type, its name or its path, or leave the option out for the "
                "root folder"
            )
        names = ("task_type", "initiated_by", "activation_id", "parent_task_key")
        self.given: dict[str, t.Any] = {name: params[name] for name in names if params[name] is not None}
        empty = [name for name, value in self.given.items() if not value.strip()]
        if empty:
            raise _errors.VsphereError(
                f"{', '.join(empty)} is empty: fill it, or leave the option out where it is not required"
            )
        wrong = [
            f"{name} {_values.unsendable(value)}" for name, value in self.given.items() if _values.unsendable(value)
        ]
        if _values.was_data(self.given.get("parent_task_key", "")):
            wrong.append("parent_task_key is a dictionary or a list: give the key of a task alone")
        if wrong:
            raise _errors.VsphereError("; ".join(wrong))
        self.given["cancelable"] = params["cancelable"]


def ensure_task(connection: _connection.Connection, wanted: Wanted, check_mode: bool) -> dict[str, t.Any]:
    """Create the task, unless an unfinished one of its activation id and type is there."""
    _check_extensions(connection)
    entity = _find.find_entity(connection, wanted.entity) if wanted.entity else _find.root_folder(connection)
    tasks = _unfinished(connection, **wanted.given)
    new: dict[str, t.Any] = {} if tasks else {**wanted.given, "entity": _values.plain(entity)}
    if new and not check_mode:
        tasks = [_taskinfo.task_from_info(create_task(connection, entity, **wanted.given), connection.server_time)]
    _labels.label_tasks(connection, tasks)
    task = tasks[0] if tasks else None
    return {"changed": bool(new), "task": task, "diff": {"before": {}, "after": new}}


def _unfinished(
    connection: _connection.Connection, task_type: str, activation_id: str | None = None, **others: t.Any
) -> list[_taskinfo.Task]:
    """The oldest such task, or none: of the recent ones, which the history lags behind, else of the history.

    The recent ones alone would not do, because the server shows a part of them where they are many.
    """
    if not activation_id:
        return []
    given = {"states": ["queued", "running"], "activation_ids": [activation_id]}
    spec, checks = _filter.Conditions({**dict.fromkeys(_filter.FILTER_SPEC), **given}).to_filter(None)
    wanted = _filter.Filter(spec, [*checks, lambda task: bool(task["description_id"] == task_type)])
    recent = [task for task in _reader.recent_tasks(connection) if wanted.fits(task)]
    # What the user may not see among them is not what this is about.
    connection.forbidden.clear()
    recent.sort(key=lambda task: str(task["queue_time"]))
    return recent[:1] or _history.search_history(connection, wanted, _history.Scroll(limit=1))


def create_task(
    connection: _connection.Connection,
    entity: _values.Ref,
    task_type: str,
    *,
    cancelable: bool = False,
    initiated_by: str | None = None,
    activation_id: str | None = None,
    parent_task_key: str | None = None,
) -> dict[str, t.Any]:
    """Create a task, which is queued then; its TaskInfo in VI/JSON form."""
    _check_extensions(connection)
    given = {"initiatedBy": initiated_by, "activationId": activation_id, "parentTaskKey": parent_task_key}
    params = {
        "obj": entity,
        "taskTypeId": task_type,
        "cancelable": cancelable,
        **{name: value for name, value in given.items() if value is not None},
    }
    try:
        info = connection.invoke(connection.manager("taskManager"), "CreateTask", params, _created)
    except _errors.OutcomeUnknown as error:
        error.message += (
            f". It is not repeated: vsphere_task_info with description_ids [{task_type}] shows whether it is there; "
            "with an activation_id a second run is safe"
        )
        raise
    except _errors.Fault as fault:
        sentence = _refusal(connection, fault, entity, task_type)
        if not sentence:
            raise
        raise _errors.VsphereError(sentence + fault.more, **fault.result) from fault
    return t.cast("dict[str, t.Any]", info)


def _created(info: dict[str, t.Any]) -> dict[str, t.Any]:
    """The TaskInfo, which says which task there is now."""
    if not _taskinfo.task_from_info(info, None)["id"]:
        raise ValueError(info)
    return info


def _check_extensions(connection: _connection.Connection) -> None:
    """Raise an error where the server has no extensions, and so no task types and no tasks of clients."""
    if not connection.has("extensionManager"):
        raise _errors.VsphereError(
            f"{connection.host} is an ESXi: only a vCenter has task types and tasks of its clients"
        )


def _refusal(connection: _connection.Connection, fault: _errors.Fault, entity: _values.Ref, task_type: str) -> str:
    """Why a task was not created and what to do about it; empty where the fault says so itself."""
    if fault.type == "ManagedObjectNotFound":
        return (
            f"{connection.host} knows no {entity['type']} {entity['value']} (ManagedObjectNotFound): check the entity"
        )
    # Which name of the parameter the fault gives is not published; without any, the type is what is checked.
    parameter = str(_values.plain(fault.fields.get("invalidProperty")) or "")
    if fault.type == "InvalidArgument" and parameter[:8] in ("", "taskType"):
        return (
            f"{connection.host} knows no task type {task_type} (InvalidArgument): register it with "
            f"vsphere_task_type, where its id goes into task_types"
        )
    return ""
