# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are cut off, empty, or from another server: modules never take them for the data of the server."""

from __future__ import annotations

import typing as t
import uuid

import pytest

TYPE = "com.vmware.govmomi.simulator.test"
VM = {"path": "DC0/vm/DC0_H0_VM0"}
READS = "RetrievePropertiesEx$|ReadNextTasks$|FindByInventoryPath$|FindExtension$"

# The ways in which an answer is odd. Unit tests cover more of them.
ODD: list[dict[str, t.Any]] = [
    {"kind": "cut", "in": "header", "at": 20},
    {"kind": "cut"},
    {"kind": "cut", "gzip": True, "chunked": True},
    {"kind": "empty"},
    {"kind": "html"},
    {"kind": "html", "status": 404},
    {"kind": "html", "body": '{"error": "no"}', "content_type": "application/json"},
    {"kind": "redirect"},
    {"kind": "unreadable", "status": 500},
    {"kind": "status"},
    {"kind": "reset_after"},
]


def named(how: dict[str, t.Any]) -> str:
    return " ".join(map(str, how.values()))


@pytest.mark.parametrize("odd", ODD, ids=named)
def test_an_odd_answer_never_hides_a_task(vcenter: t.Any, tag: str, odd: dict[str, t.Any]) -> None:
    given = vcenter.create_many(4, change_tag=tag)
    vcenter.fault(match=READS, **odd)
    result = vcenter.run("info", states=["running"], tags=[tag])
    assert result["failed"] or sorted(task["id"] for task in result["tasks"]) == sorted(given)
    vcenter.fault(match=READS, **odd, count=99)
    assert vcenter.run("info", states=["running"], tags=[tag])["failed"]


@pytest.mark.parametrize("odd", ODD, ids=named)
def test_a_change_that_was_made_is_not_repeated_after_an_odd_answer(vcenter: t.Any, odd: dict[str, t.Any]) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    task = vcenter.run("create", **options)["task"]
    vcenter.fault(match=READS, **odd, count=99)
    assert vcenter.run("create", **options)["failed"]
    for unless in ({"property": "runtime.powerState", "equals": "poweredOn"}, {"exists": VM}):
        assert vcenter.run("start", object=VM, method="PowerOnVM_Task", unless=unless)["failed"]
    assert vcenter.requests().count("TaskManager.CreateTask") == 1
    assert "VirtualMachine.PowerOnVM_Task" not in vcenter.requests()
    vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")


def test_a_fault_counts_with_every_status(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault("fault", "CancelTask$", status=200, fault={"_typeName": "NoPermission", "privilegeId": "Task.X"})
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"], result["cancelled_task_ids"]) == (True, False, [])
    assert "Task.X" in result["msg"]


@pytest.mark.parametrize("odd", ODD, ids=named)
def test_odd_answers_for_labels_and_logouts_keep_the_result(vcenter: t.Any, odd: dict[str, t.Any]) -> None:
    task_id = vcenter.create(cancelable=True, description_id="VirtualMachine.sendNMI")
    # The module requests the label after the task.
    vcenter.fault(match=READS, **odd, skip=1, count=99)
    vcenter.fault(match="Logout$", **odd, count=9)
    result = vcenter.run("info", task_ids=[task_id])
    assert (result["failed"], result["tasks"][0]["id"]) == (False, task_id)
    vcenter.control("DELETE", "/faults")
    vcenter.fault(match="Logout$", **odd, count=9)
    assert vcenter.run("cancel", task_ids=[task_id])["cancelled_task_ids"] == [task_id]
    # Closes sessions whose logout failed.
    vcenter.control("POST", "/sessions/expire")
