#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_wait
short_description: Wait for tasks of a vCenter or ESXi
version_added: 0.1.0
description:
  - Waits until tasks are over, learns of it at once (the server pushes what changes), and judges how they ended.
  - While it waits it shows the progress of the tasks, a line whenever something changed. Where a play has several
    hosts, each line names its host.
  - It waits for the tasks that are selected when it begins, or with O(appear_timeout) as soon as there are any. At
    least one option must select them. Those that are over by then are judged too; O(states=["queued", "running"])
    leaves them out.
  - Those of O(task_ids) that the server has no more are looked for among the newest 10,000 tasks of its history, and
    judged by that. If one is not there either, the module fails at once. An empty list is over at once.
  - Within its time limit it survives a lost connection, a session that expired and services that are restarted.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
  - vsphere.tasks.selection
  - vsphere.tasks.wait
attributes:
  check_mode:
    support: full
    details: It waits in check mode as well, but cancels nothing.
  diff_mode:
    support: none
options:
  until:
    description: Whether to wait until V(all) of the tasks are over, or until V(any) one is.
    type: str
    choices: [all, any]
    default: all
  appear_timeout:
    description:
      - Seconds to wait until at least one task fits the options that select tasks. If none does, the module fails.
      - With V(0) it takes what is there, and a selection that fits nothing is over at once, with a warning.
      - It is a part of O(timeout), and cannot be longer. It does not go with O(task_ids).
      - The server tells at once what is new among the recent tasks. Where the selection needs the history, which lags
        behind them, it is read after each change, and then at growing intervals.
    type: int
    default: 0
  return_tasks:
    description: Whether to return RV(tasks). Turn it off for thousands of tasks.
    type: bool
    default: true
  progress_interval:
    description:
      - Seconds between two lines of progress at the most, even if nothing changes. V(0) shows none.
      - Besides, each change of state has a line at once, and each change of the percentage, of which no task has more
        than one line a second. For more than ten tasks a summary takes the place of the percentages.
    type: int
    default: 30
  progress_file:
    description:
      - File to append what changes to, one JSON object a line, where the module runs.
      - It is how the module tells Ansible its progress, so there is no need to give it. Once it is removed, nobody
        follows the wait any more, and the module ends.
    type: path
  progress_round:
    description:
      - Number of the round, from V(1), of a wait in rounds. Unless it is V(0), the module returns after
        O(progress_interval) with what is known by then, and does not judge tasks that are not over before O(timeout).
      - It is how Ansible learns the progress where the module runs elsewhere, so there is no need to give it.
    type: int
    default: 0
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role but No access has; with
    O(on_timeout=cancel) also C(Global.CancelTask) on the entities of tasks that others have started.
seealso:
  - module: vsphere.tasks.vsphere_task_info
  - module: vsphere.tasks.vsphere_task_cancel
"""

EXAMPLES = r"""
- name: Wait for two tasks
  vsphere.tasks.vsphere_task_wait:
    task_ids: [task-123, task-124]

- name: Wait for the tasks of a host, and cancel them after ten minutes
  vsphere.tasks.vsphere_task_wait:
    states: [queued, running]
    entity:
      type: HostSystem
      name: esx-01.example.com
    timeout: 600
    on_timeout: cancel

- name: Wait for the migrations that an alarm will start within a minute
  vsphere.tasks.vsphere_task_wait:
    description_ids: [VirtualMachine.migrate]
    states: [queued, running]
    appear_timeout: 60

- name: Wait until the first of several ends, however it does
  vsphere.tasks.vsphere_task_wait:
    task_ids: "{{ clone_task_ids }}"
    until: any
    on_error: return
"""

RETURN = r"""
api:
  description: How the server was spoken to.
  returned: when the server was connected to
  type: dict
  contains:
    transport:
      description: V(json) for VI/JSON, V(soap) for SOAP.
      type: str
      sample: json
    release:
      description: Release of the API that was used.
      type: str
      sample: 9.0.0.0
    product:
      description: What the server calls itself; null where nothing was read from it.
      type: str
      sample: VMware vCenter Server 9.0.0 build-5973321
tasks:
  description: The tasks as they are now, each as M(vsphere.tasks.vsphere_task_info) returns it.
  returned: with O(return_tasks=true), also on failure
  type: list
  elements: dict
  sample:
    - id: task-123
      state: error
      cancelled: true
      error:
        type: RequestCanceled
        message: The task was canceled by a user.
        messages: []
        cause: null
succeeded_task_ids:
  description: Tasks that ended in the state success.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: str
  sample: ["task-123"]
failed_task_ids:
  description: Tasks that ended in the state error.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: str
  sample: []
pending_task_ids:
  description: Tasks that are not over.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: str
  sample: []
gone_task_ids:
  description: Tasks that disappeared while they were waited for, from the history as well.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: str
  sample: []
cancelled_task_ids:
  description: Tasks whose cancellation was asked for at the time limit, or would be in check mode.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: str
  sample: []
not_cancelled_tasks:
  description: Tasks whose cancellation could not be asked for at the time limit, each with the reason.
  returned: when the tasks were waited for, also on failure
  type: list
  elements: dict
  sample: [{"id": "task-124", "reason": "it is not cancelable"}]
timed_out:
  description: Whether the time was up before the wait was over.
  returned: when the tasks were waited for, also on failure
  type: bool
  sample: false
elapsed:
  description: Seconds that it took.
  returned: when the tasks were waited for, also on failure
  type: float
  sample: 12.043
forbidden_task_ids:
  description:
    - Ids of tasks that the server does not show to the user, which are therefore left out. A warning names them too.
    - The module fails for those that O(task_ids) names, unless O(on_error=return), because their outcome is unknown.
  returned: when there are any
  type: list
  elements: str
  sample: ["task-124"]
missing_task_ids:
  description: Ids that neither the server knows nor the newest tasks of its history have.
  returned: failure, where that is why
  type: list
  elements: str
fault:
  description:
    - The vSphere fault that the server has answered with, for a C(rescue), in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error).
  returned: failure, where the server has sent one
  type: dict
  sample:
    type: NoPermission
    message: Permission to perform this operation was denied.
    messages: []
    cause: null
    missing_privileges:
      - _typeName: NoPermissionEntityPrivileges
        entity: {"type": "VirtualMachine", "moid": "vm-45"}
        privilege_ids: [VirtualMachine.Interact.PowerOn]
"""

import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._report import ProgressFile
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import find
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC, WaitOptions

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    **SELECTION_SPEC,
    **TASK_WAIT_SPEC,
    "progress_file": {"type": "path"},
    "progress_round": {"type": "int", "default": 0},
}


def prepare(given: Given) -> Work:
    selection = Selection.from_params(given.params)
    options = WaitOptions.from_params(given.params)
    selection.check_for_wait(options.on_timeout)
    began = time.monotonic()
    progress_file = given.params["progress_file"]
    report = ProgressFile(progress_file).append if progress_file else lambda tasks: None

    def do(connection: Connection, context: Context) -> Result:
        appear_by = began + options.appear_timeout if options.appear_timeout else None
        with TaskReader(connection, context) as reader:
            targets = find(reader, selection, began + options.timeout, appear_by)
            if appear_by and not any(targets):
                raise VsphereError(
                    f"no task that fits the options has appeared within {options.appear_timeout} s "
                    "(option appear_timeout)"
                )
            outcome = wait_for_tasks(reader, targets, options, report, began)
        if not any(targets) and selection.task_ids != []:
            context.warn("no task fits the options, so nothing was waited for")
        result = outcome.to_result(options.return_tasks)
        outcome.check(options, context.check_mode, result)
        return result

    return Work(do, patience=options.timeout, lasts=True, progress_file=progress_file)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
