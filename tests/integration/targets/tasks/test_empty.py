# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty parts of options, such as an empty field of a survey, which are an error and never omitted."""

from __future__ import annotations

import json
import typing as t

import pytest

MACHINE = {"type": "VirtualMachine"}
REQUIRED: dict[str, dict[str, t.Any]] = {
    "start": {"object": {"type": "HostSystem", "moid": "host-1"}, "method": "EnterMaintenanceMode_Task"},
    "type": {"extension": "com.example.a"},
    "state": {"task_id": "task-1"},
}
EMPTY = pytest.mark.parametrize("empty", [None, "", "  "], ids=["null", "empty", "blank"])


@EMPTY
@pytest.mark.parametrize("part", ["moid", "name", "path"])
@pytest.mark.parametrize("module", ["info", "wait", "cancel", "create"])
def test_an_empty_part_of_an_entity_is_an_error(vcenter: t.Any, module: str, part: str, empty: str | None) -> None:
    required = {"task_type": "com.example.a.b"} if module == "create" else {}
    result = vcenter.run(module, entity={**MACHINE, part: empty}, **required)
    assert result["failed"]
    assert f"entity.{part} is {'null' if empty is None else 'empty'}: set a value, or omit it" in result["msg"]
    assert vcenter.requests() == []


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("info", {"entity": {"type": None, "name": "web-01"}}, "entity.type is null"),
        ("info", {"entity": {"path": "DC0/vm", "recursion": None}}, "entity.recursion is null"),
        ("info", {"entity": {"name": "web-01", "path": None}}, "entity.path is null"),
        # The form of the command line.
        ("cancel", {"entity": json.dumps({**MACHINE, "name": None})}, "entity.name is null"),
        ("cancel", {"users": [None]}, "users contains null"),
        ("cancel", {"users": ["one", " "]}, "users contains an empty string"),
        ("cancel", {"users": "one,,two"}, "users contains an empty string"),
        ("cancel", {"users": ""}, "users contains an empty string"),
        ("cancel", {"alarm": " "}, "alarm is empty"),
        ("cancel", {"task_ids": [None]}, "task_ids contains null"),
        ("wait", {"task_ids": ["task-1", ""]}, "task_ids contains an empty string"),
        ("wait", {"event_chain_ids": [None]}, "event_chain_ids contains null"),
        ("info", {"states": ["running", None]}, "states contains null"),
        ("info", {"description_ids": [" "]}, "description_ids contains an empty string"),
        ("start", {"object": {**MACHINE, "path": None}}, "object.path is null"),
        ("start", {"object": {**MACHINE, "moid": "vm-1", "property": None}}, "object.property is null"),
        ("start", {"unless": {"exists": {"path": None}}}, "unless.exists.path is null"),
        ("start", {"unless": {"exists": {"path": "DC0/vm", "type": " "}}}, "unless.exists.type is empty"),
        ("start", {"unless": {"exists": None}}, "unless.exists is null"),
        ("start", {"unless": {"property": None}}, "unless.property is null"),
        ("start", {"unless": {"property": "name", "object": None}}, "unless.object is null"),
        ("start", {"unless": {"property": "name", "object": {"path": None}}}, "unless.object.path is null"),
        ("start", {"unless": {}}, "one of the following is required: property, exists"),
        ("start", {"params": {"timeout": 0, "maintenanceSpec": None}}, "params.maintenanceSpec is null"),
        (
            "start",
            {"params": {"timeout": 0, "maintenanceSpec": {"vsanMode": None}}},
            "params.maintenanceSpec.vsanMode is",
        ),
        ("type", {"task_types": [{"id": None}]}, "task_types.id is null"),
        ("type", {"task_types": [{"id": "a.b", "labels": None}]}, "task_types.labels is null"),
        ("type", {"task_types": [None]}, "task_types contains null"),
        ("state", {"state": "error", "error": {"message": None}}, "error.message is null"),
        ("state", {"state": "error", "error": {"message": "x", "type": None}}, "error.type is null"),
        ("state", {"description": {"key": "a.b", "message": None}}, "description.message is null"),
    ],
)
def test_other_empty_parts_of_options_are_errors(
    vcenter: t.Any, module: str, options: dict[str, t.Any], message: str
) -> None:
    result = vcenter.run(module, **{**REQUIRED.get(module, {}), **options})
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


@pytest.mark.parametrize("empty", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize(("module", "option"), [("cancel", "entity"), ("start", "object"), ("start", "unless")])
def test_an_empty_option_with_parts_is_an_error(vcenter: t.Any, module: str, option: str, empty: str) -> None:
    """Each run in these tests also checks that the result does not contain the password."""
    result = vcenter.run(module, **{**REQUIRED.get(module, {}), option: empty})
    assert result["failed"]
    assert f"{option} is empty: set its parts, or omit it with default(omit)" in result["msg"]
    assert vcenter.requests() == []


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("cancel", {"entity": "web-01"}, "entity is not a dictionary: set the parts type, moid, name, path"),
        ("wait", {"entity": 7}, "entity is not a dictionary"),
        ("info", {"entity": [MACHINE]}, "entity is not a dictionary"),
        ("start", {"object": "vm-1"}, "object is not a dictionary"),
        ("start", {"unless": {"exists": "DC0/vm"}}, "unless.exists is not a dictionary"),
        ("type", {"task_types": ["a.b"]}, "task_types is not a list of dictionaries: set the parts id, labels"),
    ],
)
def test_an_empty_option_without_parts_is_an_error(
    vcenter: t.Any, module: str, options: dict[str, t.Any], message: str
) -> None:
    result = vcenter.run(module, **{**REQUIRED.get(module, {}), **options})
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


def test_equals_can_be_null(vcenter: t.Any) -> None:
    machine = {"path": "DC0/vm/DC0_H0_VM0"}
    unless = {"property": "parentVApp", "equals": None}
    result = vcenter.run("start", object=machine, method="PowerOffVM_Task", unless=unless)
    assert (result["failed"], result["changed"]) == (False, False), result["msg"]


def test_an_option_that_is_null_as_a_whole_counts_as_missing(vcenter: t.Any, tag: str) -> None:
    task_id = vcenter.create(change_tag=tag)
    result = vcenter.run("info", tags=[tag], users=None, entity=None)
    assert [task["id"] for task in result["tasks"]] == [task_id]
