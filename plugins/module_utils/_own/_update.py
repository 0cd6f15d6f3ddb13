# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Driving a task: description, progress, custom values, state, result and error.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader, _taskinfo
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _given

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection

Call = tuple[str, dict[str, t.Any]]
"""A method of the task and its parameters."""

_MESSAGE = {"key": {"type": "str", "required": True}, "message": {"type": "str", "default": ""}}
_ERROR = {
    "message": {"type": "str", "required": True},
    "type": {"type": "str", "default": "ExtendedFault"},
    "fields": {"type": "dict"},
}
_FAULT_TYPE_ID = "vsphere.tasks"


class Wanted:
    """What a task is to look like, checked as far as that goes without a server; None means not given.

    The texts in it that no output may show are added to ``secrets``.
    """

    def __init__(self, params: dict[str, t.Any], secrets: set[str]) -> None:
        self.task_id = _reader.check_ids("task_id", [params["task_id"]])[0]
        self.state: str | None = params["state"]
        self.progress: int | None = params["progress"]
        self.description = _description(params["description"])
        self.custom_values = {name: _custom_value(name, v) for name, v in (params["custom_values"] or {}).items()}
        self.result = params["result"]
        self.has_result = params["result"] is not None
        if self.has_result and self.state != "success":
            raise _errors.VsphereError(
                "result goes with state: success only: vCenter keeps a result for no other state"
            )
        if params["error"] is not None and self.state != "error":
            raise _errors.VsphereError("error goes with state: error only: vCenter keeps an error for no other state")
        if self.progress is not None and not 0 <= self.progress <= 100:
            raise _errors.VsphereError(
                f"progress {self.progress} is not a percentage: give a whole number from 0 to 100"
            )
        self.result_data = _result(self.result, secrets) if self.has_result else None
        self.fault_data = None
        if params["error"] is not None:
            self.fault_data = _fault(_checked("error", params["error"], _ERROR), secrets)


def set_task(connection: _connection.Connection, wanted: Wanted, check_mode: bool) -> dict[str, t.Any]:
    """Send what differs, in the order that the API accepts, and nothing where nothing differs."""
    tasks, missing = _reader.read_tasks(connection, [wanted.task_id], bool(wanted.custom_values))
    if missing:
        # Only a run that meets this needs it.
        from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _past

        tasks = _past.past_tasks(connection, missing)
    if not tasks:
        raise connection.forbidden[wanted.task_id]
    [before] = tasks
    # Whoever drives the task wants to know this all the more where the task has ended under his hands.
    with _errors.noting(cancel_requested=before["cancelled"]):
        calls = _plan_past(connection, before, wanted) if missing else _plan(before, wanted)
        return _set_task(connection, before, wanted, calls, check_mode)


def _plan_past(connection: _connection.Connection, task: _taskinfo.Task, wanted: Wanted) -> list[Call]:
    """No calls for a task that only the history has, which may be what is wanted already; else an error."""
    has = f"{connection.host} has {_taskinfo.label(task)} in its history only"
    if not _taskinfo.is_over(task):
        raise _errors.VsphereError(f"{has}, which does not say how it ended")
    if wanted.custom_values:
        raise _errors.VsphereError(f"{has}, which knows no custom values: leave custom_values out")
    if _plan(task, wanted):
        raise _errors.VsphereError(f"{has}, where its description can no longer be set")
    return []


def _set_task(
    connection: _connection.Connection,
    before: _taskinfo.Task,
    wanted: Wanted,
    calls: list[Call],
    check_mode: bool,
) -> dict[str, t.Any]:
    after = _predicted(before, wanted) if calls else before
    if calls and not check_mode:
        _send(connection, before, calls)
        with _errors.noting(changed=True):
            after = _reader.read_known_task(connection, wanted.task_id, bool(wanted.custom_values))
    return {
        "changed": bool(calls),
        "task": after,
        "cancel_requested": after["cancelled"],
        "diff": {"before": _compared(before, wanted), "after": _compared(after, wanted)},
    }


def drive_task(connection: _connection.Connection, task: _taskinfo.Task, wanted: Wanted) -> _taskinfo.Task:
    """Send what differs from what the task is known to be; what it is by that."""
    _send(connection, task, _plan(task, wanted))
    return _predicted(task, wanted)


def _send(connection: _connection.Connection, task: _taskinfo.Task, calls: list[Call]) -> None:
    sent: list[str] = []
    for method, params in calls:
        try:
            connection.invoke(_values.reference("Task", task["id"]), method, params)
        except _errors.VsphereError as failure:
            if isinstance(failure, _errors.Fault) and failure.type == "InvalidState":
                failure.message = (
                    f"{_taskinfo.label(task)} is {task['state']}, where {method} is refused (InvalidState)"
                    f"{failure.more}"
                )
            if sent:
                failure.result["changed"] = True
                failure.message += f"; before that, {', '.join(sent)} had been carried out"
            raise
        sent.append(method)


def _plan(task: _taskinfo.Task, wanted: Wanted) -> list[Call]:
    """The calls that are needed: running before progress, everything before a final state."""
    _check_custom_fields(task, wanted)
    begin: list[Call] = []
    progress: list[Call] = []
    end: list[Call] = []
    if _taskinfo.is_over(task):
        _check_outcome(task, wanted)
    else:
        if wanted.progress not in (None, task["progress"]):
            progress.append(("UpdateProgress", {"percentDone": wanted.progress}))
        begin, end = _plan_state(task, wanted, bool(progress))
    details: list[Call] = []
    if wanted.description and not _is_described(task, wanted.description):
        details.append(
            ("SetTaskDescription", {"description": {"_typeName": "LocalizableMessage", **wanted.description}})
        )
    details += [
        ("setCustomValue", {"key": name, "value": value})
        for name, value in wanted.custom_values.items()
        if task["custom_values"].get(name) != value
    ]
    return begin + details + progress + end


def _is_described(task: _taskinfo.Task, wanted: dict[str, str]) -> bool:
    """Whether the task's description is the wanted one; what its message is filled in with cannot be wanted."""
    found = task["description"]
    return bool(found) and all((found[name] or "") == text for name, text in wanted.items())


def _plan_state(task: _taskinfo.Task, wanted: Wanted, needs_running: bool) -> tuple[list[Call], list[Call]]:
    """The changes of state before and after everything else; ``needs_running`` is true where progress will be set."""
    queued = task["state"] == "queued"
    if needs_running and (wanted.state == "queued" or (queued and wanted.state is None)):
        raise _errors.VsphereError(
            f"{_taskinfo.label(task)} is or would be queued and takes no progress before it runs: "
            "give state: running too"
        )
    if wanted.state in (None, task["state"]):
        return [], []
    if wanted.state in ("queued", "running"):
        return [("SetTaskState", {"state": wanted.state})], []
    final: dict[str, t.Any] = {"state": wanted.state}
    if wanted.has_result:
        final["result"] = wanted.result_data
    if wanted.fault_data:
        final["fault"] = wanted.fault_data
    begin: list[Call] = [("SetTaskState", {"state": "running"})] if needs_running and queued else []
    return begin, [("SetTaskState", final)]


def _check_custom_fields(task: _taskinfo.Task, wanted: Wanted) -> None:
    if not wanted.custom_values:
        return
    known = [field["name"] for field in task["available_fields"]]
    unknown = [name for name in wanted.custom_values if name not in known]
    if unknown:
        raise _errors.VsphereError(
            f"custom_values: no custom field of tasks is called {', '.join(unknown)}; "
            + (
                f"there is {', '.join(known)}"
                if known
                else "none is defined yet, an administrator adds them in vCenter"
            )
        )


def _check_outcome(task: _taskinfo.Task, wanted: Wanted) -> None:
    """A task that is over stays what it is: anything else is refused before it is sent."""
    if wanted.state is None:
        if wanted.progress is not None and wanted.progress != task["progress"]:
            raise _errors.VsphereError(
                f"{_taskinfo.label(task)} is over (state {task['state']}), so its progress can no longer be set"
            )
        return
    differs = wanted.state != task["state"]
    differs |= wanted.has_result and not _has_result(task, wanted)
    if wanted.fault_data:
        differs |= not _has_error(task, wanted.fault_data)
    if differs:
        what = "result" if task["state"] == "success" else "error"
        found = task["result"] if what == "result" else (task["error"] or {}).get("message")
        raise _errors.VsphereError(
            f"{_taskinfo.label(task)} is over already with state {task['state']} and "
            f"{f'no {what}' if found is None else f'{what} {found!r}'}: "
            "the outcome of a task cannot be changed"
        )


def _has_result(task: _taskinfo.Task, wanted: Wanted) -> bool:
    """Whether the task's result is the wanted one."""
    found = task["result"]
    if isinstance(wanted.result, dict) and isinstance(found, dict) and "_typeName" in found:
        # Built anew, as a time, for one, can be written in more than one way.
        with contextlib.suppress(_errors.VsphereError):
            return bool(_result(found, set()) == wanted.result_data)
    return bool(_values.from_any(wanted.result_data) == found)


def _has_error(task: _taskinfo.Task, wanted: dict[str, t.Any]) -> bool:
    """Whether the task has failed with the wanted fault; the server may have added to its messages and causes."""
    given = _shape(wanted)
    own = {name: value for name, value in given.items() if name not in ("messages", "cause")}
    return own.items() <= (task["error"] or {}).items()


def _shape(fault: dict[str, t.Any]) -> dict[str, t.Any]:
    # Imported here, as only a run that ends a task as failed needs it.
    from ansible_collections.vsphere.tasks.plugins.module_utils import _faults

    return _faults.shape(fault)


def _predicted(task: _taskinfo.Task, wanted: Wanted) -> _taskinfo.Task:
    """What the task would look like afterwards."""
    after = dict(task)
    for member in ("state", "progress"):
        if getattr(wanted, member) is not None and not (member == "progress" and _taskinfo.is_over(task)):
            after[member] = getattr(wanted, member)
    if wanted.description and not _is_described(task, wanted.description):
        after["description"] = {**wanted.description, "arg": []}
    if wanted.has_result:
        after["result"] = _values.from_any(wanted.result_data)
    if wanted.fault_data:
        after["error"] = _shape(wanted.fault_data)
    if wanted.custom_values:
        after["custom_values"] = {**task["custom_values"], **wanted.custom_values}
    return after


def _compared(task: _taskinfo.Task, wanted: Wanted) -> dict[str, t.Any]:
    """The part of the task that the options speak of, for the diff."""
    given = {
        "state": wanted.state,
        "progress": wanted.progress,
        "description": wanted.description,
        "result": wanted.result,
        "error": wanted.fault_data,
        "custom_values": wanted.custom_values or None,
    }
    return {member: task[member] for member, value in given.items() if value is not None}


def _custom_value(name: str, value: t.Any) -> str:
    """The value as a text, which is all that a custom field holds."""
    try:
        return _given.text(value)
    except ValueError as wrong:
        raise _errors.VsphereError(f"custom_values.{name}: {wrong}") from wrong


def _description(given: t.Any) -> dict[str, str] | None:
    """{key, message} of a text, which has no key of its own, or of {key, message}."""
    if given is None:
        return None
    if isinstance(given, dict):
        return {name: _given.xml_text(part) for name, part in _checked("description", given, _MESSAGE).items()}
    if isinstance(given, (bool, list)):
        raise _errors.VsphereError(f"description takes a text, or key and message, not {given!r}")
    return {"key": "vsphere.tasks.description", "message": _given.xml_text(given)}


def _checked(option: str, given: dict[str, t.Any], spec: dict[str, t.Any]) -> dict[str, t.Any]:
    """A dictionary option with its defaults; a part of it could not be called message in a module's own spec."""
    for name, part in given.items():
        if part is None:
            raise _errors.VsphereError(f"{option}.{name} is null: fill it, or leave it out (default(omit))")
        # Ansible makes the text of it that Python has.
        if spec.get(name, {}).get("type") == "str" and isinstance(part, (bool, dict, list)):
            raise _errors.VsphereError(f"{option}.{name} takes a text, not {_given.shown(part)}")
    validation = ArgumentSpecValidator(spec).validate(given)
    if validation.unsupported_parameters:
        raise _errors.VsphereError(
            f"{option} has no part {', '.join(given.keys() - spec.keys())}; it takes {', '.join(spec)}"
        )
    if validation.error_messages:
        raise _errors.VsphereError(f"{option}: {'; '.join(validation.error_messages)}")
    return t.cast("dict[str, t.Any]", validation.validated_parameters)


def _result(value: t.Any, secrets: set[str]) -> t.Any:
    """The result as an Any holds it."""
    if isinstance(value, dict) and "_typeName" in value:
        # Imported here, as it is pyVmomi that knows what types are made of.
        from ansible_collections.vsphere.tasks.plugins.module_utils._own import _result_types

        return _result_types.build_result(value, secrets)
    try:
        return _given.to_any(value)
    except ValueError as wrong:
        raise _errors.VsphereError(f"result {wrong}") from wrong


def _fault(given: dict[str, t.Any], secrets: set[str]) -> dict[str, t.Any]:
    """The fault to send, in the published form: bare, with its text in faultMessage."""
    type_name, members = given["type"], given["fields"] or {}
    if type_name == "ExtendedFault" and not members.keys() & {"faultTypeId", "fault_type_id"}:
        members = {"faultTypeId": _FAULT_TYPE_ID, **members}
    if type_name == "ExtendedFault" and not given["fields"]:
        fault = {"_typeName": type_name, **members}
    else:
        # Imported here, as it is pyVmomi that knows what other faults are made of.
        from ansible_collections.vsphere.tasks.plugins.module_utils._own import _result_types

        fault = _result_types.build_fault(type_name, members, secrets)
    message = _given.xml_text(given["message"])
    if not message:
        raise _errors.VsphereError("error: message is empty: say why the task has failed")
    why = {"_typeName": "LocalizableMessage", "key": "vsphere.tasks.error", "message": message}
    return {**fault, "faultMessage": [why]}
