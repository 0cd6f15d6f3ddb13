#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_state
short_description: Update your own task in vCenter
version_added: 1.0.0
description:
  - Sets the description, progress, state, result, error, and custom values of a task, for example of a task that
    M(vsphere.tasks.vsphere_task_create) created to show the work of a play in the vSphere Client.
  - Sends only the differences, so a second run changes nothing. If the server no longer has the task, the module
    searches the newest 10,000 tasks of its history. It then accepts only the outcome that the task already has.
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
    description: Managed object ID of the task, for example V(task-123).
    type: str
    required: true
  state:
    description:
      - State to set. V(success) and V(error) end the task.
      - A finished task keeps its state. Requesting the same outcome again makes no change. Requesting a different
        outcome fails.
    type: str
    choices: [queued, running, success, error]
  progress:
    description:
      - Percentage of completion, from 0 to 100. Only a running task accepts it.
      - The module ignores it for a task that has already ended in the state O(state).
    type: int
  description:
    description:
      - Current activity of the task. The vSphere Client shows it.
      - Use a string, or a dictionary with C(key) (of a message that an extension registered) and C(message).
        If you omit C(message), the module compares only the key with that of the task.
      - The module removes escape characters and other characters that XML does not support, here and in the message of
        an O(error).
    type: raw
  result:
    description:
      - Result of the task. Requires O(state=success).
      - The module sends strings, numbers, booleans, lists of strings, and references C({type, moid}) as the
        corresponding VI types.
      - To send a data object, use a dictionary with a C(_typeName). To send a value of any other VI type, use
        C(_typeName) and C(_value). The module validates them with pyvmomi, which is then required.
      - The module sends anything else as JSON text. M(vsphere.tasks.vsphere_task_info) returns the same value.
    type: raw
  error:
    description:
      - Reason for the failure of the task. Requires O(state=error).
      - C(message) is the text that the vSphere Client shows. It is required.
      - C(type) is the type of the fault. The default is V(ExtendedFault). vCenter accepts only types that extend
        VimFault. C(fields), and types other than V(ExtendedFault), require pyvmomi, which knows their structure.
      - C(fields) contains the fault's own fields, for example C(reason) of V(GenericVmConfigFault), in snake_case or
        with their names in the API. The values have the same form as in
        O(vsphere.tasks.vsphere_task_start#module:params), except that you cannot refer to objects by name or path.
      - A V(ExtendedFault) has C(fault_type_id), with the default V(vsphere.tasks), and C(data).
    type: dict
  custom_values:
    description:
      - Values of custom fields, by the names of the fields. vCenter must define the fields for tasks or for all types.
      - The history does not contain custom values, so the module rejects them for a task that exists only in the
        history.
      - Each value is a string or a number. The module converts numbers to strings.
    type: dict
notes:
  - The user needs C(Task.Update) on the root folder, and C(System.View) on the entities of the tasks, which every role
    except No access includes. O(custom_values) also require the privilege of the custom field, which is
    C(Global.SetCustomField) unless the field has a different one.
seealso:
  - module: vsphere.tasks.vsphere_task_create
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: Show that the work has started
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_task_id }}"
    state: running
    progress: 10
    description: Copying the templates
  register: update

- name: Stop if someone canceled the task
  ansible.builtin.fail:
    msg: A user canceled the task
  when: update.cancel_requested

- name: End the task as a success
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_task_id }}"
    state: success
    progress: 100
    result: 12 templates copied

- name: End a task with a data object as its result
  vsphere.tasks.vsphere_task_state:
    task_id: "{{ my_third_task_id }}"
    state: success
    result:
      _typeName: KeyAnyValue
      key: template
      value:
        type: VirtualMachine
        moid: vm-45

- name: End a task as an error
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
    - The current task, or the task as it would be in check mode, in the form that M(vsphere.tasks.vsphere_task_info)
      returns.
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
    - Whether someone requested the cancellation of the task. The request does not end a task that
      M(vsphere.tasks.vsphere_task_create) created. Your playbook must stop its work and set O(state=error).
  returned: when the module could read the task, also on failure
  type: bool
  sample: false
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
    object: {"type": "Task", "moid": "task-123"}
    privilege_id: Task.Update
missing_task_ids:
  description: IDs of tasks that neither the server nor the newest tasks of its history have.
  returned: failure, if this is the reason
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
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result, Spec
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC: Spec = {
    "task_id": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["queued", "running", "success", "error"]},
    "progress": {"type": "int"},
    "description": {"type": "raw"},
    # Everything in them is hidden until the secrets are known.
    "result": {"type": "raw", "no_log": True},
    "error": {"type": "dict", "no_log": True},
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
