# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role, and the arguments of the module that they become."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _role

DEFAULTS = {name: spec["default"] for name, spec in TASK_WAIT_SPEC.items()}
OMIT = "__omit_place_holder__"


def arguments(variables: dict[str, t.Any]) -> dict[str, t.Any]:
    """The arguments that are not at their default. The template is replaced by 7."""

    def template(value: t.Any) -> t.Any:
        return {name: 7 if each == "{{ seven }}" else each for name, each in value.items()}

    given = _role.WAIT_FOR_TASK.arguments({}, variables, template)
    return {name: value for name, value in given.items() if value != DEFAULTS.get(name, ...)}


@pytest.mark.parametrize(
    ("variables", "given"),
    [
        ({}, {}),
        ({"hostname": "x", "wait_for_tasks": "x", "other": 1}, {}),
        # The role's variables, which users do not set.
        ({"wait_for_task_result": {"failed": True}, "wait_for_task__private": 1}, {}),
        ({"wait_for_task_hostname": "vc"}, {"hostname": "vc"}),
        ({"wait_for_task_interval": 5, "wait_for_task_timeout": 7}, {"progress_interval": 5, "timeout": 7}),
        ({"wait_for_task_timeout": "{{ seven }}"}, {"timeout": 7}),
        ({"wait_for_task_timeout": None, "wait_for_task_states": ["running"]}, {"states": ["running"]}),
        ({"wait_for_task_ids": "task-1"}, {"task_ids": ["task-1"]}),
        ({"wait_for_task_ids": ["task-1", ["task-2", ["task-3"]], []]}, {"task_ids": ["task-1", "task-2", "task-3"]}),
        ({"wait_for_task_ids": []}, {"task_ids": []}),
        ({"omit": OMIT, "wait_for_task_tags": OMIT, "wait_for_task_limit": 3}, {"limit": 3}),
        (
            {"omit": OMIT, "wait_for_task_ids": ["task-1", OMIT], "wait_for_task_entity": {"name": "a", "type": OMIT}},
            {"task_ids": ["task-1"], "entity": {"name": "a"}},
        ),
    ],
)
def test_variables_become_arguments(variables: dict[str, t.Any], given: dict[str, t.Any]) -> None:
    assert arguments(variables) == given


def test_defaults_of_the_module_are_arguments_so_that_other_defaults_do_not_apply() -> None:
    assert _role.WAIT_FOR_TASK.arguments({}, {}, lambda value: value) == DEFAULTS


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        (
            {"wait_for_task_timout": 1},
            "wait_for_task_timout is not an option of the role; did you mean wait_for_task_timeo",
        ),
        (
            {"wait_for_task_id": 1, "wait_for_task_x": 1},
            "wait_for_task_id is not an .*; wait_for_task_x is not an option",
        ),
        (
            {"wait_for_task_task_ids": 1},
            "task_task_ids is not an option of the role; did you mean wait_for_task_ids[?]$",
        ),
        ({"wait_for_task_progress_interval": 1}, "; did you mean wait_for_task_interval[?]$"),
        (
            {"wait_for_task_hostname": "x", "ansible_facts": {"wait_for_task_hostname": "x"}},
            "wait_for_task_hostname: facts of the host cannot be options of the role",
        ),
        # Since ansible-core 2.19, omit is a variable only if a fact has this name.
        (
            {"omit": "vm-1", "wait_for_task_entity": {"name": "vm-1"}, "ansible_facts": {"omit": "vm-1"}},
            "omit: facts of the host cannot be options of the role",
        ),
        ({"ansible_facts": {"inventory_hostname": "x"}}, "inventory_hostname: facts of the host cannot be"),
        ({"wait_for_task_on_error": "ignore"}, "wait_for_task_on_error must be one of: fail, return"),
        ({"wait_for_task_timeout": "soon"}, "wait_for_task_timeout"),
        ({"wait_for_task_entity": {"moid": "vm-1"}}, "missing parameter.* type"),
    ],
)
def test_variables_that_the_role_does_not_have_or_that_are_wrong_are_rejected(
    variables: dict[str, t.Any], problem: str
) -> None:
    with pytest.raises(VsphereError, match=problem):
        arguments(variables)


def test_a_fact_with_another_name_is_no_problem() -> None:
    assert arguments({"ansible_facts": {"wait_for_task_color": "red"}, "wait_for_task_limit": 3}) == {"limit": 3}


def test_only_tasks_in_the_folder_of_the_role_are_of_the_role() -> None:
    def task(path: str | None) -> t.Any:
        return types.SimpleNamespace(_role=path and types.SimpleNamespace(get_role_path=lambda: path))

    folder = pathlib.Path(_role.__file__).resolve().parents[2] / "roles" / "wait_for_task"
    assert folder.is_dir()
    assert _role.WAIT_FOR_TASK.has(task(str(folder)))
    assert not _role.WAIT_FOR_TASK.has(task(f"{folder}/../other"))
    assert not _role.WAIT_FOR_TASK.has(task(None))
