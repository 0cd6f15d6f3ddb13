# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes plays of the examples in the documentation: `python plays.py COLLECTION FOLDER`.

Beside them it writes what leads the plays in the folder `examples` to each server, for a shell to read.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import re
import shlex
import sys

from ansible.parsing.dataloader import DataLoader
from ansible_collections.vsphere.tasks.tests.integration.targets.modules.conftest import Vcenter

root, folder = map(pathlib.Path, sys.argv[1:])
vcenters = {name: Vcenter(name, "auto") for name in ("vcenter", "slow")}
vcenter = vcenters["vcenter"]

# What the examples call by names that a reader would have, and the test vCenter's names for it.
NAMES = {"vcenter.example.com": vcenter.options["hostname"], "esx-01.example.com": "DC0_C0_H0", "web-01": "DC0_H0_VM0"}


def play(name: str, text: str) -> None:
    """Write a play that runs the tasks with the connection of the test vCenter, and tasks that end."""
    for example, real in NAMES.items():
        text = text.replace(example, real)
    # The simulator's machines have another controller for their disks.
    text = text.replace("controllerKey: 1000", "controllerKey: 202")
    # A task can be cancelled or driven to one end only, so each that is named is a new one.
    text = re.sub(r"task-12[34]", lambda _id: vcenter.create(duration=2, cancelable=True), text)
    tasks = DataLoader().load(text)
    if "hosts" in tasks[0]:
        tasks = tasks[0]["tasks"]
    environment = {**vcenter.environment, "VMWARE_PASSWORD": "{{ vcenters.vcenter.password }}"}
    variables = {
        "vcenter_password": "{{ vcenters.vcenter.password }}",
        "clone_task_ids": [vcenter.create(duration=1), vcenter.create(duration=30)],
        "clones": [vcenter.create(duration=1)],
        "migration_task_id": vcenter.create(duration=1),
        "my_task_id": vcenter.create(state="queued"),
        "my_other_task_id": vcenter.create(),
        "my_third_task_id": vcenter.create(),
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
for name, server in vcenters.items():
    lines = [f"export {variable}={shlex.quote(value)}\n" for variable, value in server.environment.items()]
    (folder / f"{name}.sh").write_text("".join(lines), encoding="utf-8")
