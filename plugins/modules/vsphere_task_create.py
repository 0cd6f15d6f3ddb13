#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_create
short_description: Create your own task in vCenter
version_added: 1.0.0
description:
  - Creates a task, which the vSphere Client then shows on its entity. The task is queued at first. Use
    M(vsphere.tasks.vsphere_task_state) to run and end it. vCenter never changes the state of this task, even after a
    user requests its cancellation.
  - Register the type of the task with M(vsphere.tasks.vsphere_task_type) first.
  - ESXi does not support your own tasks.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
    details: Check mode does not detect whether the server knows O(task_type), and an O(entity) that you set by its ID.
  diff_mode:
    support: full
options:
  task_type:
    description: ID of the type of the task. The task has it as C(description_id).
    type: str
    required: true
  entity:
    description:
      - Inventory object that the task is about. Set O(entity.type) and O(entity.moid), O(entity.name), or
        O(entity.path). The default is the root folder.
    type: dict
    suboptions:
      type:
        description: Type of the object, for example V(VirtualMachine) or V(Datacenter).
        type: str
      moid:
        description: Managed object ID of the object, for example V(vm-45).
        type: str
      name:
        description: Name of the object. If several objects have this name, the module fails and lists them.
        type: str
      path:
        description:
          - Inventory path of the object, starting with the datacenter, for example V(DC0/vm/web/web-01).
          - Write a slash in a name as V(%2f).
        type: str
  cancelable:
    description:
      - Whether users can request the cancellation of the task. Your playbook must check for the request and act on it,
        see RV(vsphere.tasks.vsphere_task_state#module:cancel_requested).
    type: bool
    default: false
  initiated_by:
    description:
      - User on whose behalf you create the task. The vSphere Client shows this user. The default is the user that the
        module logs in as.
    type: str
  activation_id:
    description:
      - Text that identifies the task, so that you can find it again, for example the ID of a job.
      - If a queued or running task has this ID and O(task_type), the module returns that task and does not create
        another one. A play that you start again, even after a lost connection, therefore continues with the task of its
        first start.
      - If several runs do this at the same time, one task remains. The other runs end their own tasks with state
        V(error) and the fault type ID V(vsphere.tasks.same_activation_id), and return the remaining task without a
        change.
    type: str
  parent_task_key:
    description: Key of the task that this task is a part of.
    type: str
notes:
  - The user needs C(Task.Create) on the root folder, and C(System.View) on O(entity), which every role except No access
    includes.
  - With O(activation_id), the user also needs C(Task.Update) on the root folder, for the case that several runs create
    a task at the same time.
seealso:
  - module: vsphere.tasks.vsphere_task_type
  - module: vsphere.tasks.vsphere_task_state
"""

EXAMPLES = r"""
- name: Register the type of the task
  vsphere.tasks.vsphere_task_type:
    extension: com.example.ansible
    task_types:
      - id: com.example.ansible.backup
        labels:
          en: Back up the configuration

- name: Show this play as a task in the vSphere Client
  vsphere.tasks.vsphere_task_create:
    task_type: com.example.ansible.backup
    entity:
      type: Datacenter
      name: DC0
    cancelable: true
    activation_id: backup-4711
  register: backup

- name: Show a part of the play as a child task
  vsphere.tasks.vsphere_task_create:
    task_type: com.example.ansible.backup
    entity:
      path: DC0/vm
    parent_task_key: "{{ backup.task.key }}"
  register: part

- name: End both tasks
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ item }}"
    state: success
  loop:
    - "{{ part.task.id }}"
    - "{{ backup.task.id }}"
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
task:
  description:
    - The task that the module created or found, in the form that M(vsphere.tasks.vsphere_task_info) returns.
    - Null in check mode if the module would create the task.
  returned: success, and failure after the module created the task
  type: dict
  sample:
    id: task-123
    key: task-123
    description_id: com.example.ansible.backup
    state: queued
    cancelable: true
    activation_id: backup-4711
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
    object: {"type": "VirtualMachine", "moid": "vm-45"}
    privilege_id: Task.Create
"""

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import ENTITY_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions, ensure_task
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    "task_type": {"type": "str", "required": True},
    "entity": ENTITY_SPEC,
    "cancelable": {"type": "bool", "default": False},
    "initiated_by": {"type": "str"},
    "activation_id": {"type": "str"},
    "parent_task_key": {"type": "str", "no_log": False},
}


def prepare(given: Given) -> Work:
    options = CreateOptions.from_params(given.params)

    def do(connection: Connection, context: Context) -> Result:
        # Tasks among the recent ones that the user is not allowed to see do not matter here, so no warning is
        # necessary.
        return ensure_task(TaskReader(connection, context), options)

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
