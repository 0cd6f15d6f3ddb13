# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passes the options of the role ``task_report`` to the module of the same name."""

from __future__ import annotations

import json
import os
import typing as t

from ansible import constants
from ansible.plugins.action import normal
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import TASK_REPORT


class ActionModule(normal.ActionModule):
    """Runs the module. For the role, the result also has the name of the server, and the tasks are JSON text."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables = task_vars or {}
        if not TASK_REPORT.has(self._task):
            return t.cast("dict[str, t.Any]", super().run(tmp, variables))
        try:
            self._task.args = TASK_REPORT.arguments(self._task.args, variables, self._templar.template)
        except VsphereError as error:
            result = {"failed": True, "msg": error.message}
        else:
            result = super().run(tmp, variables)
        if "tasks" in result:
            # Ansible walks through each value of a result many times, but only once past a text.
            result = {**result, "tasks": json.dumps(result["tasks"])}
        return {**result, "server": self._server(variables["inventory_hostname"])}

    def _server(self, host: str) -> str:
        """The name in the inventory, if it is one of a vCenter, or else the address."""
        if host not in constants.LOCALHOST:
            return host
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        address = self._task.args.get("hostname") or environment.get("VMWARE_HOST") or os.environ.get("VMWARE_HOST")
        return str(address or host)
