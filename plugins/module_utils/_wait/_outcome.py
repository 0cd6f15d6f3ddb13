# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a wait: how each task ended."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _context, _errors
from .._tasks import _taskinfo
from . import _wait_options

_GROUPS = ("succeeded", "failed", "gone", "forbidden", "pending", "cancelled")
"""The members that are lists of ids; in a result, each is called ``…_task_ids``."""


@dataclasses.dataclass
class Outcome:
    """How each task ended, by id; ``pending`` ones have not.

    ``gone`` tasks disappeared from the server and its history. ``forbidden`` tasks are not visible to the user.
    ``cancelled`` contains the tasks whose cancellation was requested at the time limit, and ``not_cancelled`` the
    reasons for the others. ``tasks`` contains the tasks that were read: all, or the tasks without success.
    ``elapsed`` is in seconds.
    """

    succeeded: list[str] = dataclasses.field(default_factory=list)
    failed: list[str] = dataclasses.field(default_factory=list)
    gone: list[str] = dataclasses.field(default_factory=list)
    forbidden: list[str] = dataclasses.field(default_factory=list)
    pending: list[str] = dataclasses.field(default_factory=list)
    cancelled: list[str] = dataclasses.field(default_factory=list)
    not_cancelled: dict[str, str] = dataclasses.field(default_factory=dict)
    tasks: dict[str, _taskinfo.Task] = dataclasses.field(default_factory=dict)
    timed_out: bool = False
    elapsed: float = 0

    @classmethod
    def from_result(cls, result: _context.Result) -> Outcome:
        """The outcome in the result of a module, which can also have failed early. Missing parts are empty."""
        outcome = cls()
        for name in _GROUPS:
            setattr(outcome, name, list(result.get(f"{name}_task_ids", ())))
        outcome.not_cancelled = {each["id"]: each["reason"] for each in result.get("not_cancelled_tasks", ())}
        outcome.tasks = {task["id"]: task for task in result.get("tasks", ())}
        outcome.timed_out = result.get("timed_out", False)
        outcome.elapsed = result.get("elapsed", 0)
        return outcome

    def to_result(self, with_tasks: bool) -> _context.Result:
        result: _context.Result = {
            "changed": bool(self.cancelled),
            **{f"{name}_task_ids": getattr(self, name) for name in _GROUPS},
            "not_cancelled_tasks": [{"id": i, "reason": reason} for i, reason in self.not_cancelled.items()],
            "timed_out": self.timed_out,
            "elapsed": self.elapsed,
        }
        return {**result, "tasks": list(self.tasks.values())} if with_tasks else result

    def sort(self, task_ids: list[str], states: dict[str, str], gone: list[str], forbidden: list[str]) -> None:
        """Put each ID into the group of its state, if it has one."""
        self.succeeded = [i for i in task_ids if states.get(i) == "success"]
        self.failed = [i for i in task_ids if states.get(i) == "error"]
        self.gone, self.forbidden = gone, forbidden
        ended = set(self.ended)
        self.pending = [i for i in task_ids if i not in ended]

    def add(self, later: Outcome) -> None:
        """Add the outcome of a later wait for the pending tasks."""
        for name in ("succeeded", "failed", "gone", "forbidden", "cancelled"):
            getattr(self, name).extend(getattr(later, name))
        # An earlier reading does not say that the server shows the task again.
        for task_id in (*later.gone, *later.forbidden):
            self.tasks.pop(task_id, None)
        self.tasks.update(later.tasks)
        self.pending, self.not_cancelled = later.pending, later.not_cancelled
        self.timed_out, self.elapsed = later.timed_out, later.elapsed

    @property
    def ended(self) -> list[str]:
        """The IDs whose outcome is final."""
        return [*self.succeeded, *self.failed, *self.gone, *self.forbidden]

    def check(self, options: _wait_options.WaitOptions, check_mode: bool, result: _context.Result) -> None:
        """Raise an error, with that result, if the outcome is a failure."""
        sentences = self.failures(options, check_mode)
        if sentences:
            raise _errors.VsphereError("; ".join(sentences), **result)

    def failures(self, options: _wait_options.WaitOptions, check_mode: bool) -> list[str]:
        """The sentences of a failure, or none after a success."""
        limit = f"after {options.timeout} s (option timeout)"
        return [
            *(self._bad_ends(limit) if options.on_error == "fail" else ()),
            *(self._late(limit, options, check_mode) if self.timed_out and options.on_timeout != "return" else ()),
        ]

    def _bad_ends(self, limit: str) -> t.Iterator[str]:
        for i in self.failed:
            task = self.tasks.get(i)
            if task is None:
                yield f"{i} failed, and the server no longer has the reason"
            elif i in self.cancelled and (task["error"] or {}).get("type") == "RequestCanceled":
                # The server would say that it was a user.
                yield f"canceled {_taskinfo.label(task)}, because it had not ended {limit}"
            else:
                yield _taskinfo.describe(task)
        for i in self.gone:
            yield self._shown_again(i) or (
                f"the outcome of {i} is unknown: neither the server nor its history has the task anymore"
            )
        for i in self.forbidden:
            yield self._shown_again(i) or (
                # Some servers check tasks of disks and files on the root folder (govmomi 1604, vsphere-csi-driver 101).
                f"the outcome of {i} is unknown, because the user is not allowed to see it: grant System.View on its "
                "object, or for a task of a disk or file, System.Read on the root folder"
            )

    def _shown_again(self, task_id: str) -> str:
        """The sentence about a task that is there in the end, or an empty string."""
        if task_id not in self.tasks:
            return ""
        state = _taskinfo.describe(self.tasks[task_id])
        return f"{state}, but the server did not show it for some time: wait for it again"

    def _late(self, limit: str, options: _wait_options.WaitOptions, check_mode: bool) -> t.Iterator[str]:
        # In check mode, a task that the module would cancel is not a failure, even if it has not ended.
        excused = self.cancelled if check_mode else []
        late = limit
        if options.on_timeout == "cancel":
            late = f"{options.cancel_timeout} s after the request to cancel it (option cancel_timeout)"
        for i in self.pending:
            why = late
            if i in self.not_cancelled:
                why = f"{limit}, and the module cannot cancel it, because {self.not_cancelled[i]}"
            if i not in excused:
                yield f"{_taskinfo.describe(self.tasks[i]) if i in self.tasks else i} {why}"
