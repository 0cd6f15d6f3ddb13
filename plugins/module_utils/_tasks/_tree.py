# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks below a task, from the history.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _filter, _history, _labels, _taskinfo

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection


def with_children(
    connection: _connection.Connection, tasks: list[_taskinfo.Task], page_size: int
) -> list[_taskinfo.Task]:
    """The tasks with all labels, each with its ``children``, oldest first, and they with theirs."""
    below = _find_below(connection, tasks, page_size)
    _labels.label_tasks(connection, [*tasks, *below])
    return _nested(tasks, below)


def _find_below(
    connection: _connection.Connection, tasks: list[_taskinfo.Task], page_size: int
) -> list[_taskinfo.Task]:
    """All that the given tasks have brought about, and what that has, in no order.

    A task names its parent and the first of its chain. The chains come with one search; searching for the children of
    all that is known goes on until nothing new is found, as a task need not name its chain.
    """
    found: dict[str, _taskinfo.Task] = {}

    def search(option: str, keys: set[str]) -> None:
        wanted = _filter.only(option, sorted(keys))
        found.update(
            {_key(task): task for task in _history.search_history(connection, wanted, _history.Scroll(page_size))}
        )

    if tasks:
        search("root_task_keys", {task["root_task_key"] or _key(task) for task in tasks})
    asked: set[str] = set()
    while new := ({_key(task) for task in tasks} | found.keys()) - asked:
        search("parent_task_keys", new)
        asked |= new
    return list(found.values())


def _nested(tasks: list[_taskinfo.Task], below: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    known = {_key(task) for task in [*tasks, *below]}
    children: dict[str, list[_taskinfo.Task]] = {}
    for task in sorted(below, key=lambda each: str(each["queue_time"])):
        # The history forgets the oldest tasks first: what has lost its parent is put below the first of its chain.
        parent = task["parent_task_key"] if task["parent_task_key"] in known else task["root_task_key"]
        children.setdefault(parent, []).append(task)

    def tree(task: _taskinfo.Task, above: frozenset[str]) -> _taskinfo.Task:
        above |= {_key(task)}
        return {**task, "children": [tree(c, above) for c in children.get(_key(task), ()) if _key(c) not in above]}

    return [tree(task, frozenset()) for task in tasks]


def _key(task: _taskinfo.Task) -> str:
    # They are the same on all servers that are known; either may be one that cannot be read.
    return str(task["key"] or task["id"])


def flat(tasks: list[_taskinfo.Task]) -> list[_taskinfo.Task]:
    """The tasks and all that is below them, each once."""
    found: dict[str, _taskinfo.Task] = {}
    for task in tasks:
        found[task["id"]] = {name: value for name, value in task.items() if name != "children"}
        found.update({each["id"]: each for each in flat(task.get("children", []))})
    return list(found.values())
