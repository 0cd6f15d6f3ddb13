# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: answer
short_description: Replaces an empty answer to a survey
version_added: 1.0.0
description:
  - Returns the answer to a question of a survey, or O(_default) if the answer is empty.
  - Surveys of AWX and Automation Controller set the variable of an optional question even if you do not answer it.
    C(default) therefore does not apply. With its second argument, C(default) also replaces V(0) and V(false).
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
positional: _default
options:
  _input:
    description: The answer. Null, an empty or blank string, and an empty list or dictionary count as empty.
    type: raw
    required: true
  _default:
    description: Replacement for an empty answer, for example C(omit).
    type: raw
"""

EXAMPLES = r"""
- name: Find the tasks of a user, or of all users if the survey does not name one
  vsphere.tasks.vsphere_task_info:
    states: [queued, running]
    users: "{{ survey_users | default(none) | vsphere.tasks.answer(omit) }}"
"""

RETURN = r"""
_value:
  description: The answer, without spaces and line breaks around a string, or O(_default).
  type: raw
"""

import typing as t


def answer(value: t.Any, default: t.Any = None) -> t.Any:
    if isinstance(value, str):
        value = value.strip()
    is_empty = value is None or (isinstance(value, (str, list, dict)) and not value)
    return default if is_empty else value


class FilterModule:
    """Gives Ansible the filter."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"answer": answer}
