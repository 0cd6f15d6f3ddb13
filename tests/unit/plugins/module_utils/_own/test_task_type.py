# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Task types in extensions of other servers than the test vCenter."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own import _task_type
from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types

from ..wire import Clock, Wire, connect

TASK_TYPE = {"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}
OTHER_TYPE = {"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.move"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


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
    there = extension(taskList=[TASK_TYPE])
    wire = Wire(FindExtension=[found, there], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, wanted(), Context())
        assert wire.params["UpdateExtension"]["extension"] == {
            **extension(),
            "taskList": [TASK_TYPE],
            "extendedProductInfo": {"_typeName": "ExtExtendedProductInfo", "productUrl": "https://x"},
            "solutionManagerInfo": {"_typeName": "ExtSolutionManagerInfo"},
        }


@pytest.mark.parametrize("state", ["present", "absent"])
def test_empty_lists_are_no_difference(monkeypatch: t.Any, state: str) -> None:
    task_list = [TASK_TYPE] if state == "present" else []
    wire = Wire(FindExtension=[extension(taskList=task_list, resourceList=[], server=[])])
    with connect(monkeypatch, wire) as connection:
        assert not set_task_types(connection, wanted(state=state), Context())["changed"]


def test_an_extension_of_the_module_remains_if_it_has_other_content(monkeypatch: t.Any) -> None:
    more = {"company": "vsphere.tasks", "subjectName": "CN=someone"}
    wire = Wire(FindExtension=[extension(taskList=[TASK_TYPE], **more), extension(**more)], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), Context())
        assert wire.params["UpdateExtension"]["extension"] == extension(**more)
    assert result["extension"]["task_types"] == []


def test_an_extension_that_others_overwrite_is_written_again(monkeypatch: t.Any, clock: Clock) -> None:
    others, both = extension(taskList=[OTHER_TYPE]), extension(taskList=[OTHER_TYPE, TASK_TYPE])
    # Another run registers it, and overwrites it once.
    rejected = Fault("InvalidArgument", "It exists.", {})
    wire = Wire(
        FindExtension=[None, others, others, others, both],
        CurrentTime=["2026-01-02T03:04:05Z"],
        RegisterExtension=[rejected],
        UpdateExtension=[None, None],
    )
    context = Context()
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(), context)
        assert wire.params["UpdateExtension"]["extension"]["taskList"] == [OTHER_TYPE, TASK_TYPE]
    assert [each["id"] for each in result["extension"]["task_types"]] == ["com.example.move", "com.example.copy"]
    assert (result["changed"], context.known) == (True, {"changed": True})
    assert len(clock.pauses) == 3
    assert all(_task_type.PAUSES[0] <= pause <= 2 * _task_type.PAUSES[0] for pause in clock.pauses)


def test_an_extension_that_others_always_overwrite_is_an_error(monkeypatch: t.Any) -> None:
    others = extension(taskList=[OTHER_TYPE])
    wire = Wire(FindExtension=[others] * 11, UpdateExtension=[None] * 10)
    context = Context()
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(
            VsphereError, match=r"have overwritten the extension com\.example 10 times: run the module again"
        ),
    ):
        set_task_types(connection, wanted(), context)
    assert context.known == {"changed": True}


def test_a_rejection_without_another_client_is_an_error(monkeypatch: t.Any) -> None:
    found = extension()
    wire = Wire(FindExtension=[found, found], UpdateExtension=[Fault("NoPermission", "no", {}, "UpdateExtension")])
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault, match="UpdateExtension is not allowed"):
        set_task_types(connection, wanted(), Context())


def test_a_change_that_another_client_has_made_first_is_no_change(monkeypatch: t.Any) -> None:
    there = extension(taskList=[TASK_TYPE])
    wire = Wire(FindExtension=[extension(), there, there], UpdateExtension=[Fault("NotFound", "no", {})])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(), Context())
    assert (result["changed"], result["diff"]["after"]) == (False, result["extension"])
