# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time limits of a wait, a search, and a cancellation, which all of their requests have to meet."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _targets
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._cancel import CancelOptions, cancel_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

from ..builders import HISTORY, change, failed, info, newest, reading, unknown, updates, watching, whole
from ..wire import Clock, Wire, limits, reader_of
from .waiting import DONE, RUNNING

# The label of its operation costs another request.
LABEL = {"descriptionId": "a.b"}
QUEUED = "2026-01-02T03:04:05Z"

Limits = list[tuple[str, t.Optional[float]]]


def of_wait(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str, **options: t.Any) -> Limits:
    """The requests of a wait of 60 seconds with their time limits."""
    how = WaitOptions(**{"timeout": 60, **options})
    targets = _targets.Targets([*task_ids], [])
    return limits(monkeypatch, wire, lambda connection: wait_for_tasks(reader_of(connection), targets, how))


def test_every_request_of_a_round_meets_the_deadline_of_the_wait(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    running, past = info("task-1", **LABEL), info("task-2", **failed(), **LABEL)
    first = updates(whole(running, "enter"))
    wire = Wire(
        **watching(unknown("task-2"), first, first, clock.after(10)),
        **newest(past),
        # The label of the operation of the task in the history, the other task while it runs, and at the end.
        RetrievePropertiesEx=[None, None, None, reading(running)],
    )
    found = of_wait(monkeypatch, wire, "task-1", "task-2", look_for=10)
    assert {limit for _method, limit in found} == {1060}
    assert {"WaitForUpdatesEx", "latestPage", "RetrievePropertiesEx"} <= {method for method, _limit in found}


def test_the_labels_of_ended_tasks_meet_the_deadline(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    ended = info("task-1", "success", **DONE, **LABEL)
    wire = Wire(**watching(updates(whole(ended, "enter"))), RetrievePropertiesEx=[None, None])
    found = of_wait(monkeypatch, wire, "task-1")
    assert found[-1] == ("RetrievePropertiesEx", 1060)
    assert {limit for _method, limit in found} == {1060}


def test_the_search_for_vanished_tasks_meets_the_deadline(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    first = updates(change("task-1", "enter", state="running", queueTime=QUEUED), change("task-2", "enter"))
    wire = Wire(
        **watching(first, updates(change("task-1", "leave"), change("task-2", "leave"))),
        **newest(),
        ReadNextTasks=[None],
        RetrievePropertiesEx=[None, None],
    )
    for method in ("CreateCollectorForTasks", "DestroyCollector"):
        wire.script[method] = [HISTORY] * 2
    found = of_wait(monkeypatch, wire, "task-1", "task-2")
    assert {limit for _method, limit in found} == {1060}
    assert {"ReadNextTasks", "latestPage"} <= {method for method, _limit in found}


def test_after_the_time_limit_a_cancellation_and_what_follows_meet_the_cancel_timeout(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    cancelled = info("task-1", cancelled=True)
    wire = Wire(
        **watching(updates(RUNNING), clock.after(60), updates(RUNNING), clock.after(20), clock.after(10)),
        # While the task runs, after the request without an answer, and at the end.
        RetrievePropertiesEx=[None, reading(cancelled), reading(cancelled)],
        CancelTask=[Lost("reset")],
    )
    found = of_wait(monkeypatch, wire, "task-1", on_timeout="cancel", cancel_timeout=30)
    sent = found.index(("CancelTask", 1090))
    assert {limit for _method, limit in found[:sent]} == {1060}
    assert {limit for _method, limit in found[sent:]} == {1090}
    assert [method for method, _limit in found[sent:]].count("RetrievePropertiesEx") == 2


def test_the_wait_for_canceled_tasks_and_the_last_reading_meet_the_deadline(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", **failed()))],
        CancelTask=[None],
        **watching(clock.after(7, updates(change("task-1", "enter", state="error")))),
    )
    targets, how = _targets.Targets(["task-1"], []), CancelOptions(timeout=30)
    found = limits(monkeypatch, wire, lambda connection: cancel_tasks(reader_of(connection), targets, how))
    sent = found.index(("CancelTask", None))
    assert {limit for _method, limit in found[sent + 1 :]} == {1030}
    assert found[-1][0] == "RetrievePropertiesEx"


def test_a_search_for_targets_and_the_wait_for_them_to_appear_meet_their_deadlines(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(), reading(info("task-1"))], **watching(updates(RUNNING)))
    found = limits(
        monkeypatch, wire, lambda connection: _targets.find(reader_of(connection), Selection(), 1060, appear_by=1010)
    )
    # The same search is repeated in the end.
    expected = {"RetrievePropertiesEx": 1060}
    assert found == [(method, expected.get(method, 1010)) for method, _limit in found]
    assert [method for method, _limit in found].count("RetrievePropertiesEx") == 2
