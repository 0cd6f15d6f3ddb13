# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: line
short_description: Makes a line for output from a text of the server
version_added: 1.0.0
description:
  - Returns a text in one line, without characters that control a terminal or change the order of other characters.
  - Results of the modules contain names and messages exactly as the server returns them. Use this filter before you
    show them, or write them into a log.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
options:
  _input:
    description: The text, for example RV(vsphere.tasks.vsphere_task_info#module:tasks[].entity_name).
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Show the objects of the tasks
  ansible.builtin.debug:
    msg: "{{ found.tasks | map(attribute='entity_name') | map('vsphere.tasks.line') }}"
"""

RETURN = r"""
_value:
  description: The text in one line. After 20,000 characters, it ends in three dots.
  type: str
"""

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._values import clean


class FilterModule:
    """Gives Ansible the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {"line": clean}
