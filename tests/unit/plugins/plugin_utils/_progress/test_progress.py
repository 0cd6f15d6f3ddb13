# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of progress during a wait."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._progress import Progress


def report(number: int = 1, state: str = "running", progress: int | None = None, **other: t.Any) -> dict[str, t.Any]:
    return {
        "id": f"task-{number}",
        "operation": "CloneVM_Task",
        "entity": "web-01",
        "state": state,
        "progress": progress,
        **other,
    }


class Shown:
    """Feeds reports at given times, in seconds from the start, and keeps the lines without their time."""

    def __init__(self, interval: float = 30) -> None:
        self.lines: list[str] = []
        self._progress = Progress(self.lines.append, interval)
        self._began = time.monotonic()

    def at(self, seconds: float, *reports: dict[str, t.Any]) -> list[str]:
        self.lines.clear()
        self._progress.show(reports, self._began + seconds)
        return [line.partition("] ")[2] for line in self.lines]


def test_a_line_contains_id_operation_entity_state_and_percentage() -> None:
    shown = Shown()
    assert shown.at(12, report(progress=37)) == ["task-1 CloneVM_Task on web-01: running 37 %"]
    assert shown.lines[0].startswith("[   12 s]")


def test_a_line_names_the_host_if_the_play_has_several() -> None:
    lines: list[str] = []
    progress = Progress(lines.append, 30, "web-01")
    progress.show([report()], time.monotonic())
    progress.show([report(number) for number in range(20)], time.monotonic())
    assert len(lines) == 2
    assert all(line.startswith("[    0 s] [web-01") for line in lines)


def test_a_line_is_shown_after_a_change_and_after_the_interval() -> None:
    shown = Shown(interval=30)
    shown.at(0, report(progress=9))
    assert shown.at(10, report(progress=9)) == []
    assert shown.at(12, report(progress=10)) == ["task-1 CloneVM_Task on web-01: running 10 %"]
    assert shown.at(41) == []
    assert len(shown.at(42)) == 1


def test_a_percentage_that_changes_many_times_a_second_is_shown_once_a_second() -> None:
    shown = Shown(interval=30)
    shown.at(0, report(progress=1), report(2, progress=1))
    assert shown.at(0.3, report(progress=2)) == []
    assert shown.at(0.9, report(progress=3)) == []
    # A change is shown after a second, even if nothing follows.
    assert shown.at(1.2) == ["task-1 CloneVM_Task on web-01: running 3 %"]
    assert shown.at(1.5, report(2, progress=2)) == ["task-2 CloneVM_Task on web-01: running 2 %"]
    assert shown.at(10) == []


def test_a_change_of_state_is_shown_immediately() -> None:
    shown = Shown()
    shown.at(0, report(state="queued"))
    assert shown.at(0.1, report(progress=0)) == ["task-1 CloneVM_Task on web-01: running 0 %"]
    assert shown.at(0.2, report(progress=50)) == []
    assert shown.at(0.3, report(state="success", progress=100)) == ["task-1 CloneVM_Task on web-01: success 100 %"]
    assert shown.at(100) == []


def test_an_ended_task_is_shown_once() -> None:
    shown = Shown(interval=1)
    shown.at(0, report(state="success"))
    assert shown.at(100) == []


def test_many_tasks_are_a_summary_and_only_ends_have_lines() -> None:
    shown = Shown(interval=30)
    first = shown.at(0, *(report(n, progress=n) for n in range(1, 12)))
    assert first == ["0 done, 11 running, 0 failed of 11; slowest: task-1 CloneVM_Task on web-01: running 1 %"]
    assert shown.at(1, report(5, progress=50)) == []
    assert shown.at(2, report(5, state="error")) == [
        "task-5 CloneVM_Task on web-01: error",
        "0 done, 10 running, 1 failed of 11; slowest: task-1 CloneVM_Task on web-01: running 1 %",
    ]
    assert len(shown.at(32)) == 1


def test_the_summary_includes_ended_and_vanished_tasks() -> None:
    shown = Shown()
    reports = [report(n, state="success" if n < 9 else "running") for n in range(1, 13)]
    first = shown.at(0, *reports)
    assert first == ["8 done, 4 running, 0 failed of 12; slowest: task-9 CloneVM_Task on web-01: running"]
    assert (
        shown.at(1, *(report(n, state="gone") for n in range(9, 13)))[-1] == "8 done, 0 running, 0 failed, 4 gone of 12"
    )
    assert shown.at(100) == []


@pytest.mark.parametrize("state", ["gone", "hidden"])
def test_a_task_that_the_server_does_not_show_anymore_is_shown_once(state: str) -> None:
    shown = Shown(interval=1)
    shown.at(0, report())
    assert shown.at(1, report(state=state)) == [f"task-1 CloneVM_Task on web-01: {state}"]
    assert shown.at(100) == []


def test_the_summary_counts_tasks_that_the_server_does_not_show_anymore() -> None:
    shown = Shown()
    shown.at(0, *(report(n) for n in range(1, 13)))
    lost = [report(1, state="hidden"), report(2, state="hidden"), report(3, state="gone")]
    assert shown.at(1, *lost)[-1].startswith("0 done, 9 running, 0 failed, 1 gone, 2 hidden of 12; slowest: ")


def test_a_task_with_unknown_members_has_a_line() -> None:
    unknown = {**report(), **dict.fromkeys(("operation", "entity", "state", "progress"))}
    assert Shown().at(0, unknown) == ["task-1 unknown operation: state unknown"]


def test_a_state_of_a_newer_release_is_not_the_end() -> None:
    shown = Shown(interval=5)
    shown.at(0, report(state="paused"))
    assert shown.at(6, report(state="paused")) == ["task-1 CloneVM_Task on web-01: paused"]
