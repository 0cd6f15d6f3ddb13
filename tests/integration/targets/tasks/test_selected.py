# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for selected tasks, and canceling them."""

from __future__ import annotations

import typing as t

import pytest


def test_a_wait_returns_selected_tasks_that_run_or_have_ended(vcenter: t.Any, tag: str) -> None:
    running = vcenter.create(change_tag=tag, duration=0.3)
    done = vcenter.create(
        change_tag=tag, state="success", queue_time=vcenter.ago(hours=2), complete_time=vcenter.ago(hours=1)
    )
    result = vcenter.run("wait", tags=[tag], begin_time="-3h")
    assert set(result["succeeded_task_ids"]) == {running, done}
    assert {task["id"] for task in result["tasks"]} == {running, done}


def test_until_any_ends_with_a_selected_task_that_has_ended(vcenter: t.Any, tag: str) -> None:
    done, endless = vcenter.create(change_tag=tag, state="success"), vcenter.create(change_tag=tag)
    result = vcenter.run("wait", tags=[tag], until="any", timeout=5)
    assert (result["failed"], result["timed_out"]) == (False, False)
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == ([done], [endless])


def test_a_selected_task_that_has_failed_is_a_failure(vcenter: t.Any, tag: str) -> None:
    failed = vcenter.create(change_tag=tag, state="error", error={"_typeName": "NotSupported"})
    result = vcenter.run("wait", tags=[tag], source="history")
    assert result["failed"]
    assert (result["failed_task_ids"], f"{failed} (" in result["msg"]) == ([failed], True)


def test_children_are_waited_for(vcenter: t.Any, tag: str) -> None:
    root = vcenter.create(change_tag=tag, state="success")
    child = vcenter.create(parent_task_key=root, root_task_key=root, duration=0.3)
    result = vcenter.run("wait", tags=[tag], children=True)
    assert set(result["succeeded_task_ids"]) == {root, child}
    assert [task for task in result["tasks"] if "children" in task] == []


def test_unfinished_tasks_of_a_selection_are_canceled(vcenter: t.Any, tag: str) -> None:
    running, other = vcenter.create(change_tag=tag, cancelable=True), vcenter.create(cancelable=True)
    vcenter.create(change_tag=tag, state="success", cancelable=True)
    checked = vcenter.run("cancel", tags=[tag], check=True)
    assert (checked["changed"], checked["cancelled_task_ids"]) == (True, [running])
    assert [task["id"] for task in checked["tasks"]] == [running]
    assert "Task.CancelTask" not in vcenter.requests()
    assert vcenter.run("cancel", tags=[tag])["cancelled_task_ids"] == [running]
    again = vcenter.run("cancel", tags=[tag])
    assert (again["changed"], again["cancelled_task_ids"], again["tasks"]) == (False, [], [])
    vcenter.run("cancel", task_ids=[other])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"states": ["running"]},
        {"cancelable": True},
        {"system_user": False},
        {"description_ids": ["*"]},
        {"description_ids": ["VirtualMachine.clone", "*.*"]},
        {"description_ids": ["VirtualMachine.*"]},
        {"entity": {"type": "ManagedEntity"}},
        {"entity": {"type": "VirtualMachine"}},
        {"entity": None, "users": None},
        {"begin_time": "-1h", "end_time": "-1m", "time_type": "started"},
        {"source": "history", "children": True},
        {"entity": {"type": "Folder", "moid": "group-d1", "recursion": "all"}},
        {"entity": {"type": "ManagedEntity", "moid": "group-d1", "recursion": "children"}},
        {"entity": {"path": "/", "recursion": "all"}, "cancelable": True},
    ],
)
def test_a_broad_selection_cannot_be_canceled(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    result = vcenter.run("cancel", **options)
    assert "the tasks to cancel are missing" in result["msg"]
    assert vcenter.requests() == []


@pytest.mark.parametrize(
    "options",
    [
        {"entity": {"type": "VirtualMachine", "name": "DC0_H0_VM0"}},
        {"users": ["nobody"], "states": ["running"]},
        {"description_ids": ["*.nothing*"]},
        {"description_ids": ["VirtualMachine.nothing", "HostSystem.n*"]},
        {"activation_ids": ["none"]},
        {"tags": ["none"]},
        {"event_chain_ids": [1000000]},
        {"parent_task_keys": ["none"]},
        {"root_task_keys": ["none"]},
        {"alarm": "alarm-404"},
        {"scheduled_task": "schedule-404"},
    ],
)
def test_a_narrow_selection_can_be_canceled(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    result = vcenter.run("cancel", check=True, on_not_cancelable="skip", **options)
    assert not result["failed"], result["msg"]


def test_tasks_of_the_root_folder_itself_can_be_canceled(vcenter: t.Any) -> None:
    on_root = vcenter.create(cancelable=True, entity={"type": "Folder", "value": "group-d1"})
    elsewhere = vcenter.create(cancelable=True)
    result = vcenter.run("cancel", entity={"type": "Folder", "moid": "group-d1"}, check=True)
    assert on_root in result["cancelled_task_ids"], result
    assert elsewhere not in result["cancelled_task_ids"]


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"name": "Datacenters"}, "entity.name: no inventory object has the name Datacenters"),
        ({"path": "Datacenters"}, "entity.path: Datacenters does not exist in the inventory"),
    ],
)
def test_the_name_of_the_root_folder_is_an_error(vcenter: t.Any, entity: dict[str, str], message: str) -> None:
    assert message in vcenter.run("cancel", entity={**entity, "recursion": "all"})["msg"]


@pytest.mark.parametrize("options", [{}, {"begin_time": "-1h"}, {"entity": {"path": "DC0/vm/DC0_H0_VM0"}}])
@pytest.mark.parametrize("module", ["info", "wait", "cancel"])
def test_another_spelling_of_a_user_is_a_warning(
    vcenter: t.Any, tag: str, module: str, options: dict[str, t.Any]
) -> None:
    vcenter.create(change_tag=tag, user="VSPHERE.LOCAL\\Administrator", cancelable=True)
    result = vcenter.run(module, users=["administrator@vsphere.local"], tags=[tag], **options)
    assert not result["failed"]
    said = (
        r"users: the user administrator@vsphere.local started none of the tasks that match the other options: did you "
        r"mean VSPHERE.LOCAL\\Administrator?"
    )
    assert str(result["warnings"]).count(said) == 1
    assert "Task.CancelTask" not in vcenter.requests()


@pytest.mark.parametrize("options", [{}, {"begin_time": "-1h"}])
def test_users_without_tasks_are_not_a_warning_if_no_other_task_matches(
    vcenter: t.Any, tag: str, options: dict[str, t.Any]
) -> None:
    assert "warnings" not in vcenter.run("info", users=["nobody@example.com"], tags=[tag], **options)
    vcenter.create(change_tag=tag, user="VSPHERE.LOCAL\\Administrator")
    given = ["VSPHERE.LOCAL\\Administrator", "EXAMPLE\\svc"]
    assert "warnings" not in vcenter.run("info", users=given, tags=[tag], **options)


def test_another_spelling_of_the_user_of_given_ids_is_a_warning(vcenter: t.Any) -> None:
    task_id = vcenter.create(user="VSPHERE.LOCAL\\Administrator", state="success")
    for source in ("auto", "history"):
        result = vcenter.run("info", task_ids=[task_id], users=["vsphere.local\\administrator"], source=source)
        assert result["tasks"] == []
        assert r"did you mean VSPHERE.LOCAL\\Administrator?" in str(result["warnings"])
