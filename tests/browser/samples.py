# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks in the form of vsphere_task_info, invented but plausible. Each run has the same ones."""

from __future__ import annotations

import datetime
import itertools
import random
import typing as t

Task = dict[str, t.Any]

BEGIN = datetime.datetime(2026, 11, 27, 6, 0, tzinfo=datetime.timezone.utc)
# Label, name of the method, typical seconds, share of failures, and frequency.
OPERATIONS = (
    ("Power On virtual machine", "PowerOnVM_Task", 3, 0.01, 20),
    ("Power Off virtual machine", "PowerOffVM_Task", 2, 0.01, 14),
    ("Reconfigure virtual machine", "ReconfigVM_Task", 5, 0.02, 25),
    ("Create virtual machine snapshot", "CreateSnapshot_Task", 25, 0.04, 18),
    ("Remove snapshot", "RemoveSnapshot_Task", 90, 0.02, 16),
    ("Relocate virtual machine", "RelocateVM_Task", 420, 0.05, 8),
    ("Clone virtual machine", "CloneVM_Task", 300, 0.06, 5),
    ("Deploy OVF template", "ImportVApp_Task", 600, 0.08, 1),
)
FAULTS = (
    ("TaskInProgress", "Another task is already in progress."),
    ("InvalidPowerState", "The attempted operation cannot be performed in the current state (Powered on)."),
    ("NoDiskSpace", "Insufficient disk space on datastore '{datastore}'."),
    ("GenericVmConfigFault", "A general system error occurred: Failed to lock the file {entity}.vmdk (40003)."),
    ("RequestCanceled", "The task was canceled by a user."),
)
USERS = (
    "VSPHERE.LOCAL\\automation",
    "VSPHERE.LOCAL\\backup",
    "EXAMPLE\\alice",
    "EXAMPLE\\bob",
    "VSPHERE.LOCAL\\Administrator",
)
TIERS = ("web", "app", "db", "cache", "build")


def task(number: int = 1, **changes: t.Any) -> Task:
    """A task that succeeded, with these members instead."""
    made: Task = {
        "id": f"task-{number}",
        "key": f"task-{number}",
        "name": "PowerOnVM_Task",
        "operation": "Power On virtual machine",
        "description": None,
        "description_id": "VirtualMachine.powerOn",
        "entity": {"type": "VirtualMachine", "moid": f"vm-{number}"},
        "entity_name": f"web-{number:02}",
        "host": {"type": "HostSystem", "moid": f"host-{number % 4}"},
        "host_name": f"esx-{number % 4 + 1:02}.example.com",
        "state": "success",
        "cancelled": False,
        "cancelable": False,
        "error": None,
        "result": None,
        "progress": None,
        "reason": {"type": "TaskReasonUser", "user_name": "EXAMPLE\\alice"},
        "reason_label": "User task",
        "queue_time": at(number * 10),
        "start_time": at(number * 10 + 1),
        "complete_time": at(number * 10 + 5),
        "queued_for": 1.0,
        "duration": 4.0,
        "parent_task_key": None,
        "root_task_key": None,
        "activation_id": None,
        "change_tag": None,
    }
    return {**made, **changes}


def at(seconds: float) -> str:
    """The time that many seconds after the first task, in the form of the module."""
    time = BEGIN + datetime.timedelta(seconds=seconds)
    return time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def timed(number: int, queued: float, started: float | None, ended: float | None, **changes: t.Any) -> Task:
    """A task with these times, in seconds after the first."""
    now = ended if ended is not None else 3600.0
    times = {
        "queue_time": at(queued),
        "start_time": None if started is None else at(started),
        "complete_time": None if ended is None else at(ended),
        "queued_for": (now if started is None else started) - queued,
        "duration": None if started is None else now - started,
    }
    return task(number, **{**times, **changes})


def many(count: int, seed: int = 1, hours: float = 8) -> list[Task]:
    """The tasks of a working day of a vCenter."""
    chance = random.Random(seed)  # noqa: S311 (nothing is secret here)
    entities = [f"{tier}-{number:03}" for tier in TIERS for number in range(1, max(4, count // 100))]
    weights = [each[-1] for each in OPERATIONS]
    numbers = itertools.count(seed * 100000)
    tasks: list[Task] = []
    while len(tasks) < count:
        operation = chance.choices(OPERATIONS, weights)[0]
        begin = chance.betavariate(2, 2.2) * hours * 3600
        made = _one(chance, next(numbers), operation, begin, entity=chance.choice(entities), user=chance.choice(USERS))
        tasks.append(made)
        if operation[1] == "CloneVM_Task" and made["start_time"]:
            for child in range(chance.randint(1, 3)):
                started = begin + 5 + child * 20
                step = _one(chance, next(numbers), OPERATIONS[2], started, entity=made["entity_name"], user=None)
                tasks.append({**step, "parent_task_key": made["key"], "root_task_key": made["key"]})
    return tasks[:count]


def _one(
    chance: random.Random, number: int, operation: tuple[t.Any, ...], begin: float, *, entity: str, user: str | None
) -> Task:
    label, name, typical, failing, _frequency = operation
    queued = chance.expovariate(1 / 20) if chance.random() < 0.3 else chance.random()
    length = typical * chance.lognormvariate(0, 0.6)
    error: Task | None = None
    if chance.random() < failing:
        kind, message = chance.choice(FAULTS)
        text = message.format(datastore=f"datastore-{chance.randint(1, 4)}", entity=entity)
        error = {"type": kind, "message": text, "messages": [], "cause": None}
    user_reason = {"type": "TaskReasonUser", "user_name": user}
    return timed(
        number,
        begin,
        begin + queued,
        begin + queued + length,
        operation=label,
        name=name,
        description_id=f"VirtualMachine.{name}",
        entity_name=entity,
        state="error" if error else "success",
        error=error,
        reason=user_reason if user else {"type": "TaskReasonParentTask", "parent_task_key": "task"},
        reason_label="User task" if user else "Scheduled by another task",
    )


def unfinished(seed: int = 1, hours: float = 8) -> list[Task]:
    """Tasks that run or are queued at the end of that day."""
    end = hours * 3600
    running = [
        timed(
            seed * 100000 + 90000 + number,
            end - 700 + number * 60,
            end - 690 + number * 60,
            None,
            state="running",
            progress=12 * number,
            operation="Relocate virtual machine",
            name="RelocateVM_Task",
            entity_name=f"db-{number:03}",
            duration=690.0 - number * 60,
        )
        for number in range(1, 6)
    ]
    queued = [
        timed(
            seed * 100000 + 95000 + number,
            end - 300,
            None,
            None,
            state="queued",
            operation="Relocate virtual machine",
            name="RelocateVM_Task",
            entity_name=f"app-{number:03}",
            queued_for=300.0,
        )
        for number in range(1, 4)
    ]
    return running + queued
