# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks, and the answers of a server about them."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task, task_from_info
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

Data = dict[str, t.Any]

COLLECTOR = reference("PropertyCollector", "session[1]2")
HISTORY = reference("TaskHistoryCollector", "session[1]3")
OPERATION = "VirtualMachine.clone"
"""The default operation of a task. Its label is a common one."""


def info(task_id: str, state: str = "running", **members: t.Any) -> Data:
    """A TaskInfo in VI/JSON form, with the given members added."""
    return {
        "_typeName": "TaskInfo",
        "key": task_id,
        "task": reference("Task", task_id),
        "descriptionId": OPERATION,
        "state": state,
        "cancelled": False,
        "cancelable": True,
        "queueTime": "2026-01-02T03:04:05Z",
        **members,
    }


def task(task_id: str, state: str = "running", **members: t.Any) -> Task:
    """The task of that TaskInfo, in the form that users see."""
    return task_from_info(info(task_id, state, **members), None)


def failed(type_: str = "InvalidState") -> Data:
    """The members of a task that failed with the fault."""
    return {"state": "error", "error": {"_typeName": type_, "faultstring": "No."}}


def boxed(value: t.Any) -> t.Any:
    """The value in an Any of a server that also boxes each member of its data objects."""
    if isinstance(value, dict):
        return value if "_value" in value else {n: v if n == "_typeName" else boxed(v) for n, v in value.items()}
    return {"_typeName": "boxed", "_value": [boxed(each) for each in value] if isinstance(value, list) else value}


def found(ref: Data, **properties: t.Any) -> Data:
    """An object with the properties, as a reading returns it."""
    return {"obj": ref, "propSet": [{"name": name, "val": value} for name, value in properties.items()]}


def reading(*infos: Data) -> Data:
    """The answer to a reading of tasks as objects."""
    return {"objects": [found(each["task"], info=each) for each in infos]}


def hidden(task_id: str, path: str = "info", type_: str = "NoPermission") -> Data:
    """A task that the user cannot see, as a reading or an update returns it."""
    fault = {"_typeName": type_, "faultstring": "no"}
    return {"kind": "enter", "obj": reference("Task", task_id), "missingSet": [{"path": path, "fault": fault}]}


def history(*infos: Data) -> dict[str, list[t.Any]]:
    """The script for one search in the history, from the oldest task on, which finds these tasks."""
    return {"CreateCollectorForTasks": [HISTORY], "ReadNextTasks": [list(infos), None], "DestroyCollector": [None]}


def newest(*infos: Data) -> dict[str, list[t.Any]]:
    """The script for one search in the history, from the newest task backward, which finds these tasks."""
    return {
        "CreateCollectorForTasks": [HISTORY],
        "SetCollectorPageSize": [None],
        "latestPage": [list(infos)],
        "ResetCollector": [None],
        "ReadPreviousTasks": [None],
        "DestroyCollector": [None],
    }


def change(task_id: str, kind: str = "modify", **values: t.Any) -> Data:
    """The update of a task, if the watch covers only small members."""
    changes = [{"name": f"info.{name}", "op": "assign", "val": value} for name, value in values.items()]
    return {"kind": kind, "obj": reference("Task", task_id), "changeSet": changes}


def whole(info_: Data, kind: str = "modify") -> Data:
    """The update of a task, if the watch covers the whole TaskInfo."""
    return {"kind": kind, "obj": info_["task"], "changeSet": [{"name": "info", "op": "assign", "val": info_}]}


def updates(*objects: Data, truncated: bool = False) -> Data:
    """The answer to WaitForUpdatesEx."""
    return {"version": "-", "truncated": truncated, "filterSet": [{"objectSet": list(objects)}]}


def watching(*answers: t.Any) -> dict[str, list[t.Any]]:
    """The script for a watch with these answers, and for setting it up several times."""
    methods = ("CreatePropertyCollector", "CreateFilter", "DestroyPropertyCollector")
    return {**{method: [COLLECTOR] * 9 for method in methods}, "WaitForUpdatesEx": list(answers)}


def unknown(task_id: str) -> Fault:
    """The fault for a task that the server does not have, or no longer has."""
    return Fault("ManagedObjectNotFound", "gone", {"obj": reference("Task", task_id)})
