# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task in vCenter of the play examples/own_task.yml, after a success, a failure, and a cancellation."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader

# The tests of the modules cover both protocols. Here, each test uses one of them.
json_only = pytest.mark.parametrize("transport", ["json"])
soap_only = pytest.mark.parametrize("transport", ["soap"])
PLAY = pathlib.Path(_reader.__file__).parents[3] / "examples" / "own_task.yml"
PROGRAM = str(shutil.which("ansible-playbook"))
CANCEL = ["ansible", "localhost", "-m", "vsphere.tasks.vsphere_task_cancel", "-a"]


class Play:
    """Runs the play on a folder of the test. Variables override those of the play."""

    def __init__(self, vcenter: t.Any, folder: pathlib.Path) -> None:
        self._variables = {"folder": str(folder / "config"), "archive": str(folder / "config.tar.gz")}
        self._vcenter = vcenter

    def start(self, *arguments: str, **variables: t.Any) -> subprocess.Popen[str]:
        given = json.dumps({**self._variables, **variables})
        return subprocess.Popen(
            [PROGRAM, PLAY, "--extra-vars", given, *arguments],
            env={**os.environ, **self._vcenter.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *arguments: str, **variables: t.Any) -> tuple[int, str]:
        """The exit status and the output of a whole run."""
        with self.start(*arguments, **variables) as process:
            shown = process.communicate()[0]
        return process.returncode, shown

    def task(self) -> dict[str, t.Any]:
        """The task of the play in vCenter."""
        [task] = self._vcenter.run("info", activation_ids=[f"backup of {self._variables['folder']}"])["tasks"]
        return t.cast("dict[str, t.Any]", task)


@pytest.fixture
def play(vcenter: t.Any, tmp_path: pathlib.Path) -> Play:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "app.ini").write_text("[app]\n", encoding="utf-8")
    return Play(vcenter, tmp_path)


@json_only
def test_the_task_of_a_complete_play_is_a_success(play: Play, tmp_path: pathlib.Path) -> None:
    status, shown = play()
    assert status == 0, shown
    archive = tmp_path / "config.tar.gz"
    assert archive.exists()
    task = play.task()
    assert (task["description_id"], task["state"], task["progress"]) == ("com.example.ansible.backup", "success", 100)
    assert task["result"] == str(archive)
    assert task["description"]["message"] == "Comparing the archive with the folder"
    assert task["entity_name"] == "Datacenters"


@soap_only
def test_check_mode_does_nothing(play: Play) -> None:
    status, shown = play("--check")
    assert status == 0, shown
    with pytest.raises(ValueError, match="not enough values"):
        play.task()


@soap_only
def test_the_task_of_a_failed_step_is_an_error(play: Play) -> None:
    broken = [{"description": "Working", "argv": ["true"]}, {"description": "Breaking", "argv": ["false"]}]
    status, shown = play(steps=broken)
    assert status == 2, shown
    task = play.task()
    assert (task["state"], task["progress"], task["description"]["message"]) == ("error", 50, "Breaking")
    # Releases of ansible-core have different messages.
    message = task["error"].pop("message")
    assert message.startswith("Run the command of the step: ")
    assert "non-zero return code" in message
    assert message in " ".join(shown.split())
    assert task["error"] == {
        "type": "ExtendedFault",
        "messages": [message],
        "cause": None,
        "fault_type_id": "com.example.ansible.backup.failed",
    }


@json_only
def test_a_canceled_task_stops_the_play(play: Play, tmp_path: pathlib.Path) -> None:
    never = tmp_path / "never"
    cancel = [*CANCEL, "task_ids={{ backup.task.id }} wait=false"]
    steps = [{"description": "Working", "argv": cancel}, {"description": "More", "argv": ["touch", str(never)]}]
    status, shown = play(steps=steps)
    assert status == 2, shown
    assert not never.exists()
    task = play.task()
    assert (task["state"], task["cancelled"]) == ("error", True)
    message = "Stop if someone canceled the task: a user canceled the task"
    assert task["error"] == {
        "type": "ExtendedFault",
        "message": message,
        "messages": [message],
        "cause": None,
        "fault_type_id": "com.example.ansible.backup.canceled",
    }


@soap_only
def test_a_run_continues_the_task_of_a_killed_run(play: Play) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        code = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]})).recv(1)"
        killed = play.start(steps=[{"description": "Working", "argv": [sys.executable, "-c", code]}])
        # The step connects when it begins, and ends when the connection is closed.
        with killed, server.accept()[0]:
            os.killpg(killed.pid, signal.SIGKILL)
    left = play.task()
    assert left["state"] == "running"
    assert play()[0] == 0
    task = play.task()
    assert (task["id"], task["state"]) == (left["id"], "success")
