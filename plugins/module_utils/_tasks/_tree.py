# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks below a task, from the history."""

from __future__ import annotations

from .. import _errors
from . import _filter, _history, _reader, _taskinfo

DEEPEST = 40
"""Maximum number of levels of children, which are also levels of the result."""


def find_below(
    reader: _reader.TaskReader, tasks: list[_taskinfo.Task], page_size: int, deadline: float | None = None
) -> list[_taskinfo.Task]:
    """All tasks that the tasks created, at any depth, in no order and without labels.

    A task contains its parent and the first task of its chain. One search finds the chains. The search for children
    continues until it finds no new tasks, because a task does not have to contain its chain.
    """
    found: dict[str, _taskinfo.Task] = {}

    def search(conditions: _filter.Conditions) -> None:
        scroll = _history.Scroll(page_size)
        tasks_found = reader.search_history(conditions.to_filter(None), scroll, deadline)
        found.update({_key(task): task for task in tasks_found})

    if tasks:
        roots = {task["root_task_key"] or _key(task) for task in tasks}
        search(_filter.Conditions(root_task_keys=sorted(roots)))
    asked: set[str] = set()
    levels = 0
    while new := ({_key(task) for task in tasks} | found.keys()) - asked:
        search(_filter.Conditions(parent_task_keys=sorted(new)))
        asked |= new
        levels += 1
        _check(levels)
    return list(found.values())


def nested(tasks: list[_taskinfo.Task], below: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    """The tasks, each with its ``children``, oldest first, and they with theirs."""
    known = {_key(task) for task in [*tasks, *below]}
    children: dict[str, list[_taskinfo.Task]] = {}
    for task in sorted(below, key=_taskinfo.queue_order):
        # The history removes the oldest tasks first. Tasks without a parent therefore go below the first task of their
        # chain.
        parent = task["parent_task_key"] if task["parent_task_key"] in known else task["root_task_key"]
        children.setdefault(str(parent), []).append(task)

    def tree(task: _taskinfo.Task, above: frozenset[str]) -> _taskinfo.Task:
        above |= {_key(task)}
        _check(len(above))
        return {**task, "children": [tree(c, above) for c in children.get(_key(task), ()) if _key(c) not in above]}

    return [tree(task, frozenset()) for task in tasks]


def _check(levels: int) -> None:
    if levels > DEEPEST:
        raise _errors.VsphereError(f"the children of the tasks have more than {DEEPEST} levels: omit children")


def _key(task: _taskinfo.Task) -> str:
    # Both are the same on all known servers. Each of them can be unreadable.
    return str(task["key"] or task["id"])


def flat(tasks: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    """The tasks and their descendants, each only once."""
    found: dict[str, _taskinfo.Task] = {}
    for task in tasks:
        alone = task.copy()
        children = alone.pop("children", [])
        found[task["id"]] = alone
        found.update({each["id"]: each for each in flat(children)})
    return list(found.values())
