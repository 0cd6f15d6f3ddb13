#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_session
short_description: Open and close a session for several tasks of a play
version_added: 1.0.0
description:
  - Logs in once, so that the other modules of this collection do not each log in and out.
  - The result contains a secret and is hidden from output, but you can register and use it. Do not print it with
    M(ansible.builtin.debug) or loop over it.
  - Does not support C(async), because the status of the job would show the result. Do not use it in an ad-hoc command,
    because you cannot see the session ID.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
attributes:
  check_mode:
    support: full
    details: Logs in and out in check mode too, so that the other modules have a session.
  diff_mode:
    support: none
options:
  state:
    description:
      - V(present) logs in. If O(session_id) is still valid, the module keeps that session.
      - V(absent) logs out of the session O(session_id), which is then required. If that session has already ended,
        nothing changes.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The user needs any role on any object. vCenter rejects the login of a user without a role (C(NoPermission)).
seealso:
  - module: vsphere.tasks.vsphere_task_info
"""

EXAMPLES = r"""
- name: Use one session for several tasks
  block:
    - name: Log in
      vsphere.tasks.vsphere_session:
        hostname: vcenter.example.com
        username: administrator@vsphere.local
        password: "{{ vcenter_password }}"
      register: vcenter

    - name: List tasks with a single request
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
  description:
    - Protocol, API release, and server product of the connection, in the same form as
      M(vsphere.tasks.vsphere_task_info) returns it.
  returned: when the module connected to the server
  type: dict
  sample:
    transport: json
    release: 9.0.0.0
    product: VMware vCenter Server 9.0.0 build-24755230
session_id:
  description:
    - The session, for the O(session_id) option of the other modules.
    - It identifies the session and the protocol that the module negotiated, and works only with that protocol.
  returned: with O(state=present)
  type: str
fault:
  description:
    - The vSphere fault that the server returned, in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error). You can evaluate it in a C(rescue) section.
  returned: failure, if the server returned a fault
  type: dict
  sample:
    type: InvalidLogin
    message: Cannot complete login due to an incorrect user name or password.
    messages: []
    cause: null
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
    return {"changed": connection.owns_session, "session_id": connection.keep_session()}


def absent(connection: Connection, context: Context) -> Result:
    return {"changed": connection.log_out()}


def prepare(given: Given) -> Work:
    if given.params["state"] == "present":
        return Work(present, handed_out="session_id")
    if not given.params["session_id"]:
        raise VsphereError("session_id is missing: with state: absent, set it to the session to close")
    return Work(absent)


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
