# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the events that the module of the same name reports."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._progress import beginning, line

if t.TYPE_CHECKING:
    from collections.abc import Iterable

FOLLOW = "vsphere.tasks.vsphere_task_follow"

Result = dict[str, t.Any]


class ActionModule(Attended):
    """Runs the module, and displays a line for each event."""

    def _outcome(self, task_vars: Result) -> Result:
        began = time.monotonic()
        host = self._host(task_vars)

        def show(events: Iterable[Result]) -> None:
            for event in events:
                if not self._task.no_log:
                    self._show(f"{beginning(time.monotonic() - began, host)} {sentence(event)}")

        return self._attend(FOLLOW, self._task.args, task_vars, show)


def sentence(event: Result) -> str:
    """The line about an event: its task, and the user who started it or the reason of the failure."""
    details = [
        f"started by {event['user']}" if event["user"] and event["event"] == "created" else "",
        f"after {event['duration']:.0f} s" if event["duration"] and event["state"] in ("success", "error") else "",
        event["error"] or "",
    ]
    return ", ".join(filter(None, [f"{event['event']} {line(event)}", *details]))
