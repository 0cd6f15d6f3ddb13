# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
notes:
  - With O(source=auto), the module searches the history if you set O(begin_time), O(end_time), O(alarm),
    O(scheduled_task), O(event_chain_ids), O(parent_task_keys), O(root_task_keys), or O(children) without O(task_ids),
    or if O(entity.recursion) is not V(self). An ESXi has no history.
  - The module rejects an empty list, except for O(task_ids), so that an empty variable does not select every task. It
    also rejects null, an empty string, and blanks inside a list or as a part of O(entity). Use C(default(omit\)) for an
    optional part.
options:
  task_ids:
    description:
      - Managed object IDs of tasks, for example V(task-123). If you do not set it, the module selects from the recent
        tasks or from the history.
      - Recent tasks are queued tasks, running tasks, and tasks that ended within about the last ten minutes.
    type: list
    elements: str
  states:
    description: Select only tasks in one of these states.
    type: list
    elements: str
    choices: [queued, running, success, error]
  entity:
    description:
      - Select only tasks of this inventory object. Set one of O(entity.moid), O(entity.name), and O(entity.path).
      - A task of a virtual machine belongs to the virtual machine, not to its host. Use O(entity.recursion) to include
        child objects.
      - Set O(entity.type) alone to select the tasks of all objects of that type.
    type: dict
    suboptions:
      type:
        description:
          - Type of the object, for example V(VirtualMachine), V(HostSystem), V(ClusterComputeResource), or V(Folder).
          - Required with O(entity.moid).
        type: str
      moid:
        description: Managed object ID of the object, for example V(vm-45).
        type: str
      name:
        description:
          - Name of the object. If several objects have this name, or none, the module fails and lists the candidates
            with their paths.
        type: str
      path:
        description:
          - Inventory path of the object, for example V(DC0/vm/web/web-01). The first element is the datacenter, or the
            folder that contains it.
          - Write a slash in a name as V(%2f), for example V(DC0/vm/web%2f01).
        type: str
      recursion:
        description:
          - Whether to select tasks of the object (V(self)), of its children at any depth (V(children)), or of both
            (V(all)).
        type: str
        choices: [self, children, all]
        default: self
  users:
    description:
      - Select only tasks that one of these users started. Write each name exactly as in C(reason.user_name) of a task,
        for example V(VSPHERE.LOCAL\\Administrator).
      - If no task matches, but tasks of other users do, the module issues a warning that suggests users with similar
        names. It also warns if tasks have one of the names in another form, for example if you wrote
        V(administrator@vsphere.local).
    type: list
    elements: str
  system_user:
    description:
      - With V(true), select tasks that no user started (but the system, an alarm, or a schedule), and those of O(users)
        if you set that option too. With V(false), select only tasks of users.
    type: bool
  begin_time:
    description:
      - Select only tasks from this time on.
      - Use ISO 8601 format with a time zone, for example V(2026-01-31T08:00:00Z), or an age on the server's clock, for
        example V(-2h) or V(-1d12h). The units are s, m, h, d, and w.
    type: str
  end_time:
    description: Select only tasks up to this time. The format is the same as for O(begin_time).
    type: str
  time_type:
    description: Time of a task that O(begin_time) and O(end_time) refer to.
    type: str
    choices: [queued, started, completed]
    default: queued
  description_ids:
    description:
      - Select only tasks of these operations, for example V(VirtualMachine.powerOn). V(*) matches any text, as in
        V(VirtualMachine.*). Every other character matches itself.
    type: list
    elements: str
  event_chain_ids:
    description: Select only tasks with one of these event chain IDs.
    type: list
    elements: int
  activation_ids:
    description: Select only tasks with one of these activation IDs, which the client that started the task set.
    type: list
    elements: str
  parent_task_keys:
    description: Select only tasks that a task with one of these keys created.
    type: list
    elements: str
  root_task_keys:
    description: Select only tasks of a chain whose first task has one of these keys.
    type: list
    elements: str
  tags:
    description: Select only tasks with one of these tags (C(change_tag)).
    type: list
    elements: str
  alarm:
    description: Managed object ID of an alarm, for example V(alarm-12). Select only tasks that this alarm started.
    type: str
  scheduled_task:
    description:
      - Managed object ID of a scheduled task, for example V(schedule-7). Select only tasks that this scheduled task
        started.
    type: str
  cancelable:
    description:
      - With V(true), select only tasks that you can cancel. With V(false), select only those that you cannot cancel.
    type: bool
  children:
    description:
      - Whether to include the tasks that each selected task created, and their child tasks in turn, if the history has
        them. This does not depend on the source of the selected tasks.
      - Child tasks do not have to match the other options, and do not count toward O(limit).
    type: bool
    default: false
  source:
    description:
      - Where to read the tasks from. Use V(history) to find O(task_ids) that ended long ago.
      - V(recent) reads the recent tasks of the server, or of O(entity). V(history) reads everything that the database
        of vCenter still has, including running tasks. V(auto) uses V(history) if another option requires it. Otherwise,
        it uses V(recent), or reads the tasks of O(task_ids) directly.
    type: str
    choices: [auto, recent, history]
    default: auto
  order:
    description: Whether to return the newest or the oldest tasks first, by the time when they were queued.
    type: str
    choices: [newest, oldest]
    default: newest
  limit:
    description:
      - Maximum number of tasks to select after all other options are applied. O(task_ids) do not count.
      - If you do not set it, the module selects up to 1000 tasks.
      - If more tasks match, the module issues a warning, because it then acts on, or reports, only a part of them.
        M(vsphere.tasks.vsphere_task_info) issues it only if you do not set this option.
    type: int
  page_size:
    description:
      - Number of tasks to read from the history with each request, from V(1) to V(1000).
      - After a page that is not full, the module requests V(1000) tasks, because tasks that the user is not allowed
        to see can fill a page.
    type: int
    default: 500
"""
