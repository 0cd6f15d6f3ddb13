# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_wait while the server, the network, or the session fails."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from vcenters import NOTIFIED, WAITED


def end(vcenter: t.Any, task_id: str) -> None:
    vcenter.control("PATCH", f"/tasks/{task_id}", state="success")


def test_a_lost_server_keeps_the_results_so_far(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 1)
    over, running = vcenter.create(state="success"), vcenter.create()
    vcenter.fault("reset_before", "WaitForUpdatesEx$", skip=1, count=1)
    vcenter.fault("status", "CreatePropertyCollector$", status=503, skip=1, count=99)
    result = vcenter.run("wait", task_ids=[over, running], timeout=1)
    assert result["failed"]
    assert (
        "the module lost the connection while 1 of 2 tasks were pending, and could not restore it within the time limit"
        in result["msg"]
    )
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == ([over], [running])
    assert (result["timed_out"], result["elapsed"] >= 1) == (True, True)


def test_a_server_that_is_lost_after_the_last_end_keeps_the_results(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 0)
    task_ids = vcenter.create_many(11, state="success")
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, count=99)
    result = vcenter.run("wait", task_ids=task_ids, timeout=1)
    assert result["failed"]
    assert "the module lost the connection after all tasks had ended, and could not restore it" in result["msg"]
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == (task_ids, [])


def test_a_failure_that_outlasts_a_round_does_not_end_the_wait(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    # The first look is a call, too. With the pauses between its calls, the module has no answer for about three
    # seconds.
    vcenter.fault("status", WAITED, status=503, skip=1, count=9)
    vcenter.during(WAITED, lambda: end(vcenter, task_id), 4)
    began = time.monotonic()
    result = vcenter.run("wait", task_ids=[task_id], timeout=60, progress_round=1, progress_interval=1)
    assert time.monotonic() - began > 1
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, [task_id])


@pytest.mark.parametrize("history", ["keep", "drop"])
def test_a_task_that_vanishes_between_rounds_is_searched_in_the_history(vcenter: t.Any, history: str) -> None:
    task_id = vcenter.create(state="success")
    vcenter.control("DELETE", f"/tasks/{task_id}" + ("?history=keep" if history == "keep" else ""))
    result = vcenter.run("wait", task_ids=[task_id], on_error="return", progress_round=2)
    assert not result["failed"]
    found = [task_id] if history == "keep" else []
    assert (result["succeeded_task_ids"], result["gone_task_ids"]) == (found, [] if found else [task_id])


def test_a_failed_task_that_the_server_loses_is_a_failure(vcenter: t.Any) -> None:
    failing, other, *_over = task_ids = [*vcenter.create_many(2), *vcenter.create_many(9, state="success")]

    def fail_and_forget() -> None:
        vcenter.control("PATCH", f"/tasks/{failing}", state="error", error={"_typeName": "NotSupported"})
        vcenter.during(WAITED, forget, 3)

    def forget() -> None:
        vcenter.control("DELETE", f"/tasks/{failing}")
        end(vcenter, other)

    vcenter.during(WAITED, fail_and_forget)
    result = vcenter.run("wait", task_ids=task_ids, timeout=30)
    assert result["failed_task_ids"] == [failing]
    assert f"{failing} failed, and the server no longer has the reason" in result["msg"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("reset_before", {}),
        ("reset_after", {}),
        ("cut", {}),
        ("status", {"status": 503, "count": 3}),
        ("fault", {"fault": {"_typeName": "NotAuthenticated", "privilegeId": "System.View"}}),
        ("fault", {"fault": {"_typeName": "InvalidCollectorVersion"}}),
    ],
    ids=["reset before", "reset after", "cut", "503", "session", "version"],
)
def test_a_failing_request_does_not_end_the_wait(vcenter: t.Any, kind: str, how: dict[str, t.Any]) -> None:
    task_id = vcenter.create()
    vcenter.fault(kind, WAITED, skip=1, **how)

    def change() -> None:
        # An interrupted call that the server carries out returns with this change.
        vcenter.control("PATCH", f"/tasks/{task_id}", progress=50)
        vcenter.during(WAITED, lambda: end(vcenter, task_id), 2 + how.get("count", 1))

    vcenter.during(WAITED, change)
    result = vcenter.run("wait", task_ids=[task_id], timeout=30)
    assert result.get("succeeded_task_ids") == [task_id], result
    vcenter.control("POST", "/sessions/expire")  # the injected fault does not end the session


@pytest.mark.parametrize("call", ["hello|Content|content", "Login", "RetrievePropertiesEx"])
def test_a_vcenter_that_starts_is_waited_for(vcenter: t.Any, tag: str, call: str) -> None:
    task_id = vcenter.create(duration=0.1, change_tag=tag)
    vcenter.options["transport"] = "auto" if vcenter.transport == "json" else "soap"
    vcenter.fault("status", f"({call})$", status=503, count=6)
    result = vcenter.run("wait", states=["running", "success"], tags=[tag], timeout=30)
    assert result.get("succeeded_task_ids") == [task_id], result
    assert [entry["status"] for entry in vcenter.log()].count(503) == 6


def test_a_vcenter_that_starts_is_waited_for_until_the_time_limit(vcenter: t.Any) -> None:
    vcenter.fault("status", ".", status=503, count=999)
    began = time.monotonic()
    result = vcenter.run("wait", task_ids=["task-1"], timeout=1)
    assert 1 <= time.monotonic() - began < 8
    assert "answered HTTP 503" in result["msg"]


@pytest.mark.parametrize("kind", ["status", "reset_after"])
@pytest.mark.parametrize("call", ["CreatePropertyCollector", "CreateFilter", "RetrievePropertiesEx"])
def test_a_failing_request_before_or_after_the_watch_does_not_end_the_wait(
    vcenter: t.Any, call: str, kind: str
) -> None:
    task_ids = vcenter.create_many(11, state="success")
    vcenter.fault(kind, f"{call}$", status=503, count=4)
    result = vcenter.run("wait", task_ids=task_ids, timeout=30)
    assert result.get("succeeded_task_ids") == task_ids, result
    assert len([each for each in vcenter.requests() if each.endswith(call)]) > 4


@pytest.mark.parametrize("kind", ["status", "reset_after"])
def test_a_failing_renewal_of_the_session_does_not_end_the_wait(vcenter: t.Any, kind: str) -> None:
    task_id = vcenter.create()
    # The first login comes before the wait.
    vcenter.fault(kind, "Login$", status=503, skip=1, count=2)
    vcenter.during(WAITED, lambda: vcenter.control("POST", "/sessions/expire"))
    vcenter.during(WAITED, lambda: end(vcenter, task_id), 3)
    result = vcenter.run("wait", task_ids=[task_id], timeout=30)
    assert result.get("succeeded_task_ids") == [task_id], result
    assert vcenter.requests().count("SessionManager.Login") == 4
    vcenter.control("POST", "/sessions/expire")  # closes the session whose key was lost with the answer


def test_a_wait_for_a_silent_server_ends_soon_after_the_time_limit(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 1)
    task_id = vcenter.create()
    vcenter.fault("delay", WAITED, seconds=60, skip=1, count=9)
    began = time.monotonic()
    # On a busy machine, the first look takes more than a second.
    result = vcenter.run("wait", task_ids=[task_id], timeout=3)
    assert time.monotonic() - began < 10
    assert "did not answer within" in result["msg"]
    assert "raise the time limit of the wait" in result["msg"]


def test_cancellations_on_a_silent_server_have_their_own_limit(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_recovery, "GRACE", 1)
    ids = vcenter.create_many(20, cancelable=True)
    vcenter.fault("delay", "CancelTask$", seconds=60, count=20)
    began = time.monotonic()
    result = vcenter.run("wait", task_ids=ids, timeout=0, on_timeout="cancel", cancel_timeout=0)
    assert time.monotonic() - began < 8
    assert (result["failed"], result["pending_task_ids"]) == (True, ids)
    first, *others = [each["reason"] for each in result["not_cancelled_tasks"]]
    assert "after the module sent CancelTask" in first
    assert others == ["no time was left to request it"] * 19


def test_the_end_of_the_session_does_not_end_the_wait(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    vcenter.during(WAITED, lambda: vcenter.control("POST", "/sessions/expire"))
    vcenter.during(WAITED, lambda: end(vcenter, task_id), 3)
    result = vcenter.run("wait", task_ids=[task_id], timeout=30)
    assert result.get("succeeded_task_ids") == [task_id], result
    assert vcenter.stats["logins"] == 2


@pytest.mark.parametrize("history", ["over", "running", "drop"])
def test_a_task_that_vanishes_is_searched_in_the_history(vcenter: t.Any, history: str) -> None:
    task_id = vcenter.create(duration=60)

    def disappear() -> None:
        if history == "over":
            end(vcenter, task_id)
        vcenter.control("DELETE", f"/tasks/{task_id}" + ("" if history == "drop" else "?history=keep"))

    vcenter.during(WAITED, disappear)
    result = vcenter.run("wait", task_ids=[task_id], timeout=30)
    if history == "over":
        assert (result["succeeded_task_ids"], result["gone_task_ids"]) == ([task_id], [])
        assert [task["id"] for task in result["tasks"]] == [task_id]
    else:
        assert (result["failed"], result["gone_task_ids"]) == (True, [task_id])
        assert f"the outcome of {task_id} is unknown" in result["msg"]
    assert result["elapsed"] < NOTIFIED
