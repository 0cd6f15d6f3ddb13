# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for tasks that do not exist yet."""

from __future__ import annotations

import itertools
import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _appear
from vcenters import NOTIFIED, WAITED, additional

READ = "PropertyCollector.RetrievePropertiesEx"
ROOT = {"type": "Folder", "value": "group-d1"}


@pytest.mark.parametrize("entity", [{}, {"entity": {"type": "Folder", "moid": "group-d1"}}])
@pytest.mark.parametrize("check", [False, True])
def test_a_task_that_appears_is_waited_for(
    vcenter: t.Any, tag: str, entity: dict[str, t.Any], check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only a notification ends the first call that waits.
    monkeypatch.setattr(_appear, "_pauses", lambda: itertools.repeat(60.0))
    made: list[str] = []
    # The wait can notice the task before the thread that creates it, which stop() waits for.
    vcenter.during(WAITED, lambda: made.append(vcenter.create(entity=ROOT, change_tag=tag, duration=0.3)))
    result = vcenter.run("wait", check, tags=[tag], appear_timeout=30, timeout=40, **entity)
    vcenter.stop()
    assert (result["failed"], result.get("succeeded_task_ids"), "warnings" in result) == (False, made, False)
    assert result["elapsed"] < NOTIFIED
    # The server notifies the module, which reads only before the watch, at its beginning, and when the task has
    # appeared.
    assert vcenter.requests().count(READ) < 6
    assert vcenter.stats["collectors"]["PropertyCollector"] == 0


def test_a_task_that_the_server_does_not_announce_is_found(transport: str, tag: str) -> None:
    with additional(transport, "--silent-tasks") as vcenter:
        made: list[str] = []
        vcenter.during(WAITED, lambda: made.append(vcenter.create(state="success", change_tag=tag)))
        result = vcenter.run("wait", tags=[tag], appear_timeout=60)
        vcenter.stop()
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, made)
    assert result["elapsed"] < NOTIFIED


def test_an_existing_task_ends_the_search_immediately(vcenter: t.Any, tag: str) -> None:
    task_id = vcenter.create(state="success", change_tag=tag)
    result = vcenter.run("wait", tags=[tag], appear_timeout=30)
    assert (result["succeeded_task_ids"], "warnings" in result) == ([task_id], False)
    assert WAITED not in vcenter.requests()


def test_a_task_that_begins_to_match_appears(vcenter: t.Any, tag: str) -> None:
    task_id = vcenter.create(state="queued", change_tag=tag)
    vcenter.during(WAITED, lambda: vcenter.control("PATCH", f"/tasks/{task_id}", state="success"))
    result = vcenter.run("wait", tags=[tag], states=["success"], appear_timeout=30)
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, [task_id])
    assert result["elapsed"] < NOTIFIED


@pytest.mark.parametrize("options", [{}, {"begin_time": "-1m"}])
def test_a_task_that_does_not_appear_in_time_is_a_failure(vcenter: t.Any, tag: str, options: dict[str, str]) -> None:
    began = time.monotonic()
    result = vcenter.run("wait", tags=[tag], appear_timeout=1, timeout=60, **options)
    assert 1 <= time.monotonic() - began < 10
    assert result["failed"]
    assert "no task that matches the options appeared within 1 s (option appear_timeout)" in result["msg"]


def test_a_task_that_appears_late_in_the_history_is_found(vcenter: t.Any, tag: str) -> None:
    vcenter.control("PUT", "/history", lag=2)
    made: list[str] = []
    vcenter.during(WAITED, lambda: made.append(vcenter.create(state="success", change_tag=tag)))
    try:
        result = vcenter.run("wait", tags=[tag], begin_time="-1m", appear_timeout=30)
    finally:
        vcenter.control("PUT", "/history", lag=0)
    vcenter.stop()
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, made)
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0


@pytest.mark.parametrize(("kind", "how"), [("reset_before", {}), ("status", {"status": 503})])
def test_a_failing_request_does_not_end_the_search(vcenter: t.Any, tag: str, kind: str, how: dict[str, t.Any]) -> None:
    made: list[str] = []
    vcenter.fault(kind, r"WaitForUpdatesEx$", skip=1, **how)
    vcenter.during(WAITED, lambda: made.append(vcenter.create(state="success", change_tag=tag)), 3)
    result = vcenter.run("wait", tags=[tag], appear_timeout=40)
    vcenter.stop()
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, made)


def test_the_end_of_the_session_does_not_end_the_search(vcenter: t.Any, tag: str) -> None:
    made: list[str] = []

    def end() -> None:
        vcenter.control("POST", "/sessions/expire")
        made.append(vcenter.create(state="success", change_tag=tag))

    vcenter.during(WAITED, end)
    result = vcenter.run("wait", tags=[tag], appear_timeout=40)
    vcenter.stop()
    assert (result["failed"], result.get("succeeded_task_ids")) == (False, made)


def test_only_the_first_round_selects(vcenter: t.Any, tag: str) -> None:
    made: list[str] = []
    vcenter.during(WAITED, lambda: made.append(vcenter.create(change_tag=tag)))
    options = {"appear_timeout": 30, "progress_round": 1, "progress_interval": 1}
    result = vcenter.run("wait", tags=[tag], **options)
    vcenter.stop()
    assert (result["failed"], result.get("pending_task_ids")) == (False, made)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tags": ["a"], "appear_timeout": -1}, "appear_timeout -1 is negative"),
        ({"tags": ["a"], "appear_timeout": 2, "timeout": 1}, "appear_timeout 2 is longer than timeout 1"),
        ({"task_ids": ["task-1"], "appear_timeout": 1}, "appear_timeout requires options that select tasks"),
    ],
)
def test_contradictory_options_are_rejected_before_any_request(
    vcenter: t.Any, options: dict[str, t.Any], message: str
) -> None:
    assert message in vcenter.run("wait", **options)["msg"]
    assert vcenter.requests() == []


@pytest.mark.parametrize("transport", ["soap"])
def test_tasks_that_appear_on_an_esxi_are_found(server: t.Any, tag: str) -> None:
    esxi = server("esxi")
    made: list[str] = []
    esxi.during(WAITED, lambda: made.append(esxi.create(state="success", change_tag=tag)))
    waited = esxi.run("wait", tags=[tag], appear_timeout=30)
    esxi.stop()
    assert waited.get("succeeded_task_ids") == made
