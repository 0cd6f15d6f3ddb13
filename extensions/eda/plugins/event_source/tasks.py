# SPDX-FileCopyrightText: Copyright 2026 Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt
# or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of vCenter tasks for ansible-rulebook."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, cast

DOCUMENTATION = r"""
module: tasks
short_description: Events of the tasks of a vCenter or ESXi
version_added: 1.0.0
description:
  - Creates an event when a task is created, when its state changes, when it succeeds, fails, or is canceled, and when
    it runs longer than a limit. The server pushes each change.
  - An event is a task in the form of RV(vsphere.tasks.vsphere_task_info#module:tasks), with C(event), one of O(events),
    and C(vcenter), the O(hostname) of the server.
  - The source starts with the tasks that exist. It does not report what happened before, except for a task that already
    runs longer than O(long_running_after), or if O(cursor_path) contains the place where an earlier rulebook ended.
  - After a lost connection, an expired session, or a restart of vCenter services, the source reports what happened in
    the meantime, each event once. Several changes of state can appear as one event. If neither the server nor its
    history knows how a task ended, the source issues a warning instead.
  - A separate process follows each server. It logs out and ends when C(ansible-rulebook) ends, no matter how.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
extends_documentation_fragment:
  - vsphere.tasks.connection
  - vsphere.tasks.follow
options:
  vcenters:
    description:
      - Several servers to follow, each with its own connection options. A server uses the options of the source for
        those that it does not have.
    type: list
    elements: dict
    suboptions:
      hostname:
        description: See O(hostname).
        type: str
      username:
        description: See O(username).
        type: str
        aliases: [user, admin]
      password:
        description: See O(password).
        type: str
        aliases: [pass, pwd]
      session_id:
        description: See O(session_id).
        type: str
      port:
        description: See O(port).
        type: int
      validate_certs:
        description: See O(validate_certs).
        type: bool
      ca_path:
        description: See O(ca_path).
        type: path
      proxy_host:
        description: See O(proxy_host).
        type: str
      proxy_port:
        description: See O(proxy_port).
        type: int
      transport:
        description: See O(transport).
        type: str
        choices: [auto, json, soap]
      request_timeout:
        description: See O(request_timeout).
        type: int
      max_response_size:
        description: See O(max_response_size).
        type: int
      locale:
        description: See O(locale).
        type: str
  cursor_path:
    description:
      - Folder for a file for each server, which contains the events that were delivered. The source creates it. Each
        source requires a separate folder.
      - If you set it, a rulebook continues with the first event that it has not taken. The source reads the changes
        of the meantime from the recent tasks, and from the history if the server has one.
    type: path
"""

EXAMPLES = r"""
- name: Report clones that fail
  hosts: localhost
  sources:
    - name: vcenter
      vsphere.tasks.tasks:
        hostname: vcenter.example.com
        username: automation@vsphere.local
        password: "{{ vcenter_password }}"
        description_ids: [VirtualMachine.clone]
        events: [failed]
        cursor_path: /var/lib/rulebook/vcenter
  rules:
    - name: Show the reason
      condition: event.event == "failed"
      action:
        debug:
          msg: >-
            {% for each in event.entity_name ~ ': ' ~ (event.error or {}).message | default('no reason')
            if each.isprintable() and each not in '{\\' %}{{ each }}{% endfor %}

- name: Follow two vCenters with the same user, and report tasks that run for more than an hour
  hosts: localhost
  sources:
    - name: vcenters
      vsphere.tasks.tasks:
        username: automation@vsphere.local
        password: "{{ vcenter_password }}"
        vcenters:
          - hostname: vcenter-a.example.com
          - hostname: vcenter-b.example.com
        events: [long_running]
        long_running_after: 3600
  rules:
    - name: Show the task
      condition: event.event == "long_running"
      action:
        debug:
          msg: >-
            {% for each in event.vcenter ~ ': ' ~ event.operation ~ ' on ' ~ event.entity_name ~ ' runs for too long'
            if each.isprintable() and each not in '{\\' %}{{ each }}{% endfor %}
"""

LOOK_EVERY = 0.005  # seconds


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put the events of tasks into the queue, until an error or the end of the rulebook."""
    given = {name: value for name, value in args.items() if name != "eda_feedback_queue"}
    several = given.get("vcenters")
    # The processes validate the arguments, and each follows the vCenter with its number.
    count = len(several) if isinstance(several, list) and several else 1
    followers = [asyncio.create_task(_follow(queue, given, number)) for number in range(count)]
    try:
        await asyncio.gather(*followers)
    finally:
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


async def _follow(queue: asyncio.Queue[Any], given: dict[str, Any], number: int) -> None:
    """Start a process that follows a vCenter, and hand its events over, one by one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # A signal to all processes of the rulebook would give it no time to log out.
        start_new_session=True,
    )
    to_process = cast("asyncio.StreamWriter", process.stdin)
    from_process = cast("asyncio.StreamReader", process.stdout)
    try:
        # Variables can contain values, such as dates, that JSON does not have.
        to_process.write(json.dumps([given, number], default=str).encode() + b"\n")
        while size := await from_process.readline():
            frame = json.loads(await from_process.readexactly(int(size)))
            if "error" in frame:
                raise RuntimeError(frame["error"])
            await queue.put(frame["event"])
            await _taken(queue)
            to_process.write(b"\n")
    finally:
        # The end of its input ends the process.
        to_process.close()
        await process.wait()
    message = f"a process that follows a vCenter ended with status {process.returncode}"
    raise RuntimeError(message)


async def _taken(queue: asyncio.Queue[Any]) -> None:
    """Wait until the rulebook has taken the newest event, because the queue ends with the rulebook.

    All sources share the queue, so it can be full again immediately.
    """
    # ansible-rulebook hands over a queue with filters before the queue itself.
    waiting = vars(getattr(queue, "queue", queue))["_queue"]
    # A filter can replace the event, or drop it.
    events = list(waiting)
    pause = 0.0
    while any(each is event for each in waiting for event in events):
        # A rulebook that is not busy takes it as soon as it has its turn.
        await asyncio.sleep(pause)
        pause = LOOK_EVERY


if __name__ == "__main__":
    # In the process of ansible-rulebook, this would keep it from loading other event sources.
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(Path(__file__).parents[7])])

    from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda import _child

    _child.main()
