# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time limit of a reading or a search, which all of its requests have to meet."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._history import Scroll
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import HISTORY, history, info, newest, reading, task
from ..wire import Clock, Wire, limits, reader_of

# The label of its operation costs another request.
INFO = info("task-1", descriptionId="a.b", entity=reference("VirtualMachine", "vm-1"))
TASK = reading(INFO)
WANTED = Conditions().to_filter(None)
BELOW = {
    "CreateCollectorForTasks": [HISTORY] * 2,
    "ReadNextTasks": [[info("task-2", descriptionId="a.b", rootTaskKey="task-1")], None, None, None],
    "DestroyCollector": [None] * 2,
}
AGE = Conditions(begin_time=datetime.timedelta(days=9000))


def limits_of(monkeypatch: pytest.MonkeyPatch, wire: Wire, run: t.Callable[[TaskReader], object]) -> set[float | None]:
    """The time limits of all requests of a run."""
    found = limits(monkeypatch, wire, lambda connection: run(reader_of(connection)))
    assert not wire.script["RetrievePropertiesEx"]
    return {limit for _method, limit in found}


def scripted(script: dict[str, list[t.Any]]) -> Wire:
    """A wire without a label for the operation, so that each reading ends with two more requests."""
    answers = {"RetrievePropertiesEx": [], **script}
    return Wire(
        **{
            method: [*each, None, None] if method == "RetrievePropertiesEx" else [*each]
            for method, each in answers.items()
        }
    )


@pytest.mark.parametrize(
    ("script", "run"),
    [
        ({"RetrievePropertiesEx": [TASK]}, lambda reader, end: reader.given(["task-1"], deadline=end)),
        ({"RetrievePropertiesEx": [TASK]}, lambda reader, end: reader.known("task-1", deadline=end)),
        ({"RetrievePropertiesEx": [TASK]}, lambda reader, end: reader.recent(lambda task: True, deadline=end)),
        (history(INFO), lambda reader, end: reader.history(WANTED, Scroll(), end)),
        (newest(INFO), lambda reader, end: reader.in_history(["task-1"], end)),
        (newest(INFO), lambda reader, end: reader.past(["task-1"], end)),
        ({}, lambda reader, end: reader.from_info({"task-1": INFO}, end)),
        (BELOW, lambda reader, end: reader.tree([task("task-1")], 500, end)),
    ],
    ids=["given", "known", "recent", "history", "in history", "past", "from info", "tree"],
)
def test_every_request_of_a_reading_meets_its_deadline(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, script: dict[str, t.Any], run: t.Callable[..., object]
) -> None:
    end = clock.now + 60
    assert limits_of(monkeypatch, scripted(script), lambda reader: run(reader, end)) == {end}


def test_a_second_request_without_the_labels_meets_the_deadline(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    wire = Wire(RetrievePropertiesEx=[Fault("InvalidProperty", "no", {}), TASK, None, None])
    end = clock.now + 60
    assert limits_of(monkeypatch, wire, lambda reader: TaskReader(reader.connection).given(["task-1"], False, end)) == {
        end
    }


@pytest.mark.parametrize(
    ("selection", "script"),
    [
        (Selection(), {"RetrievePropertiesEx": [TASK]}),
        (Selection(entity=Entity("entity", path="DC0/vm/web")), {"RetrievePropertiesEx": [TASK]}),
        (Selection(conditions=AGE, source="recent"), {"RetrievePropertiesEx": [TASK]}),
        (Selection(source="history"), newest(INFO)),
        (Selection(task_ids=["task-1"], source="history"), newest(INFO)),
        (Selection(task_ids=["task-1"]), {"RetrievePropertiesEx": [TASK]}),
        (Selection(task_ids=["task-1"]), {"RetrievePropertiesEx": [None], **newest(INFO)}),
        (Selection(task_ids=["task-1"], children=True), {"RetrievePropertiesEx": [TASK], **BELOW}),
    ],
    ids=["recent", "path", "age", "history", "ids in history", "ids", "ids of past tasks", "children"],
)
def test_every_request_of_a_search_meets_its_deadline(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, selection: Selection, script: dict[str, t.Any]
) -> None:
    wire = scripted({"FindByInventoryPath": [INFO["entity"]], "CurrentTime": ["2026-01-02T03:04:06Z"], **script})
    end = clock.now + 60

    def run(reader: TaskReader) -> None:
        assert len(Search(reader, selection, acted_on=True, deadline=end).find().tasks) == 1

    assert limits_of(monkeypatch, wire, run) == {end}


def test_the_search_for_users_to_warn_about_meets_the_deadline(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    script = {method: answers * 2 for method, answers in newest(INFO).items()}
    script["latestPage"] = [None, [INFO]]
    selection = Selection(conditions=Conditions(users=["a"]), source="history")
    end = clock.now + 60

    def run(reader: TaskReader) -> None:
        search = Search(reader, selection, deadline=end)
        search.warn(search.find())

    assert limits_of(monkeypatch, scripted(script), run) == {end}
