# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cost of reading a long history, from both ends, compared with handwritten pyVmomi code and `govc tasks`."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from control import Control
from peers.govc import govc_environment
from setup import Setup
from vcenter import running

TASKS = 10_000
ROUNDS = 5
READERS = {
    "vsphere.tasks, VI/JSON": ("ours", {"VMWARE_TRANSPORT": "json"}),
    "vsphere.tasks, SOAP": ("ours", {"VMWARE_TRANSPORT": "soap"}),
    "pyVmomi": ("pyvmomi", {}),
}


def measure(setup: Setup) -> dict[str, Any]:
    """By order and reader, a list of the costs of each round. For govc, the wall time of the whole process."""
    print("A long history …", flush=True)
    with running(setup.vcenter, f"--history={TASKS}") as vcenter:
        Control(vcenter["control"]).tasks(TASKS, state="success")
        environment = setup.environment(vcenter)
        results: dict[str, Any] = {order: {name: [] for name in READERS} for order in ("oldest", "newest")}
        walls = []
        for _round in range(ROUNDS):
            for order, by_reader in results.items():
                for name, (reader, variables) in READERS.items():
                    by_reader[name].append(read(reader, order, {**environment, **variables}))
            began = time.perf_counter()
            govc(setup.govc, environment)
            walls.append(time.perf_counter() - began)
    return {"tasks": TASKS, "readers": results, "govc": walls}


def read(reader: str, order: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "peers.history", reader, order]
    output = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, check=True, text=True
    ).stdout
    result: dict[str, Any] = json.loads(output)
    if result["tasks"] != TASKS:
        raise RuntimeError(f"{reader} has read {result['tasks']} of {TASKS} tasks")
    return result


def govc(program: str, environment: dict[str, str]) -> None:
    # It reads oldest first, in pages of ten.
    command = [program, "tasks", "-json", "-n", str(TASKS), "-b", "1h"]
    subprocess.run(command, env=govc_environment(environment), stdout=subprocess.DEVNULL, check=True)
