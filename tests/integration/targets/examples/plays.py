# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes plays of the examples in the documentation: `python plays.py COLLECTION CONFIG FOLDER`.

Beside them it writes what leads the plays in the folder `examples` to each server, for a shell to read.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import re
import shlex
import sys
import typing as t

import requests
from ansible.parsing.dataloader import DataLoader

root, config, folder = map(pathlib.Path, sys.argv[1:])
servers = json.loads(config.read_text(encoding="utf-8"))["vcenters"]
server = servers["vcenter"]


# What the examples call by names that a reader would have, and the test vCenter's names for it.
NAMES = {"vcenter.example.com": server["host"], "esx-01.example.com": "DC0_C0_H0", "web-01": "DC0_H0_VM0"}


def create(**task: t.Any) -> str:
    """A task on the test vCenter; its id."""
    return str(requests.post(f"{server['control']}/tasks", json=task, timeout=10).json()["ids"][0])


def variables_of(address: dict[str, t.Any]) -> dict[str, str]:
    """The variables of the environment that lead the collection to a server."""
    parts = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "CA_PATH": "ca"}
    return {f"VMWARE_{name}": str(address[part]) for name, part in parts.items()}


def play(name: str, text: str) -> None:
    """Write a play that runs the tasks with the connection of the test vCenter, and tasks that end."""
    for example, real in NAMES.items():
        text = text.replace(example, real)
    # The simulator's machines have another controller for their disks.
    text = text.replace("controllerKey: 1000", "controllerKey: 202")
    # A task can be cancelled or driven to one end only, so each that is named is a new one.
    text = re.sub(r"task-12[34]", lambda _id: create(duration=2, cancelable=True), text)
    tasks = DataLoader().load(text)
    if "hosts" in tasks[0]:
        tasks = tasks[0]["tasks"]
    environment = {**variables_of(server), "VMWARE_PASSWORD": "{{ vcenters.vcenter.password }}"}
    variables = {
        "vcenter_password": "{{ vcenters.vcenter.password }}",
        "clone_task_ids": [create(duration=1), create(duration=30)],
        "clones": [create(duration=1)],
        "migration_task_id": create(duration=1),
        "my_task_id": create(state="queued"),
        "my_other_task_id": create(),
        "my_third_task_id": create(),
        "cpus": 2,
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
    (folder / f"{name}.play.yml").write_text(json.dumps(plays, indent=2), encoding="utf-8")


def yaml_blocks(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (root / page).read_text(encoding="utf-8"), re.DOTALL)


for module in (root / "plugins" / "modules").glob("*.py"):
    play(
        module.stem,
        importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.{module.stem}").EXAMPLES,
    )
play("README", next(block for block in yaml_blocks("README.md") if "hosts:" in block))
play("role", "".join(yaml_blocks("roles/wait_for_task/README.md")))
# The steps of a guide are one play.
for guide in ("finding", "own_tasks", "starting", "waiting"):
    play(guide, "".join(yaml_blocks(f"docs/{guide}.md")))
for kind in ("vcenter", "slow"):
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables_of(servers[kind]).items()]
    (folder / f"{kind}.sh").write_text("".join(lines), encoding="utf-8")
