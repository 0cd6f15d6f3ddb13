# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._labels import COMMON
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect

NAMES = ("operation", "state_label", "reason_label")


def task(description_id: str) -> dict[str, t.Any]:
    """An answer with one task of that operation."""
    info = {
        "task": reference("Task", "task-1"),
        "key": "task-1",
        "name": "Copy_Task",
        "descriptionId": description_id,
        "state": "running",
        "reason": {"_typeName": "TaskReasonUser"},
    }
    return {"objects": [{"obj": reference("Task", "task-1"), "propSet": [{"name": "info", "val": info}]}]}


def label(path: str, text: str) -> dict[str, t.Any]:
    """An answer with one property of the TaskManager."""
    value = {"_typeName": "string", "_value": text}
    manager = reference("TaskManager", "taskManager")
    return {"objects": [{"obj": manager, "propSet": [{"name": path, "val": value}]}]}


def read(monkeypatch: t.Any, *answers: t.Any) -> tuple[Wire, list[t.Any]]:
    """What the given answers make of a task that is read twice."""
    wire = Wire(RetrievePropertiesEx=list(answers))
    with connect(monkeypatch, wire) as connection:
        reader = TaskReader(connection)
        tasks = [reader.given(["task-1"]).tasks[0] for again in range(2)]
    assert not wire.script["RetrievePropertiesEx"]
    return wire, tasks


def test_common_labels_come_with_the_task_and_are_asked_for_once(monkeypatch: t.Any) -> None:
    known = 'description.methodInfo["VirtualMachine.clone"].label'
    assert known in COMMON
    answer = task("VirtualMachine.clone")
    answer["objects"] += label(known, "Clone")["objects"]
    tasks = read(monkeypatch, answer, task("VirtualMachine.clone"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Clone", None, None]] * 2


@pytest.mark.parametrize("odd", [None, 7, {}, {"_typeName": "string", "_value": None}, {"_value": ["Clone"]}])
def test_one_that_is_no_text_is_none(monkeypatch: t.Any, odd: t.Any) -> None:
    answer = task("VirtualMachine.clone")
    answer["objects"] += label('description.methodInfo["VirtualMachine.clone"].label', "")["objects"]
    answer["objects"][1]["propSet"][0]["val"] = odd
    tasks = read(monkeypatch, answer, task("VirtualMachine.clone"))[1]
    assert [each["operation"] for each in tasks] == ["Copy_Task"] * 2


def test_another_one_costs_a_request_once(monkeypatch: t.Any) -> None:
    own = label('description.methodInfo["a.b"].label', "Own")
    tasks = read(monkeypatch, task("a.b"), own, task("a.b"))[1]
    assert [each["operation"] for each in tasks] == ["Own"] * 2


def test_no_label_is_a_reason_to_show_no_tasks(monkeypatch: t.Any) -> None:
    faults = [Fault("NoPermission", "No.", {}), Fault("InvalidProperty", "What?", {})]
    tasks = read(monkeypatch, faults[0], task("a.b"), faults[1], task("a.b"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Copy_Task", None, None]] * 2


def test_what_would_break_a_property_path_is_not_asked_for(monkeypatch: t.Any) -> None:
    session = reference("SessionManager", "sessionManager")
    current = {"objects": [{"obj": session, "propSet": [{"name": "currentSession", "val": {"locale": "en"}}]}]}
    tasks = read(monkeypatch, task('a"].b'), current, task('a"].b'))[1]
    assert [each["operation"] for each in tasks] == ["Copy_Task"] * 2
