# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role, as a play uses it."""

from __future__ import annotations

import typing as t


def test_the_role_in_a_play(vcenter: t.Any) -> None:
    vcenter.play("role.yml")


def test_no_other_variable_changes_what_is_done(vcenter: t.Any) -> None:
    others = {"vsphere_tasks_unknown": ["nothing"], "wait_for_task__known": [], "wait_for_task__unknown": ["nothing"]}
    vcenter.play("variables.yml", **others)
