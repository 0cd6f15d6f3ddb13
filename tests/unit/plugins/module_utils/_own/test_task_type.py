# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Task types in extensions of other servers than the test vCenter."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types

from ..wire import Wire, connect


def wanted(state: str = "present") -> TaskTypeOptions:
    return TaskTypeOptions("com.example", {"com.example.copy": {}}, present=state == "present")


def extension(**members: t.Any) -> dict[str, t.Any]:
    description = {"_typeName": "Description", "label": "x", "summary": ""}
    return {"_typeName": "Extension", "key": "com.example", "version": "1", "description": description, **members}


def test_addresses_that_read_as_empty_are_not_sent_back(monkeypatch: t.Any) -> None:
    found = extension(
        extendedProductInfo={"_typeName": "ExtExtendedProductInfo", "companyUrl": "", "productUrl": "https://x"},
        solutionManagerInfo={"_typeName": "ExtSolutionManagerInfo", "smallIconUrl": ""},
    )
    wire = Wire(FindExtension=[found], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, wanted(), check_mode=False)
        assert wire.params["UpdateExtension"]["extension"] == {
            **extension(),
            "taskList": [{"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}],
            "extendedProductInfo": {"_typeName": "ExtExtendedProductInfo", "productUrl": "https://x"},
            "solutionManagerInfo": {"_typeName": "ExtSolutionManagerInfo"},
        }


@pytest.mark.parametrize("state", ["present", "absent"])
def test_empty_lists_are_no_difference(monkeypatch: t.Any, state: str) -> None:
    task_list = [{"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}] if state == "present" else []
    wire = Wire(FindExtension=[extension(taskList=task_list, resourceList=[], server=[])])
    with connect(monkeypatch, wire) as connection:
        assert not set_task_types(connection, wanted(state=state), check_mode=False)["changed"]


def test_an_extension_of_the_module_remains_if_it_has_other_content(monkeypatch: t.Any) -> None:
    task_list = [{"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}]
    more = {"company": "vsphere.tasks", "subjectName": "CN=someone"}
    wire = Wire(FindExtension=[extension(taskList=task_list, **more)], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), check_mode=False)
        assert wire.params["UpdateExtension"]["extension"] == extension(**more)
    assert result["extension"]["task_types"] == []
