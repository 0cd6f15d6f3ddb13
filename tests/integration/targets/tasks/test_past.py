# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that ended so long ago that only the history of the server contains them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _history
from vcenters import NOTIFIED

SEARCH = "TaskManager.CreateCollectorForTasks"


@pytest.fixture
def past(vcenter: t.Any) -> t.Callable[..., str]:
    """Makes a task that ended eleven minutes ago, and returns its ID."""

    def make(state: str = "success", **task: t.Any) -> str:
        begun = {f"{name}_time": vcenter.ago(minutes=12) for name in ("queue", "start")}
        return str(vcenter.create(state=state, **{**begun, "complete_time": vcenter.ago(minutes=11), **task}))

    return make


def forget(vcenter: t.Any) -> str:
    """A running task that the server lost. The history does not contain its end."""
    task_id = str(vcenter.create())
    vcenter.control("DELETE", f"/tasks/{task_id}?history=keep")
    return task_id


@pytest.mark.parametrize("options", [{}, {"progress_round": 1}, {"progress_round": 2}])
@pytest.mark.parametrize("return_tasks", [True, False])
def test_a_wait_takes_the_outcome_from_the_history(
    vcenter: t.Any, past: t.Callable[..., str], options: dict[str, t.Any], return_tasks: bool
) -> None:
    failed = past("error", error={"_typeName": "NotSupported"})
    task_ids = [past(), vcenter.create(duration=0.3), failed, *[past() for _each in range(3)]]
    result = vcenter.run("wait", task_ids=task_ids, return_tasks=return_tasks, timeout=20, **options)
    assert result["failed_task_ids"] == [failed]
    assert sorted(result["succeeded_task_ids"]) == sorted(set(task_ids) - {failed})
    assert result["msg"].startswith(f"{failed} (VirtualMachine.powerOn on DC0_H0_VM0) failed: ")
    if return_tasks:
        assert [task["id"] for task in result["tasks"]] == task_ids
        assert {task["operation"] for task in result["tasks"]} == {"Power On virtual machine"}
    assert vcenter.requests().count(SEARCH) == 1
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0


def test_until_any_ends_with_a_past_task(vcenter: t.Any, past: t.Callable[..., str]) -> None:
    over, running = past(), vcenter.create()
    result = vcenter.run("wait", task_ids=[running, over], until="any", timeout=60)
    assert (result["failed"], result["succeeded_task_ids"], result["pending_task_ids"]) == (False, [over], [running])
    assert result["elapsed"] < NOTIFIED


def test_a_past_task_is_in_the_progress_file(vcenter: t.Any, past: t.Callable[..., str], tmp_path: t.Any) -> None:
    task_id = past()
    vcenter.run("wait", task_ids=[task_id], progress_file=str(tmp_path / "progress"))
    shown = (tmp_path / "progress").read_text(encoding="utf-8")
    assert (
        f'"id": "{task_id}", "operation": "VirtualMachine.powerOn", "entity": "DC0_H0_VM0", "state": "success"' in shown
    )


def test_conditions_apply_to_past_tasks(vcenter: t.Any, past: t.Callable[..., str], tag: str) -> None:
    fits, other = past(change_tag=tag), past()
    result = vcenter.run("wait", task_ids=[other, fits], tags=[tag])
    assert (result["failed"], result["succeeded_task_ids"]) == (False, [fits])
    result = vcenter.run("wait", task_ids=[other, "task-40400000"], tags=[tag])
    assert (result["failed"], result["missing_task_ids"]) == (True, ["task-40400000"])


def test_the_history_is_not_searched_if_the_server_has_all_tasks(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="success")
    for module, options in (("wait", {}), ("wait", {"states": ["success"]}), ("cancel", {})):
        assert not vcenter.run(module, task_ids=[task_id], **options)["failed"]
    assert not vcenter.run("state", task_id=task_id, state="success")["failed"]
    assert SEARCH not in vcenter.requests()


def test_an_id_that_neither_the_server_nor_the_history_has_is_unknown(
    vcenter: t.Any, past: t.Callable[..., str]
) -> None:
    known = past()
    for module, options in (("wait", {}), ("wait", {"states": ["success"]}), ("cancel", {})):
        result = vcenter.run(module, task_ids=["task-40400000", known, "task-40500000"], **options)
        assert (result["failed"], result["missing_task_ids"]) == (True, ["task-40400000", "task-40500000"])
        assert "task-40400000, task-40500000: check the IDs, which are not in the newest 10000 tasks" in result["msg"]
    assert vcenter.run("state", task_id="task-40400000", state="success")["missing_task_ids"] == ["task-40400000"]


def test_a_long_history_is_not_read_to_its_end(
    vcenter: t.Any, past: t.Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = past()
    past()
    monkeypatch.setattr(_history, "NEWEST", 1)
    assert vcenter.run("wait", task_ids=[first])["missing_task_ids"] == [first]


def test_a_task_that_was_lost_while_it_ran_is_gone(vcenter: t.Any) -> None:
    task_id = forget(vcenter)
    result = vcenter.run("wait", task_ids=[task_id], timeout=20)
    assert (result["failed"], result["gone_task_ids"]) == (True, [task_id])
    result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"]) == (False, False)
    assert "does not contain its outcome" in result["skipped_tasks"][0]["reason"]
    result = vcenter.run("state", task_id=task_id, state="success")
    assert result["failed"]
    assert "does not contain its outcome" in result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_a_past_task_is_not_canceled(vcenter: t.Any, past: t.Callable[..., str], check: bool) -> None:
    over, running = past(), vcenter.create(cancelable=True)
    result = vcenter.run("cancel", check, task_ids=[over, running])
    assert (result["failed"], result["cancelled_task_ids"]) == (False, [running])
    assert result["skipped_tasks"] == [{"id": over, "reason": "it has already ended (state success)"}]
    assert [task["id"] for task in result["tasks"]] == [over, running]
    assert result["diff"]["before"].keys() == result["diff"]["after"].keys() == {over, running}


def test_the_outcome_of_a_past_task_is_no_change(vcenter: t.Any, past: t.Callable[..., str]) -> None:
    text = {"_typeName": "string", "_value": "12 templates"}
    task_id = past(result=text, description={"key": "vsphere.tasks.description", "message": "Copied"})
    wanted = {"task_id": task_id, "state": "success", "progress": 100, "result": "12 templates"}
    for options in ({}, {"description": "Copied"}):
        result = vcenter.run("state", **wanted, **options)
        assert (result["failed"], result["changed"], result["cancel_requested"]) == (False, False, False)
        assert (result["task"]["id"], result["task"]["state_label"]) == (task_id, "Success")
        assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"state": "error", "error": {"message": "No"}}, "you cannot change the outcome of a task"),
        ({"state": "success", "description": "Other"}, "so the module can no longer set its description"),
        ({"state": "success", "custom_values": {"owner": "me"}}, "which does not contain custom values"),
        ({"progress": 5}, "the module can no longer set its progress"),
    ],
)
def test_a_past_task_cannot_change(
    vcenter: t.Any, past: t.Callable[..., str], options: dict[str, t.Any], message: str
) -> None:
    result = vcenter.run("state", task_id=past(), **options)
    assert result["failed"]
    assert message in result["msg"]
    assert not [call for call in vcenter.requests() if call.startswith("Task.")]


@pytest.mark.parametrize("transport", ["soap"])
def test_the_history_of_an_esxi_is_not_searched(server: t.Any) -> None:
    esxi = server("esxi")
    for module in ("wait", "cancel"):
        result = esxi.run(module, task_ids=["task-40400000"])
        assert result["msg"].endswith("does not know task-40400000: check the IDs")
    assert SEARCH not in esxi.requests()
