# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name, which waits and cancels only as long as Ansible is there to want that."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WAIT_SPEC, WaitOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _validation
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended, of_connection

START = "vsphere.tasks.vsphere_task_start"
WAIT = "vsphere.tasks.vsphere_task_wait"

Result = dict[str, t.Any]

_JUDGED = ("failed", "msg", "exception", "fault")
"""The parts of a result that are about a failure."""


class ActionModule(Attended):
    """Runs the module, follows it if it waits, and cancels in a separate run."""

    def _outcome(self, task_vars: dict[str, t.Any]) -> Result:
        arguments = self._task.args
        if self._task.async_val or not self._asks_for("wait", default=False):
            return self._execute(START, arguments, task_vars)
        cancels = arguments.get("on_timeout") == "cancel"
        started = self._attend(START, {**arguments, **({"on_timeout": "return"} if cancels else {})}, task_vars)
        if not (cancels and started.get("timed_out")):
            return started
        self._check_wanted()
        return self._cancel(started, arguments, task_vars)

    def _cancel(self, started: Result, arguments: Result, task_vars: dict[str, t.Any]) -> Result:
        """Cancel the task that has not ended in time. Return the combined result of both modules."""
        # The module has checked them.
        given = {name: arguments[name] for name in WAIT_SPEC if name in arguments}
        options = WaitOptions.from_params(_validation.validated(WAIT_SPEC, given))
        task_id = started["task"]["id"]
        asked = {
            **of_connection(arguments),
            "task_ids": [task_id],
            "timeout": 0,
            "on_timeout": "cancel",
            "cancel_timeout": options.cancel_timeout,
            # That it was there, the module has seen.
            "progress_round": 2,
        }
        ended = self._attend(WAIT, {**asked, "on_error": "return"}, task_vars)
        # The module can have failed, because it lost the server at the time limit. The outcome of the task is newer.
        before = {name: value for name, value in started.items() if name not in _JUDGED}
        warnings = [*started.get("warnings", ())]
        warnings += [each for each in ended.get("warnings", ()) if each not in warnings]
        told = {"warnings": warnings} if warnings else {}
        if "tasks" not in ended:
            return {**before, **_of_one(ended), **told, "changed": True}
        outcome = Outcome.from_result(ended)
        result = {
            **before,
            **told,
            "reason": None,
            "task": outcome.tasks.get(task_id, started["task"]),
            "timed_out": outcome.timed_out,
            "elapsed": round(started["elapsed"] + outcome.elapsed, 3),
        }
        sentences = outcome.failures(options, self._task.check_mode)
        return {**result, "failed": True, "msg": "; ".join(sentences)} if sentences else result


def _of_one(failed: Result) -> Result:
    """The result of a failed wait for a single task, without its lists of tasks."""
    lists = Outcome().to_result(with_tasks=True).keys() - {"changed", "timed_out", "elapsed"}
    return {name: value for name, value in failed.items() if name not in lists}
