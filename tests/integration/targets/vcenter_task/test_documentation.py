# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in docs/callback.md and in the documentation of the plugin."""

from __future__ import annotations

import pathlib
import re
import signal
import textwrap
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.callback import vcenter_task
from vcenters import any_transport

PAGE = pathlib.Path(vcenter_task.__file__).parents[2] / "docs" / "callback.md"
pytestmark = any_transport
WORK = "- hosts: one\n  gather_facts: false\n  tasks:\n    - name: Work\n      {}\n"


def example(language: str, containing: str) -> str:
    """The block of the page in that language that contains the text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [found] = [block for block in blocks if containing in block]
    return str(found)


@pytest.mark.parametrize("origin", ["page", "plugin"])
def test_the_examples_register_the_type_and_enable_the_plugin(runs: t.Any, tmp_path: pathlib.Path, origin: str) -> None:
    key = {"extension": "vsphere.tasks", "task_types": [{"id": "vsphere.tasks.playbook"}]}
    runs.vcenter.run("type", **key, state="absent")
    if origin == "page":
        registering, settings = example("yaml", "vsphere_task_type"), example("ini", "callbacks_enabled")
    else:
        comments, tasks = vcenter_task.EXAMPLES.split("# Run once for each vCenter:\n")
        registering = "- hosts: localhost\n  gather_facts: false\n  tasks:\n" + textwrap.indent(tasks, "    ")
        settings = "\n".join(re.findall(r"^#   (.*)", comments, re.MULTILINE))
    (tmp_path / "ansible.cfg").write_text(settings, encoding="utf-8")
    enabled = {"ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"), "ANSIBLE_CALLBACKS_ENABLED": None}
    first = runs.run(registering, **enabled)
    # This run cannot be shown, because it registers the task type.
    assert (first.status, ["does not know the task type" in warning for warning in first.warnings]) == (0, [True])
    assert runs.vcenter.run("type", **key)["changed"] is False
    second = runs.run(WORK.format("debug:"), **enabled)
    assert (second.status, second.warnings) == (0, [])
    assert [task["state"] for task in runs.tasks()] == ["success"] * (2 if origin == "page" else 1)


def test_the_example_ends_the_task_of_a_killed_run(runs: t.Any) -> None:
    process = runs.start(WORK.format('command: sh -c \'read line < {{ lookup("env", "GATE") }}\''))
    task = runs.seen(process, "Work", 0)
    process.send_signal(signal.SIGKILL)
    runs.outcome(process)
    assert [each["state"] for each in runs.tasks()] == ["running"]
    given = f"stale_task_id={task['id']}"
    assert runs.run(example("yaml", "stale_task_id"), "-e", given, ANSIBLE_CALLBACKS_ENABLED=None).status == 0
    [ended] = runs.tasks()
    assert (ended["state"], ended["error"]["message"]) == ("error", "The playbook run was killed")
    # Killed processes do not log out.
    runs.vcenter.control("POST", "/sessions/expire")
