#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_wait
short_description: Wait for tasks of a vCenter or ESXi
version_added: 1.0.0
description:
  - Waits until tasks finish and reports success or failure. The server pushes every change, so the module notices the
    end immediately.
  - Shows the progress of the tasks during the wait, with a line for each change. If a play has several hosts, each line
    contains the name of its host.
  - Waits for the tasks that exist when the module starts, or with O(appear_timeout), for the first tasks that appear.
    Set at least one option that selects tasks. The result includes selected tasks that have already ended. Use
    O(states=["queued", "running"]) to exclude them.
  - O(on_timeout=cancel) requires O(task_ids), or a selection that M(vsphere.tasks.vsphere_task_cancel) accepts.
  - If the server no longer has one of the O(task_ids), the module searches the newest 10,000 tasks of its history and
    uses the outcome that it finds there. Fails immediately if the task is not there either. Returns immediately if the
    list is empty.
  - Survives a lost connection, an expired session, and a restart of services within its time limit.
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
    details: Waits in check mode too, but does not cancel tasks.
  diff_mode:
    support: none
options:
  until:
    description: Whether to wait until V(all) tasks have ended, or until V(any) task has ended.
    type: str
    choices: [all, any]
    default: all
  appear_timeout:
    description:
      - Maximum number of seconds to wait until at least one task matches the options that select tasks. The module
        fails if no task appears.
      - With V(0), the module waits for the tasks that exist. If no task matches, it returns immediately, with a
        warning.
      - This time is a part of O(timeout), and cannot be longer. You cannot combine this option with O(task_ids).
      - The server reports new recent tasks immediately. If the selection requires the history, which lags behind, the
        module reads the history after each change and at increasing intervals.
    type: int
    default: 0
  return_tasks:
    description: Whether to return RV(tasks). Disable it for thousands of tasks.
    type: bool
    default: true
  progress_interval:
    description:
      - Maximum number of seconds between two progress lines, even if nothing changes. V(0) disables progress.
      - The module also shows each change of state immediately, and each change of percentage with a maximum of one line
        per second for each task. With more than ten tasks, a summary replaces the percentages.
      - If Ansible runs the task on another host or with C(become), the progress appears only after each interval. With
        C(async), it does not appear.
    type: int
    default: 30
  progress_file:
    description:
      - Path of a file, on the host where the module runs, that the module appends changes to, with one JSON object per
        line.
      - Ansible sets this option to learn the progress. You do not need to set it. When Ansible removes the file, the
        module stops waiting and ends.
    type: path
  progress_round:
    description:
      - Number of the current round, starting with V(1), if Ansible waits in rounds. Except with V(0), the module
        returns its current knowledge after O(progress_interval), and does not report unfinished tasks as a failure
        before O(timeout).
      - Ansible sets this option to learn the progress if the module runs on another host. You do not need to set it.
    type: int
    default: 0
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role except No access includes.
    O(on_timeout=cancel) also requires C(Global.CancelTask) on the entities of tasks that other users started.
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

- name: Wait for migrations that an alarm starts within a minute
  vsphere.tasks.vsphere_task_wait:
    description_ids: [VirtualMachine.migrate]
    states: [queued, running]
    appear_timeout: 60

- name: Wait until the first of several tasks ends, with any outcome
  vsphere.tasks.vsphere_task_wait:
    task_ids: "{{ clone_task_ids }}"
    until: any
    on_error: return
"""

RETURN = r"""
api:
  description: Protocol, API release, and server product of the connection.
  returned: when the module connected to the server
  type: dict
  contains:
    transport:
      description: Protocol of the connection, V(json) for VI/JSON or V(soap) for SOAP.
      type: str
      sample: json
    release:
      description: Release of the API that the module used.
      type: str
      sample: 9.0.0.0
    product:
      description: Name and version that the server reports, or null if the module could not read them.
      type: str
      sample: VMware vCenter Server 9.0.0 build-24755230
tasks:
  description: The current tasks, each in the form that M(vsphere.tasks.vsphere_task_info) returns.
  returned: with O(return_tasks=true), also if tasks failed or O(timeout) passed, but not after another failure
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
    - id: task-124
      state: running
      cancelled: false
      error: null
succeeded_task_ids:
  description: IDs of the tasks that ended in the state success.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: []
failed_task_ids:
  description: IDs of the tasks that ended in the state error.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: ["task-123"]
pending_task_ids:
  description: IDs of the tasks that have not ended.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: ["task-124"]
gone_task_ids:
  description: IDs of the tasks that disappeared during the wait, from the history too.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: []
cancelled_task_ids:
  description:
    - IDs of the tasks whose cancellation the module requested at the time limit, or would request in check mode.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: ["task-123"]
not_cancelled_tasks:
  description: Tasks whose cancellation the module could not request at the time limit, each with the reason.
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: dict
  sample: [{"id": "task-124", "reason": "it is not cancelable"}]
timed_out:
  description: Whether O(timeout) passed before the wait was complete.
  returned: when the module waited for the tasks, also on failure
  type: bool
  sample: true
elapsed:
  description: Duration of the wait in seconds.
  returned: when the module waited for the tasks, also on failure
  type: float
  sample: 60.148
forbidden_task_ids:
  description:
    - IDs of tasks that the user is not allowed to see, or was not for some time during the wait. A warning lists them,
      together with others that the module therefore leaves out of a selection.
    - The module fails because of such a task, whose outcome is unknown, unless you set O(on_error=return).
  returned: when the module waited for the tasks, also on failure
  type: list
  elements: str
  sample: []
missing_task_ids:
  description: IDs of tasks that neither the server nor the newest tasks of its history have.
  returned: failure, if this is the reason
  type: list
  elements: str
fault:
  description:
    - The vSphere fault that the server returned, in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error). You can evaluate it in a C(rescue) section.
  returned: failure, if the server returned a fault
  type: dict
  sample:
    type: InvalidLogin
    message: Cannot complete login due to an incorrect user name or password.
    messages: []
    cause: null
"""

import dataclasses
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._report import to_file
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import find
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC, WaitOptions

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import Watched

ARGUMENT_SPEC = {
    **SELECTION_SPEC,
    **TASK_WAIT_SPEC,
    "progress_file": {"type": "path"},
    "progress_round": {"type": "int", "default": 0},
}


def prepare(given: Given) -> Work:
    selection = Selection.from_params(given.params)
    options = WaitOptions.from_params(given.params)
    options = dataclasses.replace(options, seen=options.seen or not selection.is_plain_ids)
    selection.check_for_wait(options.on_timeout)
    began = time.monotonic()
    progress_file = given.params["progress_file"]
    write = to_file(progress_file) if progress_file else None

    def report(tasks: list[Watched]) -> None:
        if write:
            write([task.line() for task in tasks])

    def do(connection: Connection, context: Context) -> Result:
        appear_by = began + options.appear_timeout if options.appear_timeout else None
        with TaskReader(connection, context) as reader:
            targets = find(reader, selection, began + options.timeout, appear_by)
            if appear_by and not any(targets):
                raise VsphereError(
                    f"no task that matches the options appeared within {options.appear_timeout} s (option "
                    "appear_timeout)"
                )
            outcome = wait_for_tasks(reader, targets, options, report, began)
        if not any(targets) and selection.task_ids != []:
            context.warn("no task matches the options, so the module did not wait")
        result = outcome.to_result(options.return_tasks)
        outcome.check(options, context.check_mode, result)
        return result

    return Work(do, patience=options.timeout, lasts=True, progress_file=progress_file)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
