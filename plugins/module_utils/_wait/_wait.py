# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for tasks: the end of the wait, the action at the time limit, and the outcome."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
import typing as t

from .. import _context, _errors
from .._tasks import _filter, _history, _reader, _taskinfo
from . import _cancel_request, _outcome, _targets, _wait_options, _watch

HISTORY_TIME = 60
"""Maximum number of seconds to repeat a failing search in the history for the outcome of tasks that disappeared."""


def wait_for_tasks(
    reader: _reader.TaskReader,
    targets: _targets.Targets,
    options: _wait_options.WaitOptions,
    report: t.Callable[[list[_watch.Watched]], object] = lambda tasks: None,
    began: float | None = None,
    *,
    to_known: t.Callable[[_outcome.Outcome], _context.Result] = lambda outcome: outcome.to_result(with_tasks=False),
) -> _outcome.Outcome:
    """Wait until all of the tasks have ended, or one of them.

    ``report`` gets the changed tasks. ``began`` is the start of the time limit, on the monotonic clock, if it was
    earlier. An error during the wait adds the current results to the run with ``to_known``.
    """
    began = time.monotonic() if began is None else began
    watch = _watch.Watch(reader, targets.task_ids, report, seen=options.seen)
    wait = _Wait(reader, targets.task_ids, targets.ended, options, watch, began)
    try:
        return wait.run()
    except _errors.VsphereError as error:
        when = wait.fill_in_known()
        if when:
            reader.context.known.update(to_known(wait.outcome))
        if when and isinstance(error, (_errors.Lost, _errors.TimedOut, _errors.Unavailable, _errors.Unreachable)):
            raise _errors.VsphereError(
                f"the module lost the connection {when}, and could not restore it within the time limit (option "
                "timeout): " + error.message,
                **error.result,
            ) from error
        raise


@dataclasses.dataclass
class _Wait:
    reader: _reader.TaskReader
    task_ids: list[str]
    ended: list[_taskinfo.Task]
    options: _wait_options.WaitOptions
    watch: _watch.Watch
    began: float
    outcome: _outcome.Outcome = dataclasses.field(default_factory=_outcome.Outcome)

    @property
    def deadline(self) -> float:
        return self.began + self.options.timeout

    def run(self) -> _outcome.Outcome:
        """Wait, and cancel at the time limit if requested."""
        watch, options, outcome = self.watch, self.options, self.outcome
        if options.return_tasks and len(self.task_ids) <= _watch.FEW:
            # The tasks in the last update are then complete, except for the labels.
            watch.meanwhile = lambda transport: self.reader.given(watch.pending)
        looking = min(self.deadline, self.began + options.look_for)
        watch.until(self._is_done, looking, self.deadline)
        if watch.unknown:
            past = self.reader.past(watch.unknown, self.deadline)
            watch.settle(past)
            self.ended = [*self.ended, *filter(_taskinfo.is_over, past)]
            watch.until(self._is_done, looking, self.deadline)
        outcome.timed_out = looking == self.deadline and not self._is_done()
        last = max(time.monotonic(), self.deadline)
        ending = self._cancel() if outcome.timed_out and options.on_timeout == "cancel" else []
        if ending:
            last = time.monotonic() + options.cancel_timeout
            watch.until(lambda: not set(ending) & set(watch.pending), last)
        self._judge(last)
        outcome.elapsed = round(time.monotonic() - self.began, 3)
        return outcome

    def fill_in_known(self) -> str:
        """Add the known tasks. Return the time of this knowledge, or an empty string without any."""
        watch, outcome = self.watch, self.outcome
        if not watch.tasks or watch.unknown:
            return ""
        states = {task_id: watched.state for task_id, watched in watch.tasks.items()}
        states.update({task["id"]: str(task["state"]) for task in self.ended})
        outcome.sort(self._all_ids, states, watch.gone, watch.forbidden)
        outcome.timed_out = time.monotonic() >= self.deadline
        outcome.elapsed = round(time.monotonic() - self.began, 3)
        pending = len(outcome.pending)
        return f"while {pending} of {len(self._all_ids)} tasks were pending" if pending else "after all tasks had ended"

    @property
    def _all_ids(self) -> list[str]:
        """First the tasks of the selection that had ended before."""
        return [*(task["id"] for task in self.ended if task["id"] not in self.task_ids), *self.task_ids]

    def _is_done(self) -> bool:
        pending = len(self.watch.pending)
        # A task that the user cannot see can still run.
        some = bool(self.ended) or pending + len(self.watch.forbidden) < len(self.task_ids)
        return not pending or (self.options.until == "any" and some)

    def _cancel(self) -> list[str]:
        """Request the cancellation of the pending tasks. Return the tasks that will end because of it."""
        cancellation = _cancel_request.Cancellation(self.reader, time.monotonic() + self.options.cancel_timeout)
        ending = []
        for task_id in self.watch.pending:
            watched = self.watch.tasks[task_id]
            answer = cancellation.request(task_id, cancelled=watched.cancelled, cancelable=watched.cancelable)
            if answer.kind == _cancel_request.Kind.SENT:
                self.outcome.cancelled.append(task_id)
            elif not answer.will_end:
                self.outcome.not_cancelled[task_id] = answer.reason
            if answer.will_end and not (self.reader.context.check_mode and answer.kind == _cancel_request.Kind.SENT):
                ending.append(task_id)
        return ending

    def _judge(self, deadline: float) -> None:
        """Find out how each task has ended, and read them: all, or those that have not succeeded."""
        task_ids = self.task_ids
        over = {task_id: watched.state for task_id, watched in self.watch.tasks.items() if watched.is_over}
        tasks = {task["id"]: task for task in self.ended}
        read = [i for i in task_ids if i not in tasks and (self.options.return_tasks or over.get(i) != "success")]
        infos = {i: self.watch.tasks[i].final for i in read if i in self.watch.tasks}
        whole = self.reader.from_info({i: info for i, info in infos.items() if info}, deadline)
        tasks.update({task["id"]: task for task in whole})
        read = [i for i in read if i not in tasks]
        if read:
            tasks.update({task["id"]: task for task in self.reader.given(read, deadline=deadline).tasks})
        hidden = [i for i in read if i not in tasks and i not in over and i in self.reader.forbidden]
        # They disappeared during the wait, or between the last look and the reading.
        lost = [i for i in read if i not in tasks and i not in hidden]
        # A history in which they still run does not know how they ended either.
        past = filter(_taskinfo.is_over, self._find_in_history(lost, deadline))
        tasks.update({task["id"]: task for task in past})
        # The last reading counts: a task can have ended since the last look, and cannot start again.
        over.update({i: str(task["state"]) for i, task in tasks.items() if _taskinfo.is_over(task)})
        # Nothing has waited for a task since the server did not show it, even if it does again.
        hidden += self.watch.forbidden
        lost += self.watch.gone
        forbidden = [i for i in task_ids if i in hidden and i not in over]
        gone = [i for i in task_ids if i in lost and i not in over and i not in hidden]
        self.outcome.sort(self._all_ids, over, gone, forbidden)
        self.outcome.tasks = {i: tasks[i] for i in self._all_ids if i in tasks}

    def _find_in_history(self, task_ids: list[str], deadline: float) -> list[_taskinfo.Task]:
        """The tasks that are in the history, if it exists. The times when they were queued make the search short."""
        times = {i: self.watch.tasks[i].queue_time for i in task_ids if i in self.watch.tasks}
        found: list[_taskinfo.Task] = []
        deadline = min(deadline, time.monotonic() + HISTORY_TIME)
        # The result of the wait is more important than the missing part. What fails once takes as long each time.
        with contextlib.suppress(_errors.VsphereError):
            for task_id, queued in times.items():
                if queued:
                    found += self.reader.history(_queued_at(queued, task_id), _history.Scroll(limit=1), deadline)
            found += self.reader.in_history([i for i in task_ids if not times.get(i)], deadline)
        return found


def _queued_at(when: datetime.datetime, task_id: str) -> _filter.Filter:
    second = datetime.timedelta(seconds=1)
    conditions = _filter.Conditions(begin_time=when - second, end_time=when + second)
    return conditions.to_filter(None).narrowed(lambda task: task["id"] == task_id)
