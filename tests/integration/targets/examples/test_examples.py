# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the modules, the role, and the guides with real names and IDs, and the plays in the folder examples.

`make build` runs those of the collection's README.
"""

from __future__ import annotations

import importlib
import json
import pathlib
import re
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from vcenters import any_transport

ROOT = pathlib.Path(_reader.__file__).parents[3]
EXAMPLES = ROOT / "examples"

pytestmark = any_transport


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[t.Any], None]:
    """Sets the environment of the plays, so that they connect to the test vCenter."""

    def lead(vcenter: t.Any) -> None:
        for name, value in vcenter.environment.items():
            monkeypatch.setenv(name, value)

    return lead


@pytest.fixture
def found(leads_to: t.Callable[[t.Any], None], vcenter: t.Any) -> t.Any:
    """The test vCenter to which the plays connect, without the tasks of other tests, which they would cancel."""
    leads_to(vcenter)
    for task in vcenter.run("info", states=["queued", "running"], source="recent")["tasks"]:
        vcenter.control("DELETE", f"/tasks/{task['id']}")
    return vcenter


@pytest.fixture
def run(found: t.Any, tmp_path: pathlib.Path) -> t.Callable[[dict[str, str]], None]:
    """Runs the tasks in each text as a separate play, on a vCenter that has tasks for it."""
    names = {
        # The names in the examples, and their counterparts in the test vCenter.
        "vcenter.example.com": found.options["hostname"],
        "esx-01.example.com": "DC0_C0_H0",
        "web-01": "DC0_H0_VM0",
        # The disks of the simulator's machines have another controller.
        "controllerKey: 1000": "controllerKey: 202",
        # Readers follow the tasks for longer.
        "duration: 3600": "duration: 2",
        "duration: 60": "duration: 2",
    }

    def play_of(name: str, text: str) -> dict[str, t.Any]:
        for example, real in names.items():
            text = text.replace(example, real)
        # A task can be canceled or driven to an end only once, so each ID becomes a new task.
        text = re.sub(r"task-12[34]", lambda _id: found.create(duration=2, cancelable=True), text)
        tasks = DataLoader().load(text)
        if "hosts" in tasks[0]:
            tasks = tasks[0]["tasks"]
        # The migrations that an example waits for. They last longer than the steps before it.
        operations = ["VirtualMachine.migrate", "Drm.ExecuteVMotionLRO"] if "appear_timeout" in text else []
        first = [
            {"name": "Migrate", "control": {"path": "/tasks", "body": {"description_id": each, "duration": 15}}}
            for each in operations
        ]
        variables = {
            "vcenter_password": found.options["password"],
            "clone_task_ids": [found.create(duration=1), found.create(duration=30)],
            "clones": [found.create(duration=1)],
            "migration_task_id": found.create(duration=1),
            "my_task_id": found.create(state="queued"),
            "my_other_task_id": found.create(),
            "my_third_task_id": found.create(),
            "cpus": 2,
        }
        return {"name": name, "hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": first + tasks}

    def play(texts: dict[str, str]) -> None:
        file = tmp_path / "play.yml"
        file.write_text(json.dumps([play_of(name, text) for name, text in texts.items()]), encoding="utf-8")
        found.play(file)

    return play


def yaml_blocks(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def test_clones_are_made_once(found: t.Any) -> None:
    assert '"3 clones in ' in found.play(EXAMPLES / "clones.yml", count=3)
    assert '"0 clones in ' in found.play(EXAMPLES / "clones.yml", count=3)


# The second run finds the work of the first one.
@pytest.mark.parametrize("play", ["rolling_snapshot", "maintenance"])
def test_a_play_runs_twice(found: t.Any, play: str) -> None:
    for _time in range(2):
        found.play(EXAMPLES / f"{play}.yml")


def test_a_maintenance_that_takes_too_long_is_canceled(
    leads_to: t.Callable[[t.Any], None], server: t.Callable[[str], t.Any]
) -> None:
    slow = server("slow")  # The host takes a minute to enter maintenance mode.
    leads_to(slow)
    shown = " ".join(slow.play(EXAMPLES / "maintenance.yml", status=2, limit=1).split())
    assert "DC0_H0 was not maintained: canceled task-" in shown
    assert "because it had not ended after 1 s (option timeout)" in shown


def test_the_examples_of_the_modules_run(run: t.Callable[[dict[str, str]], None]) -> None:
    modules = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
    package = "ansible_collections.vsphere.tasks.plugins.modules"
    run({module: importlib.import_module(f"{package}.{module}").EXAMPLES for module in modules})


def test_the_examples_of_the_pages_run(run: t.Callable[[dict[str, str]], None]) -> None:
    guides = ("finding", "own_tasks", "starting", "waiting")
    pages = ["roles/wait_for_task/README.md", *(f"docs/{guide}.md" for guide in guides)]
    # The steps of a page form one play.
    run({page: "".join(yaml_blocks(page)) for page in pages})
