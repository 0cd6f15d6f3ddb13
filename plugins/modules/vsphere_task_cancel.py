#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_cancel
short_description: Cancel tasks of a vCenter or ESXi
version_added: 1.0.0
description:
  - Requests the cancellation of tasks, and waits until each of them has ended.
  - Skips tasks that have already ended, and does not repeat a request for a task that someone has already canceled.
  - Use O(task_ids), or select tasks with the other options. A selection requires at least one of O(entity) (a single
    object), O(users), O(description_ids), O(event_chain_ids), O(parent_task_keys), O(root_task_keys),
    O(activation_ids), O(tags), O(alarm), and O(scheduled_task).
  - O(entity.type) alone, everything below the root folder (O(entity.recursion)), a pattern such as V(VirtualMachine.*),
    a time, or a state does not count, because it matches too many tasks.
  - Selects only queued and running tasks, unless you set O(states). Use check mode to see which tasks the module would
    cancel.
  - If the server no longer has one of the O(task_ids), the module searches the newest 10,000 tasks of its history for
    it. If it is not there either, the module fails before it cancels any task.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
  - vsphere.tasks.selection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
options:
  on_not_cancelable:
    description:
      - Action for tasks that cannot be canceled.
      - V(fail) cancels the other tasks and then fails. V(skip) only lists them in RV(skipped_tasks).
    type: str
    choices: [fail, skip]
    default: fail
  wait:
    description:
      - Whether to wait until the tasks have ended. vSphere cancels in the background, so a task continues for some time
        after the request.
    type: bool
    default: true
  timeout:
    description: Maximum number of seconds to wait, with O(wait=true). The module fails if a task has not ended by then.
    type: int
    default: 300
  progress_file:
    description:
      - Path of a file, on the host where the module runs, that exists while Ansible waits for the module. When Ansible
        removes it, the module stops waiting and ends.
      - Ansible sets this option to tell the module when Ansible itself is killed. You do not need to set it.
    type: path
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role except No access includes, and
    C(Global.CancelTask) on the entities of tasks that other users started.
seealso:
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: Cancel a migration that hangs
  vsphere.tasks.vsphere_task_cancel:
    task_ids: [task-123]

- name: Cancel the tasks of a host, and wait for a maximum of one minute
  vsphere.tasks.vsphere_task_cancel:
    entity:
      type: HostSystem
      name: esx-01.example.com
    cancelable: true
    timeout: 60

- name: List the migrations that the module would cancel
  vsphere.tasks.vsphere_task_cancel:
    description_ids: [VirtualMachine.migrate, VirtualMachine.relocate]
  check_mode: true
  register: migrations
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
  returned: success, and failure because of single tasks or O(timeout)
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
cancelled_task_ids:
  description: IDs of the tasks whose cancellation the module requested, or would request in check mode.
  returned: when the module could read the tasks, also on failure
  type: list
  elements: str
  sample: ["task-123"]
skipped_tasks:
  description:
    - Tasks that the module did not have to cancel, or skips because of O(on_not_cancelable=skip), each with C(id) and
      C(reason). C(msg) names the tasks whose cancellation failed.
  returned: when the module could read the tasks, also on failure
  type: list
  elements: dict
  sample:
    - id: task-124
      reason: it has already ended (state success)
fault:
  description:
    - The vSphere fault that the server returned, in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error). You can evaluate it in a C(rescue) section.
  returned: failure, if the server returned a fault
  type: dict
  sample:
    type: NoPermission
    message: Permission to perform this operation was denied.
    messages: []
    cause: null
    object: {"type": "Task", "moid": "task-124"}
    privilege_id: Global.CancelTask
forbidden_task_ids:
  description:
    - IDs of tasks that the user is not allowed to see, and that the module therefore leaves out. A warning lists them
      too.
    - The module fails if O(task_ids) contains one of them.
  returned: if there are any
  type: list
  elements: str
  sample: ["task-124"]
missing_task_ids:
  description: IDs of tasks that neither the server nor the newest tasks of its history have.
  returned: failure, if this is the reason
  type: list
  elements: str
"""

import dataclasses
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._cancel import CancelOptions, cancel_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import find

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    **SELECTION_SPEC,
    "on_not_cancelable": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 300},
    "progress_file": {"type": "path"},
}


def prepare(given: Given) -> Work:
    selection = Selection.from_params(given.params)
    if selection.task_ids is None and selection.conditions.states is None:
        # Many other tasks could match, and they cannot be canceled.
        unfinished = dataclasses.replace(selection.conditions, states=["queued", "running"])
        selection = dataclasses.replace(selection, conditions=unfinished)
    selection.check_for_cancellation("the tasks to cancel are missing")
    options = CancelOptions.from_params(given.params)

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            return cancel_tasks(reader, find(reader, selection), options, seen=not selection.is_plain_ids)

    return Work(do, lasts=options.timeout is not None, progress_file=given.params["progress_file"])


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
