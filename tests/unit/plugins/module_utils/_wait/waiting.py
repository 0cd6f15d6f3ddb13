# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for tasks on the fake transport."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import Targets
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

from ..builders import (
    change,
    failed,
    info,
)
from ..wire import Wire, connect, reader_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome

RUNNING = change("task-1", "enter", state="running")
DONE = {"completeTime": "2026-01-02T03:05:05Z"}
SUCCESS = info("task-1", "success", **DONE)
FAILED = info("task-2", **failed("VimFault"), **DONE)


def wait(
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    *task_ids: str,
    context: Context | None = None,
    ended: t.Any = (),
    report: t.Any = lambda tasks: None,
    began: float | None = None,
    **options: t.Any,
) -> Outcome:
    """The outcome of a wait for those tasks, with a timeout of 60 seconds unless the options contain another one."""
    how = WaitOptions(**{"timeout": 60, **options})
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, context=context)
        return wait_for_tasks(reader, Targets([*task_ids], [*ended]), how, report, began)


def groups(outcome: Outcome) -> dict[str, list[str]]:
    """The lists of ids that are not empty."""
    names = ("succeeded", "failed", "gone", "forbidden", "pending", "cancelled")
    return {name: getattr(outcome, name) for name in names if getattr(outcome, name)}
