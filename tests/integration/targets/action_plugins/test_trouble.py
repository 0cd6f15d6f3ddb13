# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits, their sessions, and their modules after harm to Ansible or the server.

With a local connection, the module runs once. With other connections, it runs in rounds of a second.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import typing as t
import uuid

import pytest
from vcenters import WAITED, any_transport, arrival

FOLDER = pathlib.Path(__file__).parent
CANCEL = "Task.CancelTask"
LOCATIONS = pytest.mark.parametrize("location", ["local", "elsewhere"])


class Playing:
    """A playbook that waits. It is killed at the end if it has not ended."""

    def __init__(self, vcenter: t.Any, playbook: str, environment: dict[str, str], **variables: t.Any) -> None:
        self._vcenter = vcenter
        self._id = str(uuid.uuid4())
        self.process = subprocess.Popen(
            [str(shutil.which("ansible-playbook")), FOLDER / playbook, "--extra-vars", json.dumps(variables)],
            env={**os.environ, **vcenter.environment, **environment, "TEST_ID": self._id},
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

    def has_begun(self, modules: int = 1) -> None:
        """Return as soon as this number of modules wait for their tasks."""
        self._vcenter.until(lambda: self._waiting() >= modules, 60)

    def _waiting(self) -> int:
        calls = collections.Counter(each.get("session_hash") for each in self._vcenter.log() if each["call"] == WAITED)
        return sum(count > 1 for count in calls.values())

    def processes(self) -> list[int]:
        """The processes of the playbook and its modules, by the environment that they inherit."""
        found = []
        for file in pathlib.Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if self._id.encode() in file.read_bytes():
                    found.append(int(file.parent.name))
        return found

    def outcome(self) -> str:
        output = self.process.communicate()[0]
        assert self.process.returncode == 0, output
        return str(output)


class Waiting(Playing):
    """A playbook that waits for the tasks."""

    def __init__(self, vcenter: t.Any, location: str, *task_ids: str, **environment: str) -> None:
        super().__init__(vcenter, "wait.yml", environment, task_ids=task_ids, ansible_connection=location)


def rounds(vcenter: t.Any) -> int:
    return int(vcenter.requests().count("PropertyCollector.CreatePropertyCollector"))


def unavailable(vcenter: t.Any) -> float:
    """The seconds between the first and the last request that the server has rejected as unavailable."""
    times = [arrival(each) for each in vcenter.log() if each["status"] == 503]
    return (times[-1] - times[0]).total_seconds() if times else 0


# The target interruptions covers other signals.
@any_transport
@LOCATIONS
def test_ctrl_c_closes_the_session(vcenter: t.Any, location: str) -> None:
    before = vcenter.stats["open_sessions"]
    with Waiting(vcenter, location, vcenter.create()) as waiting:
        waiting.has_begun()
        os.killpg(waiting.process.pid, signal.SIGINT)
        waiting.process.wait(20)
        vcenter.until(lambda: vcenter.stats["open_sessions"] == before)


# The ways to end Ansible: the process alone, or all processes of its group, as AWX does.
KILLS = {"alone": os.kill, "group": os.killpg}
STEPS = ("interval", "no_log", "role", "start", "cancel")
# The time limit of the steps, and the seconds after which nothing of them must exist anymore. A step that Ansible does
# not wait for can continue until its time limit.
LIMIT, ENDS_WITHIN = 20, 40


def stepping(vcenter: t.Any, folder: pathlib.Path, location: str, steps: tuple[str, ...], limit: int) -> Playing:
    """A playbook in which each step has a host, and waits for a task that is canceled slowly."""
    host = {"ansible_connection": location, "ansible_python_interpreter": sys.executable}
    hosts = {step: {"task_ids": [vcenter.create(cancelable=True, cancel_delay=9)], **host} for step in steps}
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    environment = {"ANSIBLE_REMOTE_TMP": str(folder / "modules"), "ANSIBLE_INVENTORY": str(inventory)}
    return Playing(vcenter, "kill.yml", environment, limit=limit, transport=vcenter.transport)


@any_transport
@pytest.mark.parametrize("how", KILLS)
def test_a_killed_playbook_cancels_nothing_on_another_host(server: t.Any, how: str, tmp_path: pathlib.Path) -> None:
    vcenter = server("slow")
    before = vcenter.stats["open_sessions"]
    with stepping(vcenter, tmp_path, "elsewhere", STEPS, LIMIT) as playing:
        playing.has_begun(len(STEPS))
        KILLS[how](playing.process.pid, signal.SIGKILL)
        playing.process.wait()
        # From then on, no process exists that would cancel a task.
        vcenter.until(lambda: vcenter.stats["open_sessions"] <= before and not playing.processes(), ENDS_WITHIN)
    assert vcenter.requests().count(CANCEL) == STEPS.count("cancel")


@any_transport
@LOCATIONS
def test_a_playbook_that_is_not_killed_cancels(server: t.Any, location: str, tmp_path: pathlib.Path) -> None:
    vcenter = server("slow")
    with stepping(vcenter, tmp_path, location, STEPS[:-1], 0) as playing:
        output = playing.process.communicate()[0]
    assert playing.process.returncode == 2, output
    assert vcenter.requests().count(CANCEL) == 4
    # Each run of a module can use a temporary folder.
    assert [*(tmp_path / "modules").iterdir()] == []
    for step in ("interval", "role", "start"):
        assert re.search(rf"\[{step}\].*because it had not ended after 0 s \(option timeout\)", output), output


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
def test_a_server_that_is_still_starting_is_waited_for(vcenter: t.Any, location: str) -> None:
    task_id = vcenter.create(state="success")
    vcenter.fault("status", "", status=503, count=999)
    with Waiting(vcenter, location, task_id) as waiting:
        # Modules that do not wait give up sooner.
        vcenter.until(lambda: unavailable(vcenter) > 8)
        vcenter.control("DELETE", "/faults")
        waiting.outcome()
    assert vcenter.stats["logins"] <= 2


@any_transport
@LOCATIONS
def test_a_server_that_is_unavailable_for_longer_than_a_round_does_not_end_the_wait(
    vcenter: t.Any, location: str
) -> None:
    task_id = vcenter.create()
    with Waiting(vcenter, location, task_id) as waiting:
        waiting.has_begun()
        vcenter.fault("status", ".", status=503, count=999)
        vcenter.until(lambda: unavailable(vcenter) > 2)
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
