# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many short waits as if they were one long.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import failures

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

Result = dict[str, t.Any]

_FINAL = ("succeeded_task_ids", "failed_task_ids", "gone_task_ids", "forbidden_task_ids")


class Rounds:
    """What the rounds so far have brought: a task that has ended in one is not asked for in the next."""

    def __init__(self) -> None:
        self._last: Result = {}
        self.number = 1
        self._order: list[str] = []
        self._ended: dict[str, list[str]] = {name: [] for name in _FINAL}
        self._tasks: dict[str, Result] = {}
        self._warnings: list[t.Any] = []

    def narrow(self, arguments: Result) -> Result:
        """The arguments of the next round: what is selected is settled by the first."""
        if not self._last:
            return arguments
        others = {name: value for name, value in arguments.items() if name not in (*SELECTION_SPEC, "appear_timeout")}
        return {**others, "task_ids": self._last["pending_task_ids"]}

    def add(self, outcome: Result) -> None:
        """Take in what a round has returned."""
        if not self._last:
            self._order = [i for name in (*_FINAL, "pending_task_ids") for i in outcome[name]]
        for name in _FINAL:
            self._ended[name] += outcome[name]
        self._tasks.update({task["id"]: task for task in outcome["tasks"]})
        self._warnings += [each for each in outcome.get("warnings", ()) if each not in self._warnings]
        self._last = outcome
        self.number += 1

    def are_over(self, until: str) -> bool:
        """Whether the wait is, with the round that was added last."""
        some = until == "any" and any(self._ended.values())
        return bool(self._last["timed_out"] or not self._last["pending_task_ids"] or some)

    def broken(self, outcome: Result) -> Result:
        """The result of them all where a round has failed without one."""
        known: Result = {name: [*self._ended[name], *outcome.get(name, ())] for name in _FINAL}
        known["pending_task_ids"] = outcome.get("pending_task_ids", self._last.get("pending_task_ids", []))
        return {**outcome, **known} if self._last else outcome

    def result(self, options: WaitOptions, elapsed: float, check_mode: bool) -> Result:
        """The result of them all, judged as the module judges a single wait."""
        judged = ("failed", "msg", "exception")
        last = {name: value for name, value in self._last.items() if name not in judged}
        result: Result = {**last, **self._ended, "elapsed": elapsed}
        if options.return_tasks:
            result["tasks"] = [self._tasks[i] for i in self._order if i in self._tasks]
        else:
            result.pop("tasks", None)
        if self._warnings:
            result["warnings"] = self._warnings
        sentences = failures(result, self._tasks, options, check_mode)
        return {**result, "failed": True, "msg": "; ".join(sentences)} if sentences else result
