#!/usr/bin/python
# Copyright: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_info
short_description: List the tasks of a vCenter or ESXi
version_added: 0.1.0
description:
  - Returns given tasks, or the recent ones, with everything that vSphere knows about each.
  - Recent tasks are those that run or are queued, and those that ended within about ten minutes.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
    details: It changes nothing, so it does the same in check mode.
  diff_mode:
    support: N/A
    details: It changes nothing.
options:
  task_ids:
    description:
      - Managed object ids of the tasks to return, such as V(task-123). Without it the recent tasks are returned.
      - Ids that the server does not know are no error, see RV(missing_task_ids).
    type: list
    elements: str
  states:
    description: Return only tasks in one of these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  entity:
    description: Return only tasks of this object of the inventory; every part that is given must fit.
    type: dict
    suboptions:
      moid:
        description: Its managed object id, such as V(vm-45).
        type: str
      name:
        description: Its name, as the task has it in RV(tasks[].entity_name).
        type: str
      type:
        description: Its type, such as V(VirtualMachine), V(HostSystem), V(ClusterComputeResource).
        type: str
  cancelable:
    description: Return only tasks that can be cancelled, or only those that cannot.
    type: bool
  custom_values:
    description: Return the custom fields that are defined for tasks, and the values that each task has in them.
    type: bool
    default: false
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
    msg: "{{ item.id }} {{ item.name }} on {{ item.entity_name }}: {{ item.state }} {{ item.progress }} %"
  loop: "{{ running.tasks }}"
  loop_control:
    label: "{{ item.id }}"

# The connection comes from VMWARE_HOST, VMWARE_USER and VMWARE_PASSWORD from here on.
- name: Look at two tasks
  vsphere.tasks.vsphere_task_info:
    task_ids: [task-123, task-124]
  register: two

- name: Fail when one of them failed
  ansible.builtin.assert:
    that: two.tasks | selectattr('state', 'equalto', 'error') | length == 0
    fail_msg: "{{ two.tasks | map(attribute='error') | select | map(attribute='message') | join('; ') }}"

- name: Failed tasks of one virtual machine
  vsphere.tasks.vsphere_task_info:
    states: [error]
    entity:
      type: VirtualMachine
      name: web-01
"""

RETURN = r"""
"""

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._run import run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import SELECTION_SPEC, Selection

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection

ARGUMENT_SPEC = {**SELECTION_SPEC, "custom_values": {"type": "bool", "default": False}}


def prepare(params: dict[str, t.Any]) -> t.Any:
    selection = Selection(params)

    def work(connection: Connection, check_mode: bool) -> dict[str, t.Any]:
        reading = selection.read(connection, params["custom_values"])
        return {"changed": False, "tasks": reading.tasks, "missing_task_ids": reading.missing}

    return work


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
