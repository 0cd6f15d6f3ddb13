# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes plays of the examples in the documentation: `python plays.py COLLECTION CONFIG FOLDER`."""

from __future__ import annotations

import ast
import json
import pathlib
import re
import sys
import urllib.request

import yaml

root, config, folder = map(pathlib.Path, sys.argv[1:])
server = json.loads(config.read_text(encoding="utf-8"))["vcenters"]["vcenter"]


def create(**task: object) -> str:
    """A task on the test vCenter; its id."""
    request = urllib.request.Request(f"{server['control']}/tasks", json.dumps(task).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["ids"][0])


def examples(path: pathlib.Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    [text] = [
        node.value.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "EXAMPLES"
    ]
    return text


def play(name: str, text: str) -> None:
    """Write a play that runs the tasks with the connection of the test vCenter, and tasks that end."""
    text = text.replace("vcenter.example.com", server["host"])
    # A task can be cancelled or driven to one end only, so each that is named is a new one.
    text = re.sub(r"task-12[34]", lambda _id: create(duration=2, cancelable=True), text)
    tasks = yaml.safe_load(text)
    if "hosts" in tasks[0]:
        tasks = tasks[0]["tasks"]
    environment = {
        "VMWARE_HOST": server["host"],
        "VMWARE_PORT": str(server["port"]),
        "VMWARE_USER": server["user"],
        "VMWARE_PASSWORD": "{{ vcenters.vcenter.password }}",
        "VMWARE_CA_PATH": server["ca"],
    }
    variables = {
        "vcenter_password": "{{ vcenters.vcenter.password }}",
        "clone_task_ids": [create(duration=1), create(duration=30)],
        "my_task_id": create(state="queued"),
        "my_other_task_id": create(),
    }
    plays = [
        {
            "name": f"Examples of {name}",
            "hosts": "localhost",
            "gather_facts": False,
            "environment": environment,
            "vars": variables,
            "tasks": tasks,
        }
    ]
    (folder / f"{name}.play.yml").write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")


for module in (root / "plugins" / "modules").glob("*.py"):
    play(module.stem, examples(module))
readme = (root / "README.md").read_text(encoding="utf-8")
play("README", next(block for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "hosts:" in block))
