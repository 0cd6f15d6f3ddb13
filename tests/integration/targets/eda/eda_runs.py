# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source as a process, alone or in ansible-rulebook."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t
import uuid

import vcenters
import yaml

HERE = pathlib.Path(__file__).parent
COLLECTION = vcenters.ROOT
PLUGIN = COLLECTION / "extensions" / "eda" / "plugins" / "event_source" / "tasks.py"
RULEBOOK = json.loads(vcenters.CONFIG.read_text(encoding="utf-8"))["ansible_rulebook"]
SCHEMA = COLLECTION / "extensions" / "eda" / "task_event.schema.json"
VALIDATE = """
import json, sys, jsonschema
validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
for event in json.load(sys.stdin):
    validator.validate(event)
"""
MARK = "VSPHERE_TASKS_TEST"
Event = dict[str, t.Any]


class Run:
    """A process that runs the event source, and its child processes."""

    def __init__(self, command: list[str], folder: pathlib.Path, environment: dict[str, str]) -> None:
        self._mark = uuid.uuid4().hex
        self._folder = folder / self._mark
        self._folder.mkdir()
        self._output = self._folder / "output"
        self._errors = self._folder / "errors"
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                command,
                cwd=self._folder,
                env={**os.environ, **environment, MARK: self._mark},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                # The process that runs the tests can ignore some signals, and programs inherit that.
                preexec_fn=_default_signals,  # noqa: PLW1509 (this program has only one thread here)
            )

    @property
    def events(self) -> list[Event]:
        """The events so far, without what ansible-rulebook adds."""
        lines = self._output.read_text(encoding="utf-8").splitlines()
        found = [_parsed(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [{name: value for name, value in event.items() if name != "meta"} for event in found]

    @property
    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8") + self._output.read_text(encoding="utf-8")

    def seen(self, *events: tuple[str, str]) -> list[Event]:
        """All events, as soon as these events of tasks are among them."""
        self.until(lambda: {*events} <= {(event["id"], event["event"]) for event in self.events})
        return self.events

    def until(self, done: t.Callable[[], object], seconds: float = 60) -> None:
        def is_done() -> bool:
            if done():
                return True
            assert self.process.poll() is None, self.errors
            return False

        vcenters.until(is_done, seconds, lambda: self.errors)

    def say(self, line: str) -> None:
        pipe = t.cast("t.IO[bytes]", self.process.stdin)
        pipe.write(line.encode() + b"\n")
        pipe.flush()

    def left(self) -> list[int]:
        """The processes of the run that exist."""
        return [int(folder.name) for folder in pathlib.Path("/proc").glob("[0-9]*") if self._is_ours(folder)]

    def ended(self, seconds: float = 10) -> int:
        """The status, as soon as all processes of the run have ended."""
        status = self.process.wait(seconds)
        vcenters.until(lambda: not self.left(), seconds, self.left)
        return status

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ended()

    def clean_up(self) -> None:
        """End the run. Afterward, no process of it must exist, unless it hangs."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.ended()
        finally:
            for pid in self.left():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            t.cast("t.IO[bytes]", self.process.stdin).close()

    def _is_ours(self, folder: pathlib.Path) -> bool:
        with contextlib.suppress(OSError):
            # The file of an ended process is empty.
            return f"{MARK}={self._mark}".encode() in (folder / "environ").read_bytes()
        return False


def _parsed(line: str) -> Event:
    """An event as JSON, or as ansible-rulebook prints it."""
    event: Event = json.loads(line) if line.startswith('{"') else ast.literal_eval(line)
    return event


def _default_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Runs:
    """Starts the event source, and waits until it follows a test vCenter."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._started: list[Run] = []

    def alone(self, given: dict[str, t.Any], *gate: str, **environment: str) -> Run:
        """Start the source without ansible-rulebook. A gate can hold back events."""
        command = [sys.executable, str(HERE / "queue_only.py"), str(PLUGIN)]
        run = self._start(command, environment)
        run.say(json.dumps(given))
        for each in gate or ["all"]:
            run.say(each)
        return run

    def rulebook(self, given: dict[str, t.Any], rules: list[dict[str, t.Any]] | None = None, *arguments: str) -> Run:
        """Start the source in ansible-rulebook, with the given rules, or with one that prints each event."""
        shown = [{"name": "all", "condition": "event.event is defined", "action": {"print_event": None}}]
        source = {"name": "vcenter", "vsphere.tasks.tasks": given}
        ruleset = {"name": "tasks", "hosts": "all", "sources": [source], "rules": rules or shown}
        file = self.folder / "rulebook.yml"
        file.write_text(yaml.safe_dump([ruleset]), encoding="utf-8")
        return self.given_rulebook(str(file), *arguments)

    def given_rulebook(self, rulebook: str, *arguments: str, **environment: str) -> Run:
        inventory = self.folder / "inventory.yml"
        scripts = pathlib.Path(RULEBOOK).parent
        local = {"ansible_connection": "local", "ansible_python_interpreter": str(scripts / "python")}
        # Most inventories contain machines on which a rulebook must not run modules.
        hosts = dict.fromkeys(("localhost", "other"), local)
        inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
        path = f"{scripts}:{os.environ['PATH']}"
        command = [RULEBOOK, "--rulebook", rulebook, "--inventory", str(inventory), *arguments]
        # ansible-rulebook has another Python and other libraries.
        own = {"PATH": path, "PYTHONPATH": "", "ANSIBLE_COLLECTIONS_PATH": str(COLLECTION.parents[2]), **environment}
        return self._start(command, own)

    def stop(self) -> None:
        for run in self._started:
            run.clean_up()

    def _start(self, command: list[str], environment: dict[str, str]) -> Run:
        run = Run(command, self.folder, environment)
        self._started.append(run)
        return run


def validate(events: list[Event]) -> None:
    """Validate events with the JSON schema, by the library that ansible-rulebook brings along."""
    python = str(pathlib.Path(RULEBOOK).with_name("python"))
    subprocess.run([python, "-c", VALIDATE, str(SCHEMA)], input=json.dumps(events), check=True, text=True)


def follows(run: Run, *servers: t.Any) -> None:
    """Wait until the source waits for changes of each server."""
    run.until(lambda: min(server.waits for server in servers) > 0)
