# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_wait as it is: its main(), from the arguments of a module to its exit.

``noticed`` is the time when the module reports the end of the task (to show progress), ``returned`` is the time when
its wait has returned, with the whole TaskInfo. The logout removes the collector.
"""

import contextlib
import datetime
import importlib
import os
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from ansible.module_utils.testing import patch_module_args
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import Targets
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import Watched
from ansible_collections.vsphere.tasks.plugins.modules import vsphere_task_wait as module
from control import Control, difference

if os.environ.get("VMWARE_TRANSPORT") == "soap":
    # The collection does this when it connects; here it is done before the fork.
    importlib.import_module("ansible_collections.vsphere.tasks.plugins.module_utils._connection._soap")


def run(control: Control, arguments: dict[str, Any], now: Callable[[], float] = time.time) -> dict[str, Any]:
    """Run the module. Return its findings with their times, and the counters during the wait and in total."""
    measured: dict[str, Any] = {}

    def timed(
        reader: TaskReader,
        targets: Targets,
        options: WaitOptions,
        report: Callable[[list[Watched]], object],
        began: float,
    ) -> Outcome:
        def noted(tasks: list[Watched]) -> None:
            if any(task.is_over for task in tasks):
                measured["noticed"] = now()
            report(tasks)

        before = control.stats()
        outcome = wait_for_tasks(reader, targets, options, noted, began)
        measured["returned"] = now()
        measured["wait"] = difference(before, control.stats())
        measured["succeeded"] = len(outcome.succeeded)
        for text in [task["complete_time"] for task in outcome.tasks.values() if task["complete_time"]][:1]:
            measured["complete"] = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        return outcome

    start = control.stats()
    with patch.object(module, "wait_for_tasks", timed), patch_module_args(arguments), contextlib.suppress(SystemExit):
        module.main()
    measured["session"] = difference(start, control.stats())
    return measured


def warm_up(control: Control) -> None:
    run(control, {"task_ids": control.tasks(state="success")})


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    return run(control, {"task_ids": [make_task()]})
