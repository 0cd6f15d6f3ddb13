#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_start
short_description: Start any operation of vCenter or ESXi that runs as a task
version_added: 1.0.0
description:
  - Calls an API method that returns a task, and returns this task. Can wait until the task ends.
  - Supports every API method that the installed pyvmomi knows. The module validates the method and its parameters
    before it sends anything, and reports all problems together.
  - Sends the request only once, and does not repeat it after a lost connection. The error message then says that the
    outcome is unknown, and how to check it.
  - Hides members that the API marks as secret, such as the password in a C(HostConnectSpec), in every output.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
  - vsphere.tasks.wait
requirements:
  - pyvmomi >= 8.0.3, with both protocols
attributes:
  check_mode:
    support: full
    details: Shows the call that the module would make. The objects that you name must exist.
  diff_mode:
    support: full
options:
  object:
    description:
      - Object whose method the module calls.
      - For a type that the server's service content lists only once, for example a manager such as
        V(VirtualDiskManager), set O(object.type) alone.
    type: dict
    required: true
    suboptions: &object
      type:
        description:
          - Type of the object, for example V(VirtualMachine), V(HostSystem), or V(Folder). Required with a managed
            object ID.
        type: str
      moid:
        description: Managed object ID of the object, for example V(vm-45).
        type: str
      name:
        description: Name of the object. Only one object, or only one of the type if you set a type, can have this name.
        type: str
      path:
        description:
          - Inventory path of the object, starting with the datacenter, for example V(DC0/vm/web/web-01).
          - Write a slash in a name as V(%2f).
        type: str
      property:
        description:
          - Path of a property that refers to the object to use instead, for example V(snapshot.currentSnapshot),
            V(browser), or V(configManager.vsanSystem). The path can lead across several objects.
        type: str
  method:
    description:
      - Name of the method in the API, for example V(PowerOnVM_Task), V(CloneVM_Task), or V(CreateSnapshot_Task).
    type: str
    required: true
  params:
    description:
      - Parameters of the method, by their names in the API, with plain values.
      - Add C(_typeName) to a data object only if several types are possible. The error message then lists them.
      - To refer to an object, use its ID as a string, or C({type, moid}), or C({name}) or C({path}) for an inventory
        object.
      - The module accepts digits as a number, and a number as a string. Times require a time zone. Null is not allowed
        at any depth.
      - The module fails if the release of the server does not have one of the parameters, or a part of it, because the
        operation could do something else without it.
    type: dict
  unless:
    description:
      - The state that the operation produces. The module does not start the operation if this state already exists.
      - If you do not set it, every run starts the operation.
    type: dict
    suboptions:
      property:
        description: Path of a property, for example V(runtime.powerState). The path can lead across several objects.
        type: str
      equals:
        description: Value that the property has in this state. If you do not set it, the property must be unset.
        type: raw
      object:
        description: Object that has the property. The default is O(object).
        type: dict
        suboptions: *object
      exists:
        description: Inventory object that exists in this state.
        type: dict
        suboptions:
          type:
            description: Type of the object, for example V(VirtualMachine). Required with a name.
            type: str
          name:
            description: Name of the object.
            type: str
          path:
            description: Inventory path of the object, starting with the datacenter. Write a slash in a name as V(%2f).
            type: str
  wait:
    description:
      - Whether to wait until the task ends, without showing its progress. O(timeout), O(on_error), O(on_timeout), and
        O(cancel_timeout) apply only with O(wait=true).
      - To start several tasks and see their progress, wait for all of them with M(vsphere.tasks.vsphere_task_wait).
    type: bool
    default: false
  progress_file:
    description:
      - Path of a file, on the host where the module runs, that exists while Ansible waits for the module. When Ansible
        removes it, the module stops waiting and ends.
      - Ansible sets this option to tell the module when Ansible itself is killed. You do not need to set it.
    type: path
notes:
  - The user needs the privileges of the operation, which the API reference lists with the method, and C(System.View) on
    the objects in O(object), O(params), and O(unless), which every role except No access includes.
seealso:
  - module: vsphere.tasks.vsphere_task_wait
  - module: vsphere.tasks.vsphere_task_cancel
"""

EXAMPLES = r"""
- name: Power on a virtual machine unless it is on
  vsphere.tasks.vsphere_task_start:
    object:
      type: VirtualMachine
      name: web-01
    method: PowerOnVM_Task
    unless:
      property: runtime.powerState
      equals: poweredOn
    wait: true

- name: Clone the virtual machine unless the clone exists
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

- name: Wait for the clone, and show the progress
  vsphere.tasks.vsphere_task_wait:
    task_ids: "{{ [clone.task] | select | map(attribute='id') }}"

- name: Add a second disk of 10 GB
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

- name: Remove the current snapshot if it exists
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
  description:
    - Protocol, API release, and server product of the connection, in the same form as
      M(vsphere.tasks.vsphere_task_info) returns it.
  returned: when the module connected to the server
  type: dict
  sample:
    transport: json
    release: 9.0.0.0
    product: VMware vCenter Server 9.0.0 build-24755230
task:
  description:
    - The current task, in the form that M(vsphere.tasks.vsphere_task_info) returns, or null if the module started
      nothing.
    - Contains only C(id) if the module can no longer read the task.
  returned: success, and on failure after the task started
  type: dict
  sample:
    id: task-123
    state: running
    name: CloneVM_Task
    progress: 0
call:
  description:
    - The call that the module made, or would make in check mode, with C(object), C(method), and C(params) in VI/JSON
      form.
    - Null if the state of O(unless) already exists.
  returned: success, and on failure after the module checked the call
  type: dict
  sample:
    object:
      type: VirtualMachine
      moid: vm-45
    method: PowerOnVM_Task
    params: {}
reason:
  description: Reason why the module started nothing, or null if it started, or would start, the operation.
  returned: success
  type: str
  sample: runtime.powerState of VirtualMachine vm-45 is poweredOn
timed_out:
  description: Whether O(timeout) passed before the task ended.
  returned: with O(wait=true), when the module waited for the task, also on failure
  type: bool
  sample: false
elapsed:
  description: Duration of the wait in seconds.
  returned: with O(wait=true), when the module waited for the task, also on failure
  type: float
  sample: 12.043
sent_at:
  description: Time on the server's clock when the module called the method.
  returned: failure, if the outcome is unknown
  type: str
  sample: "2026-01-31T18:00:00Z"
fault:
  description:
    - The vSphere fault that the server returned, in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error). You can evaluate it in a C(rescue) section.
    - If the task fails while the module waits for it, the fault of the task is in C(task.error).
  returned: failure, if the server returned a fault
  type: dict
  sample:
    type: NoPermission
    message: Permission to perform this operation was denied.
    messages: []
    cause: null
    object: {"type": "VirtualMachine", "moid": "vm-45"}
    privilege_id: VirtualMachine.Interact.PowerOff
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
    # Everything in it is hidden until the secrets are known.
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
