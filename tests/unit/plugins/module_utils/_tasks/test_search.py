# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding the tasks of a selection: sources, omitted tasks, and warnings."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._values import parse_time, reference

from ..builders import HISTORY, history, info, newest, reading, task
from ..wire import Wire, connect, reader_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import Reading

MACHINE = reference("VirtualMachine", "vm-1")
OF_MACHINE: dict[str, t.Any] = {"entity": Entity("entity", "VirtualMachine", "vm-1")}
IN_HISTORY: dict[str, t.Any] = {"source": "history", "newest_first": False}
RECENT = reading(
    info("task-1", queueTime="2026-01-02T03:04:01Z", entity=MACHINE),
    info("task-3", "success", queueTime="2026-01-02T03:04:03Z"),
    info("task-2", queueTime="2026-01-02T03:04:02Z", entity=reference("VirtualMachine", "vm-2")),
)
NO_HISTORY = Fault("NotSupported", "no", {})
RECENT_ONLY = ": set source: recent to search only the recent tasks"


def search(
    monkeypatch: pytest.MonkeyPatch, wire: Wire, *, acted_on: bool = False, **selection: t.Any
) -> tuple[Reading, list[str]]:
    """The reading, and the warnings."""
    warnings: list[str] = []
    with connect(monkeypatch, wire) as connection:
        reader = reader_of(connection, context=Context(warn=warnings.append))
        finding = Search(reader, Selection(**selection), acted_on)
        found = finding.find()
        finding.warn(found)
    return found, warnings


def ids(monkeypatch: pytest.MonkeyPatch, wire: Wire, **selection: t.Any) -> list[str]:
    """The IDs of the tasks that a search without warnings finds."""
    found, warnings = search(monkeypatch, wire, **selection)
    assert warnings == []
    return [each["id"] for each in found.tasks]


# --- the recent tasks ---


@pytest.mark.parametrize(
    ("newest_first", "expected"), [(True, ["task-3", "task-2", "task-1"]), (False, ["task-1", "task-2", "task-3"])]
)
def test_recent_tasks_are_sorted_by_when_they_were_queued(
    monkeypatch: pytest.MonkeyPatch, newest_first: bool, expected: list[str]
) -> None:
    assert ids(monkeypatch, Wire(RetrievePropertiesEx=[RECENT]), newest_first=newest_first) == expected


def test_recent_tasks_are_filtered_by_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[RECENT])
    assert ids(monkeypatch, wire, conditions=Conditions(states=["success"])) == ["task-3"]


def test_recent_tasks_of_one_object_are_read_from_it_without_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[RECENT])
    assert ids(monkeypatch, wire, **OF_MACHINE) == ["task-1"]
    assert wire.params["RetrievePropertiesEx"]["specSet"][0]["objectSet"][0]["obj"] == MACHINE


@pytest.mark.parametrize(
    ("type_", "expected"),
    [("VirtualMachine", ["task-2", "task-1"]), ("ManagedEntity", ["task-2", "task-1"]), ("Folder", [])],
)
def test_a_type_alone_takes_the_tasks_of_all_its_objects(
    monkeypatch: pytest.MonkeyPatch, type_: str, expected: list[str]
) -> None:
    wire = Wire(RetrievePropertiesEx=[RECENT])
    assert ids(monkeypatch, wire, entity=Entity("entity", type_)) == expected


@pytest.mark.parametrize(("limit", "warned"), [(2, False), (None, True)])
def test_a_cut_at_the_limit_is_a_warning_only_for_the_default_limit(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, warned: bool
) -> None:
    monkeypatch.setattr("ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection.DEFAULT_LIMIT", 2)
    found, warnings = search(monkeypatch, Wire(RetrievePropertiesEx=[RECENT]), limit=limit)
    assert ([each["id"] for each in found.tasks], found.is_cut) == (["task-3", "task-2"], True)
    assert len(warnings) == warned
    assert all("newest 2" in each and "limit" in each for each in warnings)


def test_a_selection_of_exactly_the_limit_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _warnings = search(monkeypatch, Wire(RetrievePropertiesEx=[RECENT]), limit=3, acted_on=True)
    assert (len(found.tasks), found.missing, found.is_cut) == (3, [], False)


def test_a_limit_that_omits_tasks_to_act_on_is_always_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    _found, [warning] = search(
        monkeypatch, Wire(RetrievePropertiesEx=[RECENT]), limit=1, newest_first=False, acted_on=True
    )
    assert "oldest 1" in warning
    assert "raise limit" in warning


# --- the history ---


@pytest.mark.parametrize("acted_on", [True, False])
def test_one_task_more_than_the_limit_is_requested_from_the_history_if_a_warning_needs_it(
    monkeypatch: pytest.MonkeyPatch, acted_on: bool
) -> None:
    wire = Wire(CreateCollectorForTasks=[HISTORY], DestroyCollector=[None])
    wire.script["ReadNextTasks"] = [[info("task-1"), info("task-2")], [info("task-3")]]
    found, _warnings = search(monkeypatch, wire, limit=2, page_size=2, acted_on=acted_on, **IN_HISTORY)
    assert ([each["id"] for each in found.tasks], found.is_cut) == (["task-1", "task-2"], acted_on)
    assert wire.methods().count("ReadNextTasks") == (2 if acted_on else 1)


@pytest.mark.parametrize("recursion", ["self", "all"])
def test_the_server_finds_the_tasks_of_child_objects(monkeypatch: pytest.MonkeyPatch, recursion: str) -> None:
    other = info("task-2", entity=reference("VirtualMachine", "vm-2"))
    wire = Wire(**history(info("task-1", entity=MACHINE), other))
    found = ids(monkeypatch, wire, recursion=recursion, **OF_MACHINE, **IN_HISTORY)
    assert found == (["task-1"] if recursion == "self" else ["task-1", "task-2"])
    by_entity = {"_typeName": "TaskFilterSpecByEntity", "entity": MACHINE, "recursion": recursion}
    assert wire.params["CreateCollectorForTasks"]["filter"]["entity"] == by_entity


def test_the_history_is_read_from_the_newest_task_backward_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(info("task-1")))
    assert ids(monkeypatch, wire, source="history") == ["task-1"]


def test_children_come_with_their_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    below = info("task-2", parentTaskKey="task-1", rootTaskKey="task-1")
    wire = Wire(
        CreateCollectorForTasks=[HISTORY] * 4,
        ReadNextTasks=[[info("task-1")], None, [below], None, None, None],
        DestroyCollector=[None] * 4,
    )
    found, _warnings = search(monkeypatch, wire, children=True, page_size=7, **IN_HISTORY)
    [top] = found.tasks
    assert [each["id"] for each in top["children"]] == ["task-2"]
    assert [params["maxCount"] for method, params in wire.given if method == "ReadNextTasks"] == [7, 1000] * 3


@pytest.mark.parametrize(
    ("selection", "end"),
    [
        ({"conditions": Conditions(alarm="alarm-1")}, f", but the history is necessary for alarm{RECENT_ONLY}"),
        (
            {"conditions": Conditions(alarm="alarm-1"), "children": True},
            ", but the history is necessary for alarm and children",
        ),
        ({"task_ids": ["task-1"], "source": "history"}, RECENT_ONLY),
        ({"children": True}, ", but the history is necessary for children"),
        ({"task_ids": ["task-1"], "children": True}, ", but the history is necessary for children"),
        ({"source": "recent", "children": True}, ", but the history is necessary for children"),
        ({"recursion": "all", **OF_MACHINE}, ", but the history is necessary for entity.recursion"),
    ],
)
def test_a_server_without_a_history_is_an_error_that_names_the_option_that_needs_it(
    monkeypatch: pytest.MonkeyPatch, selection: dict[str, t.Any], end: str
) -> None:
    wire = Wire(CreateCollectorForTasks=[NO_HISTORY], RetrievePropertiesEx=[RECENT])
    with pytest.raises(VsphereError) as caught:
        search(monkeypatch, wire, **selection)
    why = "vcenter.example.com:443 does not keep a history of tasks, because it is not a vCenter"
    assert caught.value.message == f"{why}{end}"


# --- ids ---


def test_given_ids_are_read_as_objects_and_filtered(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[RECENT])
    found, _warnings = search(
        monkeypatch, wire, task_ids=["task-3", "task-8", "task-1"], conditions=Conditions(states=["running"])
    )
    assert ([each["id"] for each in found.tasks], found.missing) == (["task-1"], ["task-8"])


def test_ids_to_act_on_are_also_searched_in_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"))], **newest(info("task-2", "success")))
    found, _warnings = search(monkeypatch, wire, task_ids=["task-2", "task-1"], entity=None, acted_on=True)
    assert ([each["id"] for each in found.tasks], found.missing) == (["task-2", "task-1"], [])


def test_unknown_ids_to_act_on_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[None], **newest())
    with pytest.raises(VsphereError) as caught:
        search(monkeypatch, wire, task_ids=["task-8"], acted_on=True)
    assert caught.value.result == {"missing_task_ids": ["task-8"]}


def test_an_id_in_the_history_that_does_not_match_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**history(info("task-1"), info("task-2", "success"), info("task-3")), RetrievePropertiesEx=[None])
    found, _warnings = search(
        monkeypatch,
        wire,
        task_ids=["task-1", "task-2", "task-8"],
        conditions=Conditions(states=["success"], tags=None),
        **IN_HISTORY,
    )
    # The first task exists, although it does not match.
    assert ([each["id"] for each in found.tasks], found.missing) == (["task-2"], ["task-8"])
    assert wire.params["CreateCollectorForTasks"]["filter"].keys() == {"_typeName"}


def test_an_id_that_the_history_does_not_have_yet_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**history(info("task-1")), RetrievePropertiesEx=[reading(info("task-2"))])
    assert ids(monkeypatch, wire, task_ids=["task-2", "task-1"], **IN_HISTORY) == ["task-2", "task-1"]


def in_turn(*scripts: dict[str, list[t.Any]]) -> dict[str, list[t.Any]]:
    """The script of several searches, one after the other."""
    return {name: [each for script in scripts for each in script.get(name, [])] for name in {*scripts[0], *scripts[-1]}}


def test_an_id_that_is_not_below_the_object_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        **in_turn(history(info("task-1", entity=MACHINE)), newest(info("task-3")), newest(info("task-2"))),
        RetrievePropertiesEx=[reading(info("task-3"))],
    )
    given = ["task-1", "task-2", "task-3", "task-8"]
    found, _warnings = search(monkeypatch, wire, task_ids=given, recursion="all", **OF_MACHINE, **IN_HISTORY)
    assert ([each["id"] for each in found.tasks], found.missing) == (["task-1"], ["task-8"])


def test_an_id_of_which_the_history_does_not_show_yet_where_it_is_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**in_turn(history(), newest()), RetrievePropertiesEx=[reading(info("task-3"))])
    with pytest.raises(VsphereError, match=r"does not contain task-3 yet.*recursion"):
        search(monkeypatch, wire, task_ids=["task-3"], recursion="all", **OF_MACHINE, **IN_HISTORY)


def test_ids_in_the_history_come_in_the_order_of_the_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(**newest(*(info(f"task-{n}", queueTime=f"2026-01-02T03:04:0{n}Z") for n in (1, 2, 3))))
    assert ids(monkeypatch, wire, task_ids=["task-2", "task-3", "task-1"], source="history") == [
        "task-2",
        "task-3",
        "task-1",
    ]


def test_a_search_for_ids_in_the_history_keeps_the_object_and_ends_with_the_last_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        CreateCollectorForTasks=[HISTORY], ReadNextTasks=[[info("task-1", entity=MACHINE)]], DestroyCollector=[None]
    )
    conditions = Conditions(states=["running"])
    found = ids(
        monkeypatch, wire, task_ids=["task-1"], conditions=conditions, recursion="all", **OF_MACHINE, **IN_HISTORY
    )
    assert found == ["task-1"]
    spec = wire.params["CreateCollectorForTasks"]["filter"]
    assert (spec.keys(), spec["entity"]["entity"]) == ({"_typeName", "entity"}, MACHINE)


# --- the object ---


def test_an_object_that_is_not_there_is_an_error_of_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[Fault("ManagedObjectNotFound", "no", {"obj": MACHINE})])
    with pytest.raises(VsphereError, match=r"^entity: .*VirtualMachine vm-1"):
        search(monkeypatch, wire, **OF_MACHINE)


@pytest.mark.parametrize("missing", [{}, {"obj": reference("VirtualMachine", "vm-2")}])
def test_a_fault_about_another_object_than_the_entity_is_raised(
    monkeypatch: pytest.MonkeyPatch, missing: dict[str, t.Any]
) -> None:
    wire = Wire(RetrievePropertiesEx=[Fault("ManagedObjectNotFound", "no", missing)])
    with pytest.raises(Fault):
        search(monkeypatch, wire, **OF_MACHINE)


def test_a_repeated_search_looks_the_object_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindByInventoryPath=[MACHINE], RetrievePropertiesEx=[reading(), RECENT])
    with connect(monkeypatch, wire) as connection:
        finding = Search(reader_of(connection), Selection(entity=Entity("entity", path="DC0/vm/web")))
        assert finding.entity is None
        assert finding.find().tasks == []
        assert [each["id"] for each in finding.find().tasks] == ["task-1"]
        assert finding.entity == MACHINE


def test_the_filter_of_a_search_has_the_changed_conditions_and_checks_the_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with connect(monkeypatch, Wire()) as connection:
        selection = Selection(conditions=Conditions(states=["running"], tags=["x"]), **OF_MACHINE)
        changed = Search(reader_of(connection), selection).filter(states=["error"])
    assert (changed.spec["state"], changed.spec["tag"]) == (["error"], ["x"])
    fitting = task("task-1", "error", entity=MACHINE, changeTag="x")
    assert changed.fits(fitting)
    assert not changed.fits({**fitting, "entity": {"type": "VirtualMachine", "moid": "vm-2"}})


# --- the clock ---


AGE = Conditions(begin_time=datetime.timedelta(seconds=2))


def test_an_age_is_counted_by_the_clock_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(CurrentTime=["2026-01-02T03:04:04Z"], RetrievePropertiesEx=[RECENT])
    assert ids(monkeypatch, wire, conditions=AGE, source="recent") == ["task-3", "task-2"]


def test_the_clock_of_the_server_is_not_requested_if_an_answer_had_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[RECENT])) as connection:
        monkeypatch.setattr(connection._http, "server_time", parse_time("2026-01-02T03:04:05Z"))
        found = Search(reader_of(connection), Selection(conditions=AGE, source="recent")).find()
    assert [each["id"] for each in found.tasks] == ["task-3"]
