# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_create."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from vcenters import additional

CREATE = "TaskManager.CreateTask"
TYPE = "com.vmware.govmomi.simulator.test"
MOST_RECENT = 200


@pytest.fixture(autouse=True)
def nothing_goes_on(vcenter: t.Any) -> t.Iterator[None]:
    """Ends the tasks of a test. Otherwise they run on, and other tests wait for all running tasks."""
    yield
    created = vcenter.run("info", states=["queued", "running"], description_ids=[TYPE, "com.example.*"])
    for task in created["tasks"]:
        vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")


def test_a_task_is_created_for_the_root_folder(vcenter: t.Any) -> None:
    result = vcenter.run("create", task_type=TYPE)
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["api"]["product"] == vcenter.address["product"]
    task = result["task"]
    assert (task["description_id"], task["state"], task["cancelable"]) == (TYPE, "queued", False)
    assert task["entity"] == {"type": "Folder", "moid": "group-d1"}
    [read] = vcenter.run("info", task_ids=[task["id"]])["tasks"]
    assert read == {**task, "queued_for": read["queued_for"], "operation": TYPE}
    assert vcenter.requests().count(CREATE) == 1


def test_a_task_has_the_values_of_all_options(vcenter: t.Any) -> None:
    parent = vcenter.run("create", task_type=TYPE)["task"]
    given = {
        "cancelable": True,
        "initiated_by": "EXAMPLE\\someone",
        "activation_id": str(uuid.uuid4()),
        "parent_task_key": parent["key"],
    }
    task = vcenter.run("create", task_type=TYPE, **given)["task"]
    assert task["reason"] == {"type": "TaskReasonUser", "user_name": given.pop("initiated_by")}
    assert {name: task[name] for name in given} == given
    assert task["root_task_key"] == parent["key"]


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "VirtualMachine", "moid": "{moid}"},
        {"type": "VirtualMachine", "name": "DC0_H0_VM0"},
        {"name": "DC0_H0_VM0"},
        {"path": "DC0/vm/DC0_H0_VM0"},
    ],
)
def test_the_entity_is_named_by_moid_name_or_path(vcenter: t.Any, entity: dict[str, str]) -> None:
    with vcenter.connection() as connection:
        index = connection.manager("searchIndex")
        path = {"inventoryPath": "DC0/vm/DC0_H0_VM0"}
        moid = connection.read(lambda to: to.invoke(index, "FindByInventoryPath", path))["value"]
    given = {part: value.format(moid=moid) for part, value in entity.items()}
    task = vcenter.run("create", task_type=TYPE, entity=given)["task"]
    assert (task["entity"], task["entity_name"]) == ({"type": "VirtualMachine", "moid": moid}, "DC0_H0_VM0")


@pytest.mark.parametrize("state", ["queued", "running"])
def test_an_unfinished_task_of_that_activation_id_is_returned(vcenter: t.Any, state: str) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    first = vcenter.run("create", **options)
    vcenter.run("state", task_id=first["task"]["id"], state=state)
    for check in (False, True):
        second = vcenter.run("create", check, **options)
        assert (second["failed"], second["changed"]) == (False, False)
        assert (second["task"]["id"], second["task"]["state"]) == (first["task"]["id"], state)
        assert second["diff"]["before"] == second["diff"]["after"]
    assert vcenter.requests().count(CREATE) == 1
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0


def test_a_task_that_the_history_does_not_contain_yet_is_returned(vcenter: t.Any) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    # Tasks of all objects count, not only those of the root folder. The first one of several is returned.
    first = vcenter.create(
        activation_id=options["activation_id"], description_id=TYPE, queue_time=vcenter.ago(minutes=1)
    )
    hidden = vcenter.create(activation_id=options["activation_id"], description_id=TYPE, forbidden=True)
    vcenter.control("PUT", "/history", lag=3600)
    try:
        vcenter.create(activation_id=options["activation_id"], description_id=TYPE)
        result = vcenter.run("create", **options)
        assert (result["failed"], result["changed"], result["task"]["id"]) == (False, False, first)
        assert result["task"]["state_label"] == "Running"
        assert not {"warnings", "forbidden_task_ids"} & result.keys()
    finally:
        vcenter.control("PUT", "/history", lag=0)
        vcenter.control("DELETE", f"/tasks/{hidden}")
    assert CREATE not in vcenter.requests()


def test_a_task_that_is_no_longer_recent_is_returned(transport: str) -> None:
    options: dict[str, t.Any] = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    with additional(transport) as vcenter:
        task_id = vcenter.create(activation_id=options["activation_id"], description_id=TYPE)
        for _other in range(MOST_RECENT):
            vcenter.create()
        result = vcenter.run("create", **options)
        assert (result["changed"], result["task"]["id"]) == (False, task_id)
        assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0
        assert "TaskManager.CreateCollectorForTasks" in vcenter.requests()


@pytest.mark.parametrize("check", [False, True])
def test_a_task_that_only_the_history_contains_is_not_returned(vcenter: t.Any, check: bool) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    task_id = vcenter.create(activation_id=options["activation_id"], description_id=TYPE)
    vcenter.control("DELETE", f"/tasks/{task_id}?history=keep")
    result = vcenter.run("create", check, **options)
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["task"] or {}).get("id") != task_id


def test_an_ended_task_or_one_of_another_type_is_not_returned(vcenter: t.Any) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    vcenter.create(activation_id=options["activation_id"], description_id="com.example.other")
    vcenter.create(activation_id=options["activation_id"], state="success")
    first = vcenter.run("create", **options)
    assert first["changed"]
    vcenter.run("state", task_id=first["task"]["id"], state="error", error={"message": "it broke"})
    second = vcenter.run("create", **options)
    assert second["changed"]
    assert second["task"]["id"] != first["task"]["id"]


def test_check_mode_creates_nothing(vcenter: t.Any) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4()), "entity": {"name": "DC0_H0_VM0"}}
    predicted = vcenter.run("create", check=True, **options)
    assert (predicted["failed"], predicted["changed"], predicted["task"]) == (False, True, None)
    assert CREATE not in vcenter.requests()
    real = vcenter.run("create", **options)
    assert predicted["diff"] == real["diff"]
    assert real["diff"]["before"] == {}
    assert real["diff"]["after"]["task_type"] == TYPE


def test_an_unknown_type_is_an_error_with_a_remedy(vcenter: t.Any) -> None:
    result = vcenter.run("create", task_type="com.example.nobody.knows")
    assert result["failed"]
    assert "does not know the task type com.example.nobody.knows (InvalidArgument)" in result["msg"]
    assert "register it with vsphere_task_type" in result["msg"]
    assert result["fault"]["type"] == "InvalidArgument"


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"type": "VirtualMachine", "moid": "vm-404"}, "does not know VirtualMachine vm-404 (ManagedObjectNotFound)"),
        ({"name": "DC0_H0_VM9"}, "no inventory object has the name DC0_H0_VM9: use one of DC0/vm/DC0_H0_VM"),
        ({"path": "DC0/vm/nobody"}, "DC0/vm/nobody does not exist in the inventory"),
    ],
)
def test_a_missing_entity_is_an_error_of_the_option(vcenter: t.Any, entity: dict[str, str], message: str) -> None:
    result = vcenter.run("create", task_type=TYPE, entity=entity)
    assert result["failed"]
    assert message in result["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task_type": " "}, "task_type is empty"),
        (
            {"activation_id": "", "initiated_by": "", "parent_task_key": ""},
            "activation_id is empty: set a value",
        ),
        ({"parent_task_key": "{'key': 'task-1'}"}, "parent_task_key is a dictionary or a list"),
        ({"activation_id": "a\x1b"}, "activation_id contains the character U+001B, which XML"),
        ({"entity": {"path": "a\x00"}}, "entity.path contains the character U+0000, which XML"),
        ({"entity": {}}, "entity does not identify an object"),
        ({"entity": {"type": "VirtualMachine"}}, "entity does not identify an object"),
        ({"entity": {"moid": "vm-1"}}, "required by 'moid': type"),
        ({"entity": {"type": "VirtualMachin", "name": "a"}}, "did you mean VirtualMachine or"),
        ({"entity": {"name": "a", "path": "b"}}, "mutually exclusive"),
    ],
)
def test_bad_options_are_rejected_before_any_request(vcenter: t.Any, options: dict[str, t.Any], message: str) -> None:
    result = vcenter.run("create", **{"task_type": TYPE, **options})
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


def test_a_missing_privilege_is_named(vcenter: t.Any) -> None:
    vcenter.options["username"] = vcenter.address["readonly_user"]
    result = vcenter.run("create", task_type=TYPE)
    assert result["failed"]
    assert "the user lacks the privilege Task.Create" in result["msg"]


@pytest.mark.parametrize("kind", ["reset_after", "cut"])
def test_a_creation_without_an_answer_is_not_repeated(vcenter: t.Any, kind: str) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    vcenter.fault(kind, "CreateTask$")
    result = vcenter.run("create", **options)
    assert result["failed"]
    assert "the outcome of CreateTask of TaskManager is unknown" in result["msg"]
    assert vcenter.requests().count(CREATE) == 1
    # A further attempt finds the task by its activation ID.
    assert not vcenter.run("create", **options)["changed"]


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
@pytest.mark.parametrize("activation_id", [None, "a"])
def test_esxi_creates_no_tasks(server: t.Any, activation_id: str | None) -> None:
    result = server("esxi").run("create", task_type=TYPE, activation_id=activation_id)
    assert result["failed"]
    assert "is an ESXi: only a vCenter supports task types" in result["msg"]
