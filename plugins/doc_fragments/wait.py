# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  timeout:
    description: Seconds to wait for. V(0) looks once.
    type: int
    default: 3600
  on_error:
    description:
      - What to do when a task ends in the state C(error), or is gone from the server and its history.
      - V(fail) fails and names each of them. V(return) leaves the judgement to the playbook.
    type: str
    choices: [fail, return]
    default: fail
  on_timeout:
    description:
      - What to do about tasks that are not over after O(timeout).
      - V(cancel) asks for the cancellation of those that can be cancelled, and waits for O(cancel_timeout) more. Those
        that end in that time are judged by O(on_error), those that do not are a failure.
    type: str
    choices: [fail, return, cancel]
    default: fail
  cancel_timeout:
    description: Seconds that cancelled tasks have to end, with O(on_timeout=cancel).
    type: int
    default: 60
"""
