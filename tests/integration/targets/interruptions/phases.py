# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook with a host in each phase, and the remains of each phase after a signal."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t
import uuid

import vcenters

FOLDER = pathlib.Path(__file__).parent
CANCEL, CLONE = "Task.CancelTask", "VirtualMachine.CloneVM_Task"
CONNECTIONS = FOLDER.parent / "action_plugins" / "connection_plugins"
LATE = 6
"""Seconds until the answer to a request that is interrupted. The server carries it out immediately."""
LOOK_FOR = 45
"""Seconds after which the remains are final."""


@dataclasses.dataclass(frozen=True)
class Phase:
    """A phase of the work of a module: it is reached with that call, whose answer is late, or with the second wait."""

    title: str
    call: str = ""
    where: str = "local"
    requests: str = ""
    """The only change that its module requests, or none."""


PHASES = {
    "login": Phase("login", "SessionManager.Login"),
    "read": Phase("read", "PropertyCollector.RetrievePropertiesEx"),
    "start": Phase("start", CLONE, requests=CLONE),
    "logout": Phase("logout", "SessionManager.Logout"),
    "wait": Phase("wait with progress"),
    "interval_0": Phase("wait with `progress_interval: 0`"),
    "no_log": Phase("wait with `no_log`"),
    "become": Phase("wait with `become`"),
    "role": Phase("wait with the role"),
    "start_wait": Phase("start that waits", requests=CLONE),
    "cancel": Phase("cancel", requests=CANCEL),
    "follow": Phase("follow"),
    "elsewhere": Phase("wait on another host", where="elsewhere"),
}


@dataclasses.dataclass
class Host:
    """The host of a phase: its vCenter, and the processes that work for it."""

    phase: Phase
    vcenter: vcenters.Vcenter
    task_id: str
    processes: set[int] = dataclasses.field(default_factory=set)
    seconds: float = 0
    left: str = ""

    @property
    def is_there(self) -> bool:
        if self.phase.call:
            return self.phase.call in self.vcenter.requests()
        calls = collections.Counter(
            each.get("session_hash") for each in self.vcenter.log() if each["call"] == vcenters.WAITED
        )
        return any(count > 1 for count in calls.values())

    @property
    def is_over(self) -> bool:
        """Whether the late answer has arrived."""
        return any(each["status"] for each in self.vcenter.log() if each["call"] == self.phase.call)

    @property
    def changes(self) -> list[str]:
        return [call for call in self.vcenter.requests() if call in (CANCEL, CLONE)]

    def look(self) -> str:
        """The remains."""
        there = any(is_running(pid) for pid in self.processes)
        names = {"process": there, "session": self.vcenter.stats["open_sessions"] > 0}
        return " and ".join(name for name, is_left in names.items() if is_left)

    def again(self) -> dict[str, t.Any]:
        """The result of another run, after the end of the task."""
        self.vcenter.control("DELETE", "/faults")
        if self.phase.requests == CANCEL:
            return self.vcenter.run("cancel", task_ids=[self.task_id], wait=False)
        self.vcenter.control("PATCH", f"/tasks/{self.task_id}", state="success")
        return self.vcenter.run("wait", task_ids=[self.task_id])


class Interrupted:
    """The playbook, which gets a signal as soon as all hosts are in their phase."""

    def __init__(self, folder: pathlib.Path, transport: str, target: str, names: list[str]) -> None:
        self._folder = folder
        self._transport = transport
        self._target = target
        self._after = contextlib.ExitStack()
        self._id = uuid.uuid4().hex
        self.hosts = {name: self._host(PHASES[name]) for name in names}

    def _host(self, phase: Phase) -> Host:
        flags = ("--vms=1", "--clusters=0", "--delay=CloneVM_Task=300s")
        vcenter = self._after.enter_context(vcenters.additional(self._transport, *flags))
        if phase.call:
            vcenter.fault("late", f"^{phase.call}$", seconds=LATE)
        return Host(phase, vcenter, vcenter.create(cancelable=True, cancel_delay=300))

    def __enter__(self) -> Interrupted:
        hosts = {
            name: {
                "server": host.vcenter.address,
                "task_ids": [host.task_id],
                "ansible_connection": host.phase.where,
                "ansible_python_interpreter": sys.executable,
            }
            for name, host in self.hosts.items()
        }
        inventory = self._folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
        clone = {
            "folder": {"path": "DC0/vm"},
            "name": "interrupted",
            "spec": {"location": {}, "powerOn": False, "template": False},
        }
        given = {
            "transport": self._transport,
            "gate": str(self._folder / "gate"),
            "clone": clone,
            # After the end of a module, Ansible continues.
            "times": [1] if self._target == "module" else [1, 2],
        }
        become = {"ansible_become_exe": str(FOLDER / "become.sh"), "ansible_become_method": "sudo"}
        environment = {
            "ANSIBLE_INVENTORY": str(inventory),
            "ANSIBLE_FORKS": str(len(hosts)),
            "ANSIBLE_REMOTE_TMP": str(self._folder / "modules"),
            "ANSIBLE_CONNECTION_PLUGINS": str(CONNECTIONS),
            "TEST_ID": self._id,
        }
        self._output = (self._folder / "output").open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            [vcenters.PLAYBOOK, FOLDER / "phases.yml", "--extra-vars", json.dumps({**given, **become})],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_unused: object) -> None:
        self._output.close()
        for pid in processes(f"TEST_ID={self._id}"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._after.close()

    def shown(self) -> str:
        return f"status {self.process.poll()}\n{(self._folder / 'output').read_text(encoding='utf-8')}"

    def reach(self) -> None:
        """Return when all hosts are in their phase: first those that stay there."""
        lasting = [host for host in self.hosts.values() if not host.phase.call]
        passing = [host for host in self.hosts.values() if host.phase.call]
        self._wait_for(lasting)
        (self._folder / "gate").touch()
        self._wait_for(passing)
        for name, host in self.hosts.items():
            modules = processes(f"TEST_PHASE={name}", f"TEST_ID={self._id}")
            host.processes = {each for pid in modules for each in self._ancestry(pid)}
            assert host.processes, (name, self.shown())
        assert not any(host.is_over for host in passing), "the machine is too busy to interrupt all phases"

    def _wait_for(self, hosts: list[Host]) -> None:
        def are_there() -> bool:
            assert self.process.poll() is None, self.shown()
            return all(host.is_there for host in hosts)

        vcenters.until(are_there, state=self.shown)

    def _ancestry(self, pid: int) -> list[int]:
        """A process and its parents up to the worker, in this order."""
        found = [pid]
        while (parent := parent_of(found[-1])) != self.process.pid:
            if parent <= 1:
                return found
            found.append(parent)
        return found

    def send(self, number: signal.Signals) -> None:
        """Send the signal to Ansible, to its process group, or to the workers or modules of all hosts."""
        if self._target == "controller":
            os.kill(self.process.pid, number)
        elif self._target == "group":
            os.killpg(self.process.pid, number)
        else:
            for host in self.hosts.values():
                # A worker is the first one after Ansible, a module the last one of the line.
                pids = sorted(host.processes, key=lambda pid: len(self._ancestry(pid)))
                os.kill(pids[0 if self._target == "worker" else -1], number)

    def settle(self) -> None:
        """Return when nothing is left, or nothing more ends."""
        began = time.monotonic()
        unsettled = list(self.hosts.values())

        def is_settled() -> bool:
            # Otherwise, it stays a zombie.
            self.process.poll()
            for host in list(unsettled):
                host.left = host.look()
                host.seconds = time.monotonic() - began
                if not host.left:
                    unsettled.remove(host)
            return not unsettled or time.monotonic() > began + LOOK_FOR

        vcenters.until(is_settled)


def is_running(pid: int) -> bool:
    return state_of(pid) not in ("", "Z")


def state_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return ""


def parent_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    return 0


def processes(*wanted: str) -> list[int]:
    """The processes with these variables in their environment, which they inherit."""
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            variables = file.read_bytes().split(b"\0")
            if all(each.encode() in variables for each in wanted):
                found.append(int(file.parent.name))
    return found
