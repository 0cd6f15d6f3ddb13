#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_start
short_description: Start any operation of vCenter or ESXi that runs as a task
version_added: 0.1.0
description:
  - Calls a method that returns a task, and returns that task. It waits for it if that is wanted.
  - Every method of the API is known that pyvmomi knows. It and its parameters are checked before anything is sent, and
    all that is wrong is said at once.
  - It is sent once, and never repeated after a lost connection. The failure then says that the outcome is unknown, and
    what to look for.
  - Members that the API marks as secret, such as the password in a C(HostConnectSpec), are masked in every output.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
  - vsphere.tasks.wait
requirements:
  - pyvmomi >= 8.0.3, on both protocols
attributes:
  check_mode:
    support: full
    details: It shows what would be called. Objects that are named must exist.
  diff_mode:
    support: full
options:
  object:
    description:
      - The object whose method is called.
      - A type that the service content names once, which is that of a manager such as V(VirtualDiskManager), needs
        nothing besides.
    type: dict
    required: true
    suboptions: &object
      type:
        description: Its type, such as V(VirtualMachine), V(HostSystem), V(Folder). Required with a moid.
        type: str
      moid:
        description: Its managed object id, such as V(vm-45).
        type: str
      name:
        description: Its name. It must be the only one of that name, and of that type if it is given.
        type: str
      path:
        description:
          - Its inventory path, which begins with the datacenter, such as V(DC0/vm/web/web-01).
          - A slash in a name is written V(%2f) there.
        type: str
      property:
        description:
          - A property of that object, which refers to the one that is meant, such as V(snapshot.currentSnapshot),
            V(browser), V(configManager.vsanSystem). The steps may lead across several objects.
        type: str
  method:
    description: The method's name in the API, such as V(PowerOnVM_Task), V(CloneVM_Task), V(CreateSnapshot_Task).
    type: str
    required: true
  params:
    description:
      - The method's parameters by the API's names, with plain values.
      - C(_typeName) of a data object is needed only where several types would fit. The error then names them.
      - For a reference give the object's id as a text, or C({type, moid}), or of an object of the inventory C({name})
        or C({path}).
      - Digits are taken for a number, and a number for a text. Times need a zone. Null is refused at any depth.
    type: dict
  unless:
    description:
      - What the operation brings about. If that is so already, nothing is started.
      - Without it the operation is started in every run.
    type: dict
    suboptions:
      property:
        description: Path of a property, such as V(runtime.powerState). The steps may lead across several objects.
        type: str
      equals:
        description: The value that the property has then. If it is left out, the property is to be unset.
        type: raw
      object:
        description: The object that has the property. Without it, that is the one of O(object).
        type: dict
        suboptions: *object
      exists:
        description: An object of the inventory, which exists then.
        type: dict
        suboptions:
          type:
            description: Its type, such as V(VirtualMachine). Required with a name.
            type: str
          name:
            description: Its name.
            type: str
          path:
            description: Its inventory path, which begins with the datacenter. A slash in a name is written V(%2f).
            type: str
  wait:
    description:
      - Whether to wait for the task, without showing its progress. O(timeout), O(on_error), O(on_timeout) and
        O(cancel_timeout) have a meaning only then.
      - To start many, and to see their progress, wait for all of them with M(vsphere.tasks.vsphere_task_wait).
    type: bool
    default: false
  progress_file:
    description:
      - File that is there for as long as somebody waits for the module, where it runs. Once it is removed, the module
        waits no more, and ends.
      - It is how the module learns that Ansible was killed, so there is no need to give it.
    type: path
notes:
  - The user needs the privileges of the operation, which the API reference names with the method, and C(System.View)
    on the objects named by O(object), O(params) and O(unless), which every role but No access has.
seealso:
  - module: vsphere.tasks.vsphere_task_wait
  - module: vsphere.tasks.vsphere_task_cancel
"""

EXAMPLES = r"""
- name: Power on a virtual machine that is not on
  vsphere.tasks.vsphere_task_start:
    object:
      type: VirtualMachine
      name: web-01
    method: PowerOnVM_Task
    unless:
      property: runtime.powerState
      equals: poweredOn
    wait: true

- name: Clone it, if there is no such clone yet
  vsphere.tasks.vsphere_task_start:
    object:
      path: DC0/vm/web-01
    method: CloneVM_Task
    params:
      folder:
        path: DC0/vm
      name: web-02
      spec:
        location: {}
        powerOn: false
        template: false
    unless:
      exists:
        path: DC0/vm/web-02
  register: clone

- name: Wait for it, and see its progress
  vsphere.tasks.vsphere_task_wait:
    task_ids: "{{ [clone.task] | select | map(attribute='id') }}"

- name: Give it a second disk of 10 GB
  vsphere.tasks.vsphere_task_start:
    object:
      path: DC0/vm/web-02
    method: ReconfigVM_Task
    params:
      spec:
        deviceChange:
          - operation: add
            fileOperation: create
            device:
              _typeName: VirtualDisk
              key: -1
              controllerKey: 1000
              unitNumber: 5
              capacityInKB: 10485760
              backing:
                _typeName: VirtualDiskFlatVer2BackingInfo
                fileName: "[LocalDS_0] web-02/data.vmdk"
                diskMode: persistent
                thinProvisioned: true
    wait: true

- name: Take a snapshot
  vsphere.tasks.vsphere_task_start:
    object:
      path: DC0/vm/web-02
    method: CreateSnapshot_Task
    params:
      name: before the change
      memory: false
      quiesce: false
    wait: true

- name: Remove the current snapshot, if there is one
  vsphere.tasks.vsphere_task_start:
    object:
      path: DC0/vm/web-02
      property: snapshot.currentSnapshot
    method: RemoveSnapshot_Task
    params:
      removeChildren: false
    unless:
      object:
        path: DC0/vm/web-02
      property: snapshot.currentSnapshot
      equals: null
    wait: true
    timeout: 600
    on_timeout: cancel
"""

RETURN = r"""
api:
  description: How the server was spoken to, as M(vsphere.tasks.vsphere_task_info) returns it.
  returned: when the server was connected to
  type: dict
  sample:
    transport: json
    release: 9.0.0.0
    product: VMware vCenter Server 9.0.0 build-5973321
task:
  description:
    - The task as it is now, as M(vsphere.tasks.vsphere_task_info) returns it; null where nothing was started.
    - If it cannot be read any more, there is only its C(id).
  returned: success, and on failure once the task was started
  type: dict
  sample:
    id: task-123
    state: running
    name: CloneVM_Task
    progress: 0
call:
  description:
    - What was called, or would be in check mode, with C(object), C(method) and C(params) in the form of VI/JSON.
    - Null where O(unless) holds.
  returned: success, and on failure once everything was found
  type: dict
  sample:
    object:
      type: VirtualMachine
      moid: vm-45
    method: PowerOnVM_Task
    params: {}
reason:
  description: Why nothing was started; null where something was, or would be.
  returned: success
  type: str
  sample: runtime.powerState of VirtualMachine vm-45 is poweredOn
timed_out:
  description: Whether the time was up before the task was over.
  returned: with O(wait=true), when the task was waited for, also on failure
  type: bool
  sample: false
elapsed:
  description: Seconds that the wait took.
  returned: with O(wait=true), when the task was waited for, also on failure
  type: float
  sample: 12.043
sent_at:
  description: When the method was sent, by the server's clock.
  returned: failure, where the outcome is unknown
  type: str
  sample: "2026-01-31T18:00:00Z"
fault:
  description:
    - The vSphere fault that the server has answered with, for a C(rescue), in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error).
    - That of a task which failed while it was waited for is in C(task.error).
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

from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._objects import OBJECT_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._start._start import StartOptions, start_task
from ansible_collections.vsphere.tasks.plugins.module_utils._start._unless import UNLESS_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WAIT_SPEC

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    **WAIT_SPEC,
    "object": {**OBJECT_SPEC, "required": True},
    "method": {"type": "str", "required": True},
    # Everything in it is masked until it is known what is a secret.
    "params": {"type": "dict", "no_log": True},
    "unless": UNLESS_SPEC,
    "wait": {"type": "bool", "default": False},
    "progress_file": {"type": "path"},
}


def prepare(given: Given) -> Work:
    options = StartOptions.from_params(given.params, given.secrets)

    def do(connection: Connection, context: Context) -> Result:
        with TaskReader(connection, context) as reader:
            return start_task(reader, options)

    return Work(do, lasts=options.wait is not None, progress_file=given.params["progress_file"])


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
