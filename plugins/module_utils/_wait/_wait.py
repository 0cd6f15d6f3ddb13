# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for tasks: when it ends, what is done at the time limit, and how the outcome is judged.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import (
    _filter,
    _history,
    _labels,
    _past,
    _reader,
    _taskinfo,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _watch

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _wait_options


def wait_for_tasks(
    connection: _connection.Connection,
    task_ids: list[str],
    options: _wait_options.WaitOptions,
    check_mode: bool,
    report: Callable[[list[_watch.Watched]], object],
    *,
    ended: t.Sequence[_taskinfo.Task] = (),
    began: float | None = None,
) -> dict[str, t.Any]:
    """Wait until all the tasks are over, or one of them, and judge the outcome.

    ``ended`` are further ones that are over already: the server may know them from its history only. ``began`` is where
    the time limit counts from, on the monotonic clock, if that was before.
    """
    began = time.monotonic() if began is None else began
    deadline = began + options.timeout
    looking = min(deadline, began + options.look_for)
    watch = _watch.Watch(connection, task_ids, report, seen=options.seen)
    if options.return_tasks and len(task_ids) <= _watch.FEW:
        # What comes with the last update is complete then, but for the labels.
        watch.meanwhile = lambda transport: _reader.read_tasks(connection, watch.pending)

    def done() -> bool:
        pending = len(watch.pending)
        return not pending or (options.until == "any" and (bool(ended) or pending < len(task_ids)))

    with _telling(watch, began, deadline):
        with connection.patient(deadline):
            watch.until(done, looking)
            if watch.unknown:
                past = _past.past_tasks(connection, watch.unknown)
                watch.settle(past)
                ended = [*ended, *filter(_taskinfo.is_over, past)]
                watch.until(done, looking)
        timed_out = looking == deadline and not done()
        asked = _Asked()
        if timed_out and options.on_timeout == "cancel":
            asked = _cancel_pending(connection, watch, options.cancel_timeout, check_mode)
        course: dict[str, t.Any] = {
            "changed": bool(asked.now),
            "cancelled_task_ids": asked.now,
            "not_cancelled_tasks": [{"id": task_id, "reason": reason} for task_id, reason in asked.refused.items()],
            "timed_out": timed_out,
        }
        ending = [*asked.before, *(() if check_mode else asked.now)]
        last = max(time.monotonic(), deadline) + (options.cancel_timeout if ending else 0)
        with _errors.noting(**course), connection.patient(last):
            if ending:
                watch.until(lambda: not set(ending) & set(watch.pending), last)
            result, tasks = _outcome(connection, watch, options, ended)
    _labels.label_tasks(connection, list(tasks.values()))
    result.update(course, elapsed=round(time.monotonic() - began, 3))
    sentences = failures(result, tasks, options, check_mode)
    if sentences:
        raise _errors.VsphereError("; ".join(sentences), **result)
    return result


@contextlib.contextmanager
def _telling(watch: _watch.Watch, began: float, deadline: float) -> t.Iterator[None]:
    """Have an error that ends the wait say what is known of the tasks by then."""
    try:
        yield
    except _errors.VsphereError as error:
        if watch.tasks and not watch.unknown:
            pending = len(watch.pending)
            if isinstance(error, (_errors.Lost, _errors.TimedOut, _errors.Unavailable, _errors.Unreachable)):
                when = f"while {pending} of {len(watch.wanted)} tasks were pending" if pending else "when all were over"
                error.message = (
                    f"the connection was lost {when}, and did not come back within the time limit (option timeout): "
                    + error.message
                )
            states = {task_id: watched.state for task_id, watched in watch.tasks.items()}
            known = {
                "succeeded_task_ids": [i for i in watch.wanted if states.get(i) == "success"],
                "failed_task_ids": [i for i in watch.wanted if states.get(i) == "error"],
                "pending_task_ids": watch.pending,
                "gone_task_ids": watch.gone,
                "forbidden_task_ids": watch.forbidden,
                "timed_out": time.monotonic() >= deadline,
                "elapsed": round(time.monotonic() - began, 3),
            }
            error.result = {**known, **error.result}
        raise


@dataclasses.dataclass
class _Asked:
    """Tasks that were asked to end, now or by somebody before, and why the others were not."""

    now: list[str] = dataclasses.field(default_factory=list)
    before: list[str] = dataclasses.field(default_factory=list)
    refused: dict[str, str] = dataclasses.field(default_factory=dict)


def _cancel_pending(
    connection: _connection.Connection, watch: _watch.Watch, seconds: float, check_mode: bool
) -> _Asked:
    """Ask for the cancellation of what is pending."""
    asked = _Asked()
    with connection.patient(time.monotonic() + seconds) as end:
        for task_id in watch.pending:
            if watch.tasks[task_id].cancelled:
                asked.before.append(task_id)
            elif not watch.tasks[task_id].cancelable:
                asked.refused[task_id] = "it is not cancelable"
            elif time.monotonic() >= end:
                asked.refused[task_id] = "there was no time left to ask for it"
            else:
                try:
                    if not check_mode:
                        connection.invoke(_values.reference("Task", task_id), "CancelTask")
                    asked.now.append(task_id)
                except _errors.VsphereError as error:
                    if isinstance(error, _errors.Fault) and error.type == "InvalidState":
                        # It has ended, or somebody else has asked for it, since the last look.
                        asked.before.append(task_id)
                    elif _reader.is_cancelled(connection, task_id, error):
                        asked.now.append(task_id)
                    else:
                        asked.refused[task_id] = error.message
    return asked


def _outcome(
    connection: _connection.Connection,
    watch: _watch.Watch,
    options: _wait_options.WaitOptions,
    ended: t.Sequence[_taskinfo.Task],
) -> tuple[dict[str, t.Any], dict[str, _taskinfo.Task]]:
    """How each task ended, and those that were read, by id: all of them, or those that have not succeeded."""
    task_ids = watch.wanted
    over = {task_id: watched.state for task_id, watched in watch.tasks.items() if watched.is_over}
    tasks = {task["id"]: task for task in ended}
    read = [i for i in task_ids if i not in tasks and (options.return_tasks or over.get(i) != "success")]
    for task_id in read:
        watched = watch.tasks.get(task_id)
        if watched and watched.final:
            tasks[task_id] = _taskinfo.task_from_info(
                watched.final, connection.server_time, task_id, connection.unreadable
            )
    read = [i for i in read if i not in tasks]
    tasks.update({task["id"]: task for task in _reader.read_tasks(connection, read).tasks})
    forbidden = [i for i in read if i not in tasks and i not in over and i in connection.forbidden]
    read = [i for i in read if i not in forbidden]
    # Gone while they were waited for, or between the last look and the reading.
    lost = [i for i in read if i not in tasks]
    # A history in which they still run does not know how they ended either.
    tasks.update({task["id"]: task for task in _find_in_history(connection, watch, lost) if _taskinfo.is_over(task)})
    task_ids = [*(task["id"] for task in ended if task["id"] not in watch.wanted), *task_ids]
    # What was read last is the truth: a task may have ended since the last look, none comes back to life.
    over.update({task_id: task["state"] for task_id, task in tasks.items() if _taskinfo.is_over(task)})
    gone = [i for i in lost if i not in over]
    result: dict[str, t.Any] = {
        "succeeded_task_ids": [i for i in task_ids if over.get(i) == "success"],
        "failed_task_ids": [i for i in task_ids if over.get(i) == "error"],
        "pending_task_ids": [i for i in task_ids if i not in over and i not in gone and i not in forbidden],
        "gone_task_ids": gone,
        "forbidden_task_ids": forbidden,
    }
    if options.return_tasks:
        result["tasks"] = [tasks[i] for i in task_ids if i in tasks]
    return result, tasks


def _find_in_history(
    connection: _connection.Connection, watch: _watch.Watch, task_ids: list[str]
) -> list[_taskinfo.Task]:
    """Those of the tasks that the history has, if there is one: found soon where it is known when they were queued."""
    times = {i: watch.tasks[i].queue_time for i in task_ids if i in watch.tasks}
    found = []
    for task_id, time_ in times.items():
        if time_:
            wanted = _queued_at(time_, task_id)
            # The result of the wait is worth more than what is missing in it.
            with contextlib.suppress(_errors.VsphereError):
                found += _history.search_history(connection, wanted, _history.Scroll(limit=1))
    with contextlib.suppress(_errors.VsphereError):
        found += _past.find_past(connection, [i for i in task_ids if not times.get(i)])
    return found


def _queued_at(when: datetime.datetime, task_id: str) -> _filter.Filter:
    second = datetime.timedelta(seconds=1)
    time_ = {
        "_typeName": "TaskFilterSpecByTime",
        "timeType": "queuedTime",
        "beginTime": _values.utc(when - second),
        "endTime": _values.utc(when + second),
    }
    return _filter.Filter({"_typeName": "TaskFilterSpec", "time": time_}, [lambda task: bool(task["id"] == task_id)])


def failures(
    result: dict[str, t.Any], tasks: dict[str, _taskinfo.Task], options: _wait_options.WaitOptions, check_mode: bool
) -> list[str]:
    """The sentences of a failure, empty where the outcome is none."""
    sentences = []
    limit = f"after {options.timeout} s (option timeout)"
    if options.on_error == "fail":
        for i in result["failed_task_ids"]:
            task = tasks.get(i)
            if task is None:
                sentences.append(f"{i} failed, and the server no longer knows why")
            elif i in result["cancelled_task_ids"] and (task["error"] or {}).get("type") == "RequestCanceled":
                # The server would say that it was a user.
                sentences.append(f"{_taskinfo.label(task)} was cancelled, as it was not over {limit}")
            else:
                sentences.append(_taskinfo.describe(task))
        sentences += [
            f"{i} is gone from the server and from its history, so its outcome is unknown"
            for i in result["gone_task_ids"]
        ]
        sentences += [
            f"the user may not see {i}, so its outcome is unknown: grant System.View on its object"
            for i in result["forbidden_task_ids"]
        ]
    if result["timed_out"] and options.on_timeout != "return":
        refused = {task["id"]: task["reason"] for task in result["not_cancelled_tasks"]}
        # What would have been cancelled in check mode is no failure, though it has not ended.
        excused = result["cancelled_task_ids"] if check_mode else []
        late = limit
        if options.on_timeout == "cancel":
            late = f"{options.cancel_timeout} s after it was asked to end (option cancel_timeout)"
        for i in result["pending_task_ids"]:
            if i not in excused:
                why = f"{limit}, and cannot be cancelled: {refused[i]}" if i in refused else late
                sentences.append(f"{_taskinfo.describe(tasks[i]) if i in tasks else i} {why}")
    return sentences
