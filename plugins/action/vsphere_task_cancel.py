# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name, which waits only as long as Ansible is there to hear of it."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended

CANCEL = "vsphere.tasks.vsphere_task_cancel"


class ActionModule(Attended):
    """Runs the module. Follows it if it waits."""

    def _outcome(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return (self._attend if self._asks_for("wait", default=True) else self._execute)(
            CANCEL, self._task.args, task_vars
        )
