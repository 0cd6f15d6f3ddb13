#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_type
short_description: Register your own task types in vCenter
version_added: 1.0.0
description:
  - Registers task types in an extension of vCenter, with the labels that the vSphere Client shows for their tasks.
    M(vsphere.tasks.vsphere_task_create) can create only tasks of registered types.
  - Creates the extension if it does not exist. In an existing extension, everything else stays the same, for example
    other task types, labels in other locales, servers, and clients.
  - Writes the extension as a whole, and reads it again a moment later. If someone else has overwritten it at the same
    time, the module repeats its change.
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
      - Key of the extension. Name it like a Java package, because it must be unique in the vCenter.
    type: str
    required: true
  version:
    description:
      - Version of the extension, as numbers and dots. O(state=absent) ignores this option.
      - If you do not set it, a new extension gets V(1.0.0), and an existing extension keeps its version.
    type: str
  task_types:
    description: Task types to register or to remove.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description:
          - ID of the task type. Name it like a Java package, because it must be unique in the vCenter. Tasks of this
            type have it as C(description_id).
        type: str
        required: true
      labels:
        description:
          - Labels that the vSphere Client shows for tasks of this type, by locale, for example V(en) or V(de_DE). The
            module removes characters that XML does not support.
          - A label in a locale that you do not list stays the same. O(state=absent) ignores this option and removes all
            labels.
        type: dict
  state:
    description:
      - V(present) registers the task types and sets their labels and the version of the extension.
      - V(absent) removes the task types with their labels. It also removes the extension if this module created it (its
        company is then V(vsphere.tasks)) and nothing is left in it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The user needs C(Extension.Register), C(Extension.Update), or C(Extension.Unregister) on the root folder, depending
    on the changes that are necessary.
seealso:
  - module: vsphere.tasks.vsphere_task_create
"""

EXAMPLES = r"""
- name: Register two task types
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

- name: Remove a task type
  vsphere.tasks.vsphere_task_type:
    extension: com.example.ansible
    task_types:
      - id: com.example.ansible.patch
    state: absent
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
extension:
  description: The current extension, or the extension as it would be in check mode. Null if it does not exist.
  returned: success
  type: dict
  contains:
    key:
      description: Key of the extension.
      type: str
      sample: com.example.ansible
    version:
      description: Version of the extension.
      type: str
      sample: 1.0.0
    task_types:
      description: All task types of the extension, with C(id), and C(labels) by locale.
      type: list
      elements: dict
      sample:
        - id: com.example.ansible.backup
          labels:
            en: Back up the configuration
            de: Konfiguration sichern
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
    object: {"type": "ExtensionManager", "moid": "ExtensionManager"}
    privilege_id: Extension.Register
"""

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result, Spec
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC: Spec = {
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
        return set_task_types(connection, options, context)

    return Work(do)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
