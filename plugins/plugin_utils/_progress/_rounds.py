# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many short waits as if they were one long.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

Result = dict[str, t.Any]

_JUDGED = ("failed", "msg", "exception")


class Rounds:
    """The outcome of the rounds so far. The next round does not wait for finished tasks."""

    def __init__(self) -> None:
        self.number = 1
        self._last: Result = {}
        self._order: list[str] = []
        self._all = Outcome()
        self._warnings: list[t.Any] = []

    def narrow(self, arguments: Result) -> Result:
        """The arguments of the next round. The first round determines the selection."""
        if not self._last:
            return arguments
        others = {name: value for name, value in arguments.items() if name not in (*SELECTION_SPEC, "appear_timeout")}
        return {**others, "task_ids": self._all.pending}

    def add(self, result: Result) -> None:
        """Add the result of a round."""
        outcome = Outcome.from_result(result)
        if not self._last:
            self._order = [*outcome.ended, *outcome.pending]
        self._all.add(outcome)
        self._warnings += [each for each in result.get("warnings", ()) if each not in self._warnings]
        self._last = result
        self.number += 1

    def are_over(self, until: str) -> bool:
        """Whether the wait is, with the round that was added last."""
        # A task that the user cannot see can still run.
        some = until == "any" and not set(self._all.ended) <= set(self._all.forbidden)
        return bool(self._all.timed_out or not self._all.pending or some)

    def broken(self, result: Result, elapsed: float) -> Result:
        """The combined result after a round that failed without a result."""
        if not self._last:
            return result
        if "pending_task_ids" in result:
            self._all.add(Outcome.from_result(result))
        self._all.elapsed = elapsed
        return {**result, **self._all.to_result(with_tasks=False)}

    def result(self, options: WaitOptions, elapsed: float, check_mode: bool) -> Result:
        """The result of them all, judged as the module judges a single wait."""
        self._all.elapsed = elapsed
        self._all.tasks = {i: self._all.tasks[i] for i in self._order if i in self._all.tasks}
        last = {name: value for name, value in self._last.items() if name not in _JUDGED}
        result: Result = {**last, **self._all.to_result(with_tasks=True)}
        if not options.return_tasks:
            result.pop("tasks")
        if self._warnings:
            result["warnings"] = self._warnings
        sentences = self._all.failures(options, check_mode)
        return {**result, "failed": True, "msg": "; ".join(sentences)} if sentences else result
