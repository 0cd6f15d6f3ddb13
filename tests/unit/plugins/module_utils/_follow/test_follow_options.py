# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options for following tasks, as far as they are valid without a server."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import (
    EVENTS,
    FOLLOW_SPEC,
    FollowOptions,
)


def options(**given: t.Any) -> FollowOptions:
    return FollowOptions.from_params(ArgumentSpecValidator(FOLLOW_SPEC).validate(given).validated_parameters)


def test_without_options_all_events_of_all_tasks_are_reported() -> None:
    assert (options().events, options().long_running_after, options().selection.task_ids) == (EVENTS, None, None)
    assert options().selection.conditions.given == set()


def test_tasks_are_selected_with_the_options_of_modules() -> None:
    selection = options(task_ids=["task-1", "task-1"], users=["DOMAIN\\me"], entity={"name": "web"}).selection
    assert (selection.task_ids, selection.conditions.users) == (["task-1"], ["DOMAIN\\me"])
    assert selection.entity
    assert (selection.entity.name, selection.needs_history) == ("web", [])


@pytest.mark.parametrize(
    "given",
    [
        {"events": []},
        {"events": ["long_running"]},
        {"long_running_after": 0},
        {"entity": {}},
        {"task_ids": ["vm 1"]},
        {"states": []},
    ],
)
def test_options_that_would_report_nothing_are_rejected(given: dict[str, t.Any]) -> None:
    with pytest.raises(VsphereError) as raised:
        options(**given)
    assert next(iter(given)) in raised.value.message
