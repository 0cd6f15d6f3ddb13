# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a wait brings: how each task ended."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _errors
from .._tasks import _taskinfo

if t.TYPE_CHECKING:
    from .. import _context
    from . import _wait_options

_GROUPS = ("succeeded", "failed", "gone", "forbidden", "pending", "cancelled")
"""The members that are lists of ids; in a result, each is called ``…_task_ids``."""


@dataclasses.dataclass
class Outcome:
    """How each task ended, by id; ``pending`` ones have not.

    ``gone`` ones were forgotten by the server and its history, ``forbidden`` ones the user may not see. ``cancelled``
    are those that were asked to end at the time limit, and ``not_cancelled`` says why others were not. ``tasks`` are
    those that were read: all, or all that have not succeeded. ``elapsed`` is in seconds.
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
        """What a module has returned, also one that failed before the end: what is missing is empty."""
        outcome = cls()
        for name in _GROUPS:
            setattr(outcome, name, list(result.get(f"{name}_task_ids", ())))
        outcome.not_cancelled = {each["id"]: each["reason"] for each in result.get("not_cancelled_tasks", ())}
        outcome.tasks = {task["id"]: task for task in result.get("tasks", ())}
        outcome.timed_out = result.get("timed_out", False)
        outcome.elapsed = result.get("elapsed", 0)
        return outcome

    def to_result(self, with_tasks: bool) -> _context.Result:
        """What a module returns."""
        result: _context.Result = {
            "changed": bool(self.cancelled),
            **{f"{name}_task_ids": getattr(self, name) for name in _GROUPS},
            "not_cancelled_tasks": [{"id": i, "reason": reason} for i, reason in self.not_cancelled.items()],
            "timed_out": self.timed_out,
            "elapsed": self.elapsed,
        }
        return {**result, "tasks": list(self.tasks.values())} if with_tasks else result

    def add(self, later: Outcome) -> None:
        """Take in what a later wait for what is pending has brought."""
        for name in ("succeeded", "failed", "gone", "forbidden", "cancelled"):
            getattr(self, name).extend(getattr(later, name))
        self.tasks.update(later.tasks)
        self.pending, self.not_cancelled = later.pending, later.not_cancelled
        self.timed_out, self.elapsed = later.timed_out, later.elapsed

    @property
    def ended(self) -> list[str]:
        """The ids of which nothing more will be heard."""
        return [*self.succeeded, *self.failed, *self.gone, *self.forbidden]

    def check(self, options: _wait_options.WaitOptions, check_mode: bool, result: _context.Result) -> None:
        """Raise an error, with that result, if the outcome is not what was wanted."""
        sentences = self.failures(options, check_mode)
        if sentences:
            raise _errors.VsphereError("; ".join(sentences), **result)

    def failures(self, options: _wait_options.WaitOptions, check_mode: bool) -> list[str]:
        """The sentences of a failure, none if the outcome is what was wanted."""
        limit = f"after {options.timeout} s (option timeout)"
        return [
            *(self._bad_ends(limit) if options.on_error == "fail" else ()),
            *(self._late(limit, options, check_mode) if self.timed_out and options.on_timeout != "return" else ()),
        ]

    def _bad_ends(self, limit: str) -> t.Iterator[str]:
        for i in self.failed:
            task = self.tasks.get(i)
            if task is None:
                yield f"{i} failed, and the server no longer knows why"
            elif i in self.cancelled and (task["error"] or {}).get("type") == "RequestCanceled":
                # The server would say that it was a user.
                yield f"{_taskinfo.label(task)} was cancelled, as it was not over {limit}"
            else:
                yield _taskinfo.describe(task)
        for i in self.gone:
            yield f"{i} is gone from the server and from its history, so its outcome is unknown"
        for i in self.forbidden:
            yield f"the user may not see {i}, so its outcome is unknown: grant System.View on its object"

    def _late(self, limit: str, options: _wait_options.WaitOptions, check_mode: bool) -> t.Iterator[str]:
        # What would have been cancelled in check mode is no failure, though it has not ended.
        excused = self.cancelled if check_mode else []
        late = limit
        if options.on_timeout == "cancel":
            late = f"{options.cancel_timeout} s after it was asked to end (option cancel_timeout)"
        for i in self.pending:
            if i not in excused:
                why = f"{limit}, and cannot be cancelled: {self.not_cancelled[i]}" if i in self.not_cancelled else late
                yield f"{_taskinfo.describe(self.tasks[i]) if i in self.tasks else i} {why}"
