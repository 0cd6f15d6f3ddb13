# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_info."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._find import find_entity

ROOT = {"type": "Folder", "value": "group-d1"}


def test_given_tasks_are_returned_in_their_order_with_one_request(vcenter: t.Any) -> None:
    ids = vcenter.create_many(5)
    result = vcenter.run("info", task_ids=ids)
    assert [task["id"] for task in result["tasks"]] == ids
    assert vcenter.requests().count("PropertyCollector.RetrievePropertiesEx") == 1
    assert result["missing_task_ids"] == []
    assert result["changed"] is False


def test_a_reading_costs_four_requests_over_vijson(vcenter: t.Any) -> None:
    vcenter.run("info", task_ids=[vcenter.create()])
    stats = vcenter.stats
    assert (stats["logins"], stats["logouts"]) == (1, 1)
    assert sum(stats["total"].values()) == 4


def test_the_result_contains_the_protocol(vcenter: t.Any) -> None:
    api = vcenter.run("info", task_ids=[])["api"]
    assert api["transport"] == vcenter.transport
    assert api["release"]
    assert api["product"] == vcenter.address["product"]


def test_the_host_is_the_entity_or_that_of_the_virtual_machine(vcenter: t.Any) -> None:
    with vcenter.connection() as connection:
        machine, host = (
            find_entity(connection, Entity("entity", type=type_, name=name))
            for type_, name in (("VirtualMachine", "DC0_H0_VM0"), ("HostSystem", "DC0_H0"))
        )
    ids = [vcenter.create(entity={"type": each["type"], "value": each["value"]}) for each in (machine, host, ROOT)]
    before = vcenter.requests().count("PropertyCollector.RetrievePropertiesEx")
    tasks = vcenter.run("info", hosts=True, task_ids=ids)["tasks"]
    assert vcenter.requests().count("PropertyCollector.RetrievePropertiesEx") - before == 3
    assert [task["host_name"] for task in tasks] == ["DC0_H0", "DC0_H0", None]
    assert [task["host"] for task in tasks] == [{"type": "HostSystem", "moid": host["value"]}] * 2 + [None]
    assert "host" not in vcenter.run("info", task_ids=ids)["tasks"][0]


def test_unknown_ids_are_returned_as_missing(vcenter: t.Any) -> None:
    known = vcenter.create()
    result = vcenter.run("info", task_ids=["task-40400000", known, "task-40500000"])
    assert not result["failed"]
    assert [task["id"] for task in result["tasks"]] == [known]
    assert result["missing_task_ids"] == ["task-40400000", "task-40500000"]
    assert vcenter.requests().count("PropertyCollector.RetrievePropertiesEx") == 1


def test_only_unknown_ids_are_not_an_error(vcenter: t.Any) -> None:
    result = vcenter.run("info", task_ids=["task-40400000"])
    assert (result["tasks"], result["missing_task_ids"]) == ([], ["task-40400000"])


def test_recent_tasks_are_returned_newest_first(vcenter: t.Any) -> None:
    ids = vcenter.create_many(3)
    found = [task["id"] for task in vcenter.run("info")["tasks"] if task["id"] in ids]
    assert found == ids[::-1]


def test_every_field_is_returned_over_both_protocols(vcenter: t.Any) -> None:
    # A task that ended more than ten minutes ago is no longer an object.
    minute = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:")
    queued = f"{minute}05.678000Z"
    task_id = vcenter.create(
        name="CloneVM_Task",
        description_id="VirtualMachine.clone",
        state="error",
        error={"_typeName": "GenericVmConfigFault", "reason": "disk"},
        progress=40,
        event_chain_id=77,
        change_tag="tag",
        parent_task_key="task-1",
        root_task_key="task-2",
        activation_id="activation",
        description={"key": "phase", "message": "copying"},
        queue_time=queued,
        start_time=f"{minute}06Z",
        complete_time=f"{minute}09.5Z",
    )
    [task] = vcenter.run("info", task_ids=[task_id])["tasks"]
    expected = {
        "key": task_id,
        "id": task_id,
        "name": "CloneVM_Task",
        "description": {"key": "phase", "message": "copying", "arg": []},
        "description_id": "VirtualMachine.clone",
        "locked": None,
        "state": "error",
        "cancelled": False,
        "cancelable": False,
        "result": None,
        "progress": 40,
        "progress_details": None,
        "queue_time": queued,
        "start_time": f"{minute}06.000000Z",
        "complete_time": f"{minute}09.500000Z",
        "event_chain_id": 77,
        "change_tag": "tag",
        "parent_task_key": "task-1",
        "root_task_key": "task-2",
        "activation_id": "activation",
        "operation": "Clone virtual machine",
        "state_label": "Error",
        "reason_label": "User task",
        "duration": 3.5,
        "queued_for": 0.322,
    }
    assert {name: task[name] for name in expected} == expected
    assert set(task) == {*expected, "entity", "entity_name", "error", "reason"}
    assert (task["error"]["type"], task["error"]["reason"]) == ("GenericVmConfigFault", "disk")
    assert task["error"]["message"]
    assert set(task["entity"]) == {"type", "moid"}
    assert task["reason"]["type"] == "TaskReasonUser"


def test_a_description_can_be_a_key_with_arguments(vcenter: t.Any) -> None:
    arg = [{"key": "workOrderId", "value": "cp.20141020150650"}]
    task_id = vcenter.create(description={"key": "com.vmware.vdp2.task.description", "arg": arg})
    [task] = vcenter.run("info", task_ids=[task_id])["tasks"]
    assert task["description"] == {"key": "com.vmware.vdp2.task.description", "message": None, "arg": arg}


def test_a_running_task_has_lasted_until_now(vcenter: t.Any) -> None:
    [task] = vcenter.run("info", task_ids=[vcenter.create()])["tasks"]
    assert 0 <= task["duration"] < 60


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"states": ["running"]}, {"running", "cancelable"}),
        ({"states": ["success", "error"]}, {"done", "failed"}),
        ({"cancelable": True}, {"cancelable"}),
        ({"cancelable": False, "states": ["running"]}, {"running"}),
        ({"entity": {"type": "Folder"}}, {"failed"}),
        ({"entity": {"type": "Datacenter", "name": "DC0"}}, set()),
    ],
)
def test_conditions_apply_to_given_and_recent_tasks(
    vcenter: t.Any, options: dict[str, t.Any], expected: set[str]
) -> None:
    ids = {
        vcenter.create(): "running",
        vcenter.create(cancelable=True): "cancelable",
        vcenter.create(state="success"): "done",
        vcenter.create(state="error", error={"_typeName": "NotSupported"}, entity=ROOT): "failed",
    }
    given = vcenter.run("info", task_ids=list(ids), **options)["tasks"]
    recent = vcenter.run("info", **options)["tasks"]
    assert {ids[task["id"]] for task in given} == expected
    assert {ids[task["id"]] for task in recent if task["id"] in ids} == expected


def test_an_entity_can_be_selected_by_name(vcenter: t.Any) -> None:
    [task] = vcenter.run("info", task_ids=[vcenter.create()])["tasks"]
    found = vcenter.run("info", task_ids=[task["id"]], entity={"name": task["entity_name"]})["tasks"]
    assert [each["id"] for each in found] == [task["id"]]


@pytest.mark.parametrize("name", ["vcenter", "wrapped"])
def test_a_fault_is_read_in_both_forms(server: t.Any, name: str) -> None:
    vcenter = server(name)
    task_id = vcenter.create(state="error", error={"_typeName": "GenericVmConfigFault", "reason": "disk"})
    [task] = vcenter.run("info", task_ids=[task_id])["tasks"]
    assert task["error"]["type"] == "GenericVmConfigFault"
    assert task["error"]["reason"] == "disk"


@pytest.mark.parametrize("task_id", ["task 1", "vim.Task:task-1", "../x", "task-1/CancelTask"])
def test_an_invalid_id_is_rejected_before_any_request(vcenter: t.Any, task_id: str) -> None:
    result = vcenter.run("info", task_ids=[task_id])
    assert result["failed"]
    assert f"task_ids: {task_id!r} is not a task ID" in result["msg"]
    assert vcenter.requests() == []


def test_custom_values_are_returned_by_name(vcenter: t.Any, owner_field: str) -> None:
    task_id = vcenter.create()
    vcenter.run("state", task_id=task_id, custom_values={owner_field: "me"})
    with_value, without = vcenter.run("info", task_ids=[task_id, vcenter.create()], custom_values=True)["tasks"]
    assert owner_field in [field["name"] for field in without["available_fields"]]
    assert with_value["custom_values"] == {owner_field: "me"}
    assert without["custom_values"] == {}
