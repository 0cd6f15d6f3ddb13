# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: task_report
short_description: Make a report of tasks
version_added: 1.0.0
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
description:
  - Turns results of M(vsphere.tasks.vsphere_task_info) into a page with a timeline, tables, and statistics, or into
    JSON or CSV.
  - The page is a single file that loads nothing from elsewhere. It shows texts of the server, and never executes them.
  - The role P(vsphere.tasks.task_report#role) finds tasks and writes the report. Use the filter to report tasks that
    you selected in another way.
positional: _input
options:
  _input:
    description:
      - Results of M(vsphere.tasks.vsphere_task_info), one for each vCenter or ESXi.
      - Add C(server) to a result to name the server in the report. Without it, the report shows the product, and a
        number from the second such server on.
    type: list
    elements: dict
    required: true
  output:
    description:
      - Format of the report.
      - V(json) contains all members of the tasks. V(html) and V(csv) contain the most important ones.
      - In V(csv), an apostrophe precedes texts that a spreadsheet would take for a formula.
    type: str
    choices: [html, json, csv]
    default: html
  title:
    description: Title of the report.
    type: str
    default: vSphere tasks
  unread:
    description: Names of servers without a result. The report shows that their tasks are missing.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Find the tasks of today
  vsphere.tasks.vsphere_task_info:
    begin_time: -24h
  register: found

- name: Write a report of the failed ones
  ansible.builtin.copy:
    dest: failed.html
    content: "{{ [found | combine({'tasks': failed})] | vsphere.tasks.task_report(title='Failures') | string }}"
    mode: "0644"
  vars:
    failed: "{{ found.tasks | selectattr('state', 'eq', 'error') }}"
"""

RETURN = r"""
_value:
  description: The content of the file.
  type: str
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._report import _formats, _rows

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def task_report(
    results: Sequence[_rows.Data], output: str = "html", title: str = "vSphere tasks", unread: Sequence[str] = ()
) -> str:
    """The report of the tasks in these results."""
    if output not in _formats.FORMATS:
        raise AnsibleFilterError(f"output must be {', '.join(_formats.FORMATS)}, not {output}")
    try:
        return _formats.FORMATS[output](title, _rows.servers(results, unread))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"the input is not a list of results of vsphere_task_info: {error!r}") from error


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        return {"task_report": task_report}
