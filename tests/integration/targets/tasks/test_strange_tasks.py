# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that are unreadable, or hidden from the user, do not affect the others."""

from __future__ import annotations

import typing as t

import pytest
from vcenters import NOTIFIED, WAITED

TYPE = "com.vmware.govmomi.simulator.test"
STRANGE: list[dict[str, t.Any]] = [
    {"entity": {"type": "ContentLibrary", "value": "clib-2895"}},
    {"entity": {"type": "ContentLibraryItem", "value": "clibitem-1"}, "entity_name": "x"},
    {"state": "success", "result": {"_typeName": "vslmCatalogChangeResult", "changes": [{"id": "1"}, {"id": "2"}]}},
    {
        "state": "success",
        "result": {"_typeName": "ArrayOfDVSOpaqueCommandResultInfo", "_value": [{"_typeName": "x", "a": "1"}]},
    },
    {"state": "error", "error": {"_typeName": "QuantumFault", "faultMessage": [], "size": "7"}},
    {"reason": {"_typeName": "TaskReasonQuantum", "why": "because"}},
    {"state": "suspended"},
    {"members": {"quantum": {"_typeName": "Quantum", "size": 7}}},
    {"members": {"progressDetails": "none"}},
    {"members": {"queueTime": {"_typeName": "Quantum", "size": 7}}},
    {"members": {"locked": {"_typeName": "Quantum", "size": 7}}},
]


@pytest.fixture
def make(vcenter: t.Any, tag: str) -> t.Iterator[t.Callable[..., str]]:
    """Makes tasks, and removes them after the test because they would disturb others."""
    made: list[str] = []

    def make(**how: t.Any) -> str:
        made.append(vcenter.create(**{"change_tag": tag, "cancelable": True, "state": "running", **how}))
        return made[-1]

    yield make
    vcenter.stop()
    for task_id in made:
        vcenter.control("DELETE", f"/tasks/{task_id}")
    for task in vcenter.run("info", activation_ids=[tag])["tasks"]:
        vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")


@pytest.fixture
def strange(make: t.Callable[..., str]) -> list[str]:
    """Tasks that are strange to every client, between two usual ones."""
    return [make(), *(make(unknown=True, **each) for each in STRANGE), make()]


@pytest.fixture
def hidden(make: t.Callable[..., str]) -> list[str]:
    """Three tasks. The user cannot see the second one."""
    return [make(forbidden=forbidden) for forbidden in (False, True, False)]


def warned(result: dict[str, t.Any]) -> str:
    return str(result.get("warnings"))


def test_strange_tasks_are_listed_with_all_others(vcenter: t.Any, strange: list[str], tag: str) -> None:
    for options in ({"task_ids": strange}, {"tags": [tag]}, {"tags": [tag], "source": "history"}):
        result = vcenter.run("info", **options)
        assert not result["failed"], result
        assert sorted(task["id"] for task in result["tasks"]) == sorted(strange)
        tasks = {task["id"]: task for task in result["tasks"]}
        [_usual, library, _item, catalog, switch, fault, reason, state, _member, details, time, locked, _last] = strange
        assert tasks[library]["entity"] == {"type": "ContentLibrary", "moid": "clib-2895"}
        assert tasks[catalog]["result"] == {
            "_typeName": "vslmCatalogChangeResult",
            "changes": [{"id": "1"}, {"id": "2"}],
        }
        assert tasks[switch]["result"] == [{"_typeName": "x", "a": "1"}]
        assert (tasks[fault]["error"]["type"], tasks[fault]["error"]["size"]) == ("QuantumFault", "7")
        assert tasks[reason]["reason"] == {"type": "TaskReasonQuantum", "why": "because"}
        assert tasks[state]["state"] == "suspended"
        assert (tasks[details]["progress_details"], tasks[locked]["locked"]) == (None, None)
        assert f"{details} (progress_details)" in warned(result)
        assert f"{locked} (locked)" in warned(result)
        if vcenter.transport == "json":
            assert f"{time} (queue_time)" in warned(result)


def test_a_result_that_ansible_cannot_return_affects_no_other_task(vcenter: t.Any, make: t.Callable[..., str]) -> None:
    texts = ["[" * 600 + "]" * 600, "[" * 100_000, '{"__ansible_type": "x"}', r'["\ud800"]', "[1]"]
    task_ids = [make(state="success", result={"_typeName": "string", "_value": text}) for text in texts]
    result = vcenter.run("info", task_ids=task_ids)
    assert not result["failed"], result
    found = {task["id"]: task["result"] for task in result["tasks"]}
    assert [found[task_id] for task_id in task_ids] == [*texts[:-1], [1]]


def test_strange_tasks_are_waited_for_and_canceled_with_all_others(
    vcenter: t.Any, strange: list[str], tag: str
) -> None:
    result = vcenter.run("wait", task_ids=strange, timeout=0, on_timeout="return", on_error="return")
    assert not result["failed"], result
    over = set(strange[3:6])
    assert result["pending_task_ids"] == [task_id for task_id in strange if task_id not in over]
    result = vcenter.run("cancel", task_ids=strange)
    assert not result["failed"], result
    assert result["cancelled_task_ids"] == [task_id for task_id in strange if task_id not in over]
    assert vcenter.run("create", task_type=TYPE, activation_id=tag)["changed"]
    assert not vcenter.run("create", task_type=TYPE, activation_id=tag)["changed"]


def test_a_hidden_task_is_named_in_a_warning(vcenter: t.Any, hidden: list[str], tag: str) -> None:
    for options in ({"task_ids": hidden}, {"states": ["running"]}):
        result = vcenter.run("info", **options)
        assert not result["failed"], result
        assert {hidden[0], hidden[2]} <= {task["id"] for task in result["tasks"]}
        assert hidden[1] not in {task["id"] for task in result["tasks"]}
        assert result["forbidden_task_ids"] == [hidden[1]]
        assert f"does not show {hidden[1]} to {vcenter.options['username']}" in warned(result)
        assert result["missing_task_ids"] == []
    assert vcenter.run("create", task_type=TYPE, activation_id=tag)["changed"]
    assert not vcenter.run("create", task_type=TYPE, activation_id=tag)["changed"]


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_hidden_tasks_that_fill_a_page_do_not_end_the_history(
    vcenter: t.Any, make: t.Callable[..., str], tag: str, order: str
) -> None:
    hidden = (False, True, True, True, False, True, True, True)
    made = [make(state="success", forbidden=forbidden) for forbidden in hidden]
    result = vcenter.run("info", tags=[tag], source="history", order=order, page_size=2)
    assert not result["failed"], result
    assert {task["id"] for task in result["tasks"]} == {made[0], made[4]}


@pytest.mark.parametrize("more", [0, 10])
def test_a_hidden_task_is_a_failure_after_the_wait_for_the_others(
    vcenter: t.Any, make: t.Callable[..., str], hidden: list[str], more: int
) -> None:
    task_ids = hidden + [make() for _each in range(more)]

    def end() -> None:
        for task_id in task_ids:
            vcenter.control("PATCH", f"/tasks/{task_id}", state="success")

    vcenter.during(WAITED, end)
    result = vcenter.run("wait", task_ids=task_ids, timeout=60)
    assert result["failed"]
    assert result["succeeded_task_ids"] == [hidden[0], *hidden[2:], *task_ids[3:]]
    assert result["forbidden_task_ids"] == [hidden[1]]
    assert (
        f"the outcome of {hidden[1]} is unknown, because the user is not allowed to see it: grant System.View"
    ) in result["msg"]
    assert f"the user lacks the privilege System.View on Task {hidden[1]} (NoPermission)" in warned(result)
    assert result["elapsed"] < NOTIFIED


def test_a_hidden_task_is_a_failure_after_the_others_are_canceled(vcenter: t.Any, hidden: list[str]) -> None:
    result = vcenter.run("cancel", task_ids=hidden)
    assert result["failed"]
    assert result["cancelled_task_ids"] == [hidden[0], hidden[2]]
    assert result["forbidden_task_ids"] == [hidden[1]]
    assert f"cannot cancel {hidden[1]}: " in result["msg"]


def test_a_task_that_becomes_hidden_ends_the_wait_for_it(vcenter: t.Any, make: t.Callable[..., str]) -> None:
    task_id = make()
    vcenter.during(
        WAITED,
        lambda: vcenter.control("PATCH", f"/tasks/{task_id}", forbidden=True),
    )
    result = vcenter.run("wait", task_ids=[task_id], timeout=60)
    assert (result["failed"], result["forbidden_task_ids"]) == (True, [task_id])
    assert result["elapsed"] < NOTIFIED
