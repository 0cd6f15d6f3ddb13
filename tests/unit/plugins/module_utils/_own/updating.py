# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates of a task on the fake transport."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import update_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import (
    UpdateOptions,
    build_result,
    described,
)

from ..builders import found
from ..wire import Wire, connect, reader_of

FIELDS = {"_value": [{"key": 1, "name": "owner", "type": "string"}, {"key": 2, "name": "team", "type": "string"}]}
METHODS = ("SetTaskState", "UpdateProgress", "SetTaskDescription", "setCustomValue")
COPYING = {"_typeName": "LocalizableMessage", **described("Copying")}
PARTS = ("description", "error", "custom_values")
Sent = list[tuple[str, t.Any]]


def options(**wanted: t.Any) -> UpdateOptions:
    if "result" in wanted:
        wanted["result_data"] = build_result(wanted["result"], set())
    return UpdateOptions("task-1", **wanted)


def a_time(text: str) -> dict[str, str]:
    """A time of day as an Any."""
    return {"_typeName": "dateTime", "_value": f"2026-01-31T{text}"}


def whole(info_: dict[str, t.Any], **values: str) -> dict[str, t.Any]:
    """The reading of a task with its custom values."""
    keys = {"owner": 1, "team": 2}
    value = {"_value": [{"key": keys[name], "value": text} for name, text in values.items()]}
    return {"objects": [found(info_["task"], info=info_, availableField=FIELDS, value=value)]}


def update(
    monkeypatch: pytest.MonkeyPatch, readings: list[t.Any], wanted: UpdateOptions, **script: list[t.Any]
) -> tuple[dict[str, t.Any], Sent, Context]:
    """The result of an update, the calls, and the context afterward."""
    check_mode = script.pop("check", [False])[0]
    wire = Wire(RetrievePropertiesEx=readings, **{**{method: [None] * 9 for method in METHODS}, **script})
    context = Context(check_mode=check_mode)
    with connect(monkeypatch, wire) as connection:
        result = update_task(reader_of(connection, context=context), wanted)
    return result, [each for each in wire.given if each[0] in METHODS], context
