#!/usr/bin/python
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_task_follow
short_description: Follow the tasks of a vCenter or ESXi
version_added: 1.0.0
description:
  - Shows tasks as they are created, change their state, and end, with a line for each event. The server pushes every
    change, so a line appears immediately. If a play has several hosts, each line contains the name of its host.
  - Shows no lines on another host than the control node, with C(become), or with C(async). It then only returns
    RV(events).
  - Starts with the next event, and with tasks that already run longer than O(long_running_after). Use
    M(vsphere.tasks.vsphere_task_info) to show earlier tasks.
  - Follows for O(duration), or until you interrupt Ansible. The module then logs out.
  - Survives a lost connection, an expired session, and a restart of services. It shows afterwards what happened in the
    meantime.
  - To act on an event, use the event source C(vsphere.tasks.tasks) for Event-Driven Ansible instead.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.attributes
  - vsphere.tasks.attributes.actiongroup_vsphere
  - vsphere.tasks.connection
  - vsphere.tasks.follow
attributes:
  check_mode:
    support: full
    details: This module changes nothing, so check mode makes no difference.
  diff_mode:
    support: N/A
    details: This module changes nothing.
options:
  duration:
    description:
      - Number of seconds to follow the tasks. If you do not set it, the module follows them until you interrupt
        Ansible.
      - Required on another host than the control node, with C(become), and with C(async).
    type: int
  progress_file:
    description:
      - Path of a file, on the host where the module runs, that the module appends events to, with one JSON object per
        line.
      - Ansible sets this option to show the events. You do not need to set it. When Ansible removes the file, the
        module ends.
    type: path
notes:
  - The user needs C(System.View) on the entities of the tasks, which every role except No access includes. The module
    does not show tasks of other entities.
seealso:
  - module: vsphere.tasks.vsphere_task_info
  - module: vsphere.tasks.vsphere_task_wait
"""

EXAMPLES = r"""
- name: Show for a minute what happens
  vsphere.tasks.vsphere_task_follow:
    duration: 60

- name: Show migrations that fail, or take more than ten minutes
  vsphere.tasks.vsphere_task_follow:
    description_ids: [VirtualMachine.migrate, Drm.ExecuteVMotionLRO]
    events: [failed, long_running]
    long_running_after: 600
    duration: 3600
"""

RETURN = r"""
api:
  description: Protocol, API release, and server product of the connection.
  returned: when the module connected to the server
  type: dict
  contains:
    transport:
      description: Protocol of the connection, V(json) for VI/JSON or V(soap) for SOAP.
      type: str
      sample: json
    release:
      description: Release of the API that the module used.
      type: str
      sample: 9.0.0.0
    product:
      description: Name and version that the server reports, or null if the module could not read them.
      type: str
      sample: VMware vCenter Server 9.0.0 build-24755230
counts:
  description: Number of events, by their names.
  returned: when the module connected to the server
  type: dict
  sample: {"created": 2, "changed": 0, "long_running": 0, "succeeded": 1, "failed": 1, "cancelled": 0}
events:
  description:
    - The newest 1000 events, each with C(event) and the task at that time in the form that
      M(vsphere.tasks.vsphere_task_info) returns.
  returned: when the module connected to the server
  type: list
  elements: dict
  sample:
    - event: failed
      id: task-123
      state: error
fault:
  description:
    - The vSphere fault that the server returned, in the form of
      RV(vsphere.tasks.vsphere_task_info#module:tasks[].error). You can evaluate it in a C(rescue) section.
  returned: failure, if the server returned a fault
  type: dict
  sample:
    type: InvalidLogin
    message: Cannot complete login due to an incorrect user name or password.
    messages: []
    cause: null
"""

import math
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow import Follower
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import FOLLOW_SPEC, FollowOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._seen import Seen
from ansible_collections.vsphere.tasks.plugins.module_utils._run import Work, run
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import name_of
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._report import to_file

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context, Result
    from ansible_collections.vsphere.tasks.plugins.module_utils._run import Given
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task

NEWEST = 1000

ARGUMENT_SPEC = {**FOLLOW_SPEC, "duration": {"type": "int"}, "progress_file": {"type": "path"}}


def prepare(given: Given) -> Work:
    options = FollowOptions.from_params(given.params)
    duration, progress_file = given.params["duration"], given.params["progress_file"]
    if duration is not None and duration < 1:
        raise VsphereError(f"duration {duration} is out of range: set it to 1 or more seconds")
    if duration is None and not progress_file:
        raise VsphereError("duration is required, because nothing shows the events while the module runs")
    write = to_file(progress_file) if progress_file else lambda lines: None

    def do(connection: Connection, context: Context) -> Result:
        counts = dict.fromkeys(options.events, 0)
        newest: list[Result] = []
        # The server can be away at the end.
        context.known.update(counts=counts, events=newest)

        def deliver(event: str, task: Task) -> None:
            counts[event] += 1
            newest.append({"event": event, **task})
            del newest[:-NEWEST]
            write([line(event, task)])

        until = math.inf if duration is None else time.monotonic() + duration
        with TaskReader(connection, context) as reader:
            Follower(reader, options, Seen(), deliver, until=until).run()
        return {"changed": False}

    return Work(do, patience=duration or 0, lasts=True, progress_file=progress_file)


def line(event: str, task: Task) -> Result:
    """The contents of a line about an event."""
    return {
        **{name: task[name] for name in ("id", "state", "progress", "duration")},
        "event": event,
        "operation": name_of(task),
        "entity": task["entity_name"],
        "user": (task["reason"] or {}).get("user_name"),
        "error": (task["error"] or {}).get("message"),
    }


def main() -> None:
    run(ARGUMENT_SPEC, prepare)


if __name__ == "__main__":
    main()
