# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requested state of a task: the options to update one."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .. import _context, _errors, _values
from .._tasks import _reader
from .._types import _given

_MESSAGE = {"key": {"type": "str", "required": True}, "message": {"type": "str"}}
_ERROR = {
    "message": {"type": "str", "required": True},
    "type": {"type": "str", "default": "ExtendedFault"},
    "fields": {"type": "dict"},
}
_PLAIN_FAULT = {"_typeName": "ExtendedFault", "faultTypeId": "vsphere.tasks"}


@dataclasses.dataclass(frozen=True)
class UpdateOptions:
    """None means no change. ``result`` is as the user gave it, ``result_data`` and ``fault_data`` in VI/JSON form."""

    task_id: str
    state: str | None = None
    progress: int | None = None
    description: dict[str, str] | None = None
    custom_values: dict[str, str] = dataclasses.field(default_factory=dict)
    result: t.Any = None
    result_data: t.Any = None
    fault_data: _values.Data | None = None

    @classmethod
    def from_params(cls, params: _context.Params, secrets: set[str]) -> UpdateOptions:
        """Check the options without a server, and add texts that must not appear in output to ``secrets``."""
        state, progress, result, error = (params[name] for name in ("state", "progress", "result", "error"))
        with _given.hidden([result, error], secrets, params) as found:
            result_data = None if result is None else build_result(result, found)
            fault_data = None if error is None else _fault(_checked("error", error, _ERROR), found)
        [task_id] = _reader.check_ids("task_id", [params["task_id"]])
        description = _description(params["description"])
        custom_values = {name: _custom_value(name, v) for name, v in (params["custom_values"] or {}).items()}
        if result is not None and state != "success":
            raise _errors.VsphereError(
                "result requires state: success, because vCenter does not keep a result for other states"
            )
        if error is not None and state != "error":
            raise _errors.VsphereError(
                "error requires state: error, because vCenter does not keep an error for other states"
            )
        if progress is not None and not 0 <= progress <= 100:
            raise _errors.VsphereError(
                f"progress {progress} is not a percentage: set it to a whole number from 0 to 100"
            )
        return cls(task_id, state, progress, description, custom_values, result, result_data, fault_data)


def _custom_value(name: str, value: t.Any) -> str:
    """The value as a text, because a custom field contains only text."""
    try:
        return _given.text(value)
    except ValueError as wrong:
        raise _errors.VsphereError(f"custom_values.{name}: {wrong}") from wrong


def _description(given: t.Any) -> dict[str, str] | None:
    """{key, message} from a text, which gets our key, or from {key, message}, whose message can be missing."""
    if given is None:
        return None
    if isinstance(given, dict):
        checked = _checked("description", given, _MESSAGE)
        return {name: _given.xml_text(part) for name, part in checked.items() if part is not None}
    if isinstance(given, (bool, list)):
        raise _errors.VsphereError(f"description must be a string, or a dictionary with key and message, not {given!r}")
    return described(given)


def described(text: object) -> dict[str, str]:
    return {"key": "vsphere.tasks.description", "message": _given.xml_text(text)}


def _checked(option: str, given: _values.Data, spec: _values.Data) -> _values.Data:
    """A dictionary option with its defaults; a part of it could not be called message in a module's own spec."""
    for name, part in given.items():
        if part is None:
            raise _errors.VsphereError(f"{option}.{name} is null: set a value, or omit it with default(omit)")
        # Ansible makes the text of it that Python has.
        if spec.get(name, {}).get("type") == "str" and isinstance(part, (bool, dict, list)):
            raise _errors.VsphereError(f"{option}.{name} must be a string, not {_given.shown(part)}")
    validation = ArgumentSpecValidator(spec).validate(given)
    if validation.unsupported_parameters:
        raise _errors.VsphereError(
            f"{option} does not support {', '.join(name for name in given if name not in spec)}: use {', '.join(spec)}"
        )
    if validation.error_messages:
        raise _errors.VsphereError(f"{option}: {'; '.join(validation.error_messages)}")
    return t.cast("_values.Data", validation.validated_parameters)


def build_result(value: t.Any, secrets: set[str]) -> t.Any:
    if isinstance(value, dict) and "_typeName" in value:
        # Only pyVmomi knows the structure of types.
        from . import _result_types

        return _result_types.build_result(value, secrets)
    try:
        return _given.to_any(value)
    except ValueError as wrong:
        raise _errors.VsphereError(f"result {wrong}") from wrong


def _fault(given: _values.Data, secrets: set[str]) -> _values.Data:
    """The fault to send, in the published form: bare, with its text in faultMessage."""
    type_name, members = given["type"], given["fields"] or {}
    if type_name == "ExtendedFault":
        members = {"faultTypeId": _PLAIN_FAULT["faultTypeId"], **members}
    fault: _values.Data = _PLAIN_FAULT
    if type_name != "ExtendedFault" or given["fields"]:
        # Only pyVmomi knows the structure of other faults.
        from . import _result_types

        fault = _result_types.build_fault(type_name, members, secrets)
    if not _given.xml_text(given["message"]):
        raise _errors.VsphereError("error.message is empty: set it to the reason of the failure")
    return {**fault, "faultMessage": [_why(given["message"])]}


def failed(message: str) -> _values.Data:
    """The plain fault with that message, in VI/JSON form."""
    return {**_PLAIN_FAULT, "faultMessage": [_why(message)]}


def _why(message: object) -> dict[str, str]:
    return {
        "_typeName": "LocalizableMessage",
        "key": "vsphere.tasks.error",
        "message": _given.xml_text(message),
    }
