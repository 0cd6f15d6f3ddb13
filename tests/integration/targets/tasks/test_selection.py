# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selecting tasks, which vsphere_task_info, vsphere_task_wait, and vsphere_task_cancel do in the same way."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _selection
from selections import REASONS, ids

MACHINE = {"type": "VirtualMachine", "path": "DC0/vm/DC0_H0_VM0"}


@pytest.mark.parametrize("source", ["recent", "history"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"states": ["queued", "error"]}, "queued failed"),
        ({"users": ["DOMAIN\\Ann"]}, "queued"),
        ({"users": ["DOMAIN\\Ann"], "system_user": True}, "queued alarm system schedule"),
        ({"system_user": True}, "alarm system schedule"),
        ({"system_user": False}, "queued plain failed"),
        ({"description_ids": ["VirtualMachine.powerO*"]}, "plain failed"),
        ({"description_ids": ["virtualmachine.powerOn"]}, ""),
        ({"description_ids": ["*Machine.*O[nf]", "Host.reboo?", "*.[!x]*"]}, ""),
        ({"event_chain_ids": [4711, 4712]}, "system"),
        ({"activation_ids": ["act-1"]}, "queued"),
        ({"parent_task_keys": ["task-0"]}, "alarm"),
        ({"root_task_keys": ["task-00"]}, "schedule"),
        ({"alarm": "alarm-7"}, "alarm"),
        ({"scheduled_task": "schedule-3"}, "schedule"),
        ({"cancelable": True}, "plain"),
        ({"entity": {"type": "Folder"}}, "system"),
        ({"entity": {"type": "Folder", "moid": "group-d1"}}, "system"),
        ({"entity": {"type": "ManagedEntity"}}, "queued plain failed alarm system schedule"),
        ({"begin_time": "-200000w", "states": ["error"]}, "failed"),
        ({"entity": MACHINE}, "queued plain failed alarm schedule"),
        ({"entity": {"name": "DC0_H0_VM0"}, "states": ["error"]}, "failed"),
        ({"begin_time": "-30m", "end_time": "-5m"}, "failed"),
        ({"end_time": "-1h", "time_type": "queued"}, "alarm"),
        ({"begin_time": "-9m", "time_type": "completed"}, "failed system"),
        ({"begin_time": "-9m", "time_type": "started", "states": ["success"]}, "system"),
    ],
)
def test_each_option_selects_the_same_in_both_sources(
    vcenter: t.Any, tag: str, source: str, options: dict[str, t.Any], expected: str
) -> None:
    started = {"start_time": vcenter.ago(minutes=12)}
    names = {
        vcenter.create(
            change_tag=tag, state="queued", reason=REASONS["user"], activation_id="act-1", description_id="Host.reboot"
        ): "queued",
        vcenter.create(change_tag=tag, cancelable=True): "plain",
        vcenter.create(
            change_tag=tag,
            state="error",
            error={"_typeName": "NotSupported"},
            queue_time=vcenter.ago(minutes=20),
            complete_time=vcenter.ago(minutes=1),
            **started,
        ): "failed",
        vcenter.create(
            change_tag=tag,
            reason=REASONS["alarm"],
            parent_task_key="task-0",
            queue_time=vcenter.ago(hours=3),
            description_id="Alarm.run",
            **started,
        ): "alarm",
        vcenter.create(
            change_tag=tag,
            state="success",
            reason=REASONS["system"],
            event_chain_id=4711,
            entity={"type": "Folder", "value": "group-d1"},
            description_id="Folder.rename",
        ): "system",
        vcenter.create(
            change_tag=tag, reason=REASONS["schedule"], root_task_key="task-00", description_id="Sched.run"
        ): "schedule",
    }
    result = vcenter.run("info", tags=[tag], source=source, **options)
    assert {names[task_id] for task_id in ids(result)} == set(expected.split())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("begin_time", "-1h"),
        ("end_time", "2100-01-01T00:00:00Z"),
        ("alarm", "alarm-1"),
        ("scheduled_task", "schedule-1"),
        ("event_chain_ids", [1]),
        ("parent_task_keys", ["task-1"]),
        ("root_task_keys", ["task-1"]),
        ("entity", {**MACHINE, "recursion": "all"}),
        ("entity", {**MACHINE, "recursion": "children"}),
        ("children", True),
    ],
)
def test_auto_uses_the_history_if_an_option_requires_it(vcenter: t.Any, option: str, value: t.Any) -> None:
    assert not vcenter.run("info", **{option: value})["failed"]
    assert "TaskManager.CreateCollectorForTasks" in vcenter.requests()


@pytest.mark.parametrize("options", [{}, {"entity": MACHINE}, {"users": ["x"], "tags": ["x"], "cancelable": True}])
def test_auto_uses_recent_tasks_for_other_options(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    assert not vcenter.run("info", **options)["failed"]
    assert "TaskManager.CreateCollectorForTasks" not in vcenter.requests()


@pytest.mark.parametrize(("recursion", "expected"), [("self", "folder"), ("children", "vm"), ("all", "folder vm")])
def test_recursion_selects_child_objects(vcenter: t.Any, tag: str, recursion: str, expected: str) -> None:
    names = {
        vcenter.create(change_tag=tag, state="success", entity={"type": "Folder", "value": "group-d1"}): "folder",
        vcenter.create(change_tag=tag): "vm",
    }
    entity = {"type": "Folder", "moid": "group-d1", "recursion": recursion}
    assert {names[i] for i in ids(vcenter.run("info", tags=[tag], entity=entity))} == set(expected.split())


def test_conditions_apply_to_ids_that_are_searched_in_the_history(vcenter: t.Any) -> None:
    old = vcenter.create(state="success", queue_time=vcenter.ago(hours=2), complete_time=vcenter.ago(hours=1))
    new = vcenter.create()
    result = vcenter.run("info", task_ids=[new, old, "task-40400000"], source="history")
    assert (ids(result), result["missing_task_ids"]) == ([new, old], ["task-40400000"])
    assert ids(vcenter.run("info", task_ids=[old, new], source="history")) == [old, new]
    # A task that does not match is not unknown, and the limit does not apply to IDs.
    result = vcenter.run("info", task_ids=[new, old], source="history", states=["success"], limit=1)
    assert (ids(result), result["missing_task_ids"]) == ([old], [])
    result = vcenter.run("info", task_ids=[new, old], begin_time="-1h")
    assert (ids(result), result["missing_task_ids"]) == ([new], [old])


@pytest.mark.parametrize("source", ["recent", "history"])
def test_order_and_limit_count_after_filtering(vcenter: t.Any, tag: str, source: str) -> None:
    wanted = [vcenter.create(change_tag=tag) for count in range(5) if vcenter.create(change_tag="other")]
    newest = vcenter.run("info", tags=[tag], source=source, limit=3, page_size=2)
    oldest = vcenter.run("info", tags=[tag], source=source, limit=3, page_size=2, order="oldest")
    assert ids(newest) == wanted[:1:-1]
    assert ids(oldest) == wanted[:3]


@pytest.mark.parametrize("source", ["recent", "history"])
@pytest.mark.parametrize(("module", "options"), [("wait", {"timeout": 0, "on_timeout": "return"}), ("cancel", {})])
def test_a_selection_that_is_cut_at_its_limit_is_a_warning(
    vcenter: t.Any, tag: str, source: str, module: str, options: dict[str, t.Any]
) -> None:
    cut = "more than {0} tasks match the options, so the selection contains only the newest {0}: raise limit"
    task_ids = vcenter.create_many(5, change_tag=tag, cancelable=True)
    result = vcenter.run(module, tags=[tag], source=source, limit=5, **options)
    assert set(ids(result)) == set(task_ids)
    assert "warnings" not in result
    task_ids = vcenter.create_many(5, change_tag=tag, cancelable=True)
    result = vcenter.run(module, tags=[tag], source=source, limit=4, **options)
    assert cut.format(4) in str(result["warnings"])
    assert set(ids(result)) == set(task_ids[1:])


def test_a_limit_for_info_is_not_a_warning_but_the_default_limit_is(
    vcenter: t.Any, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = vcenter.create_many(3, change_tag=tag)[-1]
    result = vcenter.run("info", tags=[tag], limit=1)
    assert (ids(result), "warnings" in result) == ([newest], False)
    monkeypatch.setattr(_selection, "DEFAULT_LIMIT", 2)
    assert "more than 2 tasks match" in str(vcenter.run("info", tags=[tag])["warnings"])


@pytest.mark.parametrize("begin", ["2026-01-31 08:00:00+00:00", "2026-01-31T09:00:00+01:00", "2026-01-31T08:00:00Z"])
def test_times_are_iso_8601_with_a_zone(vcenter: t.Any, tag: str, begin: str) -> None:
    inside = vcenter.create(change_tag=tag, queue_time="2026-01-31T08:00:00Z")
    vcenter.create(change_tag=tag, queue_time="2026-01-31T07:59:59.999Z")
    assert ids(vcenter.run("info", tags=[tag], begin_time=begin)) == [inside]


def test_an_age_uses_the_clock_of_the_server_in_a_given_session(vcenter: t.Any, tag: str) -> None:
    inside = vcenter.create(change_tag=tag, queue_time=vcenter.ago(minutes=50))
    vcenter.create(change_tag=tag, queue_time=vcenter.ago(minutes=70))
    session = vcenter.run("session")["session_id"]
    try:
        assert ids(vcenter.run("info", tags=[tag], begin_time="-1h", session_id=session)) == [inside]
        assert "ServiceInstance.CurrentTime" in vcenter.requests()
    finally:
        vcenter.run("session", session_id=session, state="absent")


def test_an_ambiguous_name_is_an_error_that_lists_the_paths(vcenter: t.Any) -> None:
    result = vcenter.run("info", entity={"name": "DC0_H0"})
    assert "more than one inventory object has the name DC0_H0" in result["msg"]
    assert "DC0/host/DC0_H0 (ComputeResource " in result["msg"]
    assert "DC0/host/DC0_H0/DC0_H0 (HostSystem host-" in result["msg"]
    assert not vcenter.run("info", entity={"name": "DC0_H0", "type": "HostSystem"})["failed"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("DC0_H0_VM9", "has the name DC0_H0_VM9: use one of DC0/vm/DC0_H0_VM"),
        ("dc0_h0_vm0", "has the name dc0_h0_vm0: use one of DC0/vm/DC0_H0_VM0 (VirtualMachine vm-"),
        ("web{1}", "has the name web{1}: the nearest are DC0/vm/"),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_similar_names(vcenter: t.Any, name: str, message: str) -> None:
    result = vcenter.run("info", entity={"type": "VirtualMachine", "name": name})
    assert f"entity.name: no VirtualMachine {message}" in result["msg"]
    assert 1 <= result["msg"].count("(VirtualMachine vm-") <= 3


def test_candidates_are_listed_even_if_their_paths_cannot_be_read(vcenter: t.Any) -> None:
    refused = {"_typeName": "NoPermission", "privilegeId": "System.Read"}
    vcenter.fault("fault", "RetrievePropertiesEx$", skip=1, fault=refused)
    result = vcenter.run("info", entity={"name": "DC0_H0"})
    assert "more than one inventory object has the name DC0_H0" in result["msg"]
    assert "to one of ComputeResource " in result["msg"]
    assert ", HostSystem host-" in result["msg"]


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        ({"path": "DC0/vm/none"}, "write a / in a name as %2f"),
        ({"path": "DC0/vm", "type": "Datacenter"}, "entity.path: DC0/vm is a Folder, not a Datacenter"),
        ({"type": "VirtualMachine", "moid": "vm-404"}, "does not know VirtualMachine vm-404: check type and moid"),
        ({"type": "VirtualMachine", "moid": "vm-404", "recursion": "all"}, "does not know VirtualMachine vm-404"),
    ],
)
def test_a_missing_entity_is_an_error_of_the_option(vcenter: t.Any, entity: dict[str, t.Any], message: str) -> None:
    assert message in vcenter.run("info", entity=entity)["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"states": []}, "states is empty"),
        ({"users": []}, "users is empty"),
        ({"alarm": ""}, "alarm is empty"),
        ({"users": ["a", ""]}, "users contains an empty string"),
        ({"event_chain_ids": [7, 99999999999]}, "event_chain_ids: 99999999999 is not the ID of a chain"),
        ({"users": ["a", "b\x1b"]}, "users contains the character U+001B, which XML"),
        ({"alarm": "\ufffe"}, "alarm contains the character U+FFFE, which XML"),
        ({"entity": {}}, "entity is empty"),
        ({"entity": {"name": " "}}, "entity.name is empty"),
        ({"entity": {"type": "Virtualmachine", "name": "x"}}, "did you mean VirtualMachine?"),
        ({"entity": {"moid": "vm-1"}}, "type"),
        ({"entity": {"type": "VirtualMachine", "moid": "vm-1", "name": "x"}}, "mutually exclusive"),
        ({"entity": {"type": "Folder", "recursion": "all"}}, "entity.recursion requires a single object"),
        ({"entity": {**MACHINE, "recursion": "all"}, "source": "recent"}, "entity.recursion requires the history"),
        ({"begin_time": "2026-01-31T08:00:00"}, "use ISO 8601 format with a time zone"),
        ({"begin_time": "yesterday"}, "or an age such as -2h"),
        ({"end_time": "2h"}, "or an age such as -2h"),
        ({"begin_time": "-9999999999999d"}, "or an age such as -2h"),
        ({"begin_time": "0001-01-01T00:00:00+01:00"}, "is not a time"),
        ({"entity": {"type": "Virtualmachine"}}, "did you mean VirtualMachine?"),
        ({"entity": {"type": "Virtualmachine", "moid": "vm-1"}}, "did you mean VirtualMachine?"),
        ({"begin_time": "2026-01-02T00:00:00Z", "end_time": "2026-01-01T00:00:00Z"}, "set an earlier begin_time"),
        ({"entity": {"type": "VirtualMachine", "moid": {"moid": "vm-1"}}}, "entity.moid is a dictionary or a list"),
        ({"parent_task_keys": ["{'key': 'task-1'}"]}, "parent_task_keys contains a dictionary or a list"),
        (
            {"users": ["one@vsphere", " two@vsphere"]},
            "users contains ' two@vsphere', but a user cannot start or end with a space",
        ),
        ({"limit": 0}, "limit 0 is out of range: set it to 1 or more"),
        ({"page_size": 1001}, "page_size 1001 is out of range: set it to 1 to 1000"),
        ({"custom_values": True, "source": "history"}, "the history does not contain custom_values"),
    ],
)
def test_an_invalid_option_is_rejected_before_any_reading(
    vcenter: t.Any, options: dict[str, t.Any], message: str
) -> None:
    result = vcenter.run("info", **options)
    assert result["failed"]
    assert message in result["msg"]
    assert set(vcenter.requests()) <= {"hello", "SessionManager.Login", "SessionManager.Logout"} | {
        "ServiceInstance.RetrieveServiceContent",
        "ServiceInstance.content",
    }
