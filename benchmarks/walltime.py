# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wall time of `ansible localhost -m MODULE`, all modules in turn, round after round."""

import json
import resource
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from control import Control
from session import open_session
from setup import Setup
from vcenter import running
from waiters import OURS

ROUNDS = 11
# Ratios that have a limit are to be known to a few percent: these run twice more in each round, spread over it.
OFTEN = ("ping", *(name for each in OURS for name in (f"empty, {each}", f"vsphere_task_info, {each}, session")))
COLLECTION = "ansible_collections/vsphere/tasks"
ANSIBLE = str(Path(sysconfig.get_path("scripts"), "ansible"))


class Run(NamedTuple):
    name: str
    module: str
    arguments: Callable[[Control], dict[str, Any]]
    variables: dict[str, str]


def no_arguments(control: Control) -> dict[str, Any]:
    return {}


def finished_task(control: Control) -> dict[str, Any]:
    return {"task_ids": control.tasks(state="success")}


def cancelable_task(control: Control) -> dict[str, Any]:
    return {"task_ids": control.tasks(cancelable=True, cancel_delay=0.001)}


def running_task(control: Control) -> dict[str, Any]:
    return {"task_id": control.tasks()[0], "progress": 50}


def empty_change(control: Control) -> dict[str, Any]:
    machine = {"type": "VirtualMachine", "path": "DC0/vm/DC0_H0_VM0"}
    return {"object": machine, "method": "ReconfigVM_Task", "params": {"spec": {}}}


def new_task(control: Control) -> dict[str, Any]:
    return {"task_type": "com.vmware.govmomi.simulator.test"}


def task_type(control: Control) -> dict[str, Any]:
    return {"extension": "com.example.bench", "task_types": [{"id": "com.example.bench.copy"}]}


MODULES = {
    "vsphere_task_info": finished_task,
    "vsphere_task_wait": finished_task,
    "vsphere_task_cancel": cancelable_task,
    "vsphere_task_state": running_task,
    "vsphere_task_start": empty_change,
    "vsphere_task_create": new_task,
    "vsphere_task_type": task_type,
    "vsphere_session": no_arguments,
}


def add_empty_modules(setup: Setup) -> None:
    """Put them into the copy of the collection, because Ansible finds its modules in a different way than its own."""
    for file in (Path(__file__).parent / "modules").glob("*.py"):
        shutil.copy(file, setup.tree / COLLECTION / "plugins" / "modules")


def runs(transport: str, variables: dict[str, str], session_id: str) -> list[Run]:
    with_session = {**variables, "VMWARE_SESSION_ID": session_id}
    return [
        Run(f"empty, {transport}", f"vsphere.tasks.bench_empty_{transport}", no_arguments, variables),
        *(
            Run(f"{module}, {transport}, {how}", f"vsphere.tasks.{module}", arguments, given)
            for module, arguments in MODULES.items()
            for how, given in (("cold", variables), ("session", with_session))
        ),
    ]


def cost(run: Run, control: Control, environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds, and processor seconds of all its processes."""
    arguments = run.arguments(control)
    command = [ANSIBLE, "localhost", "-m", run.module, *(["-a", json.dumps(arguments)] if arguments else [])]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, env={**environment, **run.variables}, capture_output=True, check=False, text=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise RuntimeError(f"{run.name}: {ended.stdout}{ended.stderr}")
    return round(wall, 4), round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 4)


def measure(setup: Setup) -> dict[str, Any]:
    add_empty_modules(setup)
    with running(setup.vcenter) as vcenter:
        environment = setup.environment(vcenter)
        control = Control(vcenter["control"])
        everything = [Run("ping", "ansible.builtin.ping", no_arguments, {})]
        for transport, waiter in OURS.items():
            session_id = open_session({**environment, **waiter.variables})
            everything += runs(transport, waiter.variables, session_id)
        costs: dict[str, list[tuple[float, float]]] = {run.name: [] for run in everything}
        print(f"Wall time of {len(everything)} runs of modules, {ROUNDS} times …", flush=True)
        often = [run for run in everything if run.name in OFTEN]
        for run in [*often, *everything, *often] * ROUNDS:
            costs[run.name].append(cost(run, control, environment))
        return {name: dict(zip(("wall", "cpu"), zip(*each, strict=True), strict=True)) for name, each in costs.items()}
