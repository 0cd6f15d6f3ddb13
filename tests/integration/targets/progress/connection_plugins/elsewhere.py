# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""This machine, as if it were another one."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: elsewhere
short_description: This machine as if it were another one
description: Modules run here, but nothing that they write is taken to be readable by the controller.
author: Contributors to the vsphere.tasks collection
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """Runs commands as the local connection does."""

    transport = "elsewhere"
