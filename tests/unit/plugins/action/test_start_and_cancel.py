# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The combined result of vsphere_task_start and of the run that cancels its task."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.action.vsphere_task_start import START, ActionModule
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome

Result = dict[str, t.Any]
STARTED = {"changed": True, "call": {}, "task": {"id": "task-1"}, "timed_out": True, "elapsed": 11.0}
LOST = {
    **STARTED,
    "failed": True,
    "msg": "the module lost the connection while 1 of 1 tasks were pending",
    "exception": "Traceback",
    "fault": {"type": "NotAuthenticated"},
    "warnings": ["slow", "old"],
}


def task(state: str) -> Result:
    return {"id": "task-1", "state": state, "error": {"type": "X", "message": "full"} if state == "error" else None}


def ended(how: str, state: str, **result: t.Any) -> Result:
    """The result of the run that cancels."""
    outcome = Outcome(tasks={"task-1": t.cast("t.Any", task(state))}, elapsed=0.5)
    setattr(outcome, how, ["task-1"])
    return {**outcome.to_result(with_tasks=True), **result}


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Result]:
    """The result of the plugin with these results of the modules, and with these options."""

    def run(first: Result, second: Result, **arguments: t.Any) -> Result:
        nothing: t.Any = None
        given: t.Any = types.SimpleNamespace(
            args={"wait": True, "timeout": 1, "on_timeout": "cancel", **arguments}, async_val=0, check_mode=False
        )
        action = ActionModule(given, nothing, nothing, nothing, nothing, nothing)
        monkeypatch.setattr(action, "_attend", lambda module, *_given: first if module == START else second)
        return action._outcome({})

    return run


def test_a_connection_that_was_lost_at_the_time_limit_is_no_failure_after_a_success(
    start: t.Callable[..., Result],
) -> None:
    result = start(LOST, ended("succeeded", "success", warnings=["old", "new"]))
    assert result == {
        **STARTED,
        "reason": None,
        "task": task("success"),
        "timed_out": False,
        "elapsed": 11.5,
        "warnings": ["slow", "old", "new"],
    }


@pytest.mark.parametrize("first", [STARTED, LOST], ids=["attended", "lost"])
@pytest.mark.parametrize(("on_error", "fails"), [("fail", True), ("return", False)])
def test_the_failure_of_the_task_is_the_one_that_counts(
    start: t.Callable[..., Result], first: Result, on_error: str, fails: bool
) -> None:
    failed = {**task("error"), "name": "Clone", "description_id": None, "entity_name": "web-01", "entity": None}
    second = {**ended("failed", "error"), "tasks": [failed]}
    result = start(first, second, on_error=on_error)
    assert result.get("failed", False) == fails
    assert ("full" in result.get("msg", "")) == fails
    assert "lost" not in result.get("msg", "")
    assert "fault" not in result


def test_a_failure_to_cancel_is_the_one_that_counts(start: t.Callable[..., Result]) -> None:
    second = {"failed": True, "msg": "rejects the login", "warnings": ["new"], "pending_task_ids": ["task-1"]}
    result = start(LOST, second)
    assert (result["failed"], result["changed"], result["msg"]) == (True, True, "rejects the login")
    assert result["warnings"] == ["slow", "old", "new"]
    assert "pending_task_ids" not in result


def test_without_warnings_the_result_has_none(start: t.Callable[..., Result]) -> None:
    assert "warnings" not in start(STARTED, ended("succeeded", "success"))
