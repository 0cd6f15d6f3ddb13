# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading tasks as objects and from the history: the returned tasks, the missing IDs, and the warnings."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Unreachable, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _history, _reader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._history import Scroll
from ansible_collections.vsphere.tasks.plugins.module_utils._values import parse_time, reference

from ..builders import boxed, found, hidden, history, info, newest, reading, unknown
from ..wire import Clock, Wire, connect, reader_of

TASK = reference("Task", "task-1")


def given(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str) -> _reader.Reading:
    with connect(monkeypatch, wire) as connection:
        return reader_of(connection).given([*task_ids])


# --- by id ---


def test_given_tasks_come_in_the_order_of_the_ids_with_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"), info("task-2"))])
    read = given(monkeypatch, wire, "task-2", "task-8", "task-1")
    assert [each["id"] for each in read.tasks] == ["task-2", "task-1"]
    assert read.missing == ["task-8"]
    assert wire.params["RetrievePropertiesEx"]["specSet"][0]["reportMissingObjectsInResults"]


def test_ids_that_the_server_rejects_are_left_out_of_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[unknown("task-8"), unknown("task-9"), reading(info("task-1"))])
    read = given(monkeypatch, wire, "task-8", "task-1", "task-9")
    assert ([each["id"] for each in read.tasks], read.missing) == (["task-1"], ["task-8", "task-9"])


def test_no_request_follows_if_all_ids_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, Wire(RetrievePropertiesEx=[unknown("task-8")]), "task-8").missing == ["task-8"]


@pytest.mark.parametrize("fault", [unknown("task-7"), Fault("NoPermission", "no", {})], ids=["other id", "other type"])
def test_a_fault_about_something_else_than_the_ids_is_raised(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    with pytest.raises(Fault):
        given(monkeypatch, Wire(RetrievePropertiesEx=[fault]), "task-1")


def test_a_task_that_the_user_cannot_see_is_neither_returned_nor_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"objects": [hidden("task-2"), *reading(info("task-1"))["objects"]]}
    answer["objects"].append(hidden("task-3", type_="ManagedObjectNotFound"))
    wire = Wire(RetrievePropertiesEx=[answer])
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection)
        read = reader.given(["task-1", "task-2", "task-3"])
    assert ([each["id"] for each in read.tasks], read.missing) == (["task-1"], ["task-3"])
    assert list(reader.forbidden) == ["task-2"]


def test_one_known_task_is_that_task_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1")), None, {"objects": [hidden("task-3")]}])
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection)
        assert reader.known("task-1")["id"] == "task-1"
        with pytest.raises(VsphereError, match=r"task-2: check the IDs$") as caught:
            reader.known("task-2")
        assert caught.value.result == {"missing_task_ids": ["task-2"]}
        with pytest.raises(Fault) as refused:
            reader.known("task-3")
        assert refused.value.type == "NoPermission"


def test_spans_of_a_running_task_count_by_the_clock_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1", startTime="2026-01-02T03:04:06Z"))])
    with connect(monkeypatch, wire) as connection:
        later = parse_time("2026-01-02T03:04:16Z")
        monkeypatch.setattr(connection._http, "server_time", later)
        [task] = reader_of(connection).given(["task-1"]).tasks
    assert (task["duration"], task["queued_for"]) == (10, 1)


# --- the recent tasks ---


def test_recent_tasks_are_the_matching_ones_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = reading(info("task-1"), info("task-2", "success"))
    answer["objects"].append(found(reference("TaskManager", "taskManager")))
    wire = Wire(RetrievePropertiesEx=[answer])
    with connect(monkeypatch, wire) as connection:
        tasks = reader_of(connection).recent(lambda task: task["state"] == "success")
    assert [each["id"] for each in tasks] == ["task-2"]
    [root] = wire.params["RetrievePropertiesEx"]["specSet"][0]["objectSet"]
    assert (root["obj"]["type"], root["selectSet"][0]["path"]) == ("TaskManager", "recentTask")


def test_recent_tasks_of_an_object_are_read_from_the_object(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"))])
    machine = reference("VirtualMachine", "vm-1")
    with connect(monkeypatch, wire) as connection:
        assert len(reader_of(connection).recent(lambda task: True, machine)) == 1
    assert wire.params["RetrievePropertiesEx"]["specSet"][0]["objectSet"][0]["obj"] == machine


@pytest.mark.parametrize(
    ("queued", "state", "is_new"),
    [
        ("2026-01-02T03:04:05Z", "running", True),
        ("2026-01-02T03:04:04Z", "running", False),
        ("2026-01-02T03:04:06Z", "success", False),
        # It can be new.
        (None, "running", True),
    ],
)
def test_a_new_task_fits_and_is_not_older_than_the_time(
    monkeypatch: pytest.MonkeyPatch, queued: str | None, state: str, is_new: bool
) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1", state, queueTime=queued))] * 2)
    machine = reference("VirtualMachine", "vm-1")
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection)
        since = parse_time("2026-01-02T03:04:05Z")
        assert reader.has_new(since, machine, lambda task: task["state"] == "running") is is_new
        assert wire.params["RetrievePropertiesEx"]["specSet"][0]["objectSet"][0]["obj"] == machine
        assert reader.has_new(since, machine) is (queued != "2026-01-02T03:04:04Z")


# --- the history, and tasks from a TaskInfo ---


def test_tasks_of_the_history_have_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Conditions().to_filter(None)
    with connect(monkeypatch, Wire(**history(info("task-1")))) as connection:
        reader = reader_of(connection)
        reader._labels._known['description.methodInfo["VirtualMachine.clone"].label'] = "Clone"
        assert [each["operation"] for each in reader.history(wanted, Scroll())] == ["Clone"]


def test_a_given_task_info_becomes_a_complete_task(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(monkeypatch, Wire()) as connection:
        reader = reader_of(connection)
        tasks = reader.from_info(
            {"task-1": info("task-1"), "task-2": info("task-2", task=None, key=None, progress="x")}
        )
    assert [(each["id"], each["operation"]) for each in tasks] == [
        (f"task-{n}", "VirtualMachine.clone") for n in (1, 2)
    ]
    assert reader._unreadable == {"task-2": ["progress"]}


def test_a_reading_with_a_deadline_survives_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    down = Fault("NotAuthenticated", "no", {})
    wire = Wire(RetrievePropertiesEx=[down, *[Unreachable("down")] * 5, reading(info("task-1"))])
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection)
        assert len(reader.given(["task-1"], deadline=clock.now + 60).tasks) == 1


# --- warnings ---


def test_hidden_tasks_and_unreadable_members_are_one_warning_each_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warnings: list[str] = []
    context = Context(warn=warnings.append)
    answer = {"objects": [hidden("task-2"), hidden("task-3"), *reading(info("task-1", progress="half"))["objects"]]}
    with (
        connect(monkeypatch, Wire(RetrievePropertiesEx=[answer] * 2)) as connection,
        reader_of(connection, context=context) as reader,
    ):
        for _again in range(2):
            reader.given(["task-1", "task-2", "task-3"])
        assert warnings == []
    unreadable, forbidden = warnings
    assert unreadable.startswith("vcenter.example.com:443 returned unreadable members of task-1 (progress): ")
    assert forbidden.startswith("vcenter.example.com:443 does not show task-2, task-3 to someone, ")
    reason = "Reading info of Task task-2 is not allowed: no (NoPermission) and 1 more"
    assert forbidden.endswith(f"so the result omits them: grant the missing privileges. {reason}")
    assert context.known == {"forbidden_task_ids": ["task-2", "task-3"]}


def test_a_reader_without_odd_tasks_does_not_warn(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(warn=pytest.fail)
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"))])
    with connect(monkeypatch, wire) as connection, reader_of(connection, context=context) as reader:
        reader.given(["task-1"])
    assert context.known == {}


# --- custom values ---


@pytest.mark.parametrize("form", [lambda value: {"_value": value}, boxed], ids=["plain members", "boxed members"])
def test_custom_values_come_by_their_names(monkeypatch: pytest.MonkeyPatch, form: t.Callable[[t.Any], t.Any]) -> None:
    fields = [
        {"_typeName": "CustomFieldDef", "key": key, "name": name, "type": "string"}
        for key, name in ((1, "a"), (2, "b"))
    ]
    values = [{"key": 2, "value": "x"}, {"key": 9, "value": "y"}]
    answer = found(TASK, info=info("task-1"), availableField=form(fields), value=form(values))
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[{"objects": [answer]}])) as connection:
        [task] = reader_of(connection).given(["task-1"], custom_values=True).tasks
    assert task["available_fields"] == [
        {"key": 1, "name": "a", "type": "string"},
        {"key": 2, "name": "b", "type": "string"},
    ]
    # A field that is no longer defined has its key as its name.
    assert task["custom_values"] == {"b": "x", "9": "y"}


@pytest.mark.parametrize(
    "odd", ["x", [{"name": "a"}], {"_value": None}, {"_value": [None]}, {"_value": [{}]}, {"_value": [{"key": {}}]}]
)
@pytest.mark.parametrize("path", ["availableField", "value"])
def test_a_task_whose_custom_values_cannot_be_read_is_still_returned(
    monkeypatch: pytest.MonkeyPatch, path: str, odd: t.Any
) -> None:
    properties = {
        "info": info("task-1"),
        "availableField": {"_value": [{"key": 1, "name": "a", "type": "string"}]},
        "value": {"_value": [{"key": 1, "value": "b"}]},
        path: odd,
    }
    wire = Wire(RetrievePropertiesEx=[{"objects": [found(TASK, **properties)]}] * 2)
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection)
        for _again in range(2):
            [task] = reader.given(["task-1"], custom_values=True).tasks
        assert reader._unreadable == {"task-1": ["available_fields", "custom_values"]}
    assert (task["state"], task["available_fields"], task["custom_values"]) == ("running", None, None)


# --- in the newest part of the history ---


def in_history(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in reader_of(connection).in_history([*task_ids])]


def past(monkeypatch: pytest.MonkeyPatch, wire: Wire, *task_ids: str) -> list[str]:
    with connect(monkeypatch, wire) as connection:
        return [each["id"] for each in reader_of(connection).past([*task_ids])]


def test_ids_that_the_history_has_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(*(info(f"task-{number}") for number in range(1, 6))))
    assert sorted(in_history(monkeypatch, wire, "task-2", "task-4", "task-9")) == ["task-2", "task-4"]


def test_the_search_ends_when_all_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(info("task-1")))
    assert in_history(monkeypatch, wire, "task-1") == ["task-1"]
    assert "ReadPreviousTasks" not in wire.methods()
    # All conditions are checked here, because the server cannot filter by ID.
    assert wire.params["CreateCollectorForTasks"] == {"filter": {"_typeName": "TaskFilterSpec"}}


def test_only_the_newest_tasks_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_history, "NEWEST", 2)
    times = [f"2026-01-02T03:04:0{number}Z" for number in range(3)]
    infos = [info(f"task-{number}", queueTime=time) for number, time in enumerate(times)]
    assert in_history(monkeypatch, Wire(**newest(*infos)), "task-0", "task-1") == ["task-1"]


@pytest.mark.parametrize("task_ids", [(), ("task-1",)], ids=["no ids", "no history"])
def test_no_request_is_sent_without_ids_or_a_history(
    monkeypatch: pytest.MonkeyPatch, task_ids: tuple[str, ...]
) -> None:
    wire = Wire()
    if task_ids:
        wire.lacks.add("extensionManager")
    assert in_history(monkeypatch, wire, *task_ids) == []
    assert wire.methods() == ["Login", "Logout"]


def test_ids_that_are_all_found_are_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert past(monkeypatch, Wire(**newest(info("task-1"))), "task-1") == ["task-1"]


@pytest.mark.parametrize("is_esxi", [False, True])
def test_missing_ids_are_an_error_that_mentions_the_history_only_if_the_server_has_one(
    monkeypatch: pytest.MonkeyPatch, is_esxi: bool
) -> None:
    wire = Wire(**newest(info("task-1")))
    if is_esxi:
        wire.lacks.add("extensionManager")
    with pytest.raises(VsphereError) as caught:
        past(monkeypatch, wire, "task-1", "task-8")
    assert caught.value.result == {"missing_task_ids": ["task-1", "task-8"] if is_esxi else ["task-8"]}
    assert ("history" in caught.value.message) == (not is_esxi)
    assert caught.value.message.endswith("task-1, task-8: check the IDs") == is_esxi


# --- ids ---


@pytest.mark.parametrize(
    "task_id", ["task-1", "Task-1", "haTask-12-vim.VirtualMachine.powerOn-34", "task-1:2a", "task-1:2a-3", "ha-task_1"]
)
def test_a_repeated_id_of_a_vcenter_or_an_esxi_counts_once(task_id: str) -> None:
    assert _reader.check_ids("task_ids", [task_id, "task-7", task_id]) == [task_id, "task-7"]


@pytest.mark.parametrize(
    ("task_id", "named"),
    [
        ("", "an empty string"),
        *((each, repr(each)) for each in (" ", "task 1", "Task:task-1", "/task-1", "-1")),
        *((each, "a dictionary or a list") for each in ("{'id': 'task-1'}", "['task-1']")),
    ],
)
def test_an_invalid_id_is_an_error_of_the_option_that_names_it(task_id: str, named: str) -> None:
    with pytest.raises(VsphereError, match=f"^task_ids: {named} is not a task ID: "):
        _reader.check_ids("task_ids", ["task-1", task_id])


def test_the_id_of_a_reference_is_that_of_a_task() -> None:
    assert _reader.id_of(TASK) == "task-1"
    for odd in (reference("Folder", "group-1"), reference("Task", "")):
        with pytest.raises(ValueError, match="value"):
            _reader.id_of(odd)
