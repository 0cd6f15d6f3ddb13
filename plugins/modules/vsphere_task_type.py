#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_type
short_description: Register types of tasks of your own in vCenter
version_added: 0.1.0
description:
  - Registers task types in an extension of vCenter, with the labels that the vSphere Client shows for their tasks.
    M(vsphere.tasks.vsphere_task_create) makes tasks only of types that are registered.
  - The extension is made where there is none of that key. Of an extension that exists, everything else is left as it
    is, such as other task types, labels in other locales, servers and clients.
  - An extension is written as a whole. Where somebody else changes it in the same moment, one of both changes is lost.
  - ESXi has no extensions.
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
  extension:
    description:
      - Key of the extension. Name it like a Java package, as it has to be unique in the vCenter.
    type: str
    required: true
  version:
    description:
      - Version of the extension, as numbers and dots, with O(state=present).
      - If it is left out, a new extension gets V(1.0.0), and one that exists keeps the version that it has.
    type: str
  task_types:
    description: The task types that are to be there, or not to be there.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description:
          - Id of the task type. Name it like a Java package, as it has to be unique in the vCenter. Tasks of the type
            have it as C(description_id).
        type: str
        required: true
      labels:
        description:
          - What the vSphere Client shows for a task of the type, by locale, such as V(en) or V(de_DE). Characters that
            XML does not hold are left out.
          - A label in a locale that is not given is left as it is. Has no meaning with O(state=absent), which removes
            all of them.
        type: dict
  state:
    description:
      - V(present) registers the task types and sets their labels and the version of the extension.
      - V(absent) removes the task types with their labels. The extension remains, unless this module has made it (its
        company is V(vsphere.tasks) then) and nothing is left in it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The user needs C(Extension.Register), C(Extension.Update) or C(Extension.Unregister) on the root folder,
    depending on what there is to do.
seealso:
  - module: vsphere.tasks.vsphere_task_create
"""

EXAMPLES = r"""
- name: Register what our playbooks do
  vsphere.tasks.vsphere_task_type:
    extension: com.example.ansible
    task_types:
      - id: com.example.ansible.backup
        labels:
          en: Back up the configuration
          de: Konfiguration sichern
      - id: com.example.ansible.patch
        labels:
          en: Patch the appliances

- name: Remove one of them
  vsphere.tasks.vsphere_task_type:
    extension: com.example.ansible
    task_types:
      - id: com.example.ansible.patch
    state: absent
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
extension:
  description: The extension as it is now, or would be in check mode; null where there is none.
  returned: success
  type: dict
  contains:
    key:
      description: Its key.
      type: str
      sample: com.example.ansible
    version:
      description: Its version.
      type: str
      sample: 1.0.0
    task_types:
      description: All its task types, with C(id) and C(labels) by locale.
      type: list
      elements: dict
      sample:
        - id: com.example.ansible.backup
          labels:
            en: Back up the configuration
            de: Konfiguration sichern
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

from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {
    "extension": {"type": "str", "required": True},
    "version": {"type": "str"},
    "task_types": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"id": {"type": "str", "required": True}, "labels": {"type": "dict"}},
    },
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def prepare(given: Given) -> Work:
    options = TaskTypeOptions.from_params(given.params)

    def do(connection: Connection, context: Context) -> Result:
        return set_task_types(connection, options, context.check_mode)

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
