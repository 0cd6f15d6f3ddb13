# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shapes of answers, and the sentences about others."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _shapes
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

TASK = reference("Task", "task-1")
READ = {"objects": [{"obj": TASK, "propSet": [{"name": "info", "val": 1}, {"name": "value"}]}], "token": "1"}
HIDDEN = {"objects": [{"obj": TASK, "missingSet": [{"path": "info", "fault": "odd"}]}]}
CHANGE = {"kind": "modify", "obj": TASK, "changeSet": [{"name": "info", "val": None}], "missingSet": None}
UPDATES = {"version": "1", "truncated": False, "filterSet": [{"objectSet": [CHANGE], "missingSet": [{"obj": TASK}]}]}
EXTENSION = {
    "key": "com.example",
    "version": "1.0.0",
    "taskList": [{"taskID": "com.example.copy"}],
    "resourceList": [{"locale": "en", "module": "task", "data": [{"key": "a", "value": "b"}]}],
}
VALUES: list[tuple[str, t.Any]] = [
    ("RetrievePropertiesEx", READ),
    ("ContinueRetrievePropertiesEx", HIDDEN),
    ("RetrievePropertiesEx", {"_typeName": "RetrieveResult"}),
    ("RetrievePropertiesEx", {"objects": []}),
    ("RetrieveProperties", READ["objects"]),
    ("WaitForUpdatesEx", UPDATES),
    ("WaitForUpdatesEx", {"version": "1"}),
    ("FindExtension", EXTENSION),
    ("CreateFilter", TASK),
    ("PowerOnVM_Task", TASK),
    ("CreateTask", {"task": TASK}),
    ("CurrentTime", "2026-01-02T03:04:05Z"),
    ("content", {"rootFolder": reference("Folder", "group-d1")}),
    ("ReadNextTasks", ["anything", None]),
    ("Login", 7),
]


@pytest.mark.parametrize(("member", "value"), VALUES)
def test_values_of_the_api_have_their_shape(member: str, value: t.Any) -> None:
    assert _shapes.problem(value, _shapes.of(member)) == ""


@pytest.mark.parametrize(
    ("member", "place", "odd", "problem"),
    [
        ("RetrievePropertiesEx", (), [], "the value is a list instead of an object"),
        ("RetrievePropertiesEx", ("objects",), None, "objects is missing"),
        ("RetrievePropertiesEx", ("objects",), 7, "objects is the number 7 instead of a list"),
        ("RetrievePropertiesEx", ("objects", 0), None, "objects[0] is null instead of an object"),
        ("RetrievePropertiesEx", ("objects", 0, "obj"), None, "objects[0].obj is missing"),
        ("RetrievePropertiesEx", ("objects", 0, "obj", "value"), "", "objects[0].obj.value is an empty string instead"),
        ("RetrievePropertiesEx", ("objects", 0, "obj", "type"), True, "objects[0].obj.type is true instead of a name"),
        ("RetrievePropertiesEx", ("objects", 0, "propSet"), {}, "objects[0].propSet is an object instead of a list"),
        ("RetrievePropertiesEx", ("objects", 0, "propSet", 1, "name"), [], "objects[0].propSet[1].name is a list"),
        ("RetrievePropertiesEx", ("token",), 1, "token is the number 1 instead of a string"),
        ("WaitForUpdatesEx", ("version",), 1, "version is the number 1 instead of a name"),
        ("WaitForUpdatesEx", ("version",), "", "version is an empty string instead of a name"),
        ("WaitForUpdatesEx", ("truncated",), "no", "truncated is the string 'no' instead of true or false"),
        (
            "WaitForUpdatesEx",
            ("filterSet", 0, "objectSet", 0, "kind"),
            None,
            "filterSet[0].objectSet[0].kind is missing",
        ),
        ("FindExtension", ("taskList", 0), "x" * 99, f"taskList[0] is the string '{'x' * 40}' instead of an object"),
        ("FindExtension", ("extendedProductInfo",), [], "extendedProductInfo is a list instead of an object"),
        ("PowerOnVM_Task", ("type",), "Folder", "type is the string 'Folder' instead of Task"),
        ("CurrentTime", (), "today", "the value is the string 'today' instead of a time"),
        ("content", ("rootFolder",), None, "rootFolder is missing"),
    ],
)
def test_other_values_are_described_with_their_place(
    member: str, place: tuple[t.Any, ...], odd: t.Any, problem: str
) -> None:
    value = {"": next(copy.deepcopy(value) for name, value in VALUES if name == member)}
    inner: t.Any = value
    for part in ("", *place)[:-1]:
        inner = inner[part]
    inner[("", *place)[-1]] = odd
    assert _shapes.problem(value[""], _shapes.of(member)).startswith(problem)


def test_an_object_of_another_type_cannot_omit_its_list() -> None:
    assert _shapes.problem({"_typeName": "NoPermission"}, _shapes.of("RetrievePropertiesEx")) == "objects is missing"


def test_an_object_without_a_type_cannot_omit_its_list() -> None:
    assert _shapes.problem({}, {"list": [str]}) == "list is missing"
