# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels of operations, states, and reasons: sources, number of requests, and tasks without labels."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    SERVICE_INSTANCE,
    filter_spec,
    object_spec,
    property_spec,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._labels import COMMON
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import boxed, found, info
from ..wire import Wire, connect, reader_of

NAMES = ("operation", "state_label", "reason_label")


def task(description_id: str, state: str = "running") -> dict[str, t.Any]:
    """An answer with one task of the operation."""
    info = {
        "task": reference("Task", "task-1"),
        "key": "task-1",
        "name": "Copy_Task",
        "descriptionId": description_id,
        "state": state,
        "reason": {"_typeName": "TaskReasonUser"},
    }
    return {"objects": [{"obj": reference("Task", "task-1"), "propSet": [{"name": "info", "val": info}]}]}


def label(path: str, text: str) -> dict[str, t.Any]:
    """An answer with one property of the TaskManager."""
    value = {"_typeName": "string", "_value": text}
    manager = reference("TaskManager", "taskManager")
    return {"objects": [{"obj": manager, "propSet": [{"name": path, "val": value}]}]}


def read(monkeypatch: t.Any, *answers: t.Any) -> tuple[Wire, list[t.Any]]:
    """The wire, and the tasks of two readings with the given answers."""
    wire = Wire(RetrievePropertiesEx=list(answers))
    with connect(monkeypatch, wire) as connection:
        reader = TaskReader(connection)
        tasks = [reader.given(["task-1"]).tasks[0] for again in range(2)]
    assert not wire.script["RetrievePropertiesEx"]
    return wire, tasks


def test_common_labels_come_with_the_first_task_and_are_requested_only_once(monkeypatch: t.Any) -> None:
    known = 'description.methodInfo["VirtualMachine.clone"].label'
    assert known in COMMON
    answer = task("VirtualMachine.clone")
    answer["objects"] += label(known, "Clone")["objects"]
    tasks = read(monkeypatch, answer, task("VirtualMachine.clone"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Clone", None, None]] * 2


@pytest.mark.parametrize("odd", [None, 7, {}, {"_typeName": "string", "_value": None}, {"_value": ["Clone"]}])
def test_a_label_that_is_not_a_text_is_ignored(monkeypatch: t.Any, odd: t.Any) -> None:
    answer = task("VirtualMachine.clone")
    answer["objects"] += label('description.methodInfo["VirtualMachine.clone"].label', "")["objects"]
    answer["objects"][1]["propSet"][0]["val"] = odd
    tasks = read(monkeypatch, answer, task("VirtualMachine.clone"))[1]
    assert [each["operation"] for each in tasks] == ["Copy_Task"] * 2


def test_a_label_that_is_not_common_costs_one_request(monkeypatch: t.Any) -> None:
    own = label('description.methodInfo["a.b"].label', "Own")
    wire, tasks = read(monkeypatch, task("a.b"), own, task("a.b"))
    assert [each["operation"] for each in tasks] == ["Own"] * 2
    [_common, sought, _again] = [params for method, params in wire.given if method == "RetrievePropertiesEx"]
    objects = [object_spec(reference("TaskManager", "taskManager"))]
    path = property_spec("TaskManager", 'description.methodInfo["a.b"].label')
    assert sought["specSet"] == [filter_spec(objects, [path])]


def test_a_task_whose_label_cannot_be_read_is_still_returned(monkeypatch: t.Any) -> None:
    faults = [Fault("NoPermission", "No.", {}), Fault("InvalidProperty", "What?", {})]
    tasks = read(monkeypatch, faults[0], task("a.b"), faults[1], task("a.b"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Copy_Task", None, None]] * 2


def test_an_operation_that_would_break_a_property_path_is_not_requested(monkeypatch: t.Any) -> None:
    session = reference("SessionManager", "sessionManager")
    current = {"objects": [{"obj": session, "propSet": [{"name": "currentSession", "val": {"locale": "en"}}]}]}
    tasks = read(monkeypatch, task('a"].b'), current, task('a"].b'))[1]
    assert [each["operation"] for each in tasks] == ["Copy_Task"] * 2


def of_extensions(locale: str, *offered: tuple[str, str, str]) -> dict[str, t.Any]:
    """The answer with the extensions, which offer labels of a.b in these locales, and other texts."""
    resources = [
        {
            "locale": each,
            "module": module,
            "data": [{"key": "a.b.label", "value": text}, {"key": "c.label", "value": "C"}],
        }
        for each, module, text in offered
    ]
    lists: dict[str, t.Any] = {
        "extensionList": {"_value": [{"key": "none"}, {"key": "com.example", "resourceList": resources}]}
    }
    session = {"currentSession": {"_typeName": "UserSession", "locale": locale}}
    managers = (("extensionManager", lists), ("sessionManager", session))
    return {"objects": [found(reference(name[0].upper() + name[1:], name), **values) for name, values in managers]}


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de_DE", "Kopie"),
        ("de_AT", "Kopie"),
        ("de", "Kopie"),
        ("fr_CA", "Copy"),
        ("en_GB", "Copy"),
        ("zh_TW", "副本"),
        ("pt_BR", "Cópia"),
    ],
)
def test_an_extension_has_a_label_in_the_language_of_the_session_or_in_english(
    monkeypatch: t.Any, locale: str, expected: str
) -> None:
    offered = [
        ("de_DE", "Kopie"),
        ("en", "Copy"),
        ("pt_BR", "Cópia"),
        ("pt_PT", "Copiar"),
        ("ja", "J"),
        ("zh-CN", "副本"),
    ]
    texts = [(each, "task", text) for each, text in offered]
    extensions = of_extensions(locale, *texts, ("de_DE", "event", "Ereignis"))
    wire, tasks = read(monkeypatch, task("a.b"), None, extensions, task("a.b"))
    assert [each["operation"] for each in tasks] == [expected] * 2
    asked = [params["specSet"] for method, params in wire.given if method == "RetrievePropertiesEx"][2]
    managers = [
        (reference("ExtensionManager", "extensionManager"), "extensionList"),
        (reference("SessionManager", "sessionManager"), "currentSession"),
    ]
    wanted = [property_spec(manager["type"], name) for manager, name in managers]
    assert asked == [filter_spec([object_spec(manager) for manager, _name in managers], wanted)]


def test_an_extension_whose_members_are_boxed_has_its_label(monkeypatch: t.Any) -> None:
    extensions = of_extensions("en", ("en", "task", "Copy"))
    for each in extensions["objects"]:
        [property_] = each["propSet"]
        value = property_["val"]
        property_["val"] = boxed(value.get("_value", value))
    tasks = read(monkeypatch, task("a.b"), None, extensions, task("a.b"))[1]
    assert [each["operation"] for each in tasks] == ["Copy"] * 2


def test_a_state_without_a_label_does_not_prevent_the_label_of_an_extension(monkeypatch: t.Any) -> None:
    extensions = of_extensions("en", ("en", "task", "Copy"))
    tasks = read(monkeypatch, task("a.b", "paused"), None, extensions, task("a.b", "paused"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Copy", None, None]] * 2


def test_a_request_for_a_label_also_reads_an_unknown_product(monkeypatch: t.Any) -> None:
    server = found(SERVICE_INSTANCE, **{"content.about.fullName": {"_typeName": "string", "_value": "vCenter 9"}})
    answer = {"objects": [server, *label('description.methodInfo["a.b"].label', "Own")["objects"]]}
    wire = Wire(RetrievePropertiesEx=[answer])
    wire.product = None
    with connect(monkeypatch, wire) as connection:
        [own] = reader_of(connection).from_info({"task-1": info("task-1", descriptionId="a.b")})
        assert (own["operation"], connection.server.product) == ("Own", "vCenter 9")
    objects = [object_spec(reference("TaskManager", "taskManager")), object_spec(SERVICE_INSTANCE)]
    path = property_spec("TaskManager", 'description.methodInfo["a.b"].label')
    product = property_spec("ServiceInstance", "content.about.fullName")
    assert wire.params["RetrievePropertiesEx"]["specSet"] == [filter_spec(objects, [path, product])]


def test_extensions_are_not_requested_from_a_server_without_them(monkeypatch: t.Any) -> None:
    wire = Wire(RetrievePropertiesEx=[task("a.b"), None])
    wire.lacks.add("extensionManager")
    with connect(monkeypatch, wire) as connection:
        [found_task] = TaskReader(connection).given(["task-1"]).tasks
    assert found_task["operation"] == "Copy_Task"
    assert wire.methods().count("RetrievePropertiesEx") == 2


def test_labels_of_state_and_reason_come_with_that_of_the_operation(monkeypatch: t.Any) -> None:
    answer = task("VirtualMachine.clone")
    labels = {
        'description.methodInfo["VirtualMachine.clone"].label': "Clone",
        'description.state["running"].label': "Running",
        'description.reason["TaskReasonUser"].label': "By user",
    }
    answer["objects"] += [each for path, text in labels.items() for each in label(path, text)["objects"]]
    tasks = read(monkeypatch, answer, task("VirtualMachine.clone"))[1]
    assert [[each[name] for name in NAMES] for each in tasks] == [["Clone", "Running", "By user"]] * 2
