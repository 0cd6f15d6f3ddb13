# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that is stopped in the middle leaves nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import typing as t

import pytest

MODULE = "ansible_collections.vsphere.tasks.plugins.modules.vsphere_task_wait"
WAIT = "PropertyCollector.WaitForUpdatesEx"


@pytest.fixture
def waiting(vcenter: t.Any) -> t.Iterator[tuple[t.Any, subprocess.Popen[bytes], str]]:
    """A process of the module that waits for a task without an end."""
    task_id = vcenter.create()
    arguments = {"ANSIBLE_MODULE_ARGS": {**vcenter.options, "task_ids": [task_id]}}
    blocked = threading.Event()
    vcenter.during(WAIT, blocked.set)
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin
    process.stdin.write(json.dumps(arguments).encode())
    process.stdin.close()
    assert blocked.wait(20)
    yield vcenter, process, task_id
    process.kill()
    if process.stdout:
        process.stdout.close()
    process.wait()


def cleaned_up(vcenter: t.Any) -> bool:
    called = [call.partition(".")[2] for call in vcenter.requests()]
    return called[-2:] == ["DestroyPropertyCollector", "Logout"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal(waiting: tuple[t.Any, subprocess.Popen[bytes], str], number: signal.Signals) -> None:
    vcenter, process, _task_id = waiting
    process.send_signal(number)
    assert process.wait(5) != 0
    assert cleaned_up(vcenter)


def test_nobody_reads_its_output(waiting: tuple[t.Any, subprocess.Popen[bytes], str]) -> None:
    vcenter, process, task_id = waiting
    assert process.stdout
    process.stdout.close()
    # It notices between two calls; a change of the task ends the one that is under way.
    vcenter.control("PATCH", f"/tasks/{task_id}", progress=50)
    process.wait(5)
    assert cleaned_up(vcenter)
