# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The waiters that are compared, and a process of each."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO, cast

from setup import Setup, VCenter


class Waiter(NamedTuple):
    """The name in the results, the module in ``peers``, and the additional variables."""

    name: str
    module: str
    variables: dict[str, str]


OURS = {
    "json": Waiter("vsphere.tasks, VI/JSON", "ours", {"VMWARE_TRANSPORT": "json"}),
    "soap": Waiter("vsphere.tasks, SOAP", "ours", {"VMWARE_TRANSPORT": "soap"}),
}
PYVIM = Waiter("pyVim.task.WaitForTask", "pyvim", {})
WAITERS = (
    *OURS.values(),
    PYVIM,
    Waiter("govc, VI/JSON", "govc", {"GOVC_VI_JSON": "1", "GOVC_VIM_VERSION": "8.0.3.0"}),
    Waiter("govc, SOAP", "govc", {}),
    Waiter("vmware.vmware", "vmware_vmware", {}),
    Waiter("community.vmware", "community_vmware", {}),
)


class Host:
    """A process that forks one waiting process for each job."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._command = str(process.args)
        # Opened as pipes, they are there.
        self._jobs, self._lines = cast(TextIO, process.stdin), cast(TextIO, process.stdout)
        self._answers: list[dict[str, Any]] = []
        self._ready = self._ended = False
        self._arrived = threading.Condition()
        threading.Thread(target=self._collect, daemon=True).start()

    def is_ready(self) -> None:
        """Wait until it can start waits without delay."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._ready or self._ended, timeout=60) or self._ended:
                raise RuntimeError(f"did not start: {self._command}")

    def start(self, duration: float) -> None:
        self._jobs.write(json.dumps({"duration": duration}) + "\n")
        self._jobs.flush()

    def answers(self, count: int, timeout: float) -> list[dict[str, Any]]:
        """The answers since the last call, when there are as many."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._answers) >= count, timeout):
                raise TimeoutError(f"{len(self._answers)} of {count} waits ended: {self._command}")
            answers, self._answers = self._answers, []
        failed = [answer["failed"] for answer in answers if "failed" in answer]
        if failed:
            raise RuntimeError(failed[0])
        return answers

    def _collect(self) -> None:
        for line in self._lines:
            with self._arrived:
                if line == "ready\n":
                    self._ready = True
                else:
                    self._answers.append(json.loads(line))
                self._arrived.notify_all()
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()


@contextlib.contextmanager
def host(waiter: Waiter, vcenter: VCenter, setup: Setup) -> Iterator[Host]:
    command = [sys.executable, "-m", "peers.host", waiter.module]
    environment = {**setup.environment(vcenter), **waiter.variables}
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parent,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Host(process)
        finally:
            process.terminate()
