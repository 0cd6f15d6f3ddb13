# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for tasks: when it ends, what is done at the time limit, and how the outcome is judged.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._history import find_in_history
from ansible_collections.vsphere.tasks.plugins.module_utils._taskinfo import Task, describe, is_over
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import read_tasks, unknown_ids
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.module_utils._watch import Watch, Watched

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection


@dataclasses.dataclass(frozen=True)
class WaitOptions:
    """How to wait; times in seconds."""

    timeout: float
    until: str = "all"
    on_error: str = "fail"
    on_timeout: str = "fail"
    cancel_timeout: float = 60
    return_tasks: bool = True


def wait_for_tasks(
    connection: Connection,
    task_ids: list[str],
    options: WaitOptions,
    check_mode: bool,
    report: Callable[[Watched], object],
) -> dict[str, t.Any]:
    """Wait until all the tasks are over, or one of them, and judge the outcome."""
    began = time.monotonic()
    watch = Watch(connection, task_ids, report)

    def done() -> bool:
        pending = len(watch.pending)
        return not pending or (options.until == "any" and pending < len(task_ids))

    watch.until(done, began + options.timeout)
    if watch.unknown:
        raise unknown_ids(connection, watch.unknown)
    timed_out = not done()
    cancelled: list[str] = []
    if timed_out and options.on_timeout == "cancel":
        cancelled = _cancel_pending(connection, watch, check_mode)
        if not check_mode:
            watch.until(lambda: not watch.pending, time.monotonic() + options.cancel_timeout)
    course = {
        "changed": bool(cancelled),
        "cancelled_task_ids": cancelled,
        "timed_out": timed_out,
        "elapsed": round(time.monotonic() - began, 3),
    }
    return _judge(connection, watch, options, course)


def _cancel_pending(connection: Connection, watch: Watch, check_mode: bool) -> list[str]:
    """Ask for the cancellation of what is pending and can be cancelled; the ids of those where it was accepted."""
    accepted = []
    for task_id in watch.pending:
        if watch.tasks[task_id].cancelable:
            try:
                if not check_mode:
                    connection.invoke(reference("Task", task_id), "CancelTask")
                accepted.append(task_id)
            except Fault:
                # It ended meanwhile, or stays pending and is reported as that.
                continue
    return accepted


def _judge(connection: Connection, watch: Watch, options: WaitOptions, course: dict[str, t.Any]) -> dict[str, t.Any]:
    """Add to the course of the wait how each task ended; raised as an error where the options make it one."""
    task_ids = watch.wanted
    over = {task_id: watched.state for task_id, watched in watch.tasks.items() if watched.is_over}
    read = task_ids if options.return_tasks else [i for i in task_ids if over.get(i) != "success"]
    tasks = {task["id"]: task for task in read_tasks(connection, read).tasks} if read else {}
    for task_id in read:
        # Gone while it was waited for, or between the last look and the reading.
        if task_id not in tasks:
            found = find_in_history(connection, watch.tasks[task_id])
            # A history in which it still runs does not know how it ended either.
            if found and is_over(found):
                tasks[task_id] = found
    # What was read last is the truth: a task may have ended since the last look, none comes back to life.
    over.update({task_id: task["state"] for task_id, task in tasks.items() if is_over(task)})
    gone = [i for i in task_ids if i not in over and i not in tasks and i in read]
    result: dict[str, t.Any] = {
        "succeeded_task_ids": [i for i in task_ids if over.get(i) == "success"],
        "failed_task_ids": [i for i in task_ids if over.get(i) == "error"],
        "pending_task_ids": [i for i in task_ids if i not in over and i not in gone],
        "gone_task_ids": gone,
        **course,
    }
    if options.return_tasks:
        result["tasks"] = [tasks[i] for i in task_ids if i in tasks]
    failures = _failures(connection, tasks, result, options)
    if failures:
        raise VsphereError("; ".join(failures), **result)
    return result


def _failures(
    connection: Connection, tasks: dict[str, Task], result: dict[str, t.Any], options: WaitOptions
) -> list[str]:
    """The sentences of a failure, empty where the outcome is none."""
    failures = []
    if options.on_error == "fail":
        failures += [describe(tasks[i]) for i in result["failed_task_ids"]]
        failures += [
            f"{i} is gone from {connection.host} and from its history, so its outcome is unknown"
            for i in result["gone_task_ids"]
        ]
    pending = [describe(tasks[i]) for i in result["pending_task_ids"]]
    if result["timed_out"] and pending:
        if options.on_timeout == "fail":
            failures += [f"{each} after {options.timeout} s (option timeout)" for each in pending]
        elif options.on_timeout == "cancel":
            failures += [f"{each} after {options.cancel_timeout} s more (option cancel_timeout)" for each in pending]
    return failures
