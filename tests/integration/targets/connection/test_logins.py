# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rejected and expired sessions: a limited number of logins, which protects the account, and no open sessions."""

from __future__ import annotations

import typing as t

import pytest
from vcenters import WAITED

LOGIN = "SessionManager.Login"
INVALID = {"_typeName": "InvalidLogin"}


@pytest.fixture
def waiting(vcenter: t.Any) -> dict[str, t.Any]:
    """The options of a wait for a running task."""
    return {"task_ids": [vcenter.create(cancelable=True)], "timeout": 60}


def test_a_session_that_is_rejected_right_after_the_login_ends_the_run(
    vcenter: t.Any, waiting: dict[str, t.Any]
) -> None:
    for module, options in {"info": {}, "wait": waiting, "cancel": {"task_ids": waiting["task_ids"]}}.items():
        vcenter.control("DELETE", "/log")
        vcenter.fault("session_refused", "", count=99)
        result = vcenter.run(module, **options)
        vcenter.control("DELETE", "/faults")
        assert result["failed"]
        assert (
            f"rejects the session right after a successful login of {vcenter.options['username']} (NotAuthenticated)"
        ) in result["msg"]
        assert "check for a device between" in result["msg"]
        assert vcenter.requests().count(LOGIN) == 2
        assert "Task.CancelTask" not in vcenter.requests()
    # The rejected sessions cannot be logged out.
    vcenter.control("POST", "/sessions/expire")


def test_a_rejected_login_ends_a_wait(vcenter: t.Any, waiting: dict[str, t.Any]) -> None:
    vcenter.fault("fault", "Login$", skip=1, count=99, fault=INVALID)
    vcenter.during(WAITED, lambda: vcenter.control("POST", "/sessions/expire"))
    result = vcenter.run("wait", **waiting)
    assert result["failed"]
    assert "check username and password" in result["msg"]
    assert result["pending_task_ids"] == waiting["task_ids"]
    assert vcenter.requests().count(LOGIN) == 2


def test_a_wait_renews_its_session_a_limited_number_of_times(vcenter: t.Any, waiting: dict[str, t.Any]) -> None:
    vcenter.fault("session_refused", "WaitForUpdatesEx$", skip=1, count=99)
    result = vcenter.run("wait", **waiting)
    assert result["failed"]
    assert f"has ended 3 sessions of {vcenter.options['username']} within " in result["msg"]
    assert vcenter.requests().count(LOGIN) == 3
    vcenter.control("POST", "/sessions/expire")
