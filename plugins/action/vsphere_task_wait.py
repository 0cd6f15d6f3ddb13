# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the progress of the tasks while the module of the same name waits for them.

The module runs once, in a thread, and appends what changes to a file in the Ansible task's temporary folder, which is
followed here.
"""

from __future__ import annotations

import concurrent.futures
import contextvars
import json
import pathlib
import time
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress import Progress

MODULE = "vsphere.tasks.vsphere_task_wait"
LOOK_EVERY = 0.3  # seconds; a person reads no faster
DEFAULT_INTERVAL = 30  # seconds, as the module documents it


class ActionModule(ActionBase):
    """Runs the module, and beside it displays what it reports."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        # The role's own connection options; given as arguments, those that are not set would delete module_defaults.
        given = self._templar.template((task_vars or {}).get("vsphere_tasks_connection", {}))
        arguments = {**self._task.args, **given}
        interval = int(arguments.get("progress_interval", DEFAULT_INTERVAL))
        # Only a local module writes where it can be read here; an asynchronous one has nobody looking.
        if self._connection.transport == "local" and not self._task.async_val and not self._task.no_log and interval:
            outcome = self._run_showing(arguments, task_vars, interval)
        else:
            outcome = self._execute_module(
                module_name=MODULE,
                module_args=arguments,
                task_vars=task_vars,
                wrap_async=bool(self._task.async_val),
            )
        return t.cast("dict[str, t.Any]", {**result, **outcome})

    def _run_showing(
        self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None, interval: int
    ) -> dict[str, t.Any]:
        self._make_tmp_path()
        reports = pathlib.Path(self._connection._shell.join_path(self._connection._shell.tmpdir, "progress"))
        reports.touch()
        progress = Progress(self._display.display, interval)
        arguments = {**arguments, "progress_file": str(reports)}
        # A thread starts with an empty context, and templating needs the task's.
        context = contextvars.copy_context()
        with concurrent.futures.ThreadPoolExecutor(1) as executor, reports.open(encoding="utf-8") as lines:
            module = executor.submit(
                context.run, self._execute_module, module_name=MODULE, module_args=arguments, task_vars=task_vars
            )
            running = True
            while running:
                running = bool(concurrent.futures.wait([module], timeout=LOOK_EVERY).not_done)
                progress.show(_reports(lines), time.monotonic())
        return t.cast("dict[str, t.Any]", module.result())


def _reports(lines: t.TextIO) -> t.Iterator[dict[str, t.Any]]:
    """The reports that have been appended since the last call; half a line is left for the next."""
    while True:
        place = lines.tell()
        line = lines.readline()
        if not line.endswith("\n"):
            lines.seek(place)
            return
        yield json.loads(line)
