# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits, their sessions, and their modules after harm to Ansible or the server.

With a local connection, the module runs once. With other connections, it runs in rounds of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import typing as t

import pytest
from vcenters import any_transport

FOLDER = pathlib.Path(__file__).parent
CANCEL = "Task.CancelTask"
WAITED = "PropertyCollector.WaitForUpdatesEx"
LIMIT = 4  # seconds
LOCATIONS = pytest.mark.parametrize("location", ["local", "elsewhere"])


class Playing:
    """A playbook that waits. It is killed at the end if it has not ended."""

    def __init__(self, vcenter: t.Any, playbook: str, environment: dict[str, str], **variables: t.Any) -> None:
        self._vcenter = vcenter
        self.process = subprocess.Popen(
            [str(shutil.which("ansible-playbook")), FOLDER / playbook, "--extra-vars", json.dumps(variables)],
            env={**os.environ, **vcenter.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Playing:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def has_begun(self) -> None:
        self._vcenter.until(lambda: self._vcenter.requests().count(WAITED) > 1)

    def outcome(self) -> str:
        output = self.process.communicate()[0]
        assert self.process.returncode == 0, output
        return str(output)


class Waiting(Playing):
    """A playbook that waits for the tasks."""

    def __init__(self, vcenter: t.Any, location: str, *task_ids: str, **environment: str) -> None:
        super().__init__(vcenter, "wait.yml", environment, task_ids=task_ids, ansible_connection=location)


def runs_from(folder: pathlib.Path) -> bool:
    """Whether any process runs a module from the folder."""
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in file.read_bytes():
                return True
    return False


def rounds(vcenter: t.Any) -> int:
    return int(vcenter.requests().count("PropertyCollector.CreatePropertyCollector"))


# The tests of the module cover its own reaction to signals, over both protocols.
@any_transport
@LOCATIONS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_ansible_closes_the_session(vcenter: t.Any, location: str, number: signal.Signals) -> None:
    before = vcenter.stats["open_sessions"]
    with Waiting(vcenter, location, vcenter.create()) as waiting:
        waiting.has_begun()
        os.kill(waiting.process.pid, number)
        waiting.process.wait(20)
        vcenter.until(lambda: vcenter.stats["open_sessions"] == before)


# The ways to end Ansible: the process alone, or all processes of its group, as AWX does.
KILLS = {
    "alone": (os.kill, signal.SIGKILL),
    "group": (os.killpg, signal.SIGKILL),
    "terminated": (os.kill, signal.SIGTERM),
    "group terminated": (os.killpg, signal.SIGTERM),
}
KILLED = [
    *((step, how) for step in ("interval", "no_log", "role", "start", "cancel") for how in ("alone", "group")),
    # The signal does not depend on the step.
    *(("interval", how) for how in ("terminated", "group terminated")),
]


@any_transport
@pytest.mark.parametrize(("step", "how"), KILLED)
@LOCATIONS
def test_a_killed_playbook_cancels_nothing(
    server: t.Any, step: str, how: str, location: str, tmp_path: pathlib.Path
) -> None:
    kill, number = KILLS[how]
    vcenter = server("slow")
    task_ids = [vcenter.create(cancelable=True, cancel_delay=60)]
    before = vcenter.stats["open_sessions"]
    variables = {"step": step, "task_ids": task_ids, "limit": LIMIT, "transport": vcenter.transport}
    environment = {"ANSIBLE_REMOTE_TMP": str(tmp_path)}
    with Playing(vcenter, "kill.yml", environment, ansible_connection=location, **variables) as playing:
        playing.has_begun()
        assert runs_from(tmp_path)
        ends = time.monotonic() + LIMIT
        kill(playing.process.pid, number)
        playing.process.wait()
        vcenter.until(lambda: vcenter.stats["open_sessions"] <= before and not runs_from(tmp_path), 10)
        # From this time on, no process must exist that would cancel the task.
        time.sleep(max(0, ends + 1 - time.monotonic()))
        assert vcenter.requests().count(CANCEL) == (1 if step == "cancel" else 0)
        assert vcenter.stats["open_sessions"] <= before


@any_transport
@LOCATIONS
@pytest.mark.parametrize("step", ["interval", "no_log", "role", "start"])
def test_a_playbook_that_is_not_killed_cancels(server: t.Any, step: str, location: str, tmp_path: pathlib.Path) -> None:
    vcenter = server("slow")
    environment = {**vcenter.environment, "ANSIBLE_REMOTE_TMP": str(tmp_path)}
    task_ids = [vcenter.create(cancelable=True)]
    variables = {"step": step, "task_ids": task_ids, "limit": 0, "transport": vcenter.transport}
    with Playing(vcenter, "kill.yml", environment, ansible_connection=location, **variables) as playing:
        output = playing.process.communicate()[0]
    assert playing.process.returncode == 2, output
    assert vcenter.requests().count(CANCEL) == 1
    # Each run of a module can use a temporary folder.
    assert [*tmp_path.iterdir()] == []
    if step != "no_log":
        assert "because it had not ended after 0 s (option timeout)" in output


@LOCATIONS
def test_a_session_of_the_environment_stays_open(vcenter: t.Any, location: str) -> None:
    session_id = vcenter.run("session")["session_id"]
    with Waiting(vcenter, location, vcenter.create(duration=1), VMWARE_SESSION_ID=session_id) as waiting:
        waiting.outcome()
    # Only that session is open, as soon as the one of the previous test has ended.
    vcenter.until(lambda: vcenter.stats["open_sessions"] == 1)
    assert vcenter.run("session", session_id=session_id, state="absent")["changed"]


@any_transport
@LOCATIONS
def test_a_server_that_is_unavailable_for_longer_than_a_round_does_not_end_the_wait(
    vcenter: t.Any, location: str
) -> None:
    task_id = vcenter.create()
    with Waiting(vcenter, location, task_id) as waiting:
        waiting.has_begun()
        vcenter.fault("status", ".", status=503, count=999)
        time.sleep(3)  # The time without a server.
        vcenter.control("DELETE", "/faults")
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")
        assert f"OUTCOME ['{task_id}'] []" in waiting.outcome()


@any_transport
@LOCATIONS
@pytest.mark.parametrize("history", ["keep", "drop"])
def test_a_vanished_task_has_its_outcome_from_the_history_or_is_gone(
    vcenter: t.Any, location: str, history: str
) -> None:
    task_id, other = vcenter.create(), vcenter.create()
    with Waiting(vcenter, location, task_id, other) as waiting:
        waiting.has_begun()
        seen = rounds(vcenter)
        if history == "keep":
            vcenter.control("PATCH", f"/tasks/{task_id}", state="success")
        vcenter.control("DELETE", f"/tasks/{task_id}" + ("?history=keep" if history == "keep" else ""))
        if location == "elsewhere":
            vcenter.until(lambda: rounds(vcenter) > seen + 1)
        vcenter.control("PATCH", f"/tasks/{other}", state="success")
        output = waiting.outcome()
    if history == "keep":
        assert "[]\n" in output.partition("OUTCOME ")[2].replace('"', "")
        assert task_id in output.partition("OUTCOME ")[2].partition("]")[0]
    else:
        assert f"OUTCOME ['{other}'] ['{task_id}']" in output


@LOCATIONS
def test_a_session_that_ends_during_the_wait_is_renewed(vcenter: t.Any, location: str) -> None:
    task_id = vcenter.create()
    with Waiting(vcenter, location, task_id) as waiting:
        waiting.has_begun()
        vcenter.control("POST", "/sessions/expire")
        seen = vcenter.requests().count(WAITED)
        vcenter.until(lambda: vcenter.requests().count(WAITED) > seen + 1)
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")
        assert f"OUTCOME ['{task_id}'] []" in waiting.outcome()
