# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time limits of Ansible that end before those of the modules, and clocks that change."""

from __future__ import annotations

import json
import pathlib
import sys
import time
import typing as t
import uuid

import phases
import pytest
from vcenters import WAITED, any_transport


@any_transport
def test_modules_end_with_the_time_limits_of_ansible(
    vcenter: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = {"task_ids": [vcenter.create(cancelable=True)], "ansible_python_interpreter": sys.executable}
    hosts = {
        "async": {**host, "ansible_connection": "local"},
        "elsewhere": {**host, "ansible_connection": "elsewhere"},
    }
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    marked = f"TEST_ID={uuid.uuid4().hex}"
    environment = {
        **vcenter.environment,
        "ANSIBLE_INVENTORY": str(inventory),
        "ANSIBLE_ASYNC_DIR": str(tmp_path),
        "ANSIBLE_CONNECTION_PLUGINS": str(phases.CONNECTIONS),
        "TEST_ID": marked.partition("=")[2],
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # The time limit of the task passes during the login.
    vcenter.fault("late", "Login$", seconds=4, count=2)
    assert "ignored=1" in vcenter.play("limits.yml")
    vcenter.until(lambda: not phases.processes(marked), 60)
    assert vcenter.stats["open_sessions"] == 0
    assert vcenter.requests().count("SessionManager.Login") == 2
    assert phases.CANCEL not in vcenter.requests()


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_change_of_the_clock_does_not_change_a_wait(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    task_id, now = vcenter.create(), time.time

    def change() -> None:
        monkeypatch.setattr(time, "time", lambda: now() + 3600 * hours)
        vcenter.during(WAITED, end, 3)
        vcenter.control("PATCH", f"/tasks/{task_id}", progress=5)

    def end() -> None:
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")

    vcenter.while_watched(change)
    result = vcenter.run("wait", task_ids=[task_id], timeout=60)
    assert (result["succeeded_task_ids"], result["timed_out"]) == ([task_id], False)
    assert 0 <= result["elapsed"] < 60
    assert vcenter.stats["logins"] == 1
