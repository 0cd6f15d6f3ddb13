# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
notes:
  - With O(source=auto) the history is searched as soon as one of O(begin_time), O(end_time), O(alarm),
    O(scheduled_task), O(event_chain_ids), O(parent_task_keys), O(root_task_keys) and O(children) is given without
    O(task_ids), or an O(entity.recursion) other than V(self). An ESXi has no history.
  - A list that is empty is refused, except for O(task_ids), so that an empty variable does not select every task. So
    are null, an empty text and blanks inside of a list or as a part of O(entity). Use C(default(omit\)) where a part
    may be left out.
options:
  task_ids:
    description:
      - Managed object ids of tasks, such as V(task-123). Without it, the recent tasks or those of the history are
        selected from.
      - Recent tasks are those that run or are queued, and those that ended within about ten minutes.
    type: list
    elements: str
  states:
    description: Only tasks in one of these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  entity:
    description:
      - Only tasks of this object of the inventory. Give one of O(entity.moid), O(entity.name) and O(entity.path).
      - What a virtual machine does is a task of the machine, not of its host. O(entity.recursion) takes in what is
        below.
      - O(entity.type) alone selects the tasks of all objects of that type.
    type: dict
    suboptions:
      type:
        description:
          - Its type, such as V(VirtualMachine), V(HostSystem), V(ClusterComputeResource), V(Folder).
          - Needed with O(entity.moid).
        type: str
      moid:
        description: Its managed object id, such as V(vm-45).
        type: str
      name:
        description:
          - Its name. If it is the name of several objects, or of none, the module fails and lists the candidates with
            their paths.
        type: str
      path:
        description:
          - Its inventory path, such as V(DC0/vm/web/web-01). The first element is the datacenter, or the folder that it
            is in.
          - A slash in a name is written V(%2f) there, as in V(DC0/vm/web%2f01).
        type: str
      recursion:
        description: Whether tasks of the object V(self), of its V(children) at any depth, or of V(all) of them fit.
        type: str
        choices: [self, children, all]
        default: self
  users:
    description:
      - Only tasks that one of these users has started, written exactly as in C(reason.user_name) of a task, such as
        V(VSPHERE.LOCAL\\Administrator).
      - There is a warning about users of whom no task fits, while tasks of others do, which names users who are written
        alike, as V(administrator@vsphere.local) is.
    type: list
    elements: str
  system_user:
    description:
      - With V(true) tasks that no user has started (but the system itself, an alarm or a schedule), besides those of
        O(users) if given. With V(false) only tasks of users.
    type: bool
  begin_time:
    description:
      - Only tasks from this time on.
      - ISO 8601 with a zone, such as V(2026-01-31T08:00:00Z), or an age such as V(-2h) or V(-1d12h) by the server's
        clock. The units are s, m, h, d and w.
    type: str
  end_time:
    description: Only tasks up to this time, written like O(begin_time).
    type: str
  time_type:
    description: Which time of a task O(begin_time) and O(end_time) are about.
    type: str
    choices: [queued, started, completed]
    default: queued
  description_ids:
    description:
      - Only tasks of these operations, such as V(VirtualMachine.powerOn). V(*) stands for any text, as in
        V(VirtualMachine.*), and every other character for itself.
    type: list
    elements: str
  event_chain_ids:
    description: Only tasks with these event chain ids.
    type: list
    elements: int
  activation_ids:
    description: Only tasks that their client has given one of these activation ids.
    type: list
    elements: str
  parent_task_keys:
    description: Only tasks that were created by a task with one of these keys.
    type: list
    elements: str
  root_task_keys:
    description: Only tasks of a chain of which the first task has one of these keys.
    type: list
    elements: str
  tags:
    description: Only tasks with one of these tags (C(change_tag)).
    type: list
    elements: str
  alarm:
    description: Only tasks that this alarm has started, by its managed object id, such as V(alarm-12).
    type: str
  scheduled_task:
    description: Only tasks that this scheduled task has started, by its managed object id, such as V(schedule-7).
    type: str
  cancelable:
    description: Only tasks that can be cancelled, or only those that cannot.
    type: bool
  children:
    description:
      - Also the tasks that each selected one has created, and those that these have, as far as the history has them,
        wherever the selected ones come from.
      - They need not fit the other options, and do not count for O(limit).
    type: bool
    default: false
  source:
    description:
      - Where the tasks come from. Given O(task_ids) that ended long ago are found with V(history).
      - V(recent) are the recent tasks of the server, or of O(entity). V(history) is all that vCenter's database still
        has, those that run included. V(auto) is V(history) where an option needs it, else V(recent), or for given
        O(task_ids) the tasks themselves.
    type: str
    choices: [auto, recent, history]
    default: auto
  order:
    description: Whether the newest or the oldest tasks come first, by the time when they were queued.
    type: str
    choices: [newest, oldest]
    default: newest
  limit:
    description:
      - So many tasks at the most, counted when all options have been applied. Given O(task_ids) are not counted.
      - Where more tasks fit, there is a warning, of M(vsphere.tasks.vsphere_task_info) at the default only. What a
        module does or reports is then about a part of them.
    type: int
    default: 1000
  page_size:
    description: How many tasks of the history are read with one request, V(1) to V(1000).
    type: int
    default: 500
"""
