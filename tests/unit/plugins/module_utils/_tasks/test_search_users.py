# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The warning of a search about users who started none of the tasks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection

from ..builders import HISTORY, history, info, newest, reading
from ..wire import Wire, connect, reader_of

IN_HISTORY: dict[str, t.Any] = {"source": "history", "newest_first": False}


def search(
    monkeypatch: pytest.MonkeyPatch, wire: Wire, conditions: Conditions, **selection: t.Any
) -> tuple[list[str], list[str]]:
    """The IDs of the tasks, and the warnings."""
    warnings: list[str] = []
    with connect(monkeypatch, wire) as connection:
        finding = Search(
            reader_of(connection, context=Context(warn=warnings.append)), Selection(conditions=conditions, **selection)
        )
        found = finding.find()
        finding.warn(found)
    return [each["id"] for each in found.tasks], warnings


def by(user: str) -> dict[str, str]:
    return {"_typeName": "TaskReasonUser", "userName": user}


STARTED = reading(info("task-1", reason=by("EXAMPLE\\svc")), info("task-2", "success", reason=by("EXAMPLE\\nobody")))


def test_another_spelling_of_a_user_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[STARTED])
    ids, [warning] = search(monkeypatch, wire, Conditions(users=["svc@example.com"]))
    assert ids == []
    assert warning.startswith("users: ")
    assert "EXAMPLE\\svc" in warning


def test_the_warning_names_only_users_with_matching_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[STARTED])
    _ids, [warning] = search(monkeypatch, wire, Conditions(users=["zzz"], states=["running"]))
    assert "EXAMPLE\\svc" in warning
    assert "EXAMPLE\\nobody" not in warning


def test_a_user_who_started_a_task_is_not_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[STARTED])
    assert search(monkeypatch, wire, Conditions(users=["EXAMPLE\\svc"])) == (["task-1"], [])


def test_a_user_without_tasks_is_not_a_warning_beside_a_user_with_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[STARTED])
    assert search(monkeypatch, wire, Conditions(users=["EXAMPLE\\svc", "zzz"])) == (["task-1"], [])


def test_the_users_of_a_warning_come_from_tasks_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[STARTED])
    _ids, [warning] = search(monkeypatch, wire, Conditions(users=["zzz"], system_user=True))
    assert "EXAMPLE\\svc" in warning


def test_only_one_page_of_the_history_is_searched_for_users(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateCollectorForTasks=[HISTORY] * 2, ReadNextTasks=[None] * 2, DestroyCollector=[None] * 2)
    # The only task of that page does not match the other options.
    latest = newest(info("task-1", "success", reason=by("EXAMPLE\\svc")))
    wire.script |= {name: latest[name] for name in ("SetCollectorPageSize", "latestPage", "ResetCollector")}
    conditions = Conditions(users=["svc"], states=["running"])
    assert search(monkeypatch, wire, conditions, page_size=1, **IN_HISTORY) == ([], [])
    assert "ReadPreviousTasks" not in wire.methods()


def test_the_users_of_a_warning_come_from_the_newest_part_of_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**history())
    for method, answers in newest(info("task-1", reason=by("EXAMPLE\\svc"))).items():
        wire.script[method] = [*wire.script.get(method, []), *answers]
    wire.script["ReadNextTasks"] = [None] * 2
    _ids, [warning] = search(monkeypatch, wire, Conditions(users=["svc"]), page_size=7, **IN_HISTORY)
    assert "EXAMPLE\\svc" in warning
    assert wire.params["SetCollectorPageSize"] == {"maxCount": 7}
    assert "userName" not in wire.params["CreateCollectorForTasks"]["filter"]


def test_another_spelling_beside_a_user_with_tasks_is_a_warning_in_the_history_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = info("task-1", reason=by("EXAMPLE\\svc"))
    wire = Wire(**history(mine))
    for method, answers in newest(mine, info("task-2", reason=by("EXAMPLE\\root"))).items():
        wire.script[method] = [*wire.script.get(method, []), *answers]
    users = Conditions(users=["EXAMPLE\\svc", "root@example.com"])
    ids, [warning] = search(monkeypatch, wire, users, page_size=7, **IN_HISTORY)
    assert ids == ["task-1"]
    assert "EXAMPLE\\root" in warning


def test_a_failed_search_for_users_only_omits_the_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        CreateCollectorForTasks=[HISTORY, Fault("SystemError", "no", {})],
        ReadNextTasks=[None] * 2,
        DestroyCollector=[None],
    )
    assert search(monkeypatch, wire, Conditions(users=["svc"]), **IN_HISTORY) == ([], [])
