# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role, as a play uses it."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import OPTIONS


def test_the_role_in_a_play(vcenter: t.Any) -> None:
    vcenter.play("role.yml")


def test_no_other_variable_changes_what_is_done(vcenter: t.Any) -> None:
    others = {"vsphere_tasks_unknown": ["nothing"], "wait_for_task__known": [], "wait_for_task__unknown": ["nothing"]}
    vcenter.play("variables.yml", **others)


@pytest.mark.parametrize("given", [None, "{{ omit }}", "{{ nothing | default(omit) }}"])
def test_null_and_omitted_count_as_not_given_for_every_option(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, given: str | None
) -> None:
    for name, value in vcenter.environment.items():
        monkeypatch.setenv(name, value)
    task_id = vcenter.create(state="error", error={"_typeName": "NotSupported"})
    role = {"name": "vsphere.tasks.wait_for_task"}
    options = {**dict.fromkeys(OPTIONS, given), "wait_for_task_ids": task_id}
    failing = {"block": [{"include_role": role, "vars": options}, {"meta": "end_play"}], "rescue": [_shown()]}
    # All but one, whichever that is.
    alike = {**options, "wait_for_task_on_error": "return"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [failing, {"include_role": role, "vars": alike}, _shown()],
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    shown = vcenter.play(playbook)
    assert shown.count(f"FAILED {[task_id]} of 1") == 2, shown


def _shown() -> dict[str, t.Any]:
    return {"debug": {"msg": "FAILED {{ wait_for_task_result.failed }} of {{ wait_for_task_result.tasks | length }}"}}
