# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users who started none of the tasks: similar names, and when a warning is not necessary."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._users import about_users

SEEN = ["EXAMPLE\\svc", "VSPHERE.LOCAL\\Administrator", "com.vmware.vcIntegrity", "root"]


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("administrator@vsphere.local", "VSPHERE.LOCAL\\Administrator"),
        ("vsphere.local\\ADMINISTRATOR", "VSPHERE.LOCAL\\Administrator"),
        ("Administrator", "VSPHERE.LOCAL\\Administrator"),
        ("svc@example.com", "EXAMPLE\\svc"),
        ("VSPHERE.LOCAL\\root", "root"),
    ],
)
@pytest.mark.parametrize("found", [True, False])
def test_a_similar_user_is_suggested(wanted: str, near: str, found: bool) -> None:
    sentence = about_users([wanted], SEEN, found=found)
    assert sentence.startswith(f"the user {wanted} started none of the tasks")
    assert sentence.endswith(f"did you mean {near}?")


def test_a_user_without_similar_names_is_reported_only_if_no_tasks_are_found() -> None:
    assert about_users(["OTHER\\svc"], SEEN, found=True) == ""
    others = about_users(["nobody in particular"], SEEN, found=False).partition("they belong to ")[2].split(", ")
    assert len(others) == 3
    assert set(others) <= set(SEEN)
    assert "did you mean VSPHERE.LOCAL" in about_users(["VSPHERE.LOCAL\\Adminstrator"], SEEN, found=False)


def test_each_user_who_started_no_task_is_reported_with_all_similar_users() -> None:
    seen = [*SEEN, "OTHER\\svc"]
    wanted, *others = about_users(["svc", "root", "Administrator"], seen, found=True).split("; ")
    assert wanted.endswith("did you mean EXAMPLE\\svc or OTHER\\svc?")
    assert [each.partition(" started")[0] for each in others] == ["the user Administrator"]


def test_a_user_who_started_a_task_is_not_reported() -> None:
    assert about_users(SEEN, SEEN, found=False) == ""
