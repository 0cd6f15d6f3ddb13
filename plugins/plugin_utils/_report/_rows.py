# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of several results of ``vsphere_task_info`` as one list, and as the rows of the report.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import itertools
import json
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Data = Mapping[str, t.Any]


class Server(t.NamedTuple):
    """A vCenter or ESXi, its tasks, and, if they are missing, the reason."""

    name: str
    product: str | None
    problem: str | None
    tasks: list[Data]


def servers(results: Iterable[Data], unread: Iterable[str] = ()) -> list[Server]:
    """The servers of the results, and those that have none."""
    results = [*results]
    known = {str(result["server"]) for result in results if result.get("server")}
    found = [_server(result, known) for result in results]
    missing = [Server(name, None, "The play ended for this host before.", []) for name in unread if name not in known]
    return [*found, *missing]


def _server(result: Data, known: set[str]) -> Server:
    """The server of the result. One without a name gets one that no other server has, and adds it to these names."""
    product = (result.get("api") or {}).get("product")
    name = str(result.get("server") or _free(product or "vCenter", known))
    known.add(name)
    problem = None if "tasks" in result else str(result.get("msg") or "The server returned no tasks.")
    tasks = result.get("tasks", ())
    # The role passes them as JSON text. A child that the selection includes is also below its parent.
    flat = {task.get("id"): task for task in _flat(json.loads(tasks) if isinstance(tasks, str) else tasks)}
    return Server(name, product, problem, [*flat.values()])


def _free(name: str, known: set[str]) -> str:
    """The name, with a number if it is known."""
    numbered = (f"{name} ({number})" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in known)


def _flat(tasks: Iterable[Data]) -> Iterator[Data]:
    """The tasks and their children."""
    for task in tasks:
        yield task
        yield from _flat(task.get("children") or ())


def _of(name: str, part: str) -> Callable[[Data], t.Any]:
    """Reads a part of a member that can be null."""
    return lambda task: (task.get(name) or {}).get(part)


def _user(task: Data) -> t.Any:
    """The user who started the task, or the name of the alarm or the schedule."""
    reason = task.get("reason") or {}
    return reason.get("user_name") or reason.get("alarm_name") or reason.get("name")


def _started_by(task: Data) -> t.Any:
    return task.get("reason_label") or (task.get("reason") or {}).get("type")


def _operation(task: Data) -> t.Any:
    return task.get("operation") or task.get("name") or task.get("description_id")


COLUMNS: dict[str, Callable[[Data], t.Any] | None] = {
    **dict.fromkeys(("id", "key")),
    "operation": _operation,
    **dict.fromkeys(("name", "description_id", "entity_name")),
    "entity_type": _of("entity", "type"),
    "entity_moid": _of("entity", "moid"),
    "host_name": None,
    **dict.fromkeys(("state", "cancelled", "progress")),
    "user": _user,
    "started_by": _started_by,
    "error_type": _of("error", "type"),
    "error": _of("error", "message"),
    "error_messages": lambda task: " ".join((task.get("error") or {}).get("messages") or ()) or None,
    "phase": _of("description", "message"),
    **dict.fromkeys(("queue_time", "start_time", "complete_time", "queued_for", "duration")),
    **dict.fromkeys(("parent_task_key", "activation_id", "change_tag")),
}
"""The columns of the report, and how to read each from a task: None for a member of that name."""


def row(task: Data) -> list[t.Any]:
    """The task as the values of the columns."""
    return [task.get(name) if read is None else read(task) for name, read in COLUMNS.items()]
