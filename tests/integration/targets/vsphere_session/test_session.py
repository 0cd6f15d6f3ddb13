# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_session, and other modules with its session."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from vcenters import WAITED, run_module


class Opened:
    """A session on a test vCenter, and modules that use it without a password."""

    def __init__(self, vcenter: t.Any) -> None:
        self.vcenter = vcenter
        result = vcenter.run("session")
        assert result["changed"], result
        self.options = {name: vcenter.options[name] for name in ("hostname", "port", "ca_path")}
        self.options["session_id"] = result["session_id"]
        vcenter.control("DELETE", "/stats")

    def run(self, module: str, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        return run_module(module, check, {**self.options, **options})

    @property
    def requests(self) -> int:
        return int(sum(self.vcenter.stats["total"].values()))


@pytest.fixture(params=["vcenter", "vcenter801", "vcenter7", "esxi"])
def opened(request: pytest.FixtureRequest, server: t.Any) -> t.Iterator[Opened]:
    vcenter = server(request.param)
    if request.param in ("vcenter7", "esxi") and vcenter.transport == "json":
        vcenter.options["transport"] = "auto"
    session = Opened(vcenter)
    yield session
    session.run("session", state="absent")


def test_reading_tasks_in_a_session_costs_exactly_one_request(opened: Opened) -> None:
    result = opened.run("info", task_ids=opened.vcenter.create_many(2))
    assert not result["failed"]
    assert result["api"]["product"] == opened.vcenter.address["product"]
    assert opened.requests == 1


def test_cancel_state_and_wait_do_not_log_in_or_out(opened: Opened) -> None:
    first, second = opened.vcenter.create_many(2, cancelable=True)
    assert opened.run("cancel", task_ids=[first])["cancelled_task_ids"] == [first]
    assert opened.run("state", task_id=second, progress=50)["changed"]
    assert opened.run("wait", task_ids=[first], on_error="return")["failed_task_ids"] == [first]
    stats = opened.vcenter.stats
    assert (stats["logins"], stats["logouts"]) == (0, 0)


def test_closing_a_closed_session_changes_nothing(opened: Opened) -> None:
    before = opened.vcenter.stats["open_sessions"]
    assert opened.run("session", state="absent")["changed"]
    assert opened.vcenter.stats["open_sessions"] == before - 1
    again = opened.run("session", state="absent")
    assert (again["failed"], again["changed"]) == (False, False)


def test_an_open_session_is_returned_unchanged(opened: Opened) -> None:
    result = opened.run("session")
    assert (result["failed"], result["changed"]) == (False, False)
    assert result["session_id"] == opened.options["session_id"]


@pytest.mark.parametrize("module", ["info", "session"])
def test_an_expired_session_is_an_error_with_a_remedy(opened: Opened, module: str) -> None:
    opened.vcenter.control("POST", "/sessions/expire")
    result = opened.run(module)
    assert result["failed"]
    assert "create a new session with vsphere_session, or also set username and password" in result["msg"]
    assert result["fault"]["type"] == "NotAuthenticated"


def test_an_expired_session_is_renewed_with_a_password(opened: Opened) -> None:
    opened.vcenter.control("POST", "/sessions/expire")
    login = {name: opened.vcenter.options[name] for name in ("username", "password")}
    assert not opened.run("info", **login)["failed"]
    assert opened.vcenter.stats["open_sessions"] == 0
    renewed = opened.run("session", **login)
    assert renewed["changed"]
    assert renewed["session_id"] != opened.options["session_id"]
    opened.run("session", state="absent", session_id=renewed["session_id"])


def test_a_session_that_expires_during_a_wait_keeps_the_results_so_far(opened: Opened) -> None:
    over, running = opened.vcenter.create(state="success"), opened.vcenter.create()
    opened.vcenter.during(WAITED, lambda: opened.vcenter.control("POST", "/sessions/expire"))
    result = opened.run("wait", task_ids=[over, running])
    assert result["failed"]
    assert "create a new session with vsphere_session" in result["msg"]
    assert (result["succeeded_task_ids"], result["pending_task_ids"]) == ([over], [running])


def test_a_wait_leaves_no_collector_in_the_session(opened: Opened) -> None:
    task_id = opened.vcenter.create(state="success")
    opened.vcenter.fault("status", "WaitForUpdatesEx|DestroyProperty", status=503, count=2)
    assert opened.run("wait", task_ids=[task_id])["succeeded_task_ids"] == [task_id]
    assert set(opened.vcenter.stats["collectors"].values()) == {0}


def test_a_search_leaves_no_collector_in_the_session(vcenter: t.Any) -> None:
    opened = Opened(vcenter)
    vcenter.fault("status", "DestroyCollector$", status=503)
    assert not opened.run("info", source="history", limit=1)["failed"]
    assert vcenter.requests().count("TaskHistoryCollector.DestroyCollector") == 2
    assert vcenter.stats["collectors"]["TaskHistoryCollector"] == 0
    opened.run("session", state="absent")


def test_a_username_without_a_password_is_ignored(opened: Opened) -> None:
    assert not opened.run("info", username="somebody")["failed"]


def test_no_part_of_a_session_is_shown(opened: Opened) -> None:
    opened.vcenter.fault("fault", "WaitForUpdatesEx", fault={"_typeName": "NotSupported"})
    result = opened.run("wait", task_ids=[opened.vcenter.create()])
    assert "WaitForUpdatesEx of PropertyCollector session[" in result["msg"]
    assert opened.options["session_id"] not in str(result)
    assert json.loads(base64.urlsafe_b64decode(opened.options["session_id"]))["key"] not in str(result)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"session_id": "nonsense"}, "does not come from vsphere.tasks.vsphere_session"),
        ({"state": "absent"}, "session_id is missing"),
        ({"username": None}, "password requires username"),
    ],
)
def test_bad_options_are_rejected_before_any_request(vcenter: t.Any, options: dict[str, t.Any], message: str) -> None:
    given = {**vcenter.options, "session_id": "nonsense" if "username" in options else None, **options}
    result = run_module("session", False, given)
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


def test_a_session_over_the_other_protocol_is_rejected(vcenter: t.Any) -> None:
    opened = Opened(vcenter)
    other = {"json": "soap", "soap": "json"}[vcenter.transport]
    assert "belongs to a session over" in opened.run("info", transport=other)["msg"]
    opened.run("session", state="absent")
