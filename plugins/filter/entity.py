# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: entity
short_description: Reads an inventory object from a text
version_added: 1.0.0
description:
  - Turns a text, for example the answer to a survey, into the option O(vsphere.tasks.vsphere_task_info#module:entity)
    of the modules.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
positional: _default
options:
  _input:
    description:
      - Inventory path, for example V(DC0/vm/web-01), name, or type and managed object ID, for example
        V(VirtualMachine:vm-12). In a path, write a slash in a name as V(%2f).
      - Alternatively, a dictionary or JSON text with the parts of the option.
    type: raw
    required: true
  _default:
    description: Replacement for an empty text, for example C(omit).
    type: raw
  recursion:
    description: Value of O(vsphere.tasks.vsphere_task_info#module:entity.recursion). An empty value counts as not set.
    type: str
"""

EXAMPLES = r"""
- name: Find the tasks that run on an object and its children
  vsphere.tasks.vsphere_task_info:
    states: [queued, running]
    entity: "{{ 'DC0/host/DC0_C0' | vsphere.tasks.entity(recursion='all') }}"
"""

RETURN = r"""
_value:
  description: Dictionary with C(path), C(name), or C(type) and C(moid), and with C(recursion) if it is set.
  type: dict
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.vsphere.tasks.plugins.filter.answer import answer
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity


def entity(value: t.Any, default: t.Any = None, recursion: str | None = None) -> t.Any:
    given = answer(value)
    if given is None:
        return default
    parts = _parts(given)
    how = answer(recursion)
    return parts if how is None else {**parts, "recursion": how}


def _parts(given: t.Any) -> dict[str, t.Any]:
    if isinstance(given, dict):
        return given
    if str(given).startswith("{"):
        try:
            parts: dict[str, t.Any] = json.loads(given)
        except (RecursionError, ValueError) as error:
            raise AnsibleFilterError(f"{given!r} is not an inventory object: {error}") from error
        return parts
    # The module checks it, and its message has no lines of Ansible around it.
    named = Entity.from_text("entity", str(given))
    return {part: value for part, value in named._asdict().items() if part != "option" and value is not None}


class FilterModule:
    """Gives Ansible the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"entity": entity}
