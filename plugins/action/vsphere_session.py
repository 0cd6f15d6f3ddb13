# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hides the session in the result of the module with the same name from all output, but not from a registered
variable.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Runs the module as if its task had no_log, except that a failure's message is shown."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        wanted = self._task.no_log
        if self._task.args.get("state", "present") == "present":
            # Set it before the module runs, because high verbosity shows its output during the run.
            self._task.no_log = self._connection._play_context.no_log = True
        try:
            result.update(self._execute_module(task_vars=task_vars))
        finally:
            # A module that failed or did not run has not returned a session, and its message must be visible.
            if result.get("failed", "session_id" not in result):
                self._task.no_log = self._connection._play_context.no_log = wanted
        return result
