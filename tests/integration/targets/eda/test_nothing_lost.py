# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures and restarts, after which no event is lost or repeated."""

from __future__ import annotations

import functools
import json
import signal
import typing as t

import pytest
from eda_runs import Run, Runs, follows

WAIT = "WaitForUpdatesEx"


def ended(vcenter: t.Any, task: str) -> None:
    vcenter.control("PATCH", f"/tasks/{task}", state="success")


def pairs(runs: t.Iterable[Run], tasks: list[str]) -> list[tuple[str, str]]:
    """The events of these tasks in all runs."""
    return sorted((event["id"], event["event"]) for run in runs for event in run.events if event["id"] in tasks)


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "reset_after", "match": WAIT}],
        [{"kind": "cut", "match": WAIT, "in": "body", "at": 20}],
        [{"kind": "status", "match": ".", "count": 3}],
        [],
    ],
    ids=["reset", "cut", "services", "expired"],
)
def test_failures_of_connection_session_and_services_lose_no_event(
    runs: Runs, vcenter: t.Any, faults: list[dict[str, t.Any]]
) -> None:
    run = runs.alone(vcenter.options)
    follows(run, vcenter)
    tasks = vcenter.create_many(3)
    run.seen(*((task, "created") for task in tasks))
    before = vcenter.waits
    # The faults do not apply to the pending call. A change starts the next one, to which they apply.
    for fault in faults:
        vcenter.fault(**fault)
    if not faults:
        vcenter.control("POST", "/sessions/expire")
    ended(vcenter, tasks[0])
    ended(vcenter, tasks[1])
    vcenter.control("DELETE", f"/tasks/{tasks[1]}?history=keep")
    brief = vcenter.create(state="success")
    ended(vcenter, tasks[2])
    events = [*((task, "succeeded") for task in tasks), (brief, "created"), (brief, "succeeded")]
    run.seen(*events)
    run.until(lambda: vcenter.waits > before)
    last = vcenter.create(state="success")
    run.seen((last, "succeeded"))
    assert pairs([run], [*tasks, brief]) == sorted([*((task, "created") for task in tasks), *events])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_of_the_rulebook_loses_no_event(runs: Runs, vcenter: t.Any, number: signal.Signals) -> None:
    given = {**vcenter.options, "cursor_path": str(runs.folder / "cursor")}
    first = runs.alone(given)
    follows(first, vcenter)
    running, ending, leaving, over = vcenter.create_many(4)
    tasks = [running, ending, leaving, over]
    first.seen(*((task, "created") for task in tasks))
    ended(vcenter, over)
    first.seen((over, "succeeded"))
    first.stop(number)
    ended(vcenter, ending)
    brief, past = vcenter.create_many(2, state="success")
    ended(vcenter, leaving)
    for task in (leaving, past):
        vcenter.control("DELETE", f"/tasks/{task}?history=keep")
    vcenter.control("DELETE", "/log")
    second = runs.alone(given)
    second.seen(*((task, "succeeded") for task in (ending, leaving, brief, past)))
    follows(second, vcenter)
    ended(vcenter, running)
    second.seen((running, "succeeded"))
    assert pairs([first, second], [*tasks, brief, past]) == sorted(
        [(task, event) for task in [*tasks, brief, past] for event in ("created", "succeeded")]
    )


def test_an_event_is_noted_while_that_of_another_server_waits(runs: Runs, server: t.Any) -> None:
    folder = runs.folder / "cursor"
    vcenters = [server("vcenter"), server("vcenter7")]
    vcenters[1].options["transport"] = "auto"
    given = {**vcenters[0].options, "cursor_path": str(folder), "vcenters": [each.options for each in vcenters]}
    run = runs.alone(given, "one")
    follows(run, *vcenters)
    first = vcenters[0].create()
    run.seen((first, "created"))
    requests = [len(vcenter.requests()) for vcenter in vcenters]
    tasks = [vcenter.create() for vcenter in vcenters]
    # The source has read both tasks: one event is in the queue, and one waits for it.
    run.until(lambda: all(len(each.requests()) > count for each, count in zip(vcenters, requests, strict=True)))
    run.say("one")

    def noted() -> int:
        files = [folder / f"{each.address['host']}_{each.address['port']}.json" for each in vcenters]
        return sum(f'"{task}"' in file.read_text(encoding="utf-8") for task, file in zip(tasks, files, strict=True))

    run.until(lambda: len(run.events) == 2)
    run.until(lambda: noted() == 1)


def test_a_rulebook_that_is_killed_at_any_moment_loses_no_event(runs: Runs, vcenter: t.Any) -> None:
    folder = runs.folder / "cursor"
    given = {**vcenter.options, "cursor_path": str(folder)}

    def is_noted(tasks: list[str], events: int) -> bool:
        """Whether the cursor contains that many events. The state of a task without a later event is empty."""
        (file,) = folder.glob("*.json")
        known = json.loads(file.read_text(encoding="utf-8"))["tasks"]
        return sum(1 + bool(known[task]["state"]) for task in tasks if task in known) == events

    started = [runs.alone(given, *["one"] * 7)]
    follows(started[0], vcenter)
    tasks = vcenter.create_many(10, state="success")
    for noted, following in ((7, 6), (13, 7)):
        started[-1].until(functools.partial(is_noted, tasks, noted))
        # The next event is in the queue.
        started[-1].stop(signal.SIGKILL)
        started.append(runs.alone(given, *["one"] * following))
    started[-1].until(lambda: is_noted(tasks, 20))
    expected = sorted((task, event) for task in tasks for event in ("created", "succeeded"))
    assert pairs(started, tasks) == expected


def test_a_busy_rulebook_loses_no_event(runs: Runs, vcenter: t.Any) -> None:
    run = runs.alone(vcenter.options, "one")
    follows(run, vcenter)
    tasks = vcenter.create_many(40)
    run.until(lambda: len(run.events) == 1)
    for task in tasks:
        ended(vcenter, task)
    run.say("all")
    run.seen(*((task, "succeeded") for task in tasks))
    found = pairs([run], tasks)
    assert len(found) == len({*found}) == 2 * len(tasks)


def test_a_file_that_is_not_a_cursor_is_an_error(runs: Runs, vcenter: t.Any) -> None:
    folder = runs.folder / "cursor"
    given = {**vcenter.options, "cursor_path": str(folder)}
    run = runs.alone(given)
    follows(run, vcenter)
    run.stop()
    (file,) = folder.glob("*.json")
    assert json.loads(file.read_text(encoding="utf-8")).keys() == {"start", "contact", "tasks"}
    file.write_text("{}", encoding="utf-8")
    run = runs.alone(given)
    assert run.ended(30) == 1
    assert f"cursor_path: {file} is not a cursor of this collection" in run.errors
