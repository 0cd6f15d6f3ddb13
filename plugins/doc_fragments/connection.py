# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - Python >= 3.9
  - requests
  - pyvmomi >= 8.0.3, where SOAP is spoken (before vCenter 8.0U1, on ESXi, or with O(transport=soap)); on Python 3.9
    also < 9, which pip does not see to by itself
notes:
  - The connection options can be set once for a whole play with C(module_defaults) and the action group
    C(group/vsphere.tasks.vsphere), or by environment variables, as the VMware credential of AWX does.
  - A password that stands literally in a playbook or in C(-a) can be shown by Ansible itself, when it prints the place
    of an error. Give it by variable, vault or environment.
  - Which privileges the modules need, where, and who says so, is in C(docs/privileges.md) of the collection.
options:
  hostname:
    description:
      - Name or address of the vCenter or ESXi, without scheme and port; IPv6 literals with or without brackets, and
        without a zone.
      - Required, here or as E(VMWARE_HOST).
    type: str
  username:
    description:
      - The user to log in as, such as V(administrator@vsphere.local).
      - Required, here or as E(VMWARE_USER), unless O(session_id) is given.
    type: str
    aliases: [user, admin]
  password:
    description:
      - The user's password.
      - Required, here or as E(VMWARE_PASSWORD), unless O(session_id) is given.
    type: str
    aliases: [pass, pwd]
  session_id:
    description:
      - A session that M(vsphere.tasks.vsphere_session) has opened, in place of a password. The module then neither logs
        in nor out, and asks the server nothing about its version.
      - If the session has expired, it is renewed for this module where O(username) and O(password) are given too, else
        the module fails.
      - Falls back to E(VMWARE_SESSION_ID).
    type: str
  port:
    description:
      - The port of the server's HTTPS service.
      - Falls back to E(VMWARE_PORT).
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the server's certificate must be valid. Turn it off only where you accept any certificate.
      - Falls back to E(VMWARE_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - File with the CA certificates, in PEM form, that the server's certificate is checked with.
      - Without it those that Python's requests uses are taken.
      - Falls back to E(VMWARE_CA_PATH).
    type: path
  proxy_host:
    description:
      - Name or address of an HTTP proxy to connect through, written like O(hostname). O(proxy_port) is needed as well.
      - Without it E(HTTPS_PROXY) and E(NO_PROXY) apply.
      - Falls back to E(VMWARE_PROXY_HOST).
    type: str
  proxy_port:
    description:
      - Port of the HTTP proxy.
      - Falls back to E(VMWARE_PROXY_PORT).
    type: int
  transport:
    description:
      - The protocol to speak.
      - V(auto) takes VI/JSON where the server has it (vCenter 8.0U1 and newer), else SOAP. Where VI/JSON is refused,
        for example by a front end, and SOAP works, it takes SOAP.
      - Falls back to E(VMWARE_TRANSPORT).
    type: str
    choices: [auto, json, soap]
    default: auto
  request_timeout:
    description:
      - Seconds that connecting, and the answer to one request, may take.
      - Falls back to E(VMWARE_REQUEST_TIMEOUT).
    type: int
    default: 60
  locale:
    description:
      - Language of labels and messages from the server, such as V(en_US), V(de) or V(ja). It is sent with the login, so
        it has no effect with O(session_id).
      - The server's own language by default.
      - Falls back to E(VMWARE_LOCALE).
    type: str
"""
