# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating tasks of types that an extension has registered."""

from __future__ import annotations

import dataclasses
import time

from .. import _context, _errors, _values
from .._connection import _connection
from .._inventory import _entity, _find
from .._tasks import _filter, _history, _reader, _taskinfo

PAUSES = (0, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""Seconds before each look for tasks that other runs have created at the same time, and will end.

Together they are longer than a slow run usually takes to end its task, because both runs create a new one if both gave
up.
"""

GAVE_UP = "vsphere.tasks.same_activation_id"
"""The fault type ID in the error of a task whose run found another one."""


@dataclasses.dataclass(frozen=True)
class CreateOptions:
    """The task that is to be there; without an entity, on the root folder."""

    task_type: str
    entity: _entity.Entity | None = None
    cancelable: bool = False
    initiated_by: str | None = None
    activation_id: str | None = None
    parent_task_key: str | None = None

    @classmethod
    def from_params(cls, params: _context.Params) -> CreateOptions:
        entity = None if params["entity"] is None else _entity.Entity.from_params("entity", params["entity"])
        if entity and not entity.is_one:
            raise _errors.VsphereError(
                "entity does not identify an object: set moid and type, name, or path, or omit entity to use the "
                "root folder"
            )
        names = ("task_type", "initiated_by", "activation_id", "parent_task_key")
        given = {name: params[name] for name in names if params[name] is not None}
        problems = {name: _values.problem_of(text, is_id=name == "parent_task_key") for name, text in given.items()}
        if any(problems.values()):
            raise _errors.VsphereError("; ".join(f"{name} {problem}" for name, problem in problems.items() if problem))
        return cls(entity=entity, cancelable=params["cancelable"], **given)

    @property
    def given(self) -> _context.Params:
        """Everything except the entity, without members that the server chooses."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.name != "entity"}
        return {name: value for name, value in values.items() if value is not None}


def ensure_task(reader: _reader.TaskReader, options: CreateOptions) -> _context.Result:
    """Create the task, unless an unfinished one of its activation id and type is there."""
    connection = reader.connection
    _check_extensions(connection)
    entity = _find.find_entity(connection, options.entity) if options.entity else _find.root_folder(connection)
    tasks = _unfinished(reader, options)
    new: _context.Result = {} if tasks else {**options.given, "entity": _values.plain(entity)}
    if new and not reader.context.check_mode:
        info = create_task(connection, entity, options)
        [own] = tasks = reader.from_info({_taskinfo.task_from_info(info, None)["id"]: info})
        reader.context.known.update(changed=True, task=own)
        first = _first(reader, own, options) if options.activation_id else own
        if first is not own:
            if _gave_up(first):
                # Both runs gave up, so no task remains.
                return ensure_task(reader, options)
            new, tasks = {}, [first]
    task = tasks[0] if tasks else None
    return {"changed": bool(new), "task": task, "diff": {"before": {}, "after": new}}


def _unfinished(reader: _reader.TaskReader, options: CreateOptions) -> list[_taskinfo.Task]:
    """The oldest such task, or none: of the recent ones, which the history lags behind, else of the history.

    The recent ones are not sufficient, because the server shows only a part of a large number. The history can contain
    an old state of tasks that have ended, or that the server has lost, so it does not decide.
    """
    if not options.activation_id:
        return []
    wanted = _wanted(options)
    recent = _recent(reader, wanted)
    if recent:
        return recent[:1]
    past = [str(task["id"]) for task in reader.history(wanted, _history.Scroll())]
    return [task for task in reader.given(past).tasks if wanted.fits(task)][:1]


def _wanted(options: CreateOptions) -> _filter.Filter:
    """The unfinished tasks of the activation id and type."""
    conditions = _filter.Conditions(states=["queued", "running"], activation_ids=[options.activation_id or ""])
    return conditions.to_filter(None).narrowed(lambda task: task["description_id"] == options.task_type)


def _recent(reader: _reader.TaskReader, wanted: _filter.Filter) -> list[_taskinfo.Task]:
    """The recent ones, oldest first."""
    return sorted(reader.recent(wanted.fits), key=_age)


def _age(task: _taskinfo.Task) -> tuple[str, str]:
    """An order that is the same for all clients."""
    return _taskinfo.queue_order(task), str(task["id"])


def _first(reader: _reader.TaskReader, own: _taskinfo.Task, options: CreateOptions) -> _taskinfo.Task:
    """The task that remains if several runs create one at the same time. A run whose task does not remain ends it.

    This is the oldest one, unless a later run does not end its own, because it has not seen the older one or is slow.
    If it was only slow, it ends its own, too. Each run ends its task before it reads the other one, so the last of them
    sees that both have ended.
    """
    for pause in PAUSES:
        time.sleep(pause)
        others = [task for task in _recent(reader, _wanted(options)) if task["id"] != own["id"]]
        if not others:
            return own
        if _age(others[0]) < _age(own):
            break
    # Only a run that meets another one needs it.
    from . import _update, _update_options

    first = others[0]
    why = f"{first['id']} has the same activation ID {options.activation_id}"
    fault = {**_update_options.failed(why), "faultTypeId": GAVE_UP}
    ended = _update_options.UpdateOptions(str(own["id"]), state="error", fault_data=fault)
    _update.drive_task(reader.connection, own, ended)
    reader.context.warn(f"ended {own['id']}, because another run created {first['id']} at the same time")
    # The server can have removed a task that ended.
    return next(iter(reader.given([first["id"]]).tasks), first)


def _gave_up(task: _taskinfo.Task) -> bool:
    return (task["error"] or {}).get("fault_type_id") == GAVE_UP


def create_task(connection: _connection.Connection, entity: _values.Ref, options: CreateOptions) -> _values.Data:
    """Create a task on that object, which is queued then; its TaskInfo in VI/JSON form."""
    _check_extensions(connection)
    given = {
        "initiatedBy": options.initiated_by,
        "activationId": options.activation_id,
        "parentTaskKey": options.parent_task_key,
    }
    params = {
        "obj": entity,
        "taskTypeId": options.task_type,
        "cancelable": options.cancelable,
        **{name: value for name, value in given.items() if value is not None},
    }
    advice = _errors.Advice(
        f". The module does not repeat it: use vsphere_task_info with description_ids [{options.task_type}] to find "
        "out whether the task exists; activation_id makes a second run safe",
        {},
    )
    reader = _reader.TaskReader(connection)
    now = reader.now()
    same = {
        "description_id": options.task_type,
        "activation_id": options.activation_id,
        "entity": _values.plain(entity),
    }

    def undone() -> bool:
        return not reader.has_new(now, None, lambda task: all(task.get(name) == same[name] for name in same))

    try:
        info: _values.Data = connection.invoke(
            connection.manager("taskManager"), "CreateTask", params, _created, undone=undone, advice=advice
        )
    except _errors.Fault as fault:
        sentence = _refusal(connection, fault, entity, options.task_type)
        if not sentence:
            raise
        raise _errors.VsphereError(sentence + fault.more, **fault.result) from fault
    return info


def _created(info: _values.Data) -> _values.Data:
    """The TaskInfo, which says which task there is now."""
    if not _taskinfo.task_from_info(info, None)["id"]:
        raise ValueError(info)
    return info


def _check_extensions(connection: _connection.Connection) -> None:
    """Raise an error where the server has no extensions, and so no task types and no tasks of clients."""
    if not connection.has("extensionManager"):
        raise _errors.VsphereError(
            f"{connection.host} is an ESXi: only a vCenter supports task types and your own tasks"
        )


def _refusal(connection: _connection.Connection, fault: _errors.Fault, entity: _values.Ref, task_type: str) -> str:
    """The reason for a missing task and the remedy, or an empty string if the fault contains it."""
    if fault.type == "ManagedObjectNotFound":
        return f"{connection.host} does not know {_values.object_name(entity)} (ManagedObjectNotFound): check entity"
    # The API does not document the parameter name in the fault. Without a name, the problem is the type.
    parameter = str(_values.plain(fault.fields.get("invalidProperty")) or "")
    if fault.type == "InvalidArgument" and parameter[:8] in ("", "taskType"):
        return (
            f"{connection.host} does not know the task type {task_type} (InvalidArgument): register it with "
            "vsphere_task_type, as an id in task_types"
        )
    return ""
