# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - Python >= 3.9
  - requests
  - pyvmomi >= 8.0.3 for connections over SOAP (before vCenter 8.0U1, to ESXi, or with O(transport=soap)); on Python 3.9
    also < 9, which pip does not select by itself
notes:
  - Set the connection options once for a whole play with C(module_defaults) and the action group
    C(group/vsphere.tasks.vsphere), or use environment variables, for example those that the VMware credential of AWX
    sets.
  - Do not write a password directly in a playbook or in C(-a). Ansible can print it when it reports where an error
    occurred. Use a variable, Ansible Vault, or an environment variable.
  - See C(docs/privileges.md) of the collection for the privileges that the modules need, the objects to grant them on,
    and the sources of this information.
options:
  hostname:
    description:
      - Name or address of the vCenter or ESXi, without a scheme or a port. Write an IPv6 address with or without
        brackets, and without a zone.
      - Required, here or in E(VMWARE_HOST).
    type: str
  username:
    description:
      - Name of the user to log in as, for example V(administrator@vsphere.local).
      - Required, here or in E(VMWARE_USER), unless you set O(session_id).
    type: str
    aliases: [user, admin]
  password:
    description:
      - Password of the user.
      - Required, here or in E(VMWARE_PASSWORD), unless you set O(session_id).
    type: str
    aliases: [pass, pwd]
  session_id:
    description:
      - Session to use instead of a password, as M(vsphere.tasks.vsphere_session) returns it. The module then does not
        log in or out, and does not query the version of the server.
      - If the session has expired and you also set O(username) and O(password), the module opens a new session for
        itself. Otherwise, it fails.
      - Falls back to E(VMWARE_SESSION_ID).
    type: str
  port:
    description:
      - Port of the server's HTTPS service.
      - Falls back to E(VMWARE_PORT).
    type: int
    default: 443
  validate_certs:
    description:
      - Whether to require a valid certificate of the server. Disable this option only if you accept any certificate.
      - Falls back to E(VMWARE_VALIDATE_CERTS).
    type: bool
    default: true
  ca_path:
    description:
      - Path of a file with the CA certificates, in PEM format, that the module verifies the server's certificate with.
      - If you do not set it, E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) applies, or else the CA certificates of the
        Python library requests.
      - Falls back to E(VMWARE_CA_PATH).
    type: path
  proxy_host:
    description:
      - Name or address of an HTTP proxy to connect through, in the same form as O(hostname). Requires O(proxy_port).
      - If you do not set it, E(HTTPS_PROXY) or else E(ALL_PROXY), and E(NO_PROXY) apply.
      - Falls back to E(VMWARE_PROXY_HOST).
    type: str
  proxy_port:
    description:
      - Port of the HTTP proxy.
      - Falls back to E(VMWARE_PROXY_PORT).
    type: int
  transport:
    description:
      - Protocol of the connection.
      - V(auto) uses VI/JSON if the server supports it (vCenter 8.0U1 and later), and SOAP otherwise. It also uses SOAP
        if something, for example a front end, rejects VI/JSON and SOAP works.
      - Falls back to E(VMWARE_TRANSPORT).
    type: str
    choices: [auto, json, soap]
    default: auto
  request_timeout:
    description:
      - Maximum number of seconds to connect, and to receive the complete response to a single request.
      - Falls back to E(VMWARE_REQUEST_TIMEOUT).
    type: int
    default: 60
  max_response_size:
    description:
      - Maximum size of the response to a single request in megabytes, before and after its decompression. The pages of
        one result count together. A megabyte can contain 62,500 values.
      - A search in the history can return tasks of four times this size.
      - The module needs up to ten times as much memory for the largest response.
      - Falls back to E(VMWARE_MAX_RESPONSE_SIZE).
    type: int
    default: 64
  locale:
    description:
      - Language of labels and messages from the server, for example V(en_US), V(de), or V(ja). The module sends it when
        it logs in, so it has no effect with O(session_id).
      - The default is the language of the server.
      - Falls back to E(VMWARE_LOCALE).
    type: str
"""
