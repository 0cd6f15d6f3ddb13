# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time from the end of a task until a rule fires, in ansible-rulebook: our event source and that of vmware.vmware.

All rulebooks run at the same time and follow the same operations, which a process with pyVmomi starts.
"""

import contextlib
import datetime
import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from control import Control
from setup import Setup, VCenter
from vcenter import running

SAMPLES = 20
PITCH = 6.7  # seconds from one operation to the next: the samples cover more than two polls of a minute
POLL = 60
# The first release of the package with that event source requires a newer Python than the other benchmarks.
PEER = "ansible==14.5.0"
HERE = Path(__file__).parent


class Source(NamedTuple):
    """The name in the results, the event source with its options, and the expression that names an event."""

    name: str
    plugin: str
    options: dict[str, Any]
    key: str


OURS = {"description_ids": ["VirtualMachine.powerOff", "VirtualMachine.powerOn"], "events": ["succeeded"]}
SOURCES = (
    Source("vsphere.tasks, VI/JSON", "vsphere.tasks.tasks", {**OURS, "transport": "json"}, "event.id"),
    Source("vsphere.tasks, SOAP", "vsphere.tasks.tasks", {**OURS, "transport": "soap"}, "event.id"),
    Source(
        "vmware.vmware.vcenter_event_manager",
        "vmware.vmware.vcenter_event_manager",
        {"event_type_ids": ["VmPoweredOffEvent", "VmPoweredOnEvent"], "event_type": "user", "validate_certs": False},
        "event.key",
    ),
)


class Rulebook:
    """An ansible-rulebook that notes when its rule fires."""

    def __init__(self, source: Source, folder: Path, setup: Setup, environment: dict[str, str]) -> None:
        self._output = folder / "output"
        rule = {"name": "all", "condition": "true", "action": {"debug": {"msg": f"FIRED {{{{ {source.key} }}}}"}}}
        sources = [{"name": "source", source.plugin: source.options}]
        rulebook = folder / "rulebook.yml"
        # JSON is YAML.
        rulebook.write_text(json.dumps([{"name": "tasks", "hosts": "all", "sources": sources, "rules": [rule]}]))
        inventory = folder / "inventory.yml"
        inventory.write_text("all: {hosts: {localhost: }}\n", encoding="utf-8")
        command = [setup.rulebook, "--rulebook", str(rulebook), "--inventory", str(inventory)]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def fired(self) -> list[tuple[float, str]]:
        """The times when the rule fired, and the names of the events."""
        output = self._output.read_text(encoding="utf-8")
        found = re.findall(r"^\*\* (\S+ \S+) \[debug\] \*+\nFIRED (\S+)$", output, re.MULTILINE)
        return [(datetime.datetime.fromisoformat(when).timestamp(), key) for when, key in found]

    def wait(self, count: int, seconds: float) -> list[tuple[float, str]]:
        """The first times when the rule fired, as soon as there are as many."""
        end = time.monotonic() + seconds
        while len(self.fired) < count:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(self._output.read_text(encoding="utf-8")[-3000:])
            time.sleep(0.5)
        return self.fired[:count]


@contextlib.contextmanager
def rulebook(source: Source, setup: Setup, environment: dict[str, str]) -> Iterator[Rulebook]:
    with tempfile.TemporaryDirectory() as folder:
        started = Rulebook(source, Path(folder), setup, environment)
        try:
            yield started
        finally:
            started.process.terminate()
            started.process.wait()


def fetch_peer(folder: Path) -> None:
    """Take vmware.vmware out of the package, which has many other collections."""
    if (folder / "ansible_collections").exists():
        return
    options = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.12", "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "download", *options, PEER], check=True)
    (package,) = folder.glob("ansible-*.whl")
    with zipfile.ZipFile(package) as wheel:
        names = [name for name in wheel.namelist() if name.startswith("ansible_collections/vmware/vmware/")]
        wheel.extractall(folder, names)
    package.unlink()


def operations(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Run the operations; the ID and the time of the end of each task."""
    command = [sys.executable, "-m", "peers.power_operations", str(SAMPLES), str(PITCH)]
    run = subprocess.run(command, cwd=HERE, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    tasks: list[dict[str, Any]] = json.loads(run.stdout)
    return tasks


def is_following(control: Control) -> bool:
    """Whether all sources have made their first request for changes, or for events."""
    requests = control.stats()["requests"]
    waits = [requests.get(protocol, {}).get("PropertyCollector.WaitForUpdatesEx", 0) for protocol in ("json", "soap")]
    polls = requests.get("soap", {}).get("EventManager.CreateCollectorForEvents", 0)
    return bool(min(waits) > 1 and polls > 0)


def measure(setup: Setup) -> dict[str, Any]:
    peers = setup.tree.parent / "peers"
    fetch_peer(peers)
    print(f"Rules that fire after {SAMPLES} operations …", flush=True)
    with contextlib.ExitStack() as stack:
        vcenter: VCenter = stack.enter_context(running(setup.vcenter))
        environment = setup.environment(vcenter)
        own = {
            **environment,
            "PATH": f"{Path(setup.rulebook).parent}:{environment['PATH']}",
            "PYTHONPATH": "",
            "ANSIBLE_COLLECTIONS_PATH": f"{setup.tree}:{peers}",
        }
        rulebooks = {source.name: stack.enter_context(rulebook(source, setup, own)) for source in SOURCES}
        end = time.monotonic() + 60
        while not is_following(Control(vcenter["control"])):
            if time.monotonic() > end:
                raise RuntimeError("a rulebook does not follow the server")
            time.sleep(0.5)
        tasks = operations(environment)
        results = {}
        for name, each in rulebooks.items():
            fired = each.wait(SAMPLES, 2 * POLL)
            results[name] = [round(when - task["complete"], 6) for (when, _key), task in zip(fired, tasks, strict=True)]
        return results
