#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_info
short_description: Find tasks of a vCenter or ESXi
version_added: 0.1.0
description:
  - Returns given tasks, recent ones or those of the history, with everything that vSphere knows about each.
  - Ids in O(task_ids) that the server does not know are no error, see RV(missing_task_ids).
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
    details: It changes nothing, so it does the same in check mode.
  diff_mode:
    support: N/A
    details: It changes nothing.
options:
  custom_values:
    description:
      - Return the custom fields that are defined for tasks, and the values that each task has in them.
      - The history does not have them, and so O(children) come without.
    type: bool
    default: false
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role but No access has. Tasks of other
    entities are not seen.
seealso:
  - module: vsphere.tasks.vsphere_task_cancel
  - module: vsphere.tasks.vsphere_task_state
  - name: Task
    description: The managed object in the vSphere Web Services API.
    link: https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.Task.html
"""

EXAMPLES = r"""
- name: List what is running now
  vsphere.tasks.vsphere_task_info:
    hostname: vcenter.example.com
    username: administrator@vsphere.local
    password: "{{ vcenter_password }}"
    states: [queued, running]
  register: running

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.id }} {{ item.operation }} on {{ item.entity_name }}: {{ item.state }} for {{ item.duration or 0 }} s"
  loop: "{{ running.tasks }}"
  loop_control:
    label: "{{ item.id }}"

# The connection comes from VMWARE_HOST, VMWARE_USER and VMWARE_PASSWORD from here on.
- name: Look at two tasks
  vsphere.tasks.vsphere_task_info:
    task_ids: [task-123, task-124]
  register: two

- name: Fail when one of them failed, or is not known any more
  ansible.builtin.assert:
    that:
      - two.missing_task_ids | length == 0
      - two.summary.by_state.error == 0
    fail_msg: "{{ two.tasks | map(attribute='error') | select | map(attribute='message') | join('; ') }}"

- name: What failed on a virtual machine since yesterday
  vsphere.tasks.vsphere_task_info:
    states: [error]
    entity:
      type: VirtualMachine
      name: web-01
    begin_time: -1d

- name: Whatever an automation user has done in a cluster and below it, for a dashboard
  vsphere.tasks.vsphere_task_info:
    users: [VSPHERE.LOCAL\automation]
    entity:
      path: DC0/host/DC0_C0
      recursion: all
    begin_time: -1w
    limit: 5000
  register: week

- name: Fail when anything of it failed
  ansible.builtin.assert:
    that: week.summary.by_state.error == 0

- name: What a task has brought about
  vsphere.tasks.vsphere_task_info:
    task_ids: [task-123]
    children: true
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
  description:
    - The tasks, those that were searched for in the order of O(order), given ones in that of O(task_ids).
    - Every member is there; an unset one, and one that cannot be read, is null.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: The task's key in the history and in RV(tasks[].parent_task_key).
      type: str
      sample: task-123
    id:
      description: Managed object id, which the modules of this collection take.
      type: str
      sample: task-123
    name:
      description: Name of the operation, null for internal tasks.
      type: str
      sample: PowerOnVM_Task
    operation:
      description: The operation as the vSphere Client shows it, in the language of the session.
      type: str
      sample: Power On virtual machine
    description:
      description: The current phase; an operation need not tell.
      type: dict
      contains:
        key:
          description: Key of the text, for clients that have it in their language.
          type: str
          sample: com.vmware.vdp2.task.description
        message:
          description: The text, null where the server leaves it to such clients.
          type: str
        arg:
          description: What the text is filled in with, each with C(key) and C(value).
          type: list
          elements: dict
          sample: [{"key": "workOrderId", "value": "cp.20141020150650"}]
    description_id:
      description: Identifier of the operation.
      type: str
      sample: VirtualMachine.powerOn
    entity:
      description: The object that the task works on, with C(type) and C(moid).
      type: dict
      sample: {"type": "VirtualMachine", "moid": "vm-45"}
    entity_name:
      description: Its name.
      type: str
      sample: web-01
    locked:
      description: Objects that the task has locked, each with C(type) and C(moid).
      type: list
      elements: dict
    state:
      description: V(queued), V(running), V(success) or V(error), or what a newer release may add.
      type: str
      sample: running
    state_label:
      description: The state as the vSphere Client shows it; null where the server does not tell.
      type: str
      sample: Running
    cancelled:
      description: Whether its cancellation was asked for.
      type: bool
      sample: false
    cancelable:
      description: Whether it can be cancelled.
      type: bool
      sample: true
    error:
      description:
        - Why it failed. Besides what every fault has, it has the fault's own fields in snake_case, references as
          C(type) and C(moid), and faults in them in this form again. A field that is itself called C(type),
          C(message), C(messages) or C(cause) is given as C(field_type), and so on.
      type: dict
      contains:
        type:
          description: Type of the fault.
          type: str
          sample: CannotCreateFile
        message:
          description: What the vSphere Client shows.
          type: str
          sample: Cannot complete file creation operation.
        messages:
          description: The stack of messages below it, which often has the reason; without repetitions.
          type: list
          elements: str
          sample: ["Failed to create object."]
        cause:
          description: The fault that has brought it about, in this form again; null where the server names none.
          type: dict
    result:
      description: >-
        What it brought about: a scalar, a list, a reference as C(type) and C(moid), or a data object as VI/JSON has
        it. A text that is JSON is given as the value it stands for.
      type: raw
    progress:
      description: Percentage done, null if the task does not tell.
      type: int
      sample: 37
    progress_details:
      description: More on the progress, each with C(key) and C(value).
      type: list
      elements: dict
    reason:
      description: Who or what started it, with C(type) and its own fields.
      type: dict
      sample: {"type": "TaskReasonUser", "user_name": "VSPHERE.LOCAL\\automation"}
    reason_label:
      description: The kind of reason as the vSphere Client shows it; null likewise.
      type: str
      sample: User task
    queue_time:
      description: When it was created (UTC).
      type: str
      sample: "2026-11-22T01:13:10.752189Z"
    start_time:
      description: When it began to run.
      type: str
      sample: "2026-11-22T01:13:10.752189Z"
    complete_time:
      description: When it ended.
      type: str
    event_chain_id:
      description: Leads to the events that belong to it.
      type: int
      sample: 4711
    change_tag:
      description: What the user has tagged it with.
      type: str
    parent_task_key:
      description: Key of the task that created it.
      type: str
    root_task_key:
      description: Key of the first task of that chain.
      type: str
    activation_id:
      description: What the client that started it has given it as a token.
      type: str
    duration:
      description: Seconds that it has run, to about a second while it runs; null before it runs.
      type: float
      sample: 2.0
    queued_for:
      description: Seconds between its creation and its start, or its end where it never ran.
      type: float
      sample: 0.0
    available_fields:
      description: The custom fields that are defined for tasks, each with C(key), C(name) and C(type).
      returned: with O(custom_values=true)
      type: list
      elements: dict
    custom_values:
      description: The task's values of these, by name.
      returned: with O(custom_values=true)
      type: dict
      sample: {"owner": "me"}
    children:
      description: The tasks that it has created, each with C(children) of its own, oldest first.
      returned: with O(children=true)
      type: list
      elements: dict
summary:
  description: RV(tasks), without their children, in a few numbers.
  returned: success
  type: dict
  contains:
    by_state:
      description: How many are in each state; all four are there, others where a task is in them.
      type: dict
      sample: {"queued": 0, "running": 1, "success": 12, "error": 0}
    by_operation:
      description: How many there are of each operation (RV(tasks[].operation)), the most frequent first.
      type: dict
      sample: {"Power On virtual machine": 13}
    by_user:
      description: How many each user has started; what the system, an alarm or a schedule has, by C(reason.type).
      type: dict
      sample: {"VSPHERE.LOCAL\\automation": 12, "TaskReasonSystem": 1}
    by_entity:
      description: How many each entity has, by name; the moid is added where several have the same name.
      type: dict
      sample: {"web-01": 13}
    oldest_running:
      description: The running task that began first, with C(id), C(operation), C(entity_name) and C(duration); or null.
      type: dict
      sample: {"id": "task-123", "operation": "Power On virtual machine", "entity_name": "web-01", "duration": 2.0}
    longest:
      description: The task that has run longest, likewise.
      type: dict
forbidden_task_ids:
  description:
    - Ids of tasks that the server does not show to the user, which are therefore left out. A warning names them too.
  returned: when there are any
  type: list
  elements: str
  sample: ["task-124"]
missing_task_ids:
  description: Those of O(task_ids) that the server does not know.
  returned: success
  type: list
  elements: str
  sample: []
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

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._summary import summarize

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {**SELECTION_SPEC, "custom_values": {"type": "bool", "default": False}}


def prepare(given: Given) -> Work:
    selection = Selection.from_params(given.params)
    custom_values = given.params["custom_values"]
    if custom_values and selection.from_history:
        raise VsphereError("custom_values are not in the history: take recent tasks (source: recent), or give task_ids")

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            search = Search(reader, selection)
            reading = search.find(custom_values)
            search.warn(reading)
        return {
            "changed": False,
            "tasks": reading.tasks,
            "missing_task_ids": reading.missing,
            "summary": summarize(reading.tasks),
        }

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
