#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_info
short_description: Find tasks of a vCenter or ESXi
version_added: 1.0.0
description:
  - Returns tasks by their IDs, the recent tasks, or tasks of the history, with everything that vSphere knows about
    them.
  - Does not fail if the server does not know one of the O(task_ids), see RV(missing_task_ids).
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
    details: This module changes nothing, so check mode makes no difference.
  diff_mode:
    support: N/A
    details: This module changes nothing.
options:
  custom_values:
    description:
      - Whether to return the custom fields that vCenter defines for tasks, and the values of each task.
      - The history does not contain custom values, so O(children) do not have them.
    type: bool
    default: false
  hosts:
    description:
      - Whether to return the ESXi host of each task's entity. This is the entity itself, or the host on which the
        virtual machine is now.
      - It costs two more requests, and one for each further hundred virtual machines or hosts.
    type: bool
    default: false
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role except No access includes. The module
    does not find tasks of other entities.
seealso:
  - module: vsphere.tasks.vsphere_task_cancel
  - module: vsphere.tasks.vsphere_task_state
  - name: Task
    description: The managed object in the vSphere Web Services API.
    link: https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.Task.html
"""

EXAMPLES = r"""
- name: List queued and running tasks
  vsphere.tasks.vsphere_task_info:
    hostname: vcenter.example.com
    username: administrator@vsphere.local
    password: "{{ vcenter_password }}"
    states: [queued, running]
  register: running

- name: Show the tasks
  ansible.builtin.debug:
    msg: "{{ item.id }} {{ item.operation }} on {{ item.entity_name }}: {{ item.state }} for {{ item.duration or 0 }} s"
  loop: "{{ running.tasks }}"
  loop_control:
    label: "{{ item.id }}"

# The following examples read the connection from VMWARE_HOST, VMWARE_USER, and VMWARE_PASSWORD.
- name: Get two tasks
  vsphere.tasks.vsphere_task_info:
    task_ids: [task-123, task-124]
  register: two

- name: Fail if one of them failed, or if the server no longer has it
  ansible.builtin.assert:
    that:
      - two.missing_task_ids | length == 0
      - two.summary.by_state.error == 0
    fail_msg: "{{ two.tasks | map(attribute='error') | select | map(attribute='message') | join('; ') }}"

- name: Find the failed tasks of a virtual machine since yesterday
  vsphere.tasks.vsphere_task_info:
    states: [error]
    entity:
      type: VirtualMachine
      name: web-01
    begin_time: -1d
    time_type: completed

- name: Get the tasks of an automation user in a cluster and below it, for a dashboard
  vsphere.tasks.vsphere_task_info:
    users: [VSPHERE.LOCAL\automation]
    entity:
      path: DC0/host/DC0_C0
      recursion: all
    begin_time: -1w
    limit: 5000
  register: week

- name: Fail if one of these tasks failed
  ansible.builtin.assert:
    that: week.summary.by_state.error == 0

- name: Get a task and the tasks that it created
  vsphere.tasks.vsphere_task_info:
    task_ids: [task-123]
    children: true
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
  description:
    - The tasks, in the order of O(task_ids), or sorted by O(order) if the module selected them.
    - Each task has all members. A member is null if it is not set or the module cannot read it.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: Key of the task in the history and in RV(tasks[].parent_task_key).
      type: str
      sample: task-123
    id:
      description: Managed object ID of the task, for the options of the modules in this collection.
      type: str
      sample: task-123
    name:
      description: Name of the operation, or null for internal tasks.
      type: str
      sample: PowerOnVM_Task
    operation:
      description:
        - Label of the operation in the vSphere Client, in the language of the session, or its name in the API if it
          does not have a label.
      type: str
      sample: Power On virtual machine
    description:
      description: Current phase of the task. Not every operation reports it.
      type: dict
      contains:
        key:
          description: Key of the text, for clients that translate it themselves.
          type: str
          sample: com.vmware.vdp2.task.description
        message:
          description: The text, or null if the server leaves it to the client.
          type: str
        arg:
          description: Arguments of the text, each with C(key) and C(value).
          type: list
          elements: dict
          sample: [{"key": "workOrderId", "value": "cp.20141020150650"}]
    description_id:
      description: Identifier of the operation.
      type: str
      sample: VirtualMachine.powerOn
    entity:
      description: Object that the task works on, with C(type) and C(moid).
      type: dict
      sample: {"type": "VirtualMachine", "moid": "vm-45"}
    entity_name:
      description: Name of the object that the task works on.
      type: str
      sample: web-01
    locked:
      description: Objects that the task has locked, each with C(type) and C(moid).
      type: list
      elements: dict
    state:
      description: V(queued), V(running), V(success), or V(error). Newer releases can add other states.
      type: str
      sample: running
    state_label:
      description: Label of the state in the vSphere Client, or null if the server does not return it.
      type: str
      sample: Running
    cancelled:
      description: Whether someone requested the cancellation of the task.
      type: bool
      sample: false
    cancelable:
      description: Whether you can cancel the task.
      type: bool
      sample: true
    error:
      description:
        - Reason for the failure. In addition to the following members, it has the fault's own fields in snake_case.
          References have C(type) and C(moid), and nested faults have this form again. Fields of the fault named
          C(type), C(message), C(messages), or C(cause) become C(field_type), and so on.
      type: dict
      contains:
        type:
          description: Type of the fault.
          type: str
          sample: CannotCreateFile
        message:
          description: Message that the vSphere Client shows.
          type: str
          sample: Cannot complete file creation operation.
        messages:
          description: Detail messages, without repetitions. They often contain the actual reason.
          type: list
          elements: str
          sample: ["Failed to create object."]
        cause:
          description: The fault that caused this fault, in the same form, or null if the server returns none.
          type: dict
    result:
      description:
        - Result of the task. It is a scalar, a list, a reference with C(type) and C(moid), or a data object in VI/JSON
          form. If the result is the JSON text of a dictionary, a list, or a string, the module returns this value.
      type: raw
    progress:
      description: Percentage of completion, or null if the task does not report it.
      type: int
      sample: 37
    progress_details:
      description: Details of the progress, each with C(key) and C(value).
      type: list
      elements: dict
    reason:
      description: User or event that started the task, with C(type) and fields that depend on the type.
      type: dict
      sample: {"type": "TaskReasonUser", "user_name": "VSPHERE.LOCAL\\automation"}
    reason_label:
      description: Label of the kind of reason in the vSphere Client, or null if the server does not return it.
      type: str
      sample: User task
    queue_time:
      description: Time when the server created the task (UTC).
      type: str
      sample: "2026-11-22T01:13:10.752189Z"
    start_time:
      description: Time when the task started to run.
      type: str
      sample: "2026-11-22T01:13:10.752189Z"
    complete_time:
      description: Time when the task ended.
      type: str
    event_chain_id:
      description: ID of the chain of events that belong to the task.
      type: int
      sample: 4711
    change_tag:
      description: Tag that the user set for the task.
      type: str
    parent_task_key:
      description: Key of the task that created this task.
      type: str
    root_task_key:
      description: Key of the first task in the chain of tasks.
      type: str
    activation_id:
      description: Token that the client set when it started the task.
      type: str
    duration:
      description:
        - Run time in seconds, accurate to about one second for a running task. Null if the task has not started.
      type: float
      sample: 2.0
    queued_for:
      description: Seconds from the creation of the task to its start, to its end if it never ran, or until now.
      type: float
      sample: 0.0
    available_fields:
      description: Custom fields that vCenter defines for tasks, each with C(key), C(name), and C(type).
      returned: with O(custom_values=true)
      type: list
      elements: dict
    custom_values:
      description: Values that the task has for the custom fields, by name.
      returned: with O(custom_values=true)
      type: dict
      sample: {"owner": "me"}
    host:
      description:
        - Host of the entity, with C(type) and C(moid). Null if the entity is neither a host nor a virtual machine, or
          is a virtual machine that does not exist anymore.
      returned: with O(hosts=true)
      type: dict
      sample: {"type": "HostSystem", "moid": "host-21"}
    host_name:
      description: Name of this host.
      returned: with O(hosts=true)
      type: str
      sample: esx-01.example.com
    children:
      description: Tasks that this task created, each with its own C(children), oldest first.
      returned: with O(children=true)
      type: list
      elements: dict
summary:
  description: Statistics about RV(tasks), without their children.
  returned: success
  type: dict
  contains:
    by_state:
      description:
        - Number of tasks in each state. It always contains the four states of O(states), and others only if a task has
          them.
      type: dict
      sample: {"queued": 0, "running": 1, "success": 12, "error": 0}
    by_operation:
      description: Number of tasks for each operation (RV(tasks[].operation)), most frequent first.
      type: dict
      sample: {"Power On virtual machine": 13}
    by_user:
      description:
        - Number of tasks that each user started. Tasks of the system, an alarm, or a schedule count under their
          C(reason.type).
      type: dict
      sample: {"VSPHERE.LOCAL\\automation": 12, "TaskReasonSystem": 1}
    by_entity:
      description:
        - Number of tasks for each entity, by name. If several entities have the same name, it includes the managed
          object ID.
      type: dict
      sample: {"web-01": 13}
    oldest_running:
      description:
        - The running task that started first, with C(id), C(operation), C(entity_name), and C(duration), or null.
      type: dict
      sample: {"id": "task-123", "operation": "Power On virtual machine", "entity_name": "web-01", "duration": 2.0}
    longest:
      description: The task with the longest run time, in the same form.
      type: dict
forbidden_task_ids:
  description:
    - IDs of tasks that the user is not allowed to see, and that the module therefore leaves out. A warning lists them
      too.
  returned: if there are any
  type: list
  elements: str
  sample: ["task-124"]
missing_task_ids:
  description: O(task_ids) that the server does not know.
  returned: success
  type: list
  elements: str
  sample: []
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

ARGUMENT_SPEC = {
    **SELECTION_SPEC,
    "custom_values": {"type": "bool", "default": False},
    "hosts": {"type": "bool", "default": False},
}


def prepare(given: Given) -> Work:
    selection = Selection.from_params(given.params)
    custom_values, hosts = given.params["custom_values"], given.params["hosts"]
    if custom_values and selection.from_history:
        raise VsphereError(
            "the history does not contain custom_values: use recent tasks (source: recent), or set task_ids"
        )

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            search = Search(reader, selection)
            reading = search.find(custom_values)
            search.warn(reading)
        if hosts:
            # Only some runs need it.
            from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._hosts import add_hosts

            add_hosts(connection, reading.tasks)
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
