# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role in plays."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.release import __version__
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import WAIT_FOR_TASK
from vcenters import any_transport

# The role passes its variables to the module, whose tests run over both protocols.
pytestmark = any_transport
SPECS = {**CONNECTION_SPEC, **SELECTION_SPEC, **TASK_WAIT_SPEC}
EARLY = tuple(map(int, __version__.split(".")[:2])) < (2, 19)
# When these options are omitted, Ansible checks the placeholder for the omission as their value.
NO_TEXTS = [
    name
    for name, option in WAIT_FOR_TASK.options.items()
    if SPECS[option].get("elements", SPECS[option]["type"]) not in ("str", "path")
]


def test_the_role_waits_in_a_play(vcenter: t.Any) -> None:
    vcenter.play("role.yml")


def test_other_variables_do_not_change_the_role(vcenter: t.Any) -> None:
    others = {"vsphere_tasks_unknown": ["nothing"], "wait_for_task__known": [], "wait_for_task__unknown": ["nothing"]}
    vcenter.play("variables.yml", **others)


@pytest.mark.parametrize("given", [None, "{{ empty_field }}", "{{ omit }}", "{{ nothing | default(omit) }}"])
def test_null_and_omitted_options_count_as_missing(
    environment: t.Any, tmp_path: pathlib.Path, given: str | None
) -> None:
    task_id = environment.create(state="error", error={"_typeName": "NotSupported"})
    role = {"name": "vsphere.tasks.wait_for_task"}
    options = {**dict.fromkeys(WAIT_FOR_TASK.options, given), "wait_for_task_ids": task_id}
    if EARLY and "omit" in str(given):
        options.update(dict.fromkeys(NO_TEXTS))
    failing = {"block": [{"include_role": role, "vars": options}, {"meta": "end_play"}], "rescue": [_shown()]}
    # All options except an arbitrary one.
    alike = {**options, "wait_for_task_on_error": "return"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [failing, {"include_role": role, "vars": alike}, _shown()],
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    shown = environment.play(playbook, empty_field=None)
    assert shown.count(f"FAILED {[task_id]} of 1") == 2, shown


def test_the_result_contains_hidden_tasks(environment: t.Any, hidden_task: str, tmp_path: pathlib.Path) -> None:
    options = {"wait_for_task_ids": hidden_task, "wait_for_task_on_error": "return"}
    tasks = [
        {"include_role": {"name": "vsphere.tasks.wait_for_task"}, "vars": options},
        {"debug": {"msg": "FORBIDDEN {{ wait_for_task_result.forbidden }}"}},
    ]
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    assert f"FORBIDDEN {[hidden_task]}" in environment.play(playbook)


def _shown() -> dict[str, t.Any]:
    return {"debug": {"msg": "FAILED {{ wait_for_task_result.failed }} of {{ wait_for_task_result.tasks | length }}"}}
