# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  task_ids:
    description: Report only events of tasks with these managed object IDs, for example V(task-123).
    type: list
    elements: str
  states:
    description: Report only events of tasks that are in one of these states at that time.
    type: list
    elements: str
    choices: [queued, running, success, error]
  users:
    description:
      - Report only events of tasks that one of these users started. Write each name exactly as in C(reason.user_name)
        of a task, for example V(VSPHERE.LOCAL\\Administrator).
    type: list
    elements: str
  system_user:
    description:
      - With V(true), report events of tasks that no user started (but the system, an alarm, or a schedule), and those
        of O(users) if you set that option too. With V(false), report only events of tasks of users.
    type: bool
  description_ids:
    description:
      - Report only events of tasks of these operations, for example V(VirtualMachine.clone). V(*) matches any text, as
        in V(VirtualMachine.*).
    type: list
    elements: str
  event_chain_ids:
    description: Report only events of tasks with one of these event chain IDs.
    type: list
    elements: int
  activation_ids:
    description: Report only events of tasks with one of these activation IDs, which the client set.
    type: list
    elements: str
  parent_task_keys:
    description: Report only events of tasks that a task with one of these keys created.
    type: list
    elements: str
  root_task_keys:
    description: Report only events of tasks of a chain whose first task has one of these keys.
    type: list
    elements: str
  tags:
    description: Report only events of tasks with one of these tags (C(change_tag)).
    type: list
    elements: str
  alarm:
    description: Report only events of tasks that the alarm with this managed object ID started.
    type: str
  scheduled_task:
    description: Report only events of tasks that the scheduled task with this managed object ID started.
    type: str
  cancelable:
    description: With V(true), report only events of tasks that you can cancel, with V(false), of those that you cannot.
    type: bool
  entity:
    description:
      - Report only events of tasks of this inventory object. Set one of O(entity.moid), O(entity.name), and
        O(entity.path).
      - Set O(entity.type) alone for the tasks of all objects of that type.
    type: dict
    suboptions:
      type:
        description:
          - Type of the object, for example V(VirtualMachine) or V(HostSystem). Required with O(entity.moid).
        type: str
      moid:
        description: Managed object ID of the object, for example V(vm-45).
        type: str
      name:
        description: Name of the object.
        type: str
      path:
        description: Inventory path of the object, for example V(DC0/vm/web/web-01). Write a slash in a name as V(%2f).
        type: str
  events:
    description:
      - Events to report.
      - V(created) means that the task is new. If a task has already ended when the plugin notices it, the event of
        its end follows.
      - V(changed) means that the task has another state, usually that a queued task runs. V(long_running) requires
        O(long_running_after).
      - V(succeeded), V(failed), and V(cancelled) mean that the task has ended. A task that ends because of a
        cancellation is V(cancelled), and not V(failed).
    type: list
    elements: str
    choices: [created, changed, long_running, succeeded, failed, cancelled]
    default: [created, changed, long_running, succeeded, failed, cancelled]
  long_running_after:
    description: Seconds of run time after which to report a task that still runs as V(long_running), once.
    type: int
"""
