# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Task types in extensions of other servers than the test vCenter."""

from __future__ import annotations

import secrets
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own import _task_type
from ansible_collections.vsphere.tasks.plugins.module_utils._own._task_type import TaskTypeOptions, set_task_types

from ..wire import Clock, Wire, connect

pytestmark = pytest.mark.usefixtures("clock")

TASK_TYPE = {"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.copy"}
OTHER_TYPE = {"_typeName": "ExtensionTaskTypeInfo", "taskID": "com.example.move"}


def wanted(state: str = "present") -> TaskTypeOptions:
    return TaskTypeOptions("com.example", {"com.example.copy": {}}, present=state == "present")


def extension(**members: t.Any) -> dict[str, t.Any]:
    description = {"_typeName": "Description", "label": "x", "summary": ""}
    return {"_typeName": "Extension", "key": "com.example", "version": "1", "description": description, **members}


def test_addresses_that_read_as_empty_are_not_sent_back(monkeypatch: t.Any) -> None:
    found = extension(
        extendedProductInfo={"_typeName": "ExtExtendedProductInfo", "companyUrl": "", "productUrl": "https://x"},
        solutionManagerInfo={"_typeName": "ExtSolutionManagerInfo", "smallIconUrl": ""},
    )
    there = extension(taskList=[TASK_TYPE])
    wire = Wire(FindExtension=[found, there], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, wanted(), Context())
        assert wire.params["UpdateExtension"]["extension"] == {
            **extension(),
            "taskList": [TASK_TYPE],
            "extendedProductInfo": {"_typeName": "ExtExtendedProductInfo", "productUrl": "https://x"},
            "solutionManagerInfo": {"_typeName": "ExtSolutionManagerInfo"},
        }


@pytest.mark.parametrize("state", ["present", "absent"])
def test_empty_lists_are_no_difference(monkeypatch: t.Any, state: str) -> None:
    task_list = [TASK_TYPE] if state == "present" else []
    wire = Wire(FindExtension=[extension(taskList=task_list, resourceList=[], server=[])])
    with connect(monkeypatch, wire) as connection:
        assert not set_task_types(connection, wanted(state=state), Context())["changed"]


def test_null_is_an_empty_list(monkeypatch: t.Any) -> None:
    resource = {"locale": "en", "module": "task", "data": None}
    found = extension(taskList=None, server=None, solutionManagerInfo=None, resourceList=[resource])
    label = {"_typeName": "KeyValue", "key": "com.example.copy.label", "value": "Copy"}
    there = extension(taskList=[TASK_TYPE], resourceList=[{**resource, "data": [label]}])
    wire = Wire(FindExtension=[found, there], UpdateExtension=[None])
    options = TaskTypeOptions("com.example", {"com.example.copy": {"en": "Copy"}})
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, options, Context())
        assert wire.params["UpdateExtension"]["extension"] == there


def test_an_extension_of_the_module_remains_if_it_has_other_content(monkeypatch: t.Any) -> None:
    more = {"company": "vsphere.tasks", "subjectName": "CN=someone"}
    wire = Wire(FindExtension=[extension(taskList=[TASK_TYPE], **more), extension(**more)], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), Context())
        assert wire.params["UpdateExtension"]["extension"] == extension(**more)
    assert result["extension"]["task_types"] == []


def test_an_extension_that_others_overwrite_is_written_again(monkeypatch: t.Any, clock: Clock) -> None:
    others, both = extension(taskList=[OTHER_TYPE]), extension(taskList=[OTHER_TYPE, TASK_TYPE])
    # Another run registers it, and overwrites it once.
    rejected = Fault("InvalidArgument", "It exists.", {})
    wire = Wire(
        FindExtension=[None, others, others, others, both],
        CurrentTime=["2026-01-02T03:04:05Z"],
        RegisterExtension=[rejected],
        UpdateExtension=[None, None],
    )
    context = Context()
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(), context)
        assert wire.params["UpdateExtension"]["extension"]["taskList"] == [OTHER_TYPE, TASK_TYPE]
    keys = [params["extensionKey"] for method, params in wire.given if method == "FindExtension"]
    assert keys == ["com.example"] * 5
    assert [each["id"] for each in result["extension"]["task_types"]] == ["com.example.move", "com.example.copy"]
    assert (result["changed"], context.known) == (True, {"changed": True})
    assert len(clock.pauses) == 3
    assert all(_task_type.PAUSES[0] <= pause <= 2 * _task_type.PAUSES[0] for pause in clock.pauses)


@pytest.mark.parametrize(("drawn", "factor"), [(lambda _limit: 0, 1), (lambda limit: limit - 1, 1.99)])
def test_a_pause_is_random_up_to_twice_the_least_one(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, drawn: t.Callable[[int], int], factor: float
) -> None:
    monkeypatch.setattr(secrets, "randbelow", drawn)
    wire = Wire(FindExtension=[extension(), extension(taskList=[TASK_TYPE])], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, wanted(), Context())
    assert clock.pauses == [pytest.approx(_task_type.PAUSES[0] * factor)]


def test_an_extension_that_others_always_overwrite_is_an_error(monkeypatch: t.Any) -> None:
    others = extension(taskList=[OTHER_TYPE])
    wire = Wire(FindExtension=[others] * 11, UpdateExtension=[None] * 10)
    context = Context()
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(
            VsphereError, match=r"have overwritten the extension com\.example 10 times: run the module again"
        ),
    ):
        set_task_types(connection, wanted(), context)
    assert context.known == {"changed": True}


def test_a_rejection_without_another_client_is_an_error(monkeypatch: t.Any) -> None:
    found = extension()
    wire = Wire(FindExtension=[found, found], UpdateExtension=[Fault("NoPermission", "no", {}, "UpdateExtension")])
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault, match="UpdateExtension is not allowed"):
        set_task_types(connection, wanted(), Context())


def test_a_change_that_another_client_has_made_first_is_no_change(monkeypatch: t.Any) -> None:
    there = extension(taskList=[TASK_TYPE])
    wire = Wire(FindExtension=[extension(), there, there], UpdateExtension=[Fault("NotFound", "no", {})])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(), Context())
    assert (result["changed"], result["diff"]["after"]) == (False, result["extension"])


def test_a_change_that_others_overwrite_and_make_again_is_a_change(monkeypatch: t.Any) -> None:
    rejected = Fault("NotFound", "no", {})
    there = extension(taskList=[TASK_TYPE])
    wire = Wire(FindExtension=[extension(), extension(), there, there], UpdateExtension=[None, rejected])
    with connect(monkeypatch, wire) as connection:
        assert set_task_types(connection, wanted(), Context())["changed"]


def given(**params: t.Any) -> dict[str, t.Any]:
    task_types = [{"id": "com.example.copy", "labels": {"en": "Copy"}}]
    return {"extension": "com.example", "version": None, "state": "present", "task_types": task_types, **params}


def with_labels(labels: t.Any, id_: str = "com.example.copy", **params: t.Any) -> dict[str, t.Any]:
    return given(task_types=[{"id": id_, "labels": labels}], **params)


def test_options_are_the_types_with_their_labels_as_texts() -> None:
    params = given(
        version="1.2.3", state="absent", task_types=[{"id": "a.b", "labels": {"en": 1}}, {"id": "c.d", "labels": None}]
    )
    assert TaskTypeOptions.from_params(params) == TaskTypeOptions(
        "com.example", {"a.b": {"en": "1"}, "c.d": {}}, present=False, version="1.2.3"
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (given(extension="a b"), "extension 'a b' is not a valid key: use the form of a Java package"),
        (given(version="1.x"), "version '1.x' is not a version: use numbers and dots, such as 1.0.0"),
        (given(task_types=[]), "task_types is empty: list at least one task type"),
        (given(task_types=given()["task_types"] * 2), "task_types contains com.example.copy twice: remove one of them"),
        (with_labels({}, "copy"), "task_types: 'copy' is not the ID of a task type"),
        (with_labels({"English": "Copy"}), "labels of com.example.copy: 'English' is not a locale"),
        (with_labels({"en": " "}), "labels of com.example.copy: en must be the text for the vSphere Client, not ' '"),
        (with_labels({"en": True}), "labels of com.example.copy: en must be a string, but YAML reads words such as on"),
        (with_labels({"en": None}), "labels of com.example.copy: en must be the text for the vSphere Client, not None"),
        (
            with_labels({"en": ["x"]}),
            "labels of com.example.copy: en must be the text for the vSphere Client, not ['x']",
        ),
    ],
)
def test_wrong_options_are_errors_that_name_them(params: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError) as raised:
        TaskTypeOptions.from_params(params)
    assert raised.value.message.startswith(message)


def test_all_wrong_options_are_in_one_message() -> None:
    with pytest.raises(VsphereError, match=r"^extension .*; version .*; task_types is empty"):
        TaskTypeOptions.from_params(given(extension=" ", version="x", task_types=[]))


@pytest.mark.parametrize("params", [given(version="1.x"), with_labels({"English": "Copy", "de": None})])
def test_options_that_a_removal_ignores_are_not_wrong(params: dict[str, t.Any]) -> None:
    options = TaskTypeOptions.from_params({**params, "state": "absent"})
    assert list(options.task_types) == ["com.example.copy"]


def test_a_type_with_the_name_of_another_client_can_be_removed() -> None:
    assert TaskTypeOptions.from_params(with_labels(None, "copy", state="absent")).task_types == {"copy": {}}


def text(locale: str, value: str, task_id: str = "com.example.copy", module: str = "task") -> dict[str, t.Any]:
    pair = {"_typeName": "KeyValue", "key": f"{task_id}.label", "value": value}
    return {"_typeName": "ExtensionResourceInfo", "locale": locale, "module": module, "data": [pair]}


def test_a_new_extension_is_registered_with_its_types_and_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    after = extension(taskList=[TASK_TYPE], resourceList=[text("en", "Copy"), text("de_DE", "Kopieren")])
    wire = Wire(FindExtension=[None, after], CurrentTime=["2026-01-02T03:04:05Z"], RegisterExtension=[None])
    options = TaskTypeOptions("com.example", {"com.example.copy": {"en": "Copy", "de_DE": "Kopieren"}}, version="1")
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, options, Context())
    assert wire.params["RegisterExtension"]["extension"] == {
        "_typeName": "Extension",
        "key": "com.example",
        "description": {
            "_typeName": "Description",
            "label": "com.example",
            "summary": "Task types of Ansible playbooks",
        },
        "company": "vsphere.tasks",
        "version": "1",
        "shownInSolutionManager": False,
        "taskList": [TASK_TYPE],
        "resourceList": [text("en", "Copy"), text("de_DE", "Kopieren")],
        "lastHeartbeatTime": "2026-01-02T03:04:05Z",
    }
    described = {
        "key": "com.example",
        "version": "1",
        "task_types": [{"id": "com.example.copy", "labels": {"en": "Copy", "de_DE": "Kopieren"}}],
    }
    assert result == {"changed": True, "extension": described, "diff": {"before": {}, "after": described}}


def test_check_mode_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context(check_mode=True)
    wire = Wire(FindExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(), context)
    assert (result["changed"], result["extension"]["version"], context.known) == (True, "1.0.0", {"changed": True})
    assert [each["id"] for each in result["extension"]["task_types"]] == ["com.example.copy"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([text("en", "Old")], [text("en", "Copy")]),
        ([text("de", "Alt")], [text("de", "Alt"), text("en", "Copy")]),
        ([{"_typeName": "ExtensionResourceInfo", "locale": "en", "module": "task"}], [text("en", "Copy")]),
        ([text("en", "Old", module="event")], [text("en", "Old", module="event"), text("en", "Copy")]),
        (
            [text("en", "Move", "com.example.move")],
            [
                {
                    **text("en", "Move", "com.example.move"),
                    "data": text("en", "Move", "com.example.move")["data"] + text("en", "Copy")["data"],
                }
            ],
        ),
    ],
    ids=["changed", "another locale", "no data", "another module", "the same locale"],
)
def test_a_label_is_set_where_the_locale_has_its_texts(
    monkeypatch: pytest.MonkeyPatch, before: list[t.Any], after: list[t.Any]
) -> None:
    found = extension(taskList=[TASK_TYPE], resourceList=before)
    written = extension(taskList=[TASK_TYPE], resourceList=after)
    wire = Wire(FindExtension=[found, written], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        set_task_types(connection, TaskTypeOptions("com.example", {"com.example.copy": {"en": "Copy"}}), Context())
    assert wire.params["UpdateExtension"]["extension"] == written


def test_a_label_with_several_texts_is_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = extension(taskList=[TASK_TYPE], resourceList=[text("en", "Old"), text("en", "Copy")])
    wire = Wire(FindExtension=[found])
    options = TaskTypeOptions("com.example", {"com.example.copy": {"en": "Copy"}})
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, options, Context())
    assert not result["changed"]
    assert result["extension"]["task_types"] == [{"id": "com.example.copy", "labels": {"en": "Copy"}}]


def test_a_type_is_removed_with_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    both = {**text("de", "Alt"), "data": text("de", "Alt")["data"] + text("de", "Neu", "com.example.move")["data"]}
    other = text("fr", "Nouveau", "com.example.move")
    found = extension(taskList=[TASK_TYPE, OTHER_TYPE], resourceList=[other, text("en", "Copy"), both])
    after = extension(taskList=[OTHER_TYPE], resourceList=[other, text("de", "Neu", "com.example.move")])
    wire = Wire(FindExtension=[found, after], UpdateExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), Context())
    assert wire.params["UpdateExtension"]["extension"] == after
    assert result["diff"]["before"]["task_types"] == [
        {"id": "com.example.copy", "labels": {"en": "Copy", "de": "Alt"}},
        {"id": "com.example.move", "labels": {"fr": "Nouveau", "de": "Neu"}},
    ]


@pytest.mark.parametrize(
    ("company", "method"), [("vsphere.tasks", "UnregisterExtension"), ("other", "UpdateExtension")]
)
def test_only_an_extension_of_the_module_is_removed_with_its_last_type(
    monkeypatch: pytest.MonkeyPatch, company: str, method: str
) -> None:
    # An administrator can have changed whether it is shown.
    frame = extension(company=company, shownInSolutionManager=True, lastHeartbeatTime="now")
    found = {**frame, "taskList": [TASK_TYPE], "resourceList": [text("en", "Copy")]}
    left = None if method == "UnregisterExtension" else frame
    wire = Wire(FindExtension=[found, left], **{method: [None]})
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), Context())
    assert wire.params[method] == ({"extension": frame} if left else {"extensionKey": "com.example"})
    if left is None:
        assert (result["changed"], result["extension"], result["diff"]["after"]) == (True, None, {})


def test_an_extension_of_the_module_without_the_type_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindExtension=[extension(company="vsphere.tasks")])
    with connect(monkeypatch, wire) as connection:
        assert not set_task_types(connection, wanted(state="absent"), Context())["changed"]


def test_no_extension_needs_no_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindExtension=[None])
    with connect(monkeypatch, wire) as connection:
        result = set_task_types(connection, wanted(state="absent"), Context())
    assert result == {"changed": False, "extension": None, "diff": {"before": {}, "after": {}}}
    assert wire.params["FindExtension"] == {"extensionKey": "com.example"}


def test_a_lost_answer_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindExtension=[extension()], UpdateExtension=[Lost("the line broke")])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError) as raised:
        set_task_types(connection, wanted(), Context())
    assert raised.value.message.endswith(
        "Run vsphere_task_type in check mode to find out whether the extension com.example has the task types. A "
        "second run is safe, because it reads the extension first"
    )
