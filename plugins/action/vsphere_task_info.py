# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passes the options of the role ``task_report`` to the module of the same name."""

from __future__ import annotations

import json
import os
import typing as t

from ansible import constants
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import TASK_REPORT

INFO = "vsphere.tasks.vsphere_task_info"

if t.TYPE_CHECKING:
    Result = dict[str, t.Any]


class ActionModule(Attended):
    """Runs the module. For the role, the result also has the name of the server, and the tasks are JSON text."""

    def _outcome(self, task_vars: Result) -> Result:
        if not TASK_REPORT.has(self._task):
            return self._execute(INFO, self._task.args, task_vars)
        try:
            arguments = TASK_REPORT.arguments(self._task.args, task_vars, self._templar.template)
        except VsphereError as error:
            return {"failed": True, "msg": error.message}
        result = self._execute(INFO, {**arguments, "hosts": True}, task_vars)
        if "tasks" in result:
            # Ansible walks through each value of a result many times, but only once past a text.
            result["tasks"] = json.dumps(result["tasks"])
        return {**result, "server": self._server(task_vars["inventory_hostname"], arguments)}

    def _server(self, host: str, arguments: Result) -> str:
        """The name in the inventory, if it is one of a vCenter, or else the address."""
        if host not in constants.LOCALHOST:
            return host
        environment = dict(os.environ)
        for each in self._templar.template(self._task.environment or []):
            environment.update(each or {})
        return str(arguments.get("hostname") or environment.get("VMWARE_HOST") or host)
