#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_session
short_description: Open and close a session for many steps
version_added: 0.1.0
description:
  - Logs in once, so that the modules of this collection need not log in each for itself.
  - The result is not shown, as it holds a secret, but can be registered and used. A C(debug) of it, or a loop over it,
    would show it; not to do that stays your care.
  - It cannot be run with C(async), whose status would show the result; and an ad-hoc command opens a session that
    nobody can use, as its id is not shown.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
    details: It logs in and out in check mode as well, so that the steps between have a session.
  diff_mode:
    support: none
options:
  state:
    description:
      - V(present) logs in. With a O(session_id) that is still alive, it is left as it is.
      - V(absent) logs out O(session_id), which is required then. One that is gone already is left as it is.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The user needs any role on any object. vCenter refuses the login of a user who has none (NoPermission).
seealso:
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: With one session
  block:
    - name: Log in
      vsphere.tasks.vsphere_session:
        hostname: vcenter.example.com
        username: administrator@vsphere.local
        password: "{{ vcenter_password }}"
      register: vcenter

    - name: List tasks, with a single request
      vsphere.tasks.vsphere_task_info:
        hostname: vcenter.example.com
        session_id: "{{ vcenter.session_id }}"
  always:
    - name: Log out
      vsphere.tasks.vsphere_session:
        hostname: vcenter.example.com
        session_id: "{{ vcenter.session_id }}"
        state: absent
      when: vcenter.session_id is defined
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
session_id:
  description:
    - What the other modules take as O(session_id).
    - It stands for the session and what was negotiated for it, and is of use over that protocol only.
  returned: with O(state=present)
  type: str
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

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given

ARGUMENT_SPEC = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}


def present(connection: Connection, context: Context) -> Result:
    connection.check_session()
    return {"changed": connection.logged_in, "session_id": connection.keep_session()}


def absent(connection: Connection, context: Context) -> Result:
    return {"changed": connection.log_out()}


def prepare(given: Given) -> Work:
    if given.params["state"] == "present":
        return Work(present, handed_out="session_id")
    if not given.params["session_id"]:
        raise VsphereError("session_id is missing: with state: absent, give the session that is to be closed")
    return Work(absent)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
