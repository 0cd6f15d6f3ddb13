# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source in the real ansible-rulebook."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from eda_runs import Runs, follows
from vcenters import any_transport


def test_events_of_a_task_reach_the_rules(runs: Runs, vcenter: t.Any) -> None:
    run = runs.rulebook(vcenter.options)
    follows(run, vcenter)
    task = vcenter.create(state="queued")
    run.seen((task, "created"))
    vcenter.control("PATCH", f"/tasks/{task}", state="running")
    run.seen((task, "changed"))
    vcenter.control("PATCH", f"/tasks/{task}", state="success")
    events = run.seen((task, "succeeded"))
    assert [(event["event"], event["state"]) for event in events if event["id"] == task] == [
        ("created", "queued"),
        ("changed", "running"),
        ("succeeded", "success"),
    ]
    assert {event["vcenter"] for event in events} == {vcenter.options["hostname"]}
    (read,) = vcenter.run("info", task_ids=[task])["tasks"]
    assert {**read, "event": "succeeded", "vcenter": vcenter.options["hostname"]} == events[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_after_a_signal(runs: Runs, vcenter: t.Any, number: signal.Signals) -> None:
    before = vcenter.stats["open_sessions"]
    run = runs.rulebook(vcenter.options)
    follows(run, vcenter)
    assert vcenter.stats["open_sessions"] == before + 1
    assert len(run.left()) >= 2
    # A terminal or a pod sends the signal to the whole group.
    os.killpg(run.process.pid, number)
    assert run.ended() != 0
    vcenter.until(lambda: vcenter.stats["open_sessions"] == before)


@any_transport
def test_nothing_is_left_after_the_action_shutdown(runs: Runs, vcenter: t.Any) -> None:
    before = vcenter.stats["open_sessions"]
    action = {"shutdown": {"delay": 0.1, "message": "enough"}}
    run = runs.rulebook(vcenter.options, [{"name": "all", "condition": 'event.event == "created"', "action": action}])
    follows(run, vcenter)
    vcenter.create()
    assert run.ended(60) == 0
    assert vcenter.stats["open_sessions"] == before


@any_transport
def test_wrong_arguments_end_the_rulebook_with_the_message_of_a_module(runs: Runs, vcenter: t.Any) -> None:
    # YAML has dates, which JSON does not have.
    file = runs.folder / "vars.yml"
    file.write_text("day: 2026-01-01", encoding="utf-8")
    run = runs.rulebook({**vcenter.options, "states": ["done", "{{ day }}"]}, None, "--vars", str(file))
    assert run.ended(60) != 0
    message = (
        "value of states must be one or more of: queued, running, success, error. Got no match for: done, 2026-01-01"
    )
    assert message in run.errors
