# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating tasks: the request, and the errors for rejected requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions, create_task, ensure_task
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect, reader_of

ENTITY = reference("Folder", "group-d1")


def test_only_options_with_a_value_are_sent(monkeypatch: t.Any) -> None:
    wire = Wire(CreateTask=[{"key": "task-1"}])
    with connect(monkeypatch, wire) as connection:
        assert create_task(connection, ENTITY, CreateOptions("com.example.copy", activation_id="a")) == {
            "key": "task-1"
        }
        assert wire.params["CreateTask"] == {
            "obj": ENTITY,
            "taskTypeId": "com.example.copy",
            "cancelable": False,
            "activationId": "a",
        }


@pytest.mark.parametrize("fields", [{}, {"invalidProperty": "taskType"}, {"invalidProperty": "taskTypeId"}])
def test_an_unknown_type_names_the_module_that_registers_it(monkeypatch: t.Any, fields: dict[str, str]) -> None:
    wire = Wire(CreateTask=[Fault("InvalidArgument", "A specified parameter was not correct.", fields)])
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match=r"the task type com\.example\.copy .*: register it with vsphere_task_type"),
    ):
        create_task(connection, ENTITY, CreateOptions("com.example.copy"))


def test_another_argument_is_left_to_the_fault(monkeypatch: t.Any) -> None:
    wire = Wire(CreateTask=[Fault("InvalidArgument", "Wrong.", {"invalidProperty": "parentTaskKey"}, "CreateTask")])
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault, match="CreateTask failed: Wrong"):
        create_task(connection, ENTITY, CreateOptions("com.example.copy", parent_task_key="nonsense"))


def test_a_server_that_ignores_the_filter_is_filtered_here(monkeypatch: t.Any) -> None:
    def task(id_: str, **members: str) -> dict[str, t.Any]:
        info = {"descriptionId": "com.example.copy", "activationId": "a", "state": "running", **members}
        return {
            "key": id_,
            "task": reference("Task", id_),
            "cancelled": False,
            "queueTime": "2026-01-02T03:04:05Z",
            **info,
        }

    page = [
        task("task-1", state="success"),
        task("task-2", activationId="b"),
        task("task-3", descriptionId="com.example.move"),
        task("task-4"),
    ]
    collector = reference("TaskHistoryCollector", "collector")
    wire = Wire(
        content=[{"rootFolder": ENTITY}],
        RetrievePropertiesEx=[None],
        CreateCollectorForTasks=[collector],
        ReadNextTasks=[page, None],
        DestroyCollector=[None],
    )
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, "com.example.copy")
        result = ensure_task(reader, CreateOptions("com.example.copy", activation_id="a"))
    assert (result["changed"], result["task"]["id"]) == (False, "task-4")
    assert wire.methods()[-2:] == ["DestroyCollector", "Logout"]
