# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_start."""

from __future__ import annotations

import itertools
import typing as t

import pytest

VM = "DC0/vm/DC0_H0_VM0"
NUMBERS = itertools.count()


def start(vcenter: t.Any, method: str = "PowerOnVM_Task", **options: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", vcenter.run("start", **{"object": {"path": VM}, "method": method, **options}))


def started(vcenter: t.Any) -> list[str]:
    """The methods that were called and return a task."""
    return [call for call in vcenter.requests() if call.endswith("_Task")]


def clone(vcenter: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """Clone the machine to one of a new name, which is in name."""
    name = f"clone-{vcenter.transport}-{next(NUMBERS)}"
    spec = {"location": {}, "powerOn": False, "template": False}
    params = {"folder": {"path": "DC0/vm"}, "name": name, "spec": spec}
    result = start(vcenter, "CloneVM_Task", **{"params": params, "wait": True, **options})
    return {**result, "name": name}


def test_a_task_is_started_and_returned(vcenter: t.Any) -> None:
    result = start(vcenter, "CreateSnapshot_Task", params={"name": "one", "memory": False, "quiesce": False})
    assert (result["failed"], result["changed"], result["reason"]) == (False, True, None), result
    assert result["task"]["name"] == "CreateSnapshot_Task"
    assert result["task"]["entity_name"] == "DC0_H0_VM0"
    assert set(result["task"]) == set(vcenter.run("info", task_ids=[result["task"]["id"]])["tasks"][0])
    assert result["call"]["method"] == "CreateSnapshot_Task"
    assert result["call"]["params"] == {"name": "one", "memory": False, "quiesce": False}
    assert started(vcenter) == ["VirtualMachine.CreateSnapshot_Task"]


def test_it_waits_where_that_is_wanted(vcenter: t.Any) -> None:
    result = clone(vcenter)
    assert (result["failed"], result["changed"], result["timed_out"]) == (False, True, False), result
    assert (result["task"]["state"], result["task"]["result"]["type"]) == ("success", "VirtualMachine")
