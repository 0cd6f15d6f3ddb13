# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes in a session that the server no longer knows: it gets them again only if it has not made them."""

from __future__ import annotations

import contextlib
import functools
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, OutcomeUnknown
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions, create_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import drive_task, update_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import UpdateOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import info, reading, task
from ..wire import Wire, connect, reader_of
from .updating import options, whole

LOST = Fault("NotAuthenticated", "no", {})
FOLDER = reference("Folder", "group-d1")
EMPTY = {"_typeName": "Extension", "key": "com.example", "version": "1"}
THERE = {**EMPTY, "taskList": [{"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}]}


def times(wire: Wire, method: str, made: bool, change: t.Callable[[], object]) -> int:
    """How often the server gets the change. If it was made, the outcome is unknown."""
    with pytest.raises(OutcomeUnknown, match="did not know the session") if made else contextlib.nullcontext():
        change()
    return wire.methods().count(method)


# --- creating a task ---


@pytest.mark.parametrize(
    ("differs", "made"),
    [
        ({}, True),
        ({"queueTime": "2020-01-02T03:04:05Z"}, False),
        ({"descriptionId": "com.example.move"}, False),
        ({"activationId": "b"}, False),
        ({"entity": reference("Folder", "group-d2")}, False),
    ],
)
def test_a_task_is_created_again_unless_a_new_one_is_like_it(
    monkeypatch: pytest.MonkeyPatch, differs: dict[str, t.Any], made: bool
) -> None:
    same = {"descriptionId": "com.example.copy", "activationId": "a", "entity": FOLDER}
    recent = reading(info("task-1", **{"queueTime": "2099-01-02T03:04:05Z", **same, **differs}))
    # The other readings are those of labels.
    wire = Wire(CreateTask=[LOST, {"key": "task-2"}], RetrievePropertiesEx=[recent, None, None])
    wanted = CreateOptions("com.example.copy", activation_id="a")
    with connect(monkeypatch, wire) as connection:
        sent = times(wire, "CreateTask", made, lambda: create_task(connection, FOLDER, wanted))
    assert sent == (1 if made else 2)


# --- task types ---


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.usefixtures("clock")
def test_an_extension_is_written_again_unless_it_has_changed(monkeypatch: pytest.MonkeyPatch, made: bool) -> None:
    wire = Wire(UpdateExtension=[LOST, None], FindExtension=[EMPTY, THERE if made else EMPTY, THERE])
    wanted = TaskTypeOptions("com.example", {"com.example.copy": {}})
    with connect(monkeypatch, wire) as connection:
        sent = times(wire, "UpdateExtension", made, lambda: set_task_types(connection, wanted, Context()))
    assert sent == (1 if made else 2)
    assert {params["extensionKey"] for method, params in wire.given if method == "FindExtension"} == {"com.example"}


# --- updates of a task ---


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize(
    ("wanted", "call", "after"),
    [
        (options(progress=40), ("UpdateProgress", {"percentDone": 40}), whole(info("task-1", progress=40))),
        (
            options(custom_values={"owner": "a"}),
            ("setCustomValue", {"key": "owner", "value": "a"}),
            whole(info("task-1"), owner="a"),
        ),
    ],
)
def test_a_task_is_updated_again_unless_it_has_the_value(
    monkeypatch: pytest.MonkeyPatch,
    wanted: UpdateOptions,
    call: tuple[str, dict[str, t.Any]],
    after: dict[str, t.Any],
    made: bool,
) -> None:
    before = whole(info("task-1"))
    wire = Wire(RetrievePropertiesEx=[before, after if made else before, after], **{call[0]: [LOST, None]})
    with connect(monkeypatch, wire) as connection:
        sent = times(wire, call[0], made, lambda: update_task(reader_of(connection), wanted))
    assert sent == (1 if made else 2)
    assert [each for each in wire.given if each[0] == call[0]] == [call] * sent


@pytest.mark.parametrize("made", [True, False])
def test_a_driven_task_is_updated_again_unless_it_has_the_value(monkeypatch: pytest.MonkeyPatch, made: bool) -> None:
    after = reading(info("task-1", progress=40 if made else None))
    wire = Wire(UpdateProgress=[LOST, None], RetrievePropertiesEx=[after])
    with connect(monkeypatch, wire) as connection:
        drive = functools.partial(drive_task, connection, task("task-1"), options(progress=40))
        assert times(wire, "UpdateProgress", made, drive) == (1 if made else 2)
