# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbook runs with the callback plugin, each as a process."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from vcenters import until

TYPE = "vsphere.tasks.playbook"
PLUGIN = "vsphere.tasks.vcenter_task"
# A host that is unreachable for all tasks.
GONE = """
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = '''
name: gone
short_description: A host that is not there
description: Fails to connect.
author: Contributors to the vsphere.tasks collection
extends_documentation_fragment:
  - connection_pipelining
'''

class Connection(LocalConnection):
    transport = "gone"

    def _connect(self):
        raise AnsibleConnectionFailure("nobody is there")
"""
INVENTORY = """
[all]
one
two
three
[all:vars]
ansible_connection=local
"""


class Outcome(t.NamedTuple):
    """The end of a run of Ansible, and the seconds since its start, or since the time of the measurement."""

    status: int
    output: str
    seconds: float

    @property
    def warnings(self) -> list[str]:
        """The warnings of the callback plugin, and those of Ansible about it."""
        text = " ".join(self.output.split())
        found = text.split("[WARNING]: ")[1:]
        return [each for each in found if ("this run" in each and "vCenter" in each) or "callback plugin" in each]


class Runs:
    """Runs playbooks in a folder. A test vCenter shows the runs."""

    def __init__(self, vcenter: t.Any, folder: pathlib.Path) -> None:
        self.vcenter = vcenter
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []
        self._before = {task["id"] for task in self._recent()}
        self.environment = {
            **os.environ,
            "ANSIBLE_CALLBACKS_ENABLED": PLUGIN,
            "ANSIBLE_INVENTORY": str(folder / "inventory"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_CONNECTION_PLUGINS": str(folder),
            **vcenter.environment,
            "GATE": str(folder / "gate"),
        }
        (folder / "inventory").write_text(INVENTORY, encoding="utf-8")
        (folder / "gone.py").write_text(GONE, encoding="utf-8")
        os.mkfifo(folder / "gate")
        self._gate = os.open(folder / "gate", os.O_RDWR | os.O_NONBLOCK)

    def start(self, playbook: str, *arguments: str, **environment: str | None) -> subprocess.Popen[str]:
        """Start a run. A value of None removes the variable from the environment."""
        return self.start_command(playbook, "ansible-playbook", "site.yml", *arguments, **environment)

    def start_command(self, playbook: str, *command: str, **environment: str | None) -> subprocess.Popen[str]:
        """Start a command in the folder of the playbook site.yml."""
        (self._folder / "site.yml").write_text(playbook, encoding="utf-8")
        merged = {**self.environment, **environment}
        with contextlib.suppress(BlockingIOError):
            # A line that no process read.
            os.read(self._gate, 9)
        process = subprocess.Popen(
            command,
            env={name: value for name, value in merged.items() if value is not None},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # The process that runs the tests can ignore some signals, and programs inherit that.
            preexec_fn=_default_signals,  # noqa: PLW1509 (this program has only one thread here)
        )
        self._started.append(process)
        return process

    def outcome(self, process: subprocess.Popen[str], began: float | None = None) -> Outcome:
        began = began or time.monotonic()
        status = process.wait(120)
        seconds = time.monotonic() - began
        # Before ansible-core 2.19, a worker that outlives Ansible keeps the output open.
        self.open_gate()
        output = process.communicate()[0]
        assert self.vcenter.options["password"] not in output
        return Outcome(status, output, seconds)

    def run(self, playbook: str, *arguments: str, **environment: str | None) -> Outcome:
        began = time.monotonic()
        return self.outcome(self.start(playbook, *arguments, **environment), began)

    def open_gate(self) -> None:
        """Let the Ansible task continue that reads a line from the gate."""
        os.write(self._gate, b"\n")

    def gate_reached(self) -> None:
        """Wait until the Ansible task at the gate has begun."""
        reached = self._folder / "gate.reached"
        until(reached.exists)
        reached.unlink()

    def tasks(self) -> list[dict[str, t.Any]]:
        """The tasks in vCenter since the start of the test, the oldest first."""
        return [task for task in reversed(self._recent()) if task["id"] not in self._before]

    def seen(self, process: subprocess.Popen[str], description: str, progress: int | None = None) -> dict[str, t.Any]:
        """The first task in vCenter, as soon as it has this description and, unless it is None, this progress."""
        found: list[dict[str, t.Any]] = []

        def is_seen() -> bool:
            assert process.poll() is None, process.communicate()[0]
            found[:] = self.tasks()[:1]
            return [(task["description"] or {}).get("message") for task in found] == [description] and (
                progress in (None, found[0]["progress"])
            )

        until(is_seen, state=lambda: found)
        return found[0]

    def stop(self) -> None:
        """End the processes of a failed test."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()
        os.close(self._gate)

    def _recent(self) -> list[dict[str, t.Any]]:
        tasks: list[dict[str, t.Any]] = self.vcenter.run("info")["tasks"]
        return sorted(tasks, key=lambda task: int(task["id"].rpartition("-")[2]), reverse=True)


def _default_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def registered(vcenter: t.Any) -> None:
    vcenter.run("type", extension="vsphere.tasks", task_types=[{"id": TYPE, "labels": {"en": "Ansible playbook"}}])


@pytest.fixture
def runs(vcenter: t.Any, registered: None, tmp_path: pathlib.Path) -> t.Iterator[Runs]:
    started = Runs(vcenter, tmp_path)
    yield started
    started.stop()
