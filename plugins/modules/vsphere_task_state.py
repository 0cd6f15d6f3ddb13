#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_state
short_description: Drive a task of your own in vCenter
version_added: 0.1.0
description:
  - Sets the description, progress, state, result, error and custom values of a task, such as one that
    M(vsphere.tasks.vsphere_task_create) has created to show the work of a play in the vSphere Client.
  - Only what differs is sent, so that a second run changes nothing. A task that the server has no more is looked for
    among the newest 10,000 of its history, and nothing but the outcome that it has may be asked for then.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
options:
  task_id:
    description: Managed object id of the task, such as V(task-123).
    type: str
    required: true
  state:
    description:
      - The state that the task is to be in. V(success) and V(error) end it.
      - A task that is over keeps its state. Asking for the same outcome again changes nothing, for another one fails.
    type: str
    choices: [queued, running, success, error]
  progress:
    description:
      - How much is done, in percent from 0 to 100. Only a running task takes it.
      - Has no meaning for a task that is over already, and is left alone there if O(state) is its state.
    type: int
  description:
    description:
      - What the task is doing now, as the vSphere Client shows it.
      - A text, or a dictionary with C(key) (of a message that an extension has registered) and C(message).
      - Escapes and other characters that XML does not hold are left out, here and in the message of an O(error).
    type: raw
  result:
    description:
      - What the task has brought about, with O(state=success) only.
      - Texts, numbers, booleans, lists of texts and references C({type, moid}) are sent as the VI types they are.
      - A dictionary with a C(_typeName) is sent as that data object, a value of any other VI type as C(_typeName) and
        C(_value). They are checked by pyvmomi, which is needed then.
      - Anything else is sent as JSON text. M(vsphere.tasks.vsphere_task_info) returns the same value.
    type: raw
  error:
    description:
      - Why the task has failed, with O(state=error) only.
      - C(message), required, is the text that the vSphere Client shows.
      - C(type) is the type of the fault, V(ExtendedFault) unless given. vCenter takes only types that extend VimFault.
        For other types than a plain V(ExtendedFault) pyvmomi is needed, which knows what they are made of.
      - C(fields) are the fault's own fields, such as C(reason) of V(GenericVmConfigFault), in snake_case or by the
        API's names, with plain values as O(vsphere.tasks.vsphere_task_start#module:params) takes them, but for objects
        by name or path.
      - An V(ExtendedFault) has C(fault_type_id), V(vsphere.tasks) unless given, and C(data).
    type: dict
  custom_values:
    description:
      - Values of custom fields by the fields' names. The fields must be defined in vCenter, for tasks or for all types.
      - They are not in the history, so they are refused for a task that the server has there only.
      - A value is a text, or a number, which becomes one.
    type: dict
notes:
  - The user needs C(Task.Update) on the root folder, for O(custom_values) what the custom field demands, which is
    C(Global.SetCustomField) unless it was made with another, and C(System.View) on the entities of the tasks, which
    every role but No access has.
seealso:
  - module: vsphere.tasks.vsphere_task_create
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: Show that the work has begun
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_task_id }}"
    state: running
    progress: 10
    description: Copying the templates
  register: told

- name: Stop where somebody has cancelled the task
  ansible.builtin.fail:
    msg: The task was cancelled
  when: told.cancel_requested

- name: End the task well
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_task_id }}"
    state: success
    progress: 100
    result: 12 templates copied

- name: Or with a data object
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_third_task_id }}"
    state: success
    result:
      _typeName: KeyAnyValue
      key: template
      value:
        type: VirtualMachine
        moid: vm-45

- name: Or end it as failed
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_other_task_id }}"
    state: error
    error:
      message: The datastore is full
      type: GenericVmConfigFault
      fields:
        reason: disk
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
task:
  description: The task as it is now, or would be in check mode, as M(vsphere.tasks.vsphere_task_info) returns it.
  returned: success
  type: dict
  sample:
    id: task-123
    state: running
    progress: 10
    description:
      key: vsphere.tasks.description
      message: Copying the templates
      arg: []
cancel_requested:
  description:
    - Whether the cancellation of the task was asked for. A task that M(vsphere.tasks.vsphere_task_create) has created
      is not ended by that; whoever drives it stops its work and sets O(state=error).
  returned: when the task could be read, also on failure
  type: bool
  sample: false
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
missing_task_ids:
  description: Ids that neither the server knows nor the newest tasks of its history have.
  returned: failure, where that is why
  type: list
  elements: str
"""

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import update_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import UpdateOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    "task_id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["queued", "running", "success", "error"]},
    "progress": {"type": "int"},
    "description": {"type": "raw"},
    "result": {"type": "raw"},
    "error": {"type": "dict"},
    "custom_values": {"type": "dict"},
}


def prepare(given: Given) -> Work:
    options = UpdateOptions.from_params(given.params, given.secrets)

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            return update_task(reader, options)

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
