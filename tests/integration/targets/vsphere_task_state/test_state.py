# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_state."""

from __future__ import annotations

import typing as t

import pytest

CHANGES = ("SetTaskState", "SetTaskDescription", "UpdateProgress", "setCustomValue")


def changes(vcenter: t.Any) -> list[str]:
    """The changing methods of a task that were called, in order."""
    return [call.partition(".")[2] for call in vcenter.requests() if call.partition(".")[2] in CHANGES]


def test_a_task_is_driven_from_queued_to_success(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="queued")
    first = vcenter.run("state", task_id=task_id, state="running", progress=10, description="copying")
    assert (first["failed"], first["changed"]) == (False, True)
    assert (first["task"]["state"], first["task"]["progress"]) == ("running", 10)
    assert first["task"]["description"] == {"key": "vsphere.tasks.description", "message": "copying", "arg": []}
    last = vcenter.run("state", task_id=task_id, state="success", progress=100, result="12 templates")
    assert (last["task"]["state"], last["task"]["result"]) == ("success", "12 templates")
    assert changes(vcenter) == [
        *["SetTaskState", "SetTaskDescription", "UpdateProgress"],
        *["UpdateProgress", "SetTaskState"],
    ]


def test_a_queued_task_can_succeed_immediately(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="queued")
    result = vcenter.run("state", task_id=task_id, state="success", progress=100)
    assert result["task"]["state"] == "success"
    assert changes(vcenter) == ["SetTaskState", "UpdateProgress", "SetTaskState"]


@pytest.mark.parametrize(
    "options",
    [
        {"state": "running", "progress": 10, "description": {"key": "my.phase", "message": "copying"}},
        {"description": {"key": "my.phase"}},
        {"state": "success", "result": {"a": [1, None]}, "progress": 100},
        {"state": "error", "error": {"message": "it broke"}},
        {"state": "error", "error": {"message": "x", "type": "GenericVmConfigFault", "fields": {"reason": "disk"}}},
    ],
)
def test_a_second_run_changes_nothing(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    task_id = vcenter.create()
    first = vcenter.run("state", task_id=task_id, **options)
    assert first["changed"], first
    sent = changes(vcenter)
    second = vcenter.run("state", task_id=task_id, **options)
    assert (second["failed"], second["changed"]) == (False, False)
    assert changes(vcenter) == sent
    assert second["diff"]["before"] == second["diff"]["after"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"result": "x"}, "result requires state: success"),
        ({"result": "x", "state": "running"}, "result requires state: success"),
        ({"error": {"message": "x"}}, "error requires state: error"),
        ({"error": {"message": "x"}, "state": "success"}, "error requires state: error"),
        ({"progress": 101}, "progress 101 is not a percentage"),
        ({"progress": -1}, "progress -1 is not a percentage"),
        ({"state": "done"}, "value of state must be one of: queued, running, success, error, got: done"),
        (
            {"error": {"message": "x", "type": "GenericVmConfigFalt"}, "state": "error"},
            "did you mean GenericVmConfigFault",
        ),
        ({"error": {"message": "x", "type": "NotSupported"}, "state": "error"}, "does not extend VimFault"),
        ({"error": {"message": "x", "type": "TaskInfo"}, "state": "error"}, "does not extend VimFault"),
        (
            {"error": {"message": "x", "type": "GenericVmConfigFault"}, "state": "error"},
            "error.fields: GenericVmConfigFault requires reason (string)",
        ),
        (
            {"error": {"message": "x", "type": "GenericVmConfigFault", "fields": {"reson": "d"}}, "state": "error"},
            "GenericVmConfigFault does not have reson; did you mean reason",
        ),
        (
            {"error": {"message": "x", "type": "InvalidLogin", "fields": {"x": 1}}, "state": "error"},
            "InvalidLogin does not have x",
        ),
        (
            {"error": {"message": "x", "type": "NoDiskSpace", "fields": {"file": True}}, "state": "error"},
            "error.fields.file: must be a string, but YAML reads words such as on, off, yes, and no as booleans: "
            "quote the value; error.fields: NoDiskSpace requires datastore (string)",
        ),
        (
            {"error": {"message": "x", "type": "ExtendedFault", "fields": {"data": [{"key": "k"}]}}, "state": "error"},
            "error.fields.data[0]: KeyValue requires value (string)",
        ),
        ({"state": "success", "result": {"_typeName": "VirtualMachineConfigInf"}}, "does not know the type"),
        (
            {"state": "success", "result": {"_typeName": "HostConnectInfo", "vm": [], "host": 5}},
            "result.host: must be a dictionary (HostListSummary), not 5",
        ),
        (
            {"state": "success", "result": {"_typeName": "VirtualMachineSnapshotInfo", "rootSnapshotList": []}},
            "result: VirtualMachineSnapshotInfo requires rootSnapshotList (a list of VirtualMachineSnapshotTree)",
        ),
        ({"state": "success", "result": {"_typeName": "string", "value": 1}}, "put its contents into _value"),
        ({"state": "success", "result": 2**70}, "does not fit into 64 bits"),
        ({"description": {"message": "x"}}, "description: missing required arguments: key"),
        ({"description": {"key": "k", "message": ["x"]}}, "description.message must be a string, not a list"),
        ({"description": {"key": {"k": 1}}}, "description.key must be a string, not a dictionary"),
        ({"state": "error", "error": {"message": ["x"]}}, "error.message must be a string, not a list"),
        ({"state": "error", "error": {"message": True}}, "error.message must be a string, not True"),
        ({"state": "error", "error": {"message": "x", "type": ["x"]}}, "error.type must be a string, not a list"),
        ({"task_id": "no id"}, "task_id: 'no id' is not a task ID"),
        ({"task_id": {"id": "task-1"}}, "task_id: a dictionary or a list is not a task ID"),
        ({"state": "error", "error": {"message": "x", "type": ""}}, "error.type is empty"),
        ({"error": {"message": "\x1b"}, "state": "error"}, "error.message is empty"),
        (
            {"error": {"message": "x", "fields": {"fault_type_id": "a\x1b"}}, "state": "error"},
            "error.fields.faultTypeId: contains the character U+001B, which XML and therefore SOAP do not support: "
            "remove it",
        ),
        ({"custom_values": {"owner": ["a", {"b": 1}]}}, "custom_values.owner: must be a string, not a list"),
        ({"custom_values": {"owner": True}}, "custom_values.owner: must be a string, but YAML reads words"),
        ({"custom_values": {"owner": None}}, "custom_values.owner: must be a string, not None"),
        ({"custom_values": {"owner": "\x00"}}, "custom_values.owner: contains the character U+0000"),
    ],
)
def test_bad_options_are_rejected_before_any_request(vcenter: t.Any, options: dict[str, t.Any], message: str) -> None:
    result = vcenter.run("state", **{"task_id": "task-1", **options})
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


def test_a_failure_after_a_change_is_changed(vcenter: t.Any) -> None:
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, skip=1, count=9)
    result = vcenter.run("state", task_id=vcenter.create(), progress=5)
    assert (result["failed"], result["changed"]) == (True, True)


def test_an_unknown_custom_field_is_rejected_before_any_change(vcenter: t.Any, owner_field: str) -> None:
    task_id = vcenter.create()
    result = vcenter.run("state", task_id=task_id, progress=5, custom_values={"ownr": "me"})
    assert result["failed"]
    assert "no custom field of tasks has the name ownr" in result["msg"]
    assert owner_field in result["msg"]
    assert changes(vcenter) == []


def test_a_description_with_only_a_key_can_have_the_text_of_the_server(vcenter: t.Any) -> None:
    task_id = vcenter.create(description={"key": "my.phase", "message": "Copying"})
    result = vcenter.run("state", task_id=task_id, description={"key": "my.phase"})
    assert (result["changed"], result["task"]["description"]["message"]) == (False, "Copying")
    emptied = vcenter.run("state", task_id=task_id, description={"key": "my.phase", "message": ""})
    assert (emptied["changed"], emptied["task"]["description"]["message"] or "") == (True, "")


def test_an_empty_custom_value_is_no_change_the_second_time(vcenter: t.Any, owner_field: str) -> None:
    options = {"task_id": vcenter.create(), "custom_values": {owner_field: ""}}
    assert not vcenter.run("state", **options)["changed"]
    vcenter.run("state", **{**options, "custom_values": {owner_field: "me"}})
    assert vcenter.run("state", **options)["changed"]
    assert not vcenter.run("state", **options)["changed"]


@pytest.mark.parametrize("value", ["one\r\ntwo\n", "<\r>"])
def test_a_carriage_return_in_a_custom_value_is_kept(vcenter: t.Any, owner_field: str, value: str) -> None:
    task_id = vcenter.create()
    first = vcenter.run("state", task_id=task_id, custom_values={owner_field: value})
    assert first["task"]["custom_values"] == {owner_field: value}
    for transport in ("json", "soap"):
        again = vcenter.run("state", task_id=task_id, custom_values={owner_field: value}, transport=transport)
        assert (again["failed"], again["changed"]) == (False, False), again


def test_custom_values_are_set_once(vcenter: t.Any, owner_field: str) -> None:
    task_id = vcenter.create()
    first = vcenter.run("state", task_id=task_id, custom_values={owner_field: "me"})
    assert first["task"]["custom_values"] == {owner_field: "me"}
    assert not vcenter.run("state", task_id=task_id, custom_values={owner_field: "me"})["changed"]
    assert changes(vcenter) == ["setCustomValue"]
    numbered = vcenter.run("state", task_id=task_id, custom_values={owner_field: 7})
    assert numbered["task"]["custom_values"] == {owner_field: "7"}


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ({"state": "success"}, {"state": "running"}),
        ({"state": "success"}, {"state": "error", "error": {"message": "x"}}),
        ({"state": "success", "result": {"_typeName": "string", "_value": "a"}}, {"state": "success", "result": "b"}),
        ({"state": "success"}, {"progress": 50}),
        ({"state": "queued"}, {"progress": 50}),
        (
            {"state": "error", "error": {"_typeName": "GenericVmConfigFault", "reason": "disk"}},
            {"state": "error", "error": {"message": "another"}},
        ),
    ],
)
def test_a_change_that_the_state_does_not_allow_is_rejected(
    vcenter: t.Any, task: dict[str, t.Any], options: dict[str, t.Any]
) -> None:
    result = vcenter.run("state", task_id=vcenter.create(**task), **options)
    assert result["failed"]
    assert "None" not in result["msg"]
    # The fault would be that of a server, but the module did not send a request.
    assert "fault" not in result
    assert changes(vcenter) == []


@pytest.mark.parametrize(
    "options",
    [
        {"progress": 50, "description": "copying"},
        {"state": "success", "result": ["a"]},
        {"state": "error", "error": {"message": "it broke"}},
    ],
)
def test_check_mode_predicts_and_sends_nothing(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    task_id = vcenter.create()
    predicted = vcenter.run("state", check=True, task_id=task_id, **options)
    assert (predicted["changed"], changes(vcenter)) == (True, [])
    real = vcenter.run("state", task_id=task_id, **options)
    assert predicted["diff"] == real["diff"]


def test_a_missing_privilege_is_named(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    vcenter.options["username"] = vcenter.address["readonly_user"]
    result = vcenter.run("state", task_id=task_id, progress=50)
    assert result["failed"]
    assert f"the user lacks the privilege Task.Update on Task {task_id}" in result["msg"]
    assert result["fault"]["type"] == "NoPermission"


def test_a_failure_between_changes_names_the_completed_ones(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="queued")
    vcenter.fault("fault", r"^Task\.UpdateProgress$", fault={"_typeName": "InvalidState"})
    result = vcenter.run("state", task_id=task_id, state="running", progress=50)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "before that, the module completed SetTaskState" in result["msg"]
    assert result["fault"]["type"] == "InvalidState"


def test_an_unknown_task_is_named(vcenter: t.Any) -> None:
    result = vcenter.run("state", task_id="task-40400000", progress=5)
    assert "does not know task-40400000" in result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_a_requested_cancellation_is_returned(vcenter: t.Any, check: bool) -> None:
    task_id = vcenter.create(cancelable=True)
    assert vcenter.run("state", check, task_id=task_id, progress=10)["cancel_requested"] is False
    vcenter.control("PATCH", f"/tasks/{task_id}", cancelled=True)
    for options in ({"progress": 20}, {}):
        result = vcenter.run("state", check, task_id=task_id, **options)
        assert (result["failed"], result["cancel_requested"]) == (False, True)


def test_a_requested_cancellation_is_returned_after_the_end_of_the_task(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.run("cancel", task_ids=[task_id])
    result = vcenter.run("state", task_id=task_id, progress=10)
    assert (result["failed"], result["cancel_requested"]) == (True, True)
    assert "has ended (state error), so the module can no longer set its progress: omit progress" in result["msg"]
