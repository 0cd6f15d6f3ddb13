# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that the server no longer has as objects, from vCenter's history.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._taskinfo import Task, task_from_info

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection, Transport
    from ansible_collections.vsphere.tasks.plugins.module_utils._watch import Watched

_PAGE = 100


def find_in_history(connection: Connection, watched: Watched) -> Task | None:
    """The task as the history has it; None where it has not, or where there is no history (ESXi)."""
    queued = watched.queue_time
    if queued is None:
        return None
    second = datetime.timedelta(seconds=1)
    time = {
        "_typeName": "TaskFilterSpecByTime",
        "timeType": "queuedTime",
        "beginTime": (queued - second).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "endTime": (queued + second).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }

    def steps(transport: Transport) -> dict[str, t.Any] | None:
        params = {"filter": {"_typeName": "TaskFilterSpec", "time": time}}
        collector = transport.invoke(transport.manager("taskManager"), "CreateCollectorForTasks", params)
        try:
            while page := transport.invoke(collector, "ReadNextTasks", {"maxCount": _PAGE}):
                for info in page:
                    if info["task"]["value"] == watched.id:
                        return t.cast("dict[str, t.Any]", info)
            return None
        finally:
            # It ends with the session anyway; a failure of this must not hide the result.
            with contextlib.suppress(VsphereError):
                transport.invoke(collector, "DestroyCollector")

    try:
        info = connection.read(steps)
    except VsphereError:
        return None
    return task_from_info(info, connection.server_time) if info else None
