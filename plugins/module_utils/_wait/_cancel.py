# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancelling tasks.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader, _taskinfo
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _watch

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection


def cancel_tasks(
    connection: _connection.Connection,
    task_ids: list[str],
    skip_not_cancelable: bool,
    wait_seconds: float | None,
    check_mode: bool,
) -> dict[str, t.Any]:
    """Ask for the cancellation of those tasks that it can still reach, and wait until each is over.

    ``wait_seconds`` None means not to wait. All tasks are tried before the failures are raised together.
    """
    found, missing = _reader.read_tasks(connection, task_ids)
    past = _past_tasks(connection, missing) if missing else []
    before = _in_order(task_ids, [*found, *past])
    run = _Run(skip_not_cancelable, [task["id"] for task in past])
    run.failures += [
        f"{task_id} cannot be cancelled: {connection.forbidden[task_id].message}"
        for task_id in task_ids
        if task_id in connection.forbidden
    ]
    for task in before:
        if run.wants(task):
            if check_mode:
                run.cancelled.append(task["id"])
            elif run.silent:
                run.failures.append(
                    f"{_taskinfo.label(task)} was not asked to end, as {connection.host} answers no more"
                )
            else:
                run.cancel(connection, task)
    after = before
    done = {"changed": bool(run.cancelled), "cancelled_task_ids": run.cancelled, "skipped_tasks": run.skipped}
    if check_mode:
        after = [{**task, "cancelled": True} if task["id"] in run.cancelled else task for task in before]
    else:
        with _errors.noting(**done):
            after = _in_order(task_ids, [*past, *_follow(connection, run, found, wait_seconds)])
    result = {**done, "tasks": after, "diff": {"before": _states(before), "after": _states(after)}}
    if run.failures:
        raise _errors.VsphereError("; ".join(run.failures), **{**run.fault, **result})
    return result


def _past_tasks(connection: _connection.Connection, task_ids: list[str]) -> list[_taskinfo.Task]:
    # Only a run that meets one needs it.
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _past

    return _past.past_tasks(connection, task_ids)


def _in_order(task_ids: list[str], tasks: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    known = {task["id"]: task for task in tasks}
    return [known[task_id] for task_id in task_ids if task_id in known]


def _follow(
    connection: _connection.Connection, run: _Run, before: list[_taskinfo.Task], wait_seconds: float | None
) -> list[_taskinfo.Task]:
    """Wait until what was cancelled is over, where that is wanted; the tasks as they are then."""
    unfinished = [task["id"] for task in before if task["id"] in run.cancelled or task["id"] in run.requested]
    if not unfinished:
        return before
    task_ids = [task["id"] for task in before]
    if wait_seconds is None:
        return _reader.read_tasks(connection, task_ids).tasks
    watch = _watch.Watch(connection, unfinished, seen=True)
    deadline = time.monotonic() + wait_seconds
    with connection.patient(deadline):
        watch.until(lambda: not watch.pending, deadline)
        run.failures += [
            f"{_taskinfo.label(task)} was asked to end but is not over after {wait_seconds} s (option timeout)"
            for task in before
            if task["id"] in watch.pending
        ]
        return _reader.read_tasks(connection, task_ids).tasks


class _Run:
    """What became of the tasks so far."""

    def __init__(self, skip_not_cancelable: bool, past: list[str]) -> None:
        """``past`` are tasks that the server has no more but in its history."""
        self._skip_not_cancelable = skip_not_cancelable
        self._past = past
        self.cancelled: list[str] = []
        self.requested: list[str] = []
        self.skipped: list[dict[str, str]] = []
        self.failures: list[str] = []
        self.silent = False
        self.fault: dict[str, t.Any] = {}

    def wants(self, task: _taskinfo.Task) -> bool:
        """Whether the task is to be cancelled; where it is not, why is noted."""
        if _taskinfo.is_over(task):
            self._skip(task, f"it is over already (state {task['state']})")
        elif task["id"] in self._past:
            self._skip(task, "it is gone, and the history of the server does not say how it ended")
        elif task["cancelled"]:
            self.requested.append(task["id"])
            self._skip(task, "its cancellation was asked for before")
        elif task["cancelable"] is False:
            self._not_cancelable(task)
        else:
            return True
        return False

    def cancel(self, connection: _connection.Connection, task: _taskinfo.Task) -> None:
        try:
            connection.invoke(_values.reference("Task", task["id"]), "CancelTask")
        except _errors.Fault as fault:
            # Between the look and the call a task may end, be cancelled by somebody else, or lose its cancel button.
            if fault.type == "InvalidState":
                self._skip(task, "it ended, or its cancellation was asked for, in the meantime")
            elif fault.type == "ManagedObjectNotFound":
                self._skip(task, "it ended and was forgotten in the meantime")
            elif fault.type == "NotSupported":
                self._not_cancelable(task, fault)
            else:
                self._fail(f"{_taskinfo.label(task)} cannot be cancelled: {fault.message}", fault)
        except _errors.VsphereError as error:
            if _reader.is_cancelled(connection, task["id"], error):
                self.cancelled.append(task["id"])
                return
            self.failures.append(error.message)
            # The others would wait as long, one after the other.
            self.silent = isinstance(error.__cause__, _errors.TimedOut)
        else:
            self.cancelled.append(task["id"])

    def _not_cancelable(self, task: _taskinfo.Task, fault: _errors.Fault | None = None) -> None:
        """Pass over it, or fail: by itself the task says so beforehand, and no server has answered with a fault."""
        if self._skip_not_cancelable:
            self._skip(task, "it is not cancelable")
        else:
            said = f" ({fault.type})" if fault else ""
            self._fail(
                f"{_taskinfo.label(task)} cannot be cancelled: it is not cancelable{said}; "
                f"on_not_cancelable: skip passes over such tasks{fault.more if fault else ''}",
                fault,
            )

    def _skip(self, task: _taskinfo.Task, reason: str) -> None:
        self.skipped.append({"id": task["id"], "reason": reason})

    def _fail(self, sentence: str, fault: _errors.Fault | None) -> None:
        self.failures.append(sentence)
        self.fault = self.fault or (fault.result if fault else {})


def _states(tasks: list[_taskinfo.Task]) -> dict[str, t.Any]:
    return {task["id"]: {"state": task["state"], "cancelled": task["cancelled"]} for task in tasks}
