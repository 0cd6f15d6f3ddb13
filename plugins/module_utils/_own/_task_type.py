# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Task types in an extension of vCenter, and their labels.

The API writes an extension as a whole, so this code reads it first, and sends unknown members back unchanged.
"""

from __future__ import annotations

import copy
import dataclasses
import re
import secrets
import time
import typing as t

from .. import _context, _errors, _values
from .._connection import _connection, _properties
from .._tasks import _labels
from .._types import _given

PAUSES = (0.5,) * 10
"""Seconds from each attempt to write an extension to the look whether it is still there, at least."""

Extension = _values.Data
"""An Extension in VI/JSON form."""

_MAKER = "vsphere.tasks"
"""The company of the extensions that are made here, by which they are known again."""
_FIRST_VERSION = "1.0.0"
# Without characters that vCenter does not accept in the key of an extension, and without spaces, which package names do
# not contain.
_KEY = r"""[^\s\x00-\x1f\x7f-\U0010ffff,/\\#+<>=;"]+"""
_TASK_ID = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+"
_LOCALE = r"[a-z]{2,3}(_[A-Z]{2})?"


@dataclasses.dataclass(frozen=True)
class TaskTypeOptions:
    """The task types that are to be there, or not to be there, with their labels by locale."""

    extension: str
    task_types: dict[str, dict[str, str]]
    present: bool = True
    version: str | None = None

    @classmethod
    def from_params(cls, params: _context.Params) -> TaskTypeOptions:
        extension, version, present = params["extension"], params["version"], params["state"] == "present"
        wrong = []
        if not re.fullmatch(_KEY, extension):
            wrong.append(
                f"extension {extension!r} is not a valid key: use the form of a Java package, such as "
                "com.example.ansible"
            )
        if present and version is not None and not re.fullmatch(r"\d+(\.\d+)*", version):
            wrong.append(f"version {version!r} is not a version: use numbers and dots, such as 1.0.0")
        if not params["task_types"]:
            wrong.append("task_types is empty: list at least one task type")
        task_types: dict[str, dict[str, str]] = {}
        for given in params["task_types"]:
            task_id, labels = given["id"], given["labels"] or {}
            if task_id in task_types:
                wrong.append(f"task_types contains {task_id} twice: remove one of them")
            # Types of other clients can have other names, and can still be removed.
            if present and not re.fullmatch(_TASK_ID, task_id):
                wrong.append(
                    f"task_types: {task_id!r} is not the ID of a task type: use the form of a Java package, which is "
                    "unique in the vCenter, such as com.example.ansible.backup"
                )
            wrong += _wrong_with(task_id, labels) if present else []
            task_types[task_id] = {locale: _given.xml_text(label) for locale, label in labels.items()}
        if wrong:
            raise _errors.VsphereError("; ".join(wrong))
        return cls(extension, task_types, present, version)


def _wrong_with(task_id: str, labels: _values.Data) -> t.Iterator[str]:
    for locale, label in labels.items():
        if not re.fullmatch(_LOCALE, locale):
            yield f"labels of {task_id}: {locale!r} is not a locale: use a value such as en or de_DE, in quotes"
        if isinstance(label, bool):
            yield f"labels of {task_id}: {locale} {_given.QUOTE_IT.format('a string')}"
        elif isinstance(label, (dict, list)) or label is None or not _given.xml_text(label).strip():
            yield f"labels of {task_id}: {locale} must be the text for the vSphere Client, not {label!r}"


def set_task_types(
    connection: _connection.Connection, options: TaskTypeOptions, context: _context.Context
) -> _context.Result:
    """Register, update, or unregister the extension, or do nothing without a difference."""
    found = before = _find(connection, options.extension)
    after = _planned(found, options)
    context.known["changed"] = after != found and context.check_mode
    if after != found and not context.check_mode:
        for pause in PAUSES:
            context.known["changed"] |= _write(connection, options.extension, found, after)
            # A client that has read the extension before that can still overwrite it. Different pauses keep runs apart
            # that meet.
            time.sleep(pause * (1 + secrets.randbelow(100) / 100))
            found = _find(connection, options.extension)
            after = _planned(found, options)
            if after == found:
                break
        else:
            raise _errors.VsphereError(
                f"other clients have overwritten the extension {options.extension} {len(PAUSES)} times: run the module "
                "again when they have finished"
            )
    return {
        "changed": context.known["changed"],
        "extension": _described(after),
        "diff": {"before": _described(before) or {}, "after": _described(after) or {}},
    }


def _find(connection: _connection.Connection, key: str) -> Extension | None:
    read = connection.query(connection.manager("extensionManager"), "FindExtension", {"extensionKey": key})
    return read and {name: value for name, value in read.items() if value not in (None, [])}


def _planned(found: Extension | None, options: TaskTypeOptions) -> Extension | None:
    return _with(found, options) if options.present else _without(found, options)


def _write(connection: _connection.Connection, key: str, found: Extension | None, after: Extension | None) -> bool:
    """Send the extension, or remove it. False if the server rejects it, because another client has changed it first."""
    params: _values.Data
    if after is None:
        method, params = "UnregisterExtension", {"extensionKey": key}
    elif found is None:
        now = connection.query(_properties.SERVICE_INSTANCE, "CurrentTime")
        method, params = "RegisterExtension", {"extension": {**after, "lastHeartbeatTime": now}}
    else:
        method, params = "UpdateExtension", {"extension": _writable(after)}
    advice = _errors.Advice(
        f". Run vsphere_task_type in check mode to find out whether the extension {key} has the task types. A second "
        "run is safe, because it reads the extension first",
        {},
    )

    def undone() -> bool:
        return _find(connection, key) == found

    try:
        connection.invoke(connection.manager("extensionManager"), method, params, undone=undone, advice=advice)
    except _errors.Fault:
        if undone():
            raise
        return False
    return True


def _with(found: Extension | None, options: TaskTypeOptions) -> Extension:
    extension = copy.deepcopy(found) or {
        "_typeName": "Extension",
        "key": options.extension,
        "description": {
            "_typeName": "Description",
            "label": options.extension,
            "summary": "Task types of Ansible playbooks",
        },
        "company": _MAKER,
        "version": _FIRST_VERSION,
        "shownInSolutionManager": False,
    }
    if options.version:
        extension["version"] = options.version
    known = _task_ids(extension)
    for task_id, labels in options.task_types.items():
        if task_id not in known:
            extension.setdefault("taskList", []).append({"_typeName": "ExtensionTaskTypeInfo", "taskID": task_id})
        for locale, text in labels.items():
            _set_label(extension, task_id, locale, text)
    return extension


def _without(found: Extension | None, options: TaskTypeOptions) -> Extension | None:
    """The extension without the task types and their labels. None if we created it and nothing is left."""
    if not found:
        return None
    extension = copy.deepcopy(found)
    keys = [_labels.label_key(task_id) for task_id in options.task_types]
    for resource in _labels.task_texts(extension):
        if not any(pair["key"] in keys for pair in resource.get("data") or []):
            continue
        _keep(resource, "data", lambda pair: pair["key"] not in keys)
        if "data" not in resource:
            extension["resourceList"].remove(resource)
    _keep(extension, "taskList", lambda each: each["taskID"] not in options.task_types)
    _keep(extension, "resourceList", bool)
    return None if extension != found and _is_spent(extension) else extension


def _keep(data: _values.Data, member: str, fits: t.Callable[[_values.Data], bool]) -> None:
    """Shorten a list of a data object. An empty list is the same as an unset one."""
    data[member] = [each for each in data.get(member) or [] if fits(each)]
    if not data[member]:
        del data[member]


def _is_spent(extension: Extension) -> bool:
    """Whether it was made here and holds nothing more: no task type, label, server, client or anything else."""
    frame = {"_typeName", "key", "description", "company", "version", "shownInSolutionManager", "lastHeartbeatTime"}
    return extension.get("company") == _MAKER and not any(extension[member] for member in extension.keys() - frame)


def _writable(extension: Extension) -> Extension:
    """The extension as vCenter takes it back."""
    extension = copy.deepcopy(extension)
    # After a restart a vCenter reads addresses that are unset as empty texts, which it then refuses in an update.
    for member in ("extendedProductInfo", "solutionManagerInfo"):
        if member in extension:
            extension[member] = {name: value for name, value in extension[member].items() if value != ""}
    return extension


def _described(extension: Extension | None) -> _values.Data | None:
    """An extension's task types as users see them."""
    return extension and {
        "key": extension["key"],
        "version": extension["version"],
        "task_types": [{"id": each, "labels": _labels_of(extension, each)} for each in _task_ids(extension)],
    }


def _task_ids(extension: Extension) -> list[str]:
    return [each["taskID"] for each in extension.get("taskList") or []]


def _labels_of(extension: Extension, task_id: str) -> dict[str, str]:
    return {
        each["locale"]: pair["value"]
        for each in _labels.task_texts(extension)
        for pair in each.get("data") or []
        if pair["key"] == _labels.label_key(task_id)
    }


def _set_label(extension: Extension, task_id: str, locale: str, text: str) -> None:
    if _labels_of(extension, task_id).get(locale) == text:
        return
    entries = [each for each in _labels.task_texts(extension) if each["locale"] == locale]
    if not entries:
        entries = [{"_typeName": "ExtensionResourceInfo", "locale": locale, "module": "task", "data": []}]
        extension.setdefault("resourceList", []).extend(entries)
    pairs = [pair for each in entries for pair in each.get("data") or [] if pair["key"] == _labels.label_key(task_id)]
    if not pairs:
        pairs = [{"_typeName": "KeyValue", "key": _labels.label_key(task_id)}]
        entries[0]["data"] = [*(entries[0].get("data") or []), *pairs]
    for pair in pairs:
        pair["value"] = text
