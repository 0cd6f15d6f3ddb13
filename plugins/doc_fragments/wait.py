# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  timeout:
    description: Maximum number of seconds to wait. V(0) checks once.
    type: int
    default: 3600
  on_error:
    description:
      - Action if a task ends in the state C(error), or disappears from the server and its history during the wait.
      - V(fail) fails and lists each of these tasks. V(return) does not fail, so that the playbook can decide.
    type: str
    choices: [fail, return]
    default: fail
  on_timeout:
    description:
      - Action for tasks that have not ended after O(timeout).
      - V(fail) fails and lists these tasks. V(return) does not fail.
      - V(cancel) requests the cancellation of each task that you can cancel, and waits up to O(cancel_timeout) longer.
        O(on_error) applies to tasks that end in that time. The module fails if any other task remains.
    type: str
    choices: [fail, return, cancel]
    default: fail
  cancel_timeout:
    description: Maximum number of seconds to wait for canceled tasks to end, with O(on_timeout=cancel).
    type: int
    default: 60
"""
