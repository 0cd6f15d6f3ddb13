# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that are interrupted: they leave nothing behind."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import typing as t

import pytest
from vcenters import NOTIFIED, WAITED

MODULE = "ansible_collections.vsphere.tasks.plugins.modules.vsphere_task_wait"


class Waiting:
    """A process of the module that waits for an endless task. It is killed at the end if it has not ended."""

    def __init__(self, vcenter: t.Any, **options: t.Any) -> None:
        self._vcenter = vcenter
        self._options = {**vcenter.options, "task_ids": [vcenter.create()], **options}

    def __enter__(self) -> Waiting:
        arguments = {"ANSIBLE_MODULE_ARGS": self._options}
        self.process = subprocess.Popen(
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdin
        self.process.stdin.write(json.dumps(arguments).encode())
        self.process.stdin.close()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.process.kill()
        self.hang_up()
        self.process.wait()

    def hang_up(self) -> None:
        assert self.process.stdout
        self.process.stdout.close()


def has_called(vcenter: t.Any, call: str, times: int) -> None:
    """Return when the method has been called that often."""
    called = threading.Event()
    vcenter.during(call, called.set, times)
    assert called.wait(20)


def cleaned_up(vcenter: t.Any) -> bool:
    called = [call.partition(".")[2] for call in vcenter.requests()]
    return called[-2:] == ["DestroyPropertyCollector", "Logout"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_module_after_its_clean_up(vcenter: t.Any, number: signal.Signals) -> None:
    with Waiting(vcenter) as waiting:
        has_called(vcenter, WAITED, 2)
        waiting.process.send_signal(number)
        assert waiting.process.wait(NOTIFIED) != 0
    assert cleaned_up(vcenter)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_a_login_waits_for_the_session_to_close_it(vcenter: t.Any, number: signal.Signals) -> None:
    vcenter.fault("delay", "Login$", seconds=3)
    with Waiting(vcenter) as waiting:
        has_called(vcenter, "SessionManager.Login", 1)
        waiting.process.send_signal(number)
        assert waiting.process.wait(NOTIFIED) == 128 + number
    assert vcenter.requests()[-2:] == ["SessionManager.Login", "SessionManager.Logout"]
    assert vcenter.stats["open_sessions"] == 0


def test_a_signal_ends_the_module_even_if_the_server_is_silent(vcenter: t.Any) -> None:
    vcenter.fault("delay", "CreateFilter|Destroy", seconds=60, count=9)
    with Waiting(vcenter) as waiting:
        has_called(vcenter, "PropertyCollector.CreateFilter", 1)
        waiting.process.send_signal(signal.SIGTERM)
        assert waiting.process.wait(NOTIFIED) != 0
    assert cleaned_up(vcenter)


def test_the_module_cleans_up_after_sigkill_to_the_process_group_of_ansible(vcenter: t.Any) -> None:
    """AWX cancels a job in this way. The module notices within a second that Ansible has ended."""
    options = json.dumps({"ANSIBLE_MODULE_ARGS": {**vcenter.options, "task_ids": [vcenter.create()]}})
    ansible = subprocess.Popen(
        ["/bin/sh", "-c", '"$0" -m "$1" | cat', sys.executable, MODULE], stdin=subprocess.PIPE, start_new_session=True
    )
    assert ansible.stdin
    ansible.stdin.write(options.encode())
    ansible.stdin.close()
    try:
        has_called(vcenter, WAITED, 2)
    finally:
        os.killpg(ansible.pid, signal.SIGKILL)
        ansible.wait()
    vcenter.until(lambda: cleaned_up(vcenter), 10)


def test_closed_output_ends_the_module(vcenter: t.Any) -> None:
    with Waiting(vcenter) as waiting:
        has_called(vcenter, WAITED, 2)
        # The server does not answer for a long time.
        waiting.hang_up()
        assert waiting.process.wait(NOTIFIED) != 0
    assert cleaned_up(vcenter)


def test_a_removed_progress_file_ends_the_module(vcenter: t.Any, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "progress"
    with Waiting(vcenter, progress_file=str(file)) as waiting:
        has_called(vcenter, WAITED, 2)
        file.unlink()
        assert waiting.process.wait(NOTIFIED) != 0
    assert cleaned_up(vcenter)


@pytest.mark.parametrize("how", ["signal", "hang up"])
def test_a_given_session_stays_open_without_the_collector(vcenter: t.Any, how: str) -> None:
    session_id = vcenter.run("session")["session_id"]
    before = vcenter.stats["open_sessions"]
    with Waiting(vcenter, session_id=session_id, username=None, password=None) as waiting:
        has_called(vcenter, WAITED, 2)
        if how == "signal":
            waiting.process.send_signal(signal.SIGTERM)
        else:
            waiting.hang_up()
        assert waiting.process.wait(NOTIFIED) != 0
    assert vcenter.requests()[-1] == "PropertyCollector.DestroyPropertyCollector"
    assert vcenter.stats["open_sessions"] == before
    vcenter.run("session", session_id=session_id, state="absent")


def test_closed_output_does_not_disturb_the_clean_up_after_a_signal(vcenter: t.Any) -> None:
    """When Ansible is interrupted, both happen. The second event must not disturb the clean-up."""
    vcenter.fault("delay", "Destroy", seconds=1.5)
    with Waiting(vcenter) as waiting:
        has_called(vcenter, WAITED, 2)
        waiting.process.send_signal(signal.SIGINT)
        waiting.hang_up()
        assert waiting.process.wait(NOTIFIED) == 128 + signal.SIGINT
    assert cleaned_up(vcenter)
