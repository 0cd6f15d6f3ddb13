# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests that read tasks, the labels and the product in their answers, and the clock of a reader."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    SERVICE_INSTANCE,
    filter_spec,
    object_spec,
    property_spec,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._labels import COMMON
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._values import parse_time, reference

from ..builders import found, info, reading, unknown
from ..wire import Wire, connect, reader_of

TASK = reference("Task", "task-1")
MANAGER = reference("TaskManager", "taskManager")
MACHINE = reference("VirtualMachine", "vm-1")
CUSTOM = ("availableField", "value")


def requests(monkeypatch: pytest.MonkeyPatch, read: t.Callable[[TaskReader], object], *answers: t.Any) -> t.Any:
    """The specSets of a reader that is new, on a server whose product is unknown."""
    wire = Wire(RetrievePropertiesEx=[*answers] or [reading(info("task-1"))])
    wire.product = None
    with connect(monkeypatch, wire) as connection:
        read(TaskReader(connection))
    return [params["specSet"] for method, params in wire.given if method == "RetrievePropertiesEx"]


def request(objects: list[t.Any], *paths: str, labels: bool = True, transient: bool = False) -> t.Any:
    """The specSet for the TaskInfo and these paths."""
    of_server = property_spec("ServiceInstance", "content.about.fullName")
    of_manager = [property_spec("TaskManager", *COMMON)] if labels else []
    return [filter_spec(objects, [property_spec("Task", "info", *paths), of_server, *of_manager], transient)]


@pytest.mark.parametrize(
    ("read", "paths"),
    [
        (lambda reader: reader.given(["task-1"]), ()),
        (lambda reader: reader.given(["task-1"], True), CUSTOM),
        (lambda reader: reader.known("task-1"), ()),
        (lambda reader: reader.known("task-1", True), CUSTOM),
        (lambda reader: Search(reader, Selection(task_ids=["task-1"])).find(), ()),
        (lambda reader: Search(reader, Selection(task_ids=["task-1"])).find(True), CUSTOM),
    ],
)
def test_one_request_reads_given_tasks_with_the_common_labels_and_the_product(
    monkeypatch: pytest.MonkeyPatch, read: t.Callable[[TaskReader], object], paths: tuple[str, ...]
) -> None:
    objects = [object_spec(each) for each in (TASK, SERVICE_INSTANCE, MANAGER)]
    assert requests(monkeypatch, read) == [request(objects, *paths, transient=True)]


@pytest.mark.parametrize(
    ("read", "paths"),
    [
        (lambda reader: reader.recent(lambda task: True), ()),
        (lambda reader: reader.recent(lambda task: True, custom_values=True), CUSTOM),
        (lambda reader: Search(reader, Selection()).find(), ()),
        (lambda reader: Search(reader, Selection()).find(True), CUSTOM),
    ],
)
def test_one_request_reads_recent_tasks_with_the_common_labels_and_the_product(
    monkeypatch: pytest.MonkeyPatch, read: t.Callable[[TaskReader], object], paths: tuple[str, ...]
) -> None:
    objects = [object_spec(MANAGER, through="recentTask"), object_spec(SERVICE_INSTANCE)]
    assert requests(monkeypatch, read) == [request(objects, *paths)]


def test_the_recent_tasks_of_an_object_come_with_the_labels_of_the_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    objects = [object_spec(MACHINE, through="recentTask"), object_spec(SERVICE_INSTANCE), object_spec(MANAGER)]
    assert requests(monkeypatch, lambda reader: reader.recent(lambda task: True, MACHINE)) == [request(objects)]


def test_a_fault_that_can_be_about_the_labels_repeats_the_request_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Fault("InvalidProperty", "no", {}), reading(info("task-1"))]
    _first, second = requests(monkeypatch, lambda reader: reader.given(["task-1"]), *answers)
    objects = [object_spec(each) for each in (TASK, SERVICE_INSTANCE)]
    assert second == request(objects, labels=False, transient=True)


def test_an_unknown_id_does_not_repeat_the_request_without_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(requests(monkeypatch, lambda reader: reader.given(["task-1"]), unknown("task-1"))) == 1


def test_a_task_without_a_readable_task_info_has_the_id_of_its_object(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[{"objects": [found(TASK, info="odd")]}, None, None])
    with connect(monkeypatch, wire) as connection:
        assert [each["id"] for each in reader_of(connection).given(["task-1"]).tasks] == ["task-1"]


@pytest.mark.parametrize(
    "empty", [{}, {name: {"_typeName": "ArrayOfAnyType"} for name in CUSTOM}], ids=["unset", "empty"]
)
def test_a_task_without_custom_values_has_empty_ones(monkeypatch: pytest.MonkeyPatch, empty: dict[str, t.Any]) -> None:
    wire = Wire(RetrievePropertiesEx=[{"objects": [found(TASK, info=info("task-1"), **empty)]}])
    with connect(monkeypatch, wire) as connection:
        task = reader_of(connection).known("task-1", custom_values=True)
    assert (task["available_fields"], task["custom_values"]) == ([], {})


def test_the_clock_of_the_server_counts_if_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(monkeypatch, Wire()) as connection:
        reader = reader_of(connection)
        local = reader.now()
        assert abs(local - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(minutes=1)
        assert local.microsecond == 0
        monkeypatch.setattr(connection._http, "server_time", parse_time("2026-01-02T03:04:05Z"))
        assert reader.now() == parse_time("2026-01-02T03:04:05Z")
