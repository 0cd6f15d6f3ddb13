# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cost of a playbook that waits on many vCenters, each of them a process, by the number of forks."""

import contextlib
import json
import os
import re
import subprocess
import sysconfig
import tempfile
import threading
from pathlib import Path
from typing import Any

from control import Control
from setup import Setup, VCenter
from vcenter import running

VCENTERS = 50
TASKS = 2_000
FORKS = (10, 25, 50)
PLAYBOOK = str(Path(sysconfig.get_path("scripts"), "ansible-playbook"))
LOOK_EVERY = 0.5  # seconds
MB = 1024  # kB


def measure(setup: Setup) -> dict[str, Any]:
    """By the number of forks, the cost of a wait on all vCenters, and the cost of one on a single vCenter."""
    print(f"{VCENTERS} vCenters with {TASKS} tasks each …", flush=True)
    with contextlib.ExitStack() as stack:
        vcenters = [stack.enter_context(running(setup.vcenter)) for _each in range(VCENTERS)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {**setup.environment(vcenters[0]), "HOME": str(folder)}
        single = run(inventory(folder, vcenters[:1]), 1, environment)
        many = inventory(folder, vcenters)
        by_forks = {str(forks): run(many, forks, environment) for forks in FORKS}
    return {"vcenters": VCENTERS, "tasks": TASKS, "single": single, "forks": by_forks}


def inventory(folder: Path, vcenters: list[VCenter]) -> Path:
    hosts = {
        f"vc{number:02}": {
            "vcenter_hostname": vcenter["host"],
            "vcenter_port": vcenter["port"],
            "vcenter_username": vcenter["user"],
            "vcenter_password": vcenter["password"],
            "vcenter_ca_path": vcenter["ca"],
            # By their IDs, because a server counts only its newest tasks as recent ones.
            "vsphere_wait_task_ids": Control(vcenter["control"]).tasks(TASKS, state="success"),
        }
        for number, vcenter in enumerate(vcenters)
    }
    file = folder / f"{len(hosts)}.json"
    file.write_text(json.dumps({"vcenters": {"hosts": hosts}}), encoding="utf-8")
    return file


def run(hosts: Path, forks: int, environment: dict[str, str]) -> dict[str, float]:
    """Processor seconds, and the peak memory of all processes of the run and of Ansible's first one, in MB."""
    command = [PLAYBOOK, "vsphere.tasks.wait", f"--inventory={hosts}", f"--forks={forks}"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as ran:
        peak = Peak(ran.pid)
        output = ran.stdout.read() if ran.stdout else ""
        peak.end()
        _pid, status, usage = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
    succeeded = re.findall(rf"{TASKS} succeeded, 0 failed, 0 have not ended", output)
    if ran.returncode or len(succeeded) != len(json.loads(hosts.read_text(encoding="utf-8"))["vcenters"]["hosts"]):
        raise RuntimeError(output)
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": peak.all / MB,
        "first": peak.first / MB,
    }


class Peak:
    """Looks at the memory of a process and its descendants until the end; shared pages count once."""

    def __init__(self, pid: int) -> None:
        self.all = self.first = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            sizes = {pid: proportional_size(pid) for pid in family(self._pid)}
            self.all = max(self.all, sum(sizes.values()))
            self.first = max(self.first, sizes.get(self._pid, 0))


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name of a program, in parentheses, can contain anything.
            parent = int(file.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(file.parent.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def proportional_size(pid: int) -> int:
    """The memory of a process in kB, with its share of the pages that other processes have too."""
    with contextlib.suppress(OSError):
        text = Path("/proc", str(pid), "smaps_rollup").read_text(encoding="utf-8")
        match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        return int(match[1]) if match else 0
    return 0
