# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_type."""

from __future__ import annotations

import copy
import itertools
import typing as t
import uuid

import pytest

CHANGES = ("RegisterExtension", "UpdateExtension", "UnregisterExtension")


@pytest.fixture
def key() -> str:
    """The key of an unregistered extension. Its task types begin with the key."""
    return f"com.example.x{uuid.uuid4().hex}"


@pytest.fixture
def foreign(vcenter: t.Any, key: str) -> dict[str, t.Any]:
    """An extension of another product, which contains more than task types."""
    extension = {
        "_typeName": "Extension",
        "key": key,
        "version": "2.1",
        "company": "Example",
        "description": {"_typeName": "Description", "label": "Storage", "summary": ""},
        "server": [
            {
                "_typeName": "ExtensionServerInfo",
                "url": "https://array.example.com",
                "description": {"_typeName": "Description", "label": "Array", "summary": "An array"},
                "company": "Example",
                "type": "HTTPS",
                "adminEmail": ["root@example.com"],
            }
        ],
        "taskList": [{"_typeName": "ExtensionTaskTypeInfo", "taskID": f"{key}.move"}],
        "eventList": [{"_typeName": "ExtensionEventTypeInfo", "eventID": f"{key}.full"}],
        "resourceList": [
            texts("en", "event", {f"{key}.full.label": "Full"}),
            texts("en", "task", {f"{key}.move.label": "Move", f"{key}.move.summary": "Moves"}),
            texts("ja", "task", {f"{key}.move.label": "移動"}),
        ],
        "lastHeartbeatTime": "2026-01-02T03:04:05.000000Z",
        "extendedProductInfo": {"_typeName": "ExtExtendedProductInfo", "companyUrl": "https://example.com"},
        "shownInSolutionManager": True,
    }
    with vcenter.connection() as connection:
        connection.invoke(connection.manager("extensionManager"), "RegisterExtension", {"extension": extension})
    return t.cast("dict[str, t.Any]", normal(extension))


def texts(locale: str, module: str, data: dict[str, str]) -> dict[str, t.Any]:
    pairs = [{"_typeName": "KeyValue", "key": key, "value": value} for key, value in data.items()]
    return {"_typeName": "ExtensionResourceInfo", "locale": locale, "module": module, "data": pairs}


def normal(value: t.Any) -> t.Any:
    """A common form of values that servers and transports send differently: fractions of times, and empty texts."""
    if isinstance(value, list):
        return [normal(each) for each in value]
    if isinstance(value, dict):
        return {name: normal(member) for name, member in value.items() if member != ""}
    return value.replace(".000000Z", "Z") if isinstance(value, str) else value


def read(vcenter: t.Any, key: str) -> t.Any:
    """The extension as the server returns it."""
    with vcenter.connection() as connection:
        manager = connection.manager("extensionManager")
        return normal(connection.read(lambda to: to.invoke(manager, "FindExtension", {"extensionKey": key})))


def changes(vcenter: t.Any) -> list[str]:
    """The changing methods of the ExtensionManager that were called, in order."""
    return [call.partition(".")[2] for call in vcenter.requests() if call.partition(".")[2] in CHANGES]


def test_an_extension_is_made_for_the_first_types(vcenter: t.Any, key: str) -> None:
    types: list[dict[str, t.Any]] = [
        {"id": f"{key}.copy", "labels": {"en": "Copy", "de_DE": "Kopieren"}},
        {"id": f"{key}.move"},
    ]
    options = {"extension": key, "task_types": types}
    predicted = vcenter.run("type", check=True, **options)
    assert (predicted["changed"], changes(vcenter), read(vcenter, key)) == (True, [], None)
    first = vcenter.run("type", **options)
    assert (first["failed"], first["changed"]) == (False, True)
    assert first["extension"] == {
        "key": key,
        "version": "1.0.0",
        "task_types": [types[0], {"id": f"{key}.move", "labels": {}}],
    }
    assert first["diff"] == {"before": {}, "after": first["extension"]}
    assert (predicted["extension"], predicted["diff"]) == (first["extension"], first["diff"])
    extension = read(vcenter, key)
    assert extension["taskList"] == [{"_typeName": "ExtensionTaskTypeInfo", "taskID": each["id"]} for each in types]
    assert extension["resourceList"] == [
        texts("en", "task", {f"{key}.copy.label": "Copy"}),
        texts("de_DE", "task", {f"{key}.copy.label": "Kopieren"}),
    ]
    assert (extension["company"], extension["shownInSolutionManager"]) == ("vsphere.tasks", False)
    assert extension["lastHeartbeatTime"] > "2026"
    second = vcenter.run("type", **options)
    assert (second["failed"], second["changed"], second["extension"]) == (False, False, first["extension"])
    assert second["diff"]["before"] == second["diff"]["after"]
    assert changes(vcenter) == ["RegisterExtension"]


def test_tasks_of_a_registered_type_can_be_created(vcenter: t.Any, key: str) -> None:
    options = {"extension": key, "task_types": [{"id": f"{key}.copy"}]}
    assert vcenter.run("create", task_type=f"{key}.copy")["failed"]
    vcenter.run("type", **options)
    assert vcenter.run("create", task_type=f"{key}.copy")["changed"]
    vcenter.run("type", **options, state="absent")
    assert vcenter.run("create", task_type=f"{key}.copy")["failed"]


@pytest.mark.parametrize(
    ("name", "transport"),
    [("vcenter7", "soap"), *itertools.product(["vcenter801", "wrapped"], ["json", "soap"])],
    indirect=["transport"],
)
def test_types_and_their_tasks_work_on_other_servers(server: t.Any, name: str, key: str) -> None:
    vcenter = server(name)
    options = {"extension": key, "task_types": [{"id": f"{key}.copy", "labels": {"en": "Copy"}}]}
    assert vcenter.run("type", **options)["changed"]
    created = vcenter.run("create", task_type=f"{key}.copy", activation_id=key, cancelable=True)
    assert created["changed"], created
    task_id = created["task"]["id"]
    assert vcenter.run("cancel", task_ids=[task_id], wait=False)["changed"]
    assert vcenter.run("state", task_id=task_id, state="running", progress=10)["cancel_requested"]
    assert vcenter.run("create", task_type=f"{key}.copy", activation_id=key)["task"]["id"] == task_id
    assert vcenter.run("state", task_id=task_id, state="error", error={"message": "cancelled"})["changed"]
    assert vcenter.run("type", **options, state="absent")["extension"] is None


def test_other_parts_of_an_extension_are_not_changed(vcenter: t.Any, foreign: dict[str, t.Any]) -> None:
    key = foreign["key"]
    types = [
        {"id": f"{key}.move", "labels": {"en": "Move it"}},
        {"id": f"{key}.copy", "labels": {"en": "Copy", "de": "Kopieren"}},
    ]
    expected = copy.deepcopy(foreign)
    expected["taskList"].append({"_typeName": "ExtensionTaskTypeInfo", "taskID": f"{key}.copy"})
    expected["resourceList"][1]["data"][0]["value"] = "Move it"
    expected["resourceList"][1]["data"].append({"_typeName": "KeyValue", "key": f"{key}.copy.label", "value": "Copy"})
    expected["resourceList"].append(texts("de", "task", {f"{key}.copy.label": "Kopieren"}))
    result = vcenter.run("type", extension=key, task_types=types)
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["extension"]["task_types"] == [
        {"id": f"{key}.move", "labels": {"en": "Move it", "ja": "移動"}},
        types[1],
    ]
    assert result["diff"]["before"]["task_types"] == [{"id": f"{key}.move", "labels": {"en": "Move", "ja": "移動"}}]
    assert read(vcenter, key) == expected
    assert not vcenter.run("type", extension=key, task_types=types)["changed"]
    assert changes(vcenter)[1:] == ["UpdateExtension"]


def test_a_given_version_is_set(vcenter: t.Any, foreign: dict[str, t.Any]) -> None:
    options = {"extension": foreign["key"], "task_types": [{"id": f"{foreign['key']}.move"}]}
    assert not vcenter.run("type", **options)["changed"]
    assert vcenter.run("type", **options, version="2.2")["changed"]
    assert not vcenter.run("type", **options, version="2.2")["changed"]
    assert read(vcenter, foreign["key"]) == {**foreign, "version": "2.2"}


def test_labels_are_removed_with_their_types(vcenter: t.Any, foreign: dict[str, t.Any]) -> None:
    key = foreign["key"]
    options = {"extension": key, "task_types": [{"id": f"{key}.move", "labels": {"en": "Move"}}], "state": "absent"}
    predicted = vcenter.run("type", check=True, **options)
    assert (predicted["changed"], read(vcenter, key)) == (True, foreign)
    result = vcenter.run("type", **options)
    assert (result["failed"], result["changed"], result["extension"]["task_types"]) == (False, True, [])
    assert predicted["diff"] == result["diff"]
    expected = {name: value for name, value in foreign.items() if name != "taskList"}
    expected["resourceList"] = [foreign["resourceList"][0], texts("en", "task", {f"{key}.move.summary": "Moves"})]
    assert read(vcenter, key) == expected
    assert not vcenter.run("type", **options)["changed"]
    assert changes(vcenter)[1:] == ["UpdateExtension"]


def test_an_extension_of_the_module_is_removed_with_its_last_type(vcenter: t.Any, key: str) -> None:
    types = [{"id": f"{key}.copy", "labels": {"en": "Copy"}}, {"id": f"{key}.copy.all", "labels": {"en": "All"}}]
    vcenter.run("type", extension=key, task_types=types)
    left = vcenter.run("type", extension=key, task_types=types[:1], state="absent")["extension"]
    assert left["task_types"] == types[1:]
    last = vcenter.run("type", extension=key, task_types=types, state="absent")
    assert (last["changed"], last["extension"], last["diff"]["after"]) == (True, None, {})
    assert read(vcenter, key) is None
    again = vcenter.run("type", extension=key, task_types=types, state="absent")
    assert (again["failed"], again["changed"], again["extension"]) == (False, False, None)
    assert changes(vcenter) == ["RegisterExtension", "UpdateExtension", "UnregisterExtension"]


def test_characters_that_xml_does_not_allow_are_dropped_from_labels(vcenter: t.Any, key: str) -> None:
    types = [{"id": f"{key}.copy", "labels": {"en": "\x1bCo\ufffepy\r"}}]
    first = vcenter.run("type", extension=key, task_types=types)
    assert first["extension"]["task_types"] == [{"id": f"{key}.copy", "labels": {"en": "Copy"}}]
    assert not vcenter.run("type", extension=key, task_types=types)["changed"]


def test_types_of_any_shape_can_be_removed(vcenter: t.Any, key: str) -> None:
    result = vcenter.run("type", extension=key, task_types=[{"id": "odd type"}], state="absent")
    assert (result["failed"], result["changed"]) == (False, False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"extension": "com.example, inc"}, "extension 'com.example, inc' is not a valid key"),
        ({"extension": ""}, "extension '' is not a valid key"),
        ({"version": "1.0-beta"}, "version '1.0-beta' is not a version"),
        ({"task_types": []}, "task_types is empty"),
        ({"task_types": [{"id": "backup"}]}, "'backup' is not the ID of a task type"),
        ({"task_types": [{"id": "com.example.my backup"}]}, "'com.example.my backup' is not the ID of a task type"),
        ({"task_types": [{"id": "a.b"}, {"id": "a.b"}]}, "task_types contains a.b twice"),
        ({"task_types": [{"id": "a.b", "labels": {"de-DE": "x"}}]}, "'de-DE' is not a locale"),
        (
            {"task_types": [{"id": "a.b", "labels": {"en": " "}}]},
            "en must be the text for the vSphere Client",
        ),
        ({"task_types": [{"id": "a.b", "labels": {"en": "\x1b"}}]}, "en must be the text"),
        ({"task_types": [{"id": "a.b", "labels": {"en": ["x"]}}]}, "not ['x']"),
        (
            {"task_types": [{"id": "a.b", "labels": {"en": True}}]},
            "en must be a string, but YAML reads words such as on",
        ),
        ({"task_types": [{"labels": {}}]}, "missing required arguments: id"),
    ],
)
def test_bad_options_are_rejected_before_any_request(vcenter: t.Any, options: dict[str, t.Any], message: str) -> None:
    given = {"extension": "com.example.ansible", "task_types": [{"id": "com.example.ansible.copy"}]}
    result = vcenter.run("type", **{**given, **options})
    assert result["failed"]
    assert message in result["msg"]
    assert vcenter.requests() == []


def test_all_problems_are_reported_together(vcenter: t.Any) -> None:
    result = vcenter.run("type", extension="a/b", version="x", task_types=[{"id": "c", "labels": {"EN": "x"}}])
    assert all(f"{what!r} is not" in result["msg"] for what in ("a/b", "x", "c", "EN"))


def test_a_missing_privilege_is_named(vcenter: t.Any, foreign: dict[str, t.Any], key: str) -> None:
    vcenter.options["username"] = vcenter.address["readonly_user"]
    for name, privilege in ((f"{key}.other", "Extension.Register"), (key, "Extension.Update")):
        result = vcenter.run("type", extension=name, task_types=[{"id": f"{name}.copy"}])
        assert result["failed"]
        assert f"the user lacks the privilege {privilege}" in result["msg"]


def test_a_registration_without_an_answer_is_not_repeated(vcenter: t.Any, key: str) -> None:
    vcenter.fault("reset_after", "RegisterExtension$")
    result = vcenter.run("type", extension=key, task_types=[{"id": f"{key}.copy"}])
    assert result["failed"]
    assert "the outcome of RegisterExtension of ExtensionManager is unknown" in result["msg"]
    assert changes(vcenter) == ["RegisterExtension"]


@pytest.mark.parametrize("transport", ["soap"], indirect=True)
def test_esxi_has_no_extensions(server: t.Any) -> None:
    result = server("esxi").run("type", extension="com.example", task_types=[{"id": "com.example.copy"}])
    assert result["failed"]
    assert "does not have extensionManager: only a vCenter has it" in result["msg"]
