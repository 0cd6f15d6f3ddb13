# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passes the options of the role ``task_report`` to the module of the same name."""

from __future__ import annotations

import json
import os
import pathlib
import re
import typing as t

from ansible import constants
from ansible.module_utils.common.validation import check_type_int
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import TASK_REPORT

INFO = "vsphere.tasks.vsphere_task_info"

_WITHOUT_ZERO = (400, 440, 444, 500)
"""Numbers that are probably modes without their zero, although they have octal digits: 0620, 0670, 0674, and 0764."""

if t.TYPE_CHECKING:
    Result = dict[str, t.Any]


class ActionModule(Attended):
    """Runs the module.

    For the role, the tasks are JSON text, and the result also has the name of the server and the options of the report.
    """

    def _outcome(self, task_vars: Result) -> Result:
        if not TASK_REPORT.has(self._task):
            return self._execute(INFO, self._task.args, task_vars)
        try:
            arguments = TASK_REPORT.arguments(self._task.args, task_vars, self._templar.template)
            options = TASK_REPORT.own_options(task_vars, self._templar.template)
            options.update(files=_files(options), mode=_mode(options["mode"]))
        except VsphereError as error:
            return {"failed": True, "msg": error.message}
        result = self._execute(INFO, {**arguments, "hosts": True}, task_vars)
        if "tasks" in result:
            limit = arguments.get("limit")
            if limit and len(result["tasks"]) >= check_type_int(limit):
                # The module does not warn about a limit that is set, but a report does not show that it lacks tasks.
                told = f"the report has as many tasks as limit allows ({limit}), so others can be missing: raise limit"
                result["warnings"] = [*result.get("warnings", ()), told]
            # Ansible walks through each value of a result many times, but only once past a text.
            result["tasks"] = json.dumps(result["tasks"])
        return {**result, "options": options, "server": self._server(task_vars["inventory_hostname"], arguments)}

    def _server(self, host: str, arguments: Result) -> str:
        """The name in the inventory, if it is one of a vCenter, or else the address."""
        if host not in constants.LOCALHOST:
            return host
        environment = dict(os.environ)
        for each in self._templar.template(self._task.environment or []):
            environment.update(each or {})
        return str(arguments.get("hostname") or environment.get("VMWARE_HOST") or host)


def _files(options: Result) -> dict[str, str]:
    """The path for each format. Raises an error without one, or for a path with the suffix of another format."""
    path, formats = str(options["path"]), options["formats"]
    if not formats:
        raise VsphereError("task_report_formats is empty: set one or more of html, json, csv")
    if not path.strip() or path.endswith("/"):
        raise VsphereError("task_report_path is not the path of a file: set it, for example /srv/www/tasks.html")
    suffix = pathlib.PurePath(path).suffix
    if suffix in (".json", ".csv") and ("html" in formats or suffix[1:] not in formats):
        raise VsphereError(
            f"task_report_path {path} has the suffix of another format: set a path that ends in "
            f".{'html' if 'html' in formats else formats[0]}, or task_report_formats to {suffix[1:]}"
        )
    return {each: path if each == "html" else f"{path.removesuffix(suffix)}.{each}" for each in formats}


def _mode(mode: t.Any) -> str:
    """The mode as octal text that begins with zero, or as symbolic text.

    Templates before ansible-core 2.19 turn a number such as 0640 into decimal text, and with the native types of Jinja,
    a text such as 640 into a number. Ansible would notice a wrong mode only after it has written the file.
    """
    if isinstance(mode, int) and not isinstance(mode, bool):
        octal = f"{mode:04o}"
        if mode in _WITHOUT_ZERO or not 0 <= mode <= 0o777:
            raise VsphereError(
                f"task_report_mode {mode} is {octal} in octal: write the mode as a text, for example '0640'"
            )
        return octal
    text = mode.strip() if isinstance(mode, str) else ""
    if re.fullmatch("(0o?)?[0-7]{3,4}", text):
        return f"0{int(text, 8):03o}"
    if all(re.fullmatch("[ugoa]*([-+=]([rwxXst]*|[ugo]))+", part) for part in text.split(",")):
        return text
    raise VsphereError(f"task_report_mode {mode!r} is not a mode: write it as octal text, for example '0640'")
