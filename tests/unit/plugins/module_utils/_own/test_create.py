# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating tasks: the request, and the errors for rejected requests."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import (
    GAVE_UP,
    CreateOptions,
    create_task,
    ensure_task,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import info, reading
from ..wire import Clock, Wire, connect, reader_of

ENTITY = reference("Folder", "group-d1")


def test_only_options_with_a_value_are_sent(monkeypatch: t.Any) -> None:
    wire = Wire(CreateTask=[{"key": "task-1"}])
    with connect(monkeypatch, wire) as connection:
        assert create_task(connection, ENTITY, CreateOptions("com.example.copy", activation_id="a")) == {
            "key": "task-1"
        }
        assert wire.params["CreateTask"] == {
            "obj": ENTITY,
            "taskTypeId": "com.example.copy",
            "cancelable": False,
            "activationId": "a",
        }


def test_all_options_are_sent_by_their_names_in_the_api(monkeypatch: t.Any) -> None:
    wire = Wire(CreateTask=[{"key": "task-1"}])
    with connect(monkeypatch, wire) as connection:
        create_task(connection, ENTITY, CreateOptions("com.example.copy", None, True, "me", "a", "task-0"))
    assert wire.params["CreateTask"] == {
        "obj": ENTITY,
        "taskTypeId": "com.example.copy",
        "cancelable": True,
        "initiatedBy": "me",
        "activationId": "a",
        "parentTaskKey": "task-0",
    }


@pytest.mark.parametrize("fields", [{}, {"invalidProperty": "taskType"}, {"invalidProperty": "taskTypeId"}])
def test_an_unknown_type_names_the_module_that_registers_it(monkeypatch: t.Any, fields: dict[str, str]) -> None:
    wire = Wire(CreateTask=[Fault("InvalidArgument", "A specified parameter was not correct.", fields)])
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match=r"the task type com\.example\.copy .*: register it with vsphere_task_type"),
    ):
        create_task(connection, ENTITY, CreateOptions("com.example.copy"))


def test_another_argument_is_left_to_the_fault(monkeypatch: t.Any) -> None:
    wire = Wire(CreateTask=[Fault("InvalidArgument", "Wrong.", {"invalidProperty": "parentTaskKey"}, "CreateTask")])
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault, match="CreateTask failed: Wrong"):
        create_task(connection, ENTITY, CreateOptions("com.example.copy", parent_task_key="nonsense"))


def test_a_server_that_ignores_the_filter_is_filtered_here(monkeypatch: t.Any) -> None:
    def task(id_: str, **members: str) -> dict[str, t.Any]:
        info = {"descriptionId": "com.example.copy", "activationId": "a", "state": "running", **members}
        return {
            "key": id_,
            "task": reference("Task", id_),
            "cancelled": False,
            "queueTime": "2026-01-02T03:04:05Z",
            **info,
        }

    page = [
        task("task-1", state="success"),
        task("task-2", activationId="b"),
        task("task-3", descriptionId="com.example.move"),
        task("task-4"),
        task("task-5"),
        task("task-6"),
    ]
    collector = reference("TaskHistoryCollector", "collector")
    wire = Wire(
        content=[{"rootFolder": ENTITY}],
        # The server has lost task-4, and task-5 has ended.
        RetrievePropertiesEx=[None, reading(task("task-6"), task("task-5", state="success"))],
        CreateCollectorForTasks=[collector],
        ReadNextTasks=[page, None],
        DestroyCollector=[None],
    )
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, "com.example.copy")
        result = ensure_task(reader, CreateOptions("com.example.copy", activation_id="a"))
    assert (result["changed"], result["task"]["id"]) == (False, "task-6")
    [_recent, asked] = [params for method, params in wire.given if method == "RetrievePropertiesEx"]
    refs = [each["obj"]["value"] for each in asked["specSet"][0]["objectSet"]]
    assert refs == ["task-4", "task-5", "task-6"]


class Race:
    """A run that creates task-5 while other runs with the same activation id have the given tasks at each look.

    The last digit of an ID is the second of its creation. There is always an older task with another activation ID.
    ``other`` are the tasks that the run reads after it has ended its own. If it starts again, it finds the tasks in
    ``again``, or else creates task-8, which is alone.
    """

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *looks: list[str],
        ended: t.Any = None,
        other: t.Sequence[dict[str, t.Any]] = (),
        again: t.Sequence[str] = (),
    ) -> None:
        self.clock = Clock(monkeypatch)
        self.warnings: list[str] = []
        self.context = Context(warn=self.warnings.append)
        collector = reference("TaskHistoryCollector", "collector")
        self.wire = Wire(
            content=[{"rootFolder": ENTITY}] * 2,
            RetrievePropertiesEx=[
                self._reading(),
                *(self._reading(*others, "task-5") for others in looks),
                *([reading(*other)] if len(looks[-1]) else []),
                self._reading(*again),
                self._reading("task-8"),
            ],
            CreateCollectorForTasks=[collector] * 2,
            ReadNextTasks=[None] * 2,
            DestroyCollector=[None] * 2,
            CreateTask=[self._info("task-5"), self._info("task-8")],
            SetTaskState=[ended],
        )
        with connect(monkeypatch, self.wire) as connection:
            reader = reader_of(connection, "com.example.copy", context=self.context)
            self.result = ensure_task(reader, CreateOptions("com.example.copy", activation_id="a"))

    @staticmethod
    def _info(task_id: str, activation_id: str = "a", **members: t.Any) -> dict[str, t.Any]:
        time = f"2026-01-02T03:04:0{task_id[-1]}Z"
        same = {"queueTime": time, "descriptionId": "com.example.copy", "activationId": activation_id}
        return {**info(task_id, "queued", **same), **members}

    @classmethod
    def failed(cls, task_id: str, fault_type_id: str) -> dict[str, t.Any]:
        """That task of another run, which has ended as an error."""
        fault = {"_typeName": "ExtendedFault", "faultTypeId": fault_type_id}
        return cls._info(task_id, state="error", error=fault)

    def _reading(self, *task_ids: str) -> dict[str, t.Any]:
        return reading(self._info("task-0", "b"), *map(self._info, task_ids))

    @property
    def outcome(self) -> tuple[str, bool, list[str]]:
        ended = [ref for method, ref in self.wire.calls if method == "SetTaskState"]
        return self.result["task"]["id"], self.result["changed"], ended


def test_a_run_without_others_keeps_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, [])
    assert (race.outcome, race.clock.pauses) == (("task-5", True, []), [])


def test_the_oldest_of_several_tasks_remains_and_the_others_end(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, ["task-7", "task-4", "task-3"])
    assert race.outcome == ("task-3", False, ["task-5"])
    assert race.result["diff"] == {"before": {}, "after": {}}
    assert race.warnings == ["ended task-5, because another run created task-3 at the same time"]
    sent = race.wire.params["SetTaskState"]
    assert sent["state"] == "error"
    assert sent["fault"]["faultMessage"][0]["message"] == "task-3 has the same activation ID a"
    assert sent["fault"]["faultTypeId"] == GAVE_UP


def test_the_smallest_id_of_tasks_of_the_same_second_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Race(monkeypatch, ["task-35", "task-25"]).outcome == ("task-25", False, ["task-5"])


def test_the_oldest_task_remains_as_soon_as_the_others_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, ["task-6", "task-7"], ["task-7"], [])
    assert (race.outcome, race.clock.pauses) == (("task-5", True, []), [0.2, 0.4])


def test_the_oldest_task_ends_if_a_later_run_has_not_seen_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Race(monkeypatch, *[["task-6"]] * 7).outcome == ("task-6", False, ["task-5"])


def test_the_oldest_task_remains_although_a_slow_run_ends_its_own_only_after_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    race = Race(monkeypatch, *[["task-6"]] * 6, [])
    assert race.outcome == ("task-5", True, [])
    assert sum(race.clock.pauses) > 10


def test_a_run_creates_a_task_again_if_both_have_ended_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, *[["task-6"]] * 7, other=[Race.failed("task-6", GAVE_UP)])
    assert race.outcome == ("task-8", True, ["task-5"])


def test_a_run_takes_the_task_that_another_one_has_created_again(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, ["task-4"], other=[Race.failed("task-4", GAVE_UP)], again=["task-7"])
    assert race.outcome == ("task-7", False, ["task-5"])


def test_a_task_that_failed_for_another_reason_is_not_created_again(monkeypatch: pytest.MonkeyPatch) -> None:
    race = Race(monkeypatch, ["task-4"], other=[Race.failed("task-4", "vsphere.tasks")])
    assert race.outcome == ("task-4", False, ["task-5"])
    assert race.result["task"]["state"] == "error"


def test_a_task_that_cannot_be_ended_is_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fault) as caught:
        Race(monkeypatch, ["task-4"], ended=Fault("NoPermission", "no", {}, "SetTaskState"))
    assert caught.value.type == "NoPermission"


def given(**params: t.Any) -> dict[str, t.Any]:
    none = dict.fromkeys(("entity", "initiated_by", "activation_id", "parent_task_key"))
    return {"task_type": "com.example.copy", "cancelable": False, **none, **params}


def entity(**parts: str) -> dict[str, t.Any]:
    return {"type": None, "moid": None, "name": None, "path": None, **parts}


VM = entity(type="VirtualMachine", moid="vm-7")


def test_options_are_the_given_ones() -> None:
    texts = {"initiated_by": "me", "activation_id": "a", "parent_task_key": "task-1"}
    everything: dict[str, t.Any] = {**texts, "cancelable": True}
    options = CreateOptions.from_params(given(entity=VM, **everything))
    assert options == CreateOptions(
        "com.example.copy", Entity("entity", type="VirtualMachine", moid="vm-7"), **everything
    )
    assert options.given == {"task_type": "com.example.copy", **everything}
    least = CreateOptions.from_params(given())
    assert (least, least.given) == (
        CreateOptions("com.example.copy"),
        {"task_type": "com.example.copy", "cancelable": False},
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            given(entity=entity(type="VirtualMachine")),
            "entity does not identify an object: set moid and type, name, or",
        ),
        (given(entity=entity(name=" ")), "entity.name is empty"),
        (
            given(task_type="", activation_id=" "),
            "task_type is empty: set a value, or omit it if it is optional; activation_id is empty",
        ),
        (given(parent_task_key="{'a': 1}"), "parent_task_key is a dictionary or a list"),
    ],
)
def test_wrong_options_are_errors_that_name_them(params: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError) as raised:
        CreateOptions.from_params(params)
    assert raised.value.message.startswith(message)


def test_a_name_with_the_form_of_data_is_a_name() -> None:
    assert CreateOptions.from_params(given(initiated_by="{'a': 1}")).initiated_by == "{'a': 1}"


def test_a_task_on_an_object_is_created_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateTask=[info("task-5", "queued", descriptionId="com.example.copy")])
    context = Context()
    options = CreateOptions("com.example.copy", Entity("entity", type="VirtualMachine", moid="vm-7"), cancelable=True)
    with connect(monkeypatch, wire) as connection:
        result = ensure_task(reader_of(connection, "com.example.copy", context=context), options)
    new = {"task_type": "com.example.copy", "cancelable": True, "entity": {"type": "VirtualMachine", "moid": "vm-7"}}
    assert (result["changed"], result["task"]["id"]) == (True, "task-5")
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"] == new
    assert wire.params["CreateTask"]["obj"] == reference("VirtualMachine", "vm-7")
    assert ("CreateTask", "taskManager") in wire.calls
    assert context.known == {"changed": True, "task": result["task"]}


def test_an_object_at_a_path_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindByInventoryPath=[reference("VirtualMachine", "vm-7")], CreateTask=[info("task-5", "queued")])
    with connect(monkeypatch, wire) as connection:
        ensure_task(reader_of(connection), CreateOptions("com.example.copy", Entity("entity", path="DC0/vm/web")))
    assert wire.params["CreateTask"]["obj"] == reference("VirtualMachine", "vm-7")


def test_check_mode_creates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(content=[{"rootFolder": ENTITY}])
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, context=Context(check_mode=True))
        result = ensure_task(reader, CreateOptions("com.example.copy"))
    assert (result["changed"], result["task"]) == (True, None)
    assert result["diff"]["after"]["task_type"] == "com.example.copy"


def test_an_esxi_has_no_tasks_of_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    wire.lacks = {"extensionManager"}
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match="is an ESXi: only a vCenter"):
        ensure_task(reader_of(connection), CreateOptions("com.example.copy"))


def test_an_unknown_object_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateTask=[Fault("ManagedObjectNotFound", "no", {})])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError) as raised:
        create_task(connection, reference("VirtualMachine", "vm-7"), CreateOptions("com.example.copy"))
    assert "vm-7 (ManagedObjectNotFound): check entity" in raised.value.message
    assert "fault" in raised.value.result


def test_a_lost_answer_says_how_to_find_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateTask=[Lost("the line broke")])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError) as raised:
        create_task(connection, ENTITY, CreateOptions("com.example.copy"))
    assert raised.value.message.endswith(
        ". The module does not repeat it: use vsphere_task_info with description_ids [com.example.copy] to find out "
        "whether the task exists; activation_id makes a second run safe"
    )


def test_an_answer_without_a_task_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CreateTask=[{"key": ""}])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match=r"\{'key': ''\}"):
        create_task(connection, ENTITY, CreateOptions("com.example.copy"))
