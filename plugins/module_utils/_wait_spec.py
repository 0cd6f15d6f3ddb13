# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ``vsphere_task_wait`` waits: the module takes these options, and its action plugin where it waits in rounds.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import WAIT_SPEC, WaitOptions

TASK_WAIT_SPEC: dict[str, dict[str, t.Any]] = {
    **WAIT_SPEC,
    "until": {"type": "str", "choices": ["all", "any"], "default": "all"},
    "return_tasks": {"type": "bool", "default": True},
    "progress_interval": {"type": "int", "default": 30},
}
"""The options that ``how_to_wait`` takes."""


def how_to_wait(params: dict[str, t.Any]) -> WaitOptions:
    """Check the options."""
    if params["progress_interval"] < 0:
        raise VsphereError(f"progress_interval {params['progress_interval']} is negative: give seconds, 0 or more")
    return WaitOptions.from_params(params)
