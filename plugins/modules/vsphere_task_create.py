#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_create
short_description: Create a task of your own in vCenter
version_added: 0.1.0
description:
  - Creates a task, which the vSphere Client then shows for its entity. It is queued at first;
    M(vsphere.tasks.vsphere_task_state) lets it run and ends it. Nobody else does, also not when its cancellation was
    asked for.
  - Its type must be registered in vCenter, which M(vsphere.tasks.vsphere_task_type) does.
  - ESXi creates no tasks for others.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
    details: Whether the server knows O(task_type), and an O(entity) given by its moid, shows only when it is created.
  diff_mode:
    support: full
options:
  task_type:
    description: Id of the type of the task, which the task has as C(description_id).
    type: str
    required: true
  entity:
    description:
      - The object that the task is about, named by O(entity.type) and O(entity.moid), by O(entity.name) or by
        O(entity.path). The root folder unless given.
    type: dict
    suboptions:
      type:
        description: Its type, such as V(VirtualMachine) or V(Datacenter).
        type: str
      moid:
        description: Its managed object id, such as V(vm-45).
        type: str
      name:
        description: Its name. If several objects have it, the module fails and lists them.
        type: str
      path:
        description:
          - Its inventory path, which begins with the datacenter, such as V(DC0/vm/web/web-01).
          - A slash in a name is written V(%2f) there.
        type: str
  cancelable:
    description:
      - Whether users may ask for the cancellation of the task. It is up to whoever drives the task to obey, see
        RV(vsphere.tasks.vsphere_task_state#module:cancel_requested).
    type: bool
    default: false
  initiated_by:
    description: The user on whose behalf the task is created, as the vSphere Client shows it. Your own unless given.
    type: str
  activation_id:
    description:
      - A text of your own by which the task can be found again, such as the id of a job.
      - If a task with this id and O(task_type) is queued or running, that one is returned and none is created. So a
        play that is started again, also after a connection that broke in between, goes on with the task of its first
        start.
    type: str
  parent_task_key:
    description: Key of the task that this one is a part of.
    type: str
notes:
  - The user needs C(Task.Create) on the root folder, and C(System.View) on O(entity), which every role but No access
    has.
seealso:
  - module: vsphere.tasks.vsphere_task_type
  - module: vsphere.tasks.vsphere_task_state
"""

EXAMPLES = r"""
- name: Make sure that the type of the task is there
  vsphere.tasks.vsphere_task_type:
    extension: com.example.ansible
    task_types:
      - id: com.example.ansible.backup
        labels:
          en: Back up the configuration

- name: Show in the vSphere Client that this play is at work
  vsphere.tasks.vsphere_task_create:
    task_type: com.example.ansible.backup
    entity:
      type: Datacenter
      name: DC0
    cancelable: true
    activation_id: backup-4711
  register: backup

- name: Show a part of it as a task of its own
  vsphere.tasks.vsphere_task_create:
    task_type: com.example.ansible.backup
    entity:
      path: DC0/vm
    parent_task_key: "{{ backup.task.key }}"
  register: part

- name: End both
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ item }}"
    state: success
  loop:
    - "{{ part.task.id }}"
    - "{{ backup.task.id }}"
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
      description: Null, as nothing is read that says it.
      type: str
task:
  description:
    - The task that was created or found, as M(vsphere.tasks.vsphere_task_info) returns it.
    - In check mode null where it would be created.
  returned: success, and failure after it was created
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
        # What the user may not see among the recent tasks is not what this is about: nobody is warned.
        return ensure_task(TaskReader(connection, context), options)

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
