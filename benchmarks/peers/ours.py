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

from ansible.module_utils.testing import patch_module_args
from control import Control, difference

MODULES = "ansible_collections.vsphere.tasks.plugins.modules."
TRANSPORT = os.environ.get("VMWARE_TRANSPORT", "json")
if TRANSPORT == "soap":
    # The collection does this when it connects; here it is done before the fork.
    importlib.import_module("ansible_collections.vsphere.tasks.plugins.module_utils._connection._soap")
module: Any = importlib.import_module(f"{MODULES}vsphere_task_wait")


def run(control: Control, arguments: dict[str, Any], now: Callable[[], float] = time.time) -> dict[str, Any]:
    """Run the module. Return its findings with their times, and the counters during the wait and in total."""
    measured: dict[str, Any] = {}
    wait_for_tasks = module.wait_for_tasks

    def timed(*given: Any, **named: Any) -> Any:
        *others, report = given

        def noted(tasks: list[Any]) -> None:
            if any(task.is_over for task in tasks):
                measured["noticed"] = now()
            report(tasks)

        before = control.stats()
        result = wait_for_tasks(*others, noted, **named)
        measured["returned"] = now()
        measured["wait"] = difference(before, control.stats())
        measured["succeeded"] = len(result["succeeded_task_ids"])
        if result.get("tasks"):
            text = result["tasks"][0]["complete_time"]
            measured["complete"] = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        return result

    module.wait_for_tasks = timed
    start = control.stats()
    try:
        with patch_module_args(arguments), contextlib.suppress(SystemExit):
            module.main()
    finally:
        module.wait_for_tasks = wait_for_tasks
    measured["session"] = difference(start, control.stats())
    return measured


def warm_up(control: Control) -> None:
    run(control, {"task_ids": control.tasks(state="success")})


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    return run(control, {"task_ids": [make_task()]})
