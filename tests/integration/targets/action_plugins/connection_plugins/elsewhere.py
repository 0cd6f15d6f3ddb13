# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local connection that Ansible takes for a remote one."""

from __future__ import annotations

from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.utils.display import Display

DOCUMENTATION = """
name: elsewhere
short_description: This machine as if it were another one
description:
  - Modules run here, but nothing that they write is taken to be readable by the controller.
  - What they return is shown at high verbosity as P(ansible.builtin.ssh#connection) shows it.
author: Contributors to the vsphere.tasks collection
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """Runs commands like the local connection, and shows their output like the SSH connection."""

    transport = "elsewhere"

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        status, output, errors = super().exec_command(cmd, in_data, sudoable)
        Display().vvv("censored" if self._play_context.no_log else to_text(output))
        return status, output, errors
