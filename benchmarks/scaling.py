# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cost of a wait for many tasks: requests, bytes, processor time, and memory of the waiting process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from control import Control
from session import open_session
from setup import Setup, VCenter
from vcenter import running
from waiters import OURS

COUNTS = (1, 100, 1000, 5000)
STEPS = 50  # moments at which tasks end
FIRST, LAST = 3.0, 5.0  # seconds: all end in between
HISTORY = "--history=20000"  # no task is forgotten


def make_tasks(control: Control, count: int) -> list[str]:
    steps = min(count, STEPS)
    durations = [FIRST + (LAST - FIRST) * step / STEPS for step in range(steps)]
    return [task for duration in durations for task in control.tasks(count // steps, duration=duration)]


def wait(vcenter: VCenter, environment: dict[str, str], count: int, **arguments: Any) -> dict[str, Any]:
    ids = make_tasks(Control(vcenter["control"]), count)
    output = subprocess.run(
        [sys.executable, "-m", "peers.ours_once"],
        cwd=Path(__file__).parent,
        env=environment,
        input=json.dumps({"task_ids": ids, **arguments}),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    measured: dict[str, Any] = json.loads(output)
    if measured["succeeded"] != count:
        raise RuntimeError(f"{measured['succeeded']} of {count} tasks succeeded")
    calls = measured["session"]["calls"]
    return {
        "requests": measured["session"]["requests"],
        "updates": calls.get("PropertyCollector.WaitForUpdatesEx", 0),
        "bytes": measured["session"]["bytes"],
        "cpu": measured["cpu"],
        "memory": measured["memory"],
        "calls": calls,
    }


def measure(setup: Setup) -> dict[str, Any]:
    """By transport, with and without a session, with and without the tasks returned, by number of tasks."""
    results: dict[str, Any] = {}
    for name, waiter in OURS.items():
        with running(setup.vcenter, HISTORY) as vcenter:
            environment = {**setup.environment(vcenter), **waiter.variables}
            with_session = {**environment, "VMWARE_SESSION_ID": open_session(environment)}
            print(f"Waits for up to {COUNTS[-1]} tasks over {name} …", flush=True)
            results[name] = {
                "session": {str(count): wait(vcenter, with_session, count) for count in COUNTS},
                "cold": {"1000": wait(vcenter, environment, 1000)},
                "ids": {"5000": wait(vcenter, with_session, 5000, return_tasks=False)},
            }
    return results
