# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time limits of Ansible that end before those of the modules, and clocks that change."""

from __future__ import annotations

import json
import pathlib
import sys
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


@any_transport
@pytest.mark.parametrize("hours", [-24, 24])
def test_a_change_of_the_clock_does_not_change_a_wait(
    vcenter: t.Any, clock: t.Any, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The clock of Ansible, with the callback plugin, and of the modules changes while the role waits."""
    task_id, shown_type = vcenter.create(), "vsphere.tasks.playbook"
    vcenter.run("type", extension="vsphere.tasks", task_types=[{"id": shown_type}])
    for name, value in {**vcenter.environment, "ANSIBLE_CALLBACKS_ENABLED": "vsphere.tasks.vcenter_task"}.items():
        monkeypatch.setenv(name, value)

    def change() -> None:
        clock.move(hours)
        vcenter.during(WAITED, end, 3)
        vcenter.control("PATCH", f"/tasks/{task_id}", progress=5)

    def end() -> None:
        vcenter.control("PATCH", f"/tasks/{task_id}", state="success")

    vcenter.while_watched(change)
    output = vcenter.play("clock.yml", task_id=task_id)
    assert "this run" not in output
    assert "callback plugin" not in output
    [shown] = vcenter.run("info", description_ids=[shown_type], limit=1)["tasks"]
    assert shown["state"] == "success"
