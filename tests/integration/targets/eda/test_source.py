# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The events of tasks, and the selection of tasks with events."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
from eda_runs import Runs, follows, validate
from vcenters import any_transport

CANCELED = {"_typeName": "RequestCanceled", "faultstring": "The task was canceled by a user."}
BROKEN = {"_typeName": "GenericVmConfigFault", "reason": "disk", "faultstring": "It broke."}


def names(events: list[dict[str, t.Any]], task: str) -> list[str]:
    return [event["event"] for event in events if event["id"] == task]


def change(vcenter: t.Any, task: str, **values: t.Any) -> None:
    vcenter.control("PATCH", f"/tasks/{task}", **values)


def test_each_outcome_has_its_events(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    good, bad, gone, short = (
        vcenter.create(state="queued"),
        vcenter.create(),
        vcenter.create(),
        vcenter.create(state="success"),
    )
    run.seen((good, "created"), (bad, "created"), (gone, "created"), (short, "succeeded"))
    change(vcenter, good, state="running")
    run.seen((good, "changed"))
    change(vcenter, good, progress=50)
    change(vcenter, good, state="success")
    change(vcenter, bad, state="error", error=BROKEN)
    change(vcenter, gone, state="error", error=CANCELED)
    events = run.seen((good, "succeeded"), (bad, "failed"), (gone, "cancelled"))
    assert names(events, good) == ["created", "changed", "succeeded"]
    assert names(events, bad) == ["created", "failed"]
    assert names(events, gone) == ["created", "cancelled"]
    assert names(events, short) == ["created", "succeeded"]
    by_event = {event["event"]: event for event in events}
    assert by_event["failed"]["error"]["type"] == "GenericVmConfigFault"
    validate(events)
    tasks = {task["id"]: task for task in vcenter.run("info", task_ids=[good, bad, gone, short])["tasks"]}
    for name, task in (("failed", bad), ("cancelled", gone)):
        assert by_event[name] == {**tasks[task], "event": name, "vcenter": vcenter.options["hostname"]}


def test_a_task_that_runs_for_too_long_has_an_event(runs: Runs, vcenter: t.Any) -> None:
    old = vcenter.create(queue_time=vcenter.ago(hours=2), start_time=vcenter.ago(hours=1))
    run = runs.alone({**vcenter.options, "events": ["long_running"], "long_running_after": 2})
    follows(run, vcenter)
    new = vcenter.create()
    short = vcenter.create(duration=0.2)
    events = run.seen((old, "long_running"), (new, "long_running"))
    durations = {event["id"]: event["duration"] for event in events}
    assert durations.keys() >= {old, new}
    assert 2 <= durations[new] < 5
    assert short not in durations
    assert [names(events, task) for task in (old, new)] == [["long_running"]] * 2


def test_tasks_from_before_the_start_have_no_events(runs: Runs, vcenter: t.Any) -> None:
    running, over = vcenter.create(), vcenter.create(state="success")
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    change(vcenter, running, state="success")
    events = run.seen((running, "succeeded"))
    assert names(events, running) == ["succeeded"]
    assert names(events, over) == []


def test_only_selected_tasks_have_events(runs: Runs, vcenter: t.Any, tag: str) -> None:
    # Conditions, IDs, and an object that requires a lookup on the server.
    (given,) = vcenter.create_many(1, change_tag=tag)
    host = {"type": "HostSystem", "name": "DC0_H0"}
    selections: list[dict[str, t.Any]] = [
        {"tags": [tag], "description_ids": ["VirtualMachine.*"]},
        {"task_ids": [given]},
        {"tags": [tag], "entity": host},
        {"tags": [tag], "entity": {"type": "HostSystem"}},
        {"tags": [tag], "states": ["error"], "events": ["created", "failed", "succeeded"]},
    ]
    started = [runs.alone({**vcenter.options, **selection}) for selection in selections]
    for run in started:
        # Each of them has a session.
        run.until(lambda: len({each["session_hash"] for each in vcenter.waiting}) == len(started))
    moid = vcenter.run("start", object=host, method="ReconnectHost_Task")["task"]["entity"]["moid"]
    on_host = vcenter.create(change_tag=tag, entity={"type": "HostSystem", "value": moid})
    other = vcenter.create(description_id="Folder.createVm", change_tag=tag)
    for task in (given, on_host):
        change(vcenter, task, state="success")
    change(vcenter, other, state="error", error=BROKEN)
    expected = [
        {(given, "succeeded"), (on_host, "created"), (on_host, "succeeded")},
        {(given, "succeeded")},
        {(on_host, "created"), (on_host, "succeeded")},
        {(on_host, "created"), (on_host, "succeeded")},
        {(other, "failed")},
    ]
    for run, events in zip(started, expected, strict=True):
        run.seen(*events)
    last = vcenter.create(change_tag=tag, state="success")
    started[0].seen((last, "succeeded"))
    for run, events in zip(started, expected, strict=True):
        found = {(event["id"], event["event"]) for event in run.events if event["id"] != last}
        assert found == events or (run is started[4] and found == {*events, (other, "created")})


def test_several_servers_are_followed_together(runs: Runs, server: t.Any) -> None:
    first, second = server("vcenter"), server("esxi")
    second.options["transport"] = "auto"
    given = {**second.options, "vcenters": [first.options, {"hostname": "localhost", "transport": "soap"}]}
    run = runs.alone(given)
    follows(run, first, second)
    tasks = first.create(), second.create(entity=None)
    events = run.seen(*((task, "created") for task in tasks))
    assert {(event["vcenter"], event["id"]) for event in events if event["id"] in tasks} == {
        (first.options["hostname"], tasks[0]),
        ("localhost", tasks[1]),
    }
    run.stop()
    for each in (first, second):
        each.until(lambda each=each: each.stats["open_sessions"] == 0)


@any_transport
def test_more_tasks_than_the_recent_ones_have_events(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    tasks = vcenter.create_many(300, duration=0.5)
    events = run.seen(*((task, "succeeded") for task in tasks))
    found = [(event["id"], event["event"]) for event in events]
    assert sorted(each for each in found if each[0] in tasks) == sorted(
        (task, event) for task in tasks for event in ("created", "succeeded")
    )


@any_transport
def test_a_task_that_vanishes_before_its_end_has_an_event(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    kept, lost = vcenter.create(), vcenter.create()
    run.seen((kept, "created"), (lost, "created"))
    vcenter.control("DELETE", f"/tasks/{lost}")
    change(vcenter, kept, state="success")
    vcenter.control("DELETE", f"/tasks/{kept}?history=keep")
    events = run.seen((kept, "succeeded"))
    run.until(lambda: f"neither {lost}, which had not ended" in run.errors)
    assert [names(events, task) for task in (kept, lost)] == [["created", "succeeded"], ["created"]]


@any_transport
def test_a_large_task_is_complete_and_a_secret_is_masked(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    password = vcenter.options["password"]
    for text in ("x" * 3_000_000, f"it is {password}!"):
        task = vcenter.create(state="success", result={"_typeName": "string", "_value": text})
        events = run.seen((task, "succeeded"))
        assert events[-1]["result"] == text.replace(password, "********")
    assert password not in run.errors


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"states": ["done"]}, "RuntimeError: value of states must be one or more of: queued, running, success, error"),
        ({"password": "wrong"}, "rejects the login of administrator@vsphere.local (InvalidLogin)"),
        ({"entity": {"name": "nobody"}}, "nobody"),
    ],
)
@any_transport
def test_errors_end_the_source(runs: Runs, vcenter: t.Any, wrong: dict[str, t.Any], message: str) -> None:
    run = runs.alone({**vcenter.options, **wrong})
    assert run.ended(30) == 1
    assert message in run.errors


@any_transport
def test_a_process_that_is_killed_ends_the_source(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    (child,) = {*run.left()} - {run.process.pid}
    os.kill(child, signal.SIGTERM)
    assert run.ended() == 1
    assert "a process that follows a vCenter ended with status 143" in run.errors


@any_transport
def test_only_one_source_uses_a_cursor(runs: Runs, vcenter: t.Any) -> None:
    given = {**vcenter.options, "cursor_path": str(runs.folder / "cursor")}
    first = runs.alone(given)
    follows(first, vcenter)
    second = runs.alone(given)
    assert second.ended(30) == 1
    assert "another event source uses" in second.errors
