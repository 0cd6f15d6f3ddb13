# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many tasks in a few numbers."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._summary import summarize


def task(entity: dict[str, str] | None, name: str | None) -> t.Any:
    others = {"state": "success", "operation": "Rename", "reason": None, "duration": None, "id": "task-1"}
    return {**others, "entity": entity, "entity_name": name}


def test_entities_without_a_name_and_of_one_name_are_told_apart() -> None:
    names = {"vm-1": "web", "vm-2": "web", "vm-3": "db", "vm-4": None}
    tasks = [task({"type": "VirtualMachine", "moid": moid}, name) for moid, name in names.items()]
    tasks.append(task(None, None))
    assert summarize(tasks)["by_entity"] == {"web (vm-1)": 1, "web (vm-2)": 1, "db": 1, "vm-4": 1}


def test_what_never_ran_has_not_run_longest() -> None:
    assert summarize([task(None, None)])["longest"] is None


def test_the_most_frequent_comes_first() -> None:
    tasks: list[t.Any] = [{**task(None, None), "operation": operation} for operation in ("Rename", "Clone", "Clone")]
    assert list(summarize(tasks)["by_operation"].items()) == [("Clone", 2), ("Rename", 1)]
