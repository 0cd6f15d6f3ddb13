#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_cancel
short_description: Cancel tasks of a vCenter or ESXi
version_added: 0.1.0
description:
  - Asks for the cancellation of tasks, and waits until each is really over.
  - Tasks that are over, or whose cancellation was asked for before, are left alone.
  - The tasks are given by O(task_ids), or selected by the other options. One that says what is meant is needed then, an
    O(entity) that is one object, O(users), O(description_ids), O(event_chain_ids), O(parent_task_keys),
    O(root_task_keys), O(activation_ids), O(tags), O(alarm) or O(scheduled_task). An O(entity.type) alone, all that is
    below the root folder (O(entity.recursion)), a pattern such as V(VirtualMachine.*), a time or a state is not enough.
  - Selected are those that are queued or running, unless O(states) says otherwise. What exactly would be cancelled is
    shown in check mode.
  - Those of O(task_ids) that the server has no more are looked for among the newest 10,000 tasks of its history. If one
    is not there either, the module fails before it cancels any.
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
      - What to do about tasks that cannot be cancelled.
      - V(fail) fails at the end, when the other tasks were cancelled. V(skip) lists them in RV(skipped_tasks) only.
    type: str
    choices: [fail, skip]
    default: fail
  wait:
    description:
      - Whether to wait until the tasks are over. vSphere cancels in the background, so a task goes on for a while after
        the request.
    type: bool
    default: true
  timeout:
    description: Seconds to wait for, with O(wait=true). The module fails when a task is not over by then.
    type: int
    default: 300
  progress_file:
    description:
      - File that is there for as long as somebody waits for the module, where it runs. Once it is removed, the module
        waits no more, and ends.
      - It is how the module learns that Ansible was killed, so there is no need to give it.
    type: path
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role but No access has, and
    C(Global.CancelTask) on the entities of tasks that others have started.
seealso:
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: Cancel a migration that hangs
  vsphere.tasks.vsphere_task_cancel:
    task_ids: [task-123]

- name: Cancel the tasks of a host, but wait for no longer than a minute
  vsphere.tasks.vsphere_task_cancel:
    entity:
      type: HostSystem
      name: esx-01.example.com
    cancelable: true
    timeout: 60

- name: See which migrations would be cancelled
  vsphere.tasks.vsphere_task_cancel:
    description_ids: [VirtualMachine.migrate, VirtualMachine.relocate]
  check_mode: true
  register: migrations
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
  returned: when the tasks could be read, also on failure
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
  description: Tasks whose cancellation was asked for, or would be in check mode.
  returned: when the tasks could be read, also on failure
  type: list
  elements: str
  sample: ["task-123"]
skipped_tasks:
  description: Tasks that were left alone, each with C(id) and C(reason).
  returned: when the tasks could be read, also on failure
  type: list
  elements: dict
  sample:
    - id: task-124
      reason: it is over already (state success)
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
forbidden_task_ids:
  description:
    - Ids of tasks that the server does not show to the user, which are therefore left out. A warning names them too.
    - The module fails for those that O(task_ids) names.
  returned: when there are any
  type: list
  elements: str
  sample: ["task-124"]
missing_task_ids:
  description: Ids that neither the server knows nor the newest tasks of its history have.
  returned: failure, where that is why
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
        # Of others there may be many, and nothing can be done about them.
        unfinished = dataclasses.replace(selection.conditions, states=["queued", "running"])
        selection = dataclasses.replace(selection, conditions=unfinished)
    selection.check_for_cancellation("what to cancel is missing")
    options = CancelOptions.from_params(given.params)

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            return cancel_tasks(reader, find(reader, selection).task_ids, options)

    return Work(do, lasts=options.timeout is not None, progress_file=given.params["progress_file"])


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
