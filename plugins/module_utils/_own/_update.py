# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Driving a task: description, progress, custom values, state, result and error."""

from __future__ import annotations

import contextlib

from .. import _context, _errors, _values
from .._connection import _connection
from .._tasks import _reader, _taskinfo
from . import _update_options

Call = tuple[str, _values.Data]
"""A method of the task and its parameters."""

_AFTER_THE_END = {"SetTaskDescription": "description", "setCustomValue": "custom_values"}
"""The options for a task that has ended, by method. The API does not document whether a server accepts it."""


def update_task(reader: _reader.TaskReader, options: _update_options.UpdateOptions) -> _context.Result:
    """Send the differences, in the order that the API accepts, and nothing without a difference."""
    tasks, missing, _is_cut = reader.given([options.task_id], bool(options.custom_values))
    tasks = tasks + reader.past(missing)
    if not tasks:
        raise reader.forbidden[options.task_id]
    [before] = tasks
    context = reader.context
    # The program that updates the task must know this, especially if the task has ended in the meantime.
    context.known["cancel_requested"] = before["cancelled"]
    calls = _plan_past(reader.connection, before, options) if missing else _plan(before, options)
    after = _predicted(before, options) if calls else before
    if calls and not context.check_mode:
        _send(reader, before, calls, options)
        after = reader.known(options.task_id, bool(options.custom_values))
    return {
        "changed": bool(calls),
        "task": after,
        "cancel_requested": after["cancelled"],
        "diff": {"before": _compared(before, options), "after": _compared(after, options)},
    }


def drive_task(
    connection: _connection.Connection, task: _taskinfo.Task, options: _update_options.UpdateOptions
) -> _taskinfo.Task:
    """Send the differences from the known task. Return the task afterwards."""
    _send(_reader.TaskReader(connection), task, _plan(task, options), options)
    return _predicted(task, options)


def _plan_past(
    connection: _connection.Connection, task: _taskinfo.Task, options: _update_options.UpdateOptions
) -> list[Call]:
    """No calls for a task that only the history has, if it matches the requested state. An error otherwise."""
    has = f"{connection.host} has {_taskinfo.label(task)} only in its history"
    if not _taskinfo.is_over(task):
        raise _errors.VsphereError(f"{has}, which does not contain its outcome")
    if options.custom_values:
        raise _errors.VsphereError(f"{has}, which does not contain custom values: omit custom_values")
    if _plan(task, options):
        raise _errors.VsphereError(f"{has}, so the module can no longer set its description: omit description")
    return []


def _send(
    reader: _reader.TaskReader, task: _taskinfo.Task, calls: list[Call], options: _update_options.UpdateOptions
) -> None:
    ref = _values.reference("Task", task["id"])
    advice = _errors.Advice(
        f", for example with vsphere_task_info and task_ids [{task['id']}]. A second run is safe, because it begins "
        "with the present values of the task",
        {},
    )
    for call in calls:
        method, params = call

        def undone(call: Call = call) -> bool:
            return call in _plan(reader.known(task["id"], bool(options.custom_values)), options)

        try:
            reader.connection.invoke(ref, method, params, undone=undone, advice=advice)
        except _errors.Fault as fault:
            if fault.type != "InvalidState":
                raise
            raise _rejected(reader, task, method, fault) from fault
        reader.context.known["changed"] = True
        reader.context.done.append(method)


def _rejected(
    reader: _reader.TaskReader, task: _taskinfo.Task, method: str, fault: _errors.Fault
) -> _errors.VsphereError:
    """The error for a call that the server rejects in the state of the task, which can have changed since."""
    remedy = ""
    if _taskinfo.is_over(task):
        why, remedy = f"has ended with state {task['state']}", f": omit {_AFTER_THE_END[method]}"
    else:
        with contextlib.suppress(_errors.VsphereError):
            task = reader.known(task["id"])
        why = f"is {task['state']}"
        if _taskinfo.is_over(task):
            why = f"ended with state {task['state']} before the request of the module, because of another client"
    return _errors.VsphereError(
        f"{_taskinfo.label(task)} {why}, so the server rejects {method} (InvalidState){remedy}{fault.more}",
        **fault.result,
    )


def _plan(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> list[Call]:
    """The calls that are needed: running before progress, everything before a final state."""
    _check_custom_fields(task, options)
    begin: list[Call] = []
    progress: list[Call] = []
    end: list[Call] = []
    if _taskinfo.is_over(task):
        _check_outcome(task, options)
    else:
        if options.progress not in (None, task["progress"]):
            progress.append(("UpdateProgress", {"percentDone": options.progress}))
        begin, end = _plan_state(task, options, bool(progress))
    details: list[Call] = []
    if options.description and not _is_described(task, options.description):
        details.append(
            ("SetTaskDescription", {"description": {"_typeName": "LocalizableMessage", **options.description}})
        )
    details += [
        ("setCustomValue", {"key": name, "value": value})
        for name, value in options.custom_values.items()
        # The server does not return an empty value.
        if ((task["custom_values"] or {}).get(name) or "") != value
    ]
    return begin + details + progress + end


def _is_described(task: _taskinfo.Task, wanted: dict[str, str]) -> bool:
    """Whether the task has the requested description. Users cannot set the arguments of its message."""
    found = task["description"]
    return found is not None and all((found[name] or "") == text for name, text in wanted.items())


def _plan_state(
    task: _taskinfo.Task, options: _update_options.UpdateOptions, needs_running: bool
) -> tuple[list[Call], list[Call]]:
    """The changes of state before and after everything else; ``needs_running`` is true where progress will be set."""
    queued = task["state"] == "queued"
    if needs_running and (options.state == "queued" or (queued and options.state is None)):
        raise _errors.VsphereError(
            f"{_taskinfo.label(task)} is or would be queued, and accepts progress only while it runs: also set state: "
            "running"
        )
    if options.state in (None, task["state"]):
        return [], []
    if options.state in ("queued", "running"):
        return [("SetTaskState", {"state": options.state})], []
    final: _values.Data = {"state": options.state}
    if options.result is not None:
        final["result"] = options.result_data
    if options.fault_data:
        final["fault"] = options.fault_data
    begin: list[Call] = [("SetTaskState", {"state": "running"})] if needs_running and queued else []
    return begin, [("SetTaskState", final)]


def _check_custom_fields(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> None:
    if not options.custom_values:
        return
    if task["available_fields"] is None:
        raise _errors.VsphereError(f"custom_values: the custom fields of {_taskinfo.label(task)} are unreadable")
    known = [field["name"] for field in task["available_fields"]]
    unknown = [name for name in options.custom_values if name not in known]
    if unknown:
        raise _errors.VsphereError(
            f"custom_values: no custom field of tasks has the name {', '.join(unknown)}: "
            + (f"use one of {', '.join(known)}" if known else "an administrator must define it in vCenter")
        )


def _check_outcome(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> None:
    """A finished task does not change. Other requests are rejected before they are sent."""
    if options.state is None:
        if options.progress is not None and options.progress != task["progress"]:
            raise _errors.VsphereError(
                f"{_taskinfo.label(task)} has ended (state {task['state']}), so the module can no longer set its "
                "progress: omit progress"
            )
        return
    differs = options.state != task["state"]
    differs |= options.result is not None and not _has_result(task, options)
    if options.fault_data:
        differs |= not _has_error(task, options.fault_data)
    if differs:
        what = "result" if task["state"] == "success" else "error"
        found = task["result"] if what == "result" else (task["error"] or {}).get("message")
        raise _errors.VsphereError(
            f"{_taskinfo.label(task)} has already ended with state {task['state']} and "
            f"{f'no {what}' if found is None else f'{what} {found!r}'}: you cannot change the outcome of a task"
        )


def _has_result(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> bool:
    found = task["result"]
    if isinstance(options.result, dict) and "_typeName" in options.result:
        if not (isinstance(found, dict) and "_typeName" in found):
            found = {"_typeName": options.result["_typeName"], "_value": found}
        # Built anew, as a time, for one, can be written in more than one way.
        with contextlib.suppress(_errors.VsphereError):
            return bool(_update_options.build_result(found, set()) == options.result_data)
    return bool(_values.from_any(options.result_data) == task["result"])


def _has_error(task: _taskinfo.Task, wanted: _values.Data) -> bool:
    """Whether the task failed with the requested fault. The server can add messages and causes."""
    given = _taskinfo.error_from_fault(wanted)
    own = {name: value for name, value in given.items() if name not in ("messages", "cause")}
    return own.items() <= (task["error"] or {}).items()


def _predicted(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> _taskinfo.Task:
    after = task.copy()
    if options.state is not None:
        after["state"] = options.state
    if options.progress is not None and not _taskinfo.is_over(task):
        after["progress"] = options.progress
    if options.description and not _is_described(task, options.description):
        after["description"] = {"message": None, **options.description, "arg": []}
    if options.result is not None:
        after["result"] = _values.from_any(options.result_data)
    if options.fault_data:
        after["error"] = _taskinfo.error_from_fault(options.fault_data)
    if options.custom_values:
        after["custom_values"] = {**(task["custom_values"] or {}), **options.custom_values}
    return after


def _compared(task: _taskinfo.Task, options: _update_options.UpdateOptions) -> _values.Data:
    """The part of the task that the options speak of, for the diff."""
    given = {
        "state": options.state,
        "progress": options.progress,
        "description": options.description,
        "result": options.result,
        "error": options.fault_data,
        "custom_values": options.custom_values or None,
    }
    return {member: task.get(member) for member, value in given.items() if value is not None}
