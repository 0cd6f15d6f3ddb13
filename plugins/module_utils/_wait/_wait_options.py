# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to wait for tasks: the options and their meaning.

The documentation is in ``plugins/doc_fragments/wait.py`` and, for ``TASK_WAIT_SPEC``, in ``vsphere_task_wait``.
"""

from __future__ import annotations

import dataclasses
import math

from .. import _context, _errors

WAIT_SPEC: _context.Spec = {
    "timeout": {"type": "int", "default": 3600},
    "on_error": {"type": "str", "choices": ["fail", "return"], "default": "fail"},
    "on_timeout": {"type": "str", "choices": ["fail", "return", "cancel"], "default": "fail"},
    "cancel_timeout": {"type": "int", "default": 60},
}
"""The options of every module that waits."""

TASK_WAIT_SPEC: _context.Spec = {
    **WAIT_SPEC,
    "until": {"type": "str", "choices": ["all", "any"], "default": "all"},
    "appear_timeout": {"type": "int", "default": 0},
    "return_tasks": {"type": "bool", "default": True},
    "progress_interval": {"type": "int", "default": 30},
}
"""The options of ``vsphere_task_wait``, which its action plugin also uses for rounds."""


@dataclasses.dataclass(frozen=True)
class WaitOptions:
    """How to wait; times in seconds."""

    timeout: float
    appear_timeout: float = 0
    until: str = "all"
    on_error: str = "fail"
    on_timeout: str = "fail"
    cancel_timeout: float = 60
    return_tasks: bool = True
    look_for: float = math.inf
    """Seconds after which it returns its current results, regardless of the time limit: a round of a longer wait."""
    seen: bool = False
    """Whether all tasks have been there before: in an earlier round, or in a search."""

    @classmethod
    def from_params(cls, params: _context.Params) -> WaitOptions:
        for name in ("timeout", "cancel_timeout", "progress_interval", "appear_timeout"):
            if params.get(name, 0) < 0:
                raise _errors.VsphereError(f"{name} {params[name]} is negative: set it to 0 or more seconds")
        appear = params.get("appear_timeout", 0)
        if appear > params["timeout"]:
            raise _errors.VsphereError(
                f"appear_timeout {appear} is longer than timeout {params['timeout']}: raise timeout, which includes it"
            )
        if appear and params["task_ids"] is not None:
            raise _errors.VsphereError("appear_timeout requires options that select tasks: omit it, or omit task_ids")
        given = {each.name: params[each.name] for each in dataclasses.fields(cls) if each.name in params}
        if params.get("progress_round"):
            given.update(look_for=params["progress_interval"], seen=params["progress_round"] > 1)
        return cls(**given)
