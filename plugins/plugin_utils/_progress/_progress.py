# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output about tasks during a wait.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import FINAL, name_of
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import GONE, HIDDEN

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task

    Report = dict[str, t.Any]

FEW = 10
"""Maximum number of tasks with separate lines. A summary replaces the lines of more tasks."""

PACE = 1
"""Seconds between two lines of a task whose state is the same: a percentage can change many times a second."""


class Progress:
    """Turns the reports of a waiting module into lines, and displays them. Each line contains ``host``, if set."""

    def __init__(self, display: Callable[[str], object], interval: float, host: str = "") -> None:
        self._display = display
        self._host = host
        self._interval = interval
        self._began = time.monotonic()
        self._tasks: dict[str, Report] = {}
        self._shown: dict[str, tuple[Report, float]] = {}
        self._summary: tuple[str, float] = ("", self._began)

    def show(self, reports: Iterable[Report], now: float) -> None:
        """Add the reports and show all changes, and tasks without a line during the last interval.

        A change too soon after the previous line of a task waits for a later call, which shows the then current state.
        """
        known = set(self._tasks)
        for report in reports:
            self._tasks[report["id"]] = report
        many = len(self._tasks) > FEW
        for task_id, report in self._tasks.items():
            before, at = self._shown.get(task_id, ({}, 0.0))
            if many:
                # For many tasks, only the summary contains unfinished tasks, and tasks that had ended at the start.
                wanted = task_id in known and _is_over(report) and report["state"] != before.get("state")
            else:
                wanted = _is_due(report, before, now - at, self._interval)
            if wanted:
                self._shown[task_id] = (dict(report), now)
                self._display(f"{self._begin(now)} {line(report)}")
        if many:
            self._summarize(now)

    def _summarize(self, now: float) -> None:
        states = [report["state"] for report in self._tasks.values()]
        running = [report for report in self._tasks.values() if not _is_over(report)]
        lost = "".join(f", {states.count(each)} {each}" for each in (GONE, HIDDEN) if each in states)
        text = f"{states.count('success')} done, {len(running)} running, {states.count('error')} failed"
        text += f"{lost} of {len(states)}"
        shown, at = self._summary
        if text != shown or (running and now - at >= self._interval):
            self._summary = (text, now)
            slowest = min(running, key=lambda report: report["progress"] or 0, default=None)
            self._display(f"{self._begin(now)} {text}" + (f"; slowest: {line(slowest)}" if slowest else ""))

    def _begin(self, now: float) -> str:
        return beginning(now - self._began, self._host)


def beginning(seconds: float, host: str) -> str:
    """The beginning of each line: the time since the start, and the host, if set."""
    return f"[{seconds:5.0f} s]" + (f" [{host}]" if host else "")


def _is_due(report: Report, before: Report, age: float, interval: float) -> bool:
    """Whether a line is shown of a task whose last one is ``before``, shown ``age`` seconds ago."""
    if report["state"] != before.get("state"):
        return True
    if report != before:
        return age >= PACE
    return age >= interval and not _is_over(report)


def _is_over(report: Report) -> bool:
    """Whether no further report of the task follows: it has ended, has disappeared, or is hidden."""
    return report["state"] in (*FINAL, GONE, HIDDEN)


def report_of(task: Task) -> Report:
    """The contents of a line, from a task in a module's result."""
    values = {"operation": name_of(task), "entity": task["entity_name"]}
    return {**{name: task[name] for name in ("id", "state", "progress")}, **values}


def line(report: Report) -> str:
    """One task: id, operation, entity, state, percent."""
    percent = "" if report["progress"] is None else f" {report['progress']} %"
    entity = f" on {report['entity']}" if report["entity"] else ""
    operation = report["operation"] or "unknown operation"
    return f"{report['id']} {operation}{entity}: {report['state'] or 'state unknown'}{percent}"
