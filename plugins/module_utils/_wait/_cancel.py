# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canceling tasks."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .. import _context, _errors
from .._tasks import _reader, _taskinfo
from . import _cancel_request, _targets, _watch

DISAPPEARED = "it has disappeared, and the history of the server does not contain its outcome"


@dataclasses.dataclass(frozen=True)
class CancelOptions:
    """How to cancel; ``timeout`` is in seconds, None means not to wait for the end."""

    skip_not_cancelable: bool = False
    timeout: int | None = 300

    @classmethod
    def from_params(cls, params: _context.Params) -> CancelOptions:
        if params["timeout"] < 0:
            raise _errors.VsphereError(f"timeout {params['timeout']} is negative: set the number of seconds to wait")
        return cls(params["on_not_cancelable"] == "skip", params["timeout"] if params["wait"] else None)


def cancel_tasks(
    reader: _reader.TaskReader, targets: _targets.Targets, options: CancelOptions, *, seen: bool = False
) -> _context.Result:
    """Request the cancellation of all these tasks, and wait until each has ended. Failures are raised together.

    If they were ``seen`` lately, none of them is unknown.
    """
    found, missing, _is_cut = reader.given(targets.task_ids)
    past = [*targets.ended, *(reader.in_history(missing) if seen else reader.past(missing))]
    task_ids = [*targets.task_ids, *(task["id"] for task in targets.ended)]
    before = _in_order(task_ids, [*found, *past])
    run = _Run(options.skip_not_cancelable, [task["id"] for task in past])
    run.failures += [f"cannot cancel {i}: {reader.forbidden[i].message}" for i in task_ids if i in reader.forbidden]
    cancellation = _cancel_request.Cancellation(reader)
    for task in before:
        run.take(task, cancellation)
    run.skipped += [{"id": i, "reason": DISAPPEARED} for i in missing if i not in run.past]
    reader.context.known.update(
        changed=bool(run.cancelled), cancelled_task_ids=run.cancelled, skipped_tasks=run.skipped
    )
    if reader.context.check_mode:
        after = [
            t.cast("_taskinfo.Task", {**task, "cancelled": True}) if task["id"] in run.cancelled else task
            for task in before
        ]
    else:
        try:
            after = _in_order(task_ids, [*past, *_follow(reader, run, found, options.timeout)])
        except _errors.VsphereError as error:
            # The others count as much as what happened during the wait.
            failures = "; ".join([*run.failures, error.message])
            raise _errors.VsphereError(failures, **{**error.result, **run.fault}) from error
    result = {"tasks": after, "diff": {"before": _states(before), "after": _states(after)}}
    if run.failures:
        raise _errors.VsphereError("; ".join(run.failures), **{**run.fault, **result})
    return result


def _in_order(task_ids: list[str], tasks: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    known = {task["id"]: task for task in tasks}
    return [known[task_id] for task_id in task_ids if task_id in known]


def _follow(
    reader: _reader.TaskReader, run: _Run, before: list[_taskinfo.Task], seconds: int | None
) -> list[_taskinfo.Task]:
    """Wait until the canceled tasks have ended, if requested. Return the current tasks."""
    unfinished = [task["id"] for task in before if task["id"] in run.ending]
    if not unfinished:
        return before
    task_ids = [task["id"] for task in before]
    if seconds is None:
        return reader.given(task_ids).tasks
    watch = _watch.Watch(reader, unfinished, seen=True)
    deadline = time.monotonic() + seconds
    watch.until(lambda: not watch.pending, deadline)
    late = set(watch.pending)
    run.failures += [
        f"{_taskinfo.label(task)} has not ended {seconds} s after the request to cancel it (option timeout)"
        for task in before
        if task["id"] in late
    ]
    run.failures += [
        f"the outcome of {_taskinfo.label(task)} is unknown: {reader.forbidden[task['id']].message}"
        for task in before
        if task["id"] in watch.forbidden
    ]
    return reader.given(task_ids, deadline=deadline).tasks


@dataclasses.dataclass
class _Run:
    """What became of the tasks so far. ``past`` are tasks that only the history of the server has."""

    skip_not_cancelable: bool
    past: list[str]
    cancelled: list[str] = dataclasses.field(default_factory=list)
    ending: list[str] = dataclasses.field(default_factory=list)
    skipped: list[dict[str, str]] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)
    fault: _context.Result = dataclasses.field(default_factory=dict)

    def take(self, task: _taskinfo.Task, cancellation: _cancel_request.Cancellation) -> None:
        """Request the cancellation of a task, unless it has ended."""
        if _taskinfo.is_over(task):
            self._skip(task, f"it has already ended (state {task['state']})")
        elif task["id"] in self.past:
            self._skip(task, DISAPPEARED)
        else:
            answer = cancellation.request(
                task["id"], cancelled=bool(task["cancelled"]), cancelable=task["cancelable"] is not False
            )
            self._take(task, answer)

    def _take(self, task: _taskinfo.Task, answer: _cancel_request.Answer) -> None:
        kinds = _cancel_request.Kind
        if answer.will_end:
            self.ending.append(task["id"])
        if answer.kind == kinds.SENT:
            self.cancelled.append(task["id"])
        elif answer.will_end:
            self._skip(task, answer.reason)
        elif answer.kind == kinds.NOT_CANCELABLE and self.skip_not_cancelable:
            self._skip(task, "it is not cancelable")
        elif isinstance(answer.error, _errors.OutcomeUnknown):
            self.failures.append(answer.reason)
        else:
            remedy = ": set on_not_cancelable: skip to ignore such tasks" if answer.kind == kinds.NOT_CANCELABLE else ""
            self.failures.append(f"cannot cancel {_taskinfo.label(task)}, because {answer.reason}{remedy}")
            self.fault = self.fault or (answer.error.result if answer.error else {})

    def _skip(self, task: _taskinfo.Task, reason: str) -> None:
        self.skipped.append({"id": task["id"], "reason": reason})


def _states(tasks: list[_taskinfo.Task]) -> _context.Result:
    return {task["id"]: {"state": task["state"], "cancelled": task["cancelled"]} for task in tasks}
