# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names that the vSphere Client has for operations, states, and reasons, in the tasks of all modules."""

from __future__ import annotations

import typing as t

import pytest

LABELS = ("operation", "state_label", "reason_label")


def test_the_operation_is_the_one_that_the_client_shows(vcenter: t.Any) -> None:
    given = [vcenter.create(description_id=each) for each in ("VirtualMachine.powerOff", "com.example.unknown")]
    assert [task["operation"] for task in vcenter.run("info", task_ids=given)["tasks"]] == [
        "Power Off virtual machine",
        "com.example.unknown",
    ]


def test_the_operation_of_an_extension_comes_from_its_resources(vcenter: t.Any, tag: str) -> None:
    task_type = f"com.example.{tag}.copy"
    labels = {"de": "Kopieren", "en": "Copy"}
    types = [{"id": task_type, "labels": labels}, {"id": f"{task_type}.other", "labels": {"de": "Nur deutsch"}}]
    extension = {"extension": f"com.example.{tag}", "task_types": types}
    vcenter.run("type", **extension)
    try:
        given = [vcenter.create(description_id=each["id"]) for each in types]
        before = len(vcenter.requests())
        # The language of the session is English.
        tasks = vcenter.run("info", task_ids=given)["tasks"]
        assert [task["operation"] for task in tasks] == ["Copy", "Nur deutsch"]
        assert vcenter.requests()[before:].count("PropertyCollector.RetrievePropertiesEx") == 3
    finally:
        vcenter.run("type", state="absent", **extension)


@pytest.mark.parametrize(("description_id", "requests"), [("VirtualMachine.clone", 1), ("VirtualMachine.sendNMI", 2)])
def test_a_rare_label_costs_one_more_request(vcenter: t.Any, description_id: str, requests: int) -> None:
    given = vcenter.create_many(3, description_id=description_id)
    session_id = vcenter.run("session")["session_id"]
    before = len(vcenter.requests())
    tasks = vcenter.run("info", task_ids=given, session_id=session_id)["tasks"]
    assert len(vcenter.requests()[before:]) == requests
    assert len({task["operation"] for task in tasks} - {description_id, None}) == 1
    vcenter.run("session", state="absent", session_id=session_id)


@pytest.mark.parametrize(
    ("module", "options", "state"),
    [("info", {}, "Running"), ("wait", {"timeout": 0, "on_timeout": "return"}, "Running"), ("cancel", {}, "Error")],
)
def test_modules_for_many_tasks_return_labels(
    vcenter: t.Any, module: str, options: dict[str, t.Any], state: str
) -> None:
    [task] = vcenter.run(module, task_ids=[vcenter.create(cancelable=True)], **options)["tasks"]
    assert [task[name] for name in LABELS] == ["Power On virtual machine", state, "User task"]


def test_a_driven_task_has_labels(vcenter: t.Any) -> None:
    task = vcenter.run("state", task_id=vcenter.create(), state="success")["task"]
    assert [task[name] for name in LABELS] == ["Power On virtual machine", "Success", "User task"]


@pytest.mark.parametrize("wait", [False, True])
def test_a_started_task_has_labels(vcenter: t.Any, wait: bool) -> None:
    machine = {"type": "VirtualMachine", "path": "DC0/vm/DC0_H0_VM0"}
    result = vcenter.run("start", object=machine, method="ReconfigVM_Task", params={"spec": {}}, wait=wait)
    assert (result["task"]["operation"], result["task"]["reason_label"]) == ("Reconfigure virtual machine", "User task")


def test_a_failed_wait_returns_labels(vcenter: t.Any) -> None:
    result = vcenter.run("wait", task_ids=[vcenter.create(state="error")])
    assert (result["failed"], result["tasks"][0]["state_label"]) == (True, "Error")


def test_tasks_of_the_history_have_labels(vcenter: t.Any, tag: str) -> None:
    vcenter.create(change_tag=tag, state="success")
    [task] = vcenter.run("info", source="history", tags=[tag])["tasks"]
    assert [task[name] for name in LABELS] == ["Power On virtual machine", "Success", "User task"]


def test_unreadable_labels_do_not_delay_the_wait(vcenter: t.Any) -> None:
    task_id = vcenter.create(state="success", description_id="VirtualMachine.sendNMI", name="SendNMI")
    # The wait itself returns the task.
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, count=9)
    result = vcenter.run("wait", task_ids=[task_id], timeout=60)
    assert (result["failed"], result["tasks"][0]["operation"]) == (False, "SendNMI")
    assert result["elapsed"] < 30


@pytest.mark.parametrize("options", [{"task_ids": []}, {"return_tasks": False}])
def test_a_wait_that_returns_no_tasks_reads_no_labels(vcenter: t.Any, options: dict[str, t.Any]) -> None:
    given = {"task_ids": [vcenter.create(state="success")], **options}
    vcenter.fault("status", "RetrievePropertiesEx$", status=503, count=99)
    result = vcenter.run("wait", timeout=60, **given)
    assert (result["failed"], result["timed_out"]) == (False, False), result


def test_a_whole_tree_costs_two_requests_for_labels(vcenter: t.Any, tag: str) -> None:
    parent = None
    for depth in range(4):
        operation = f"VirtualMachine.{['sendNMI', 'shrinkDisk', 'wipeDisk', 'answer'][depth]}"
        parent = vcenter.create(state="success", change_tag=tag, description_id=operation, parent_task_key=parent)
    before = len(vcenter.requests())
    tasks = vcenter.run("info", tags=[tag], order="oldest", limit=1, children=True)["tasks"]
    assert vcenter.requests()[before:].count("PropertyCollector.RetrievePropertiesEx") == 2
    names = []
    while tasks:
        names.append(tasks[0]["operation"])
        tasks = tasks[0]["children"]
    assert len(names) == 4
    assert not [name for name in names if name.startswith("VirtualMachine.")]


def logins(vcenter: t.Any) -> list[str]:
    """The body of each login."""
    return [entry["body"] for entry in vcenter.log() if entry["call"] == "SessionManager.Login"]


@pytest.mark.parametrize("how", ["option", "environment"])
def test_labels_are_in_the_language_of_the_locale(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, tag: str, how: str
) -> None:
    task_type = f"com.example.{tag}.copy"
    extension = {"extension": f"com.example.{tag}", "task_types": [{"id": task_type, "labels": {"de": "Kopieren"}}]}
    vcenter.run("type", **extension)
    given = [vcenter.create(description_id=each) for each in ("VirtualMachine.powerOn", task_type)]
    options = {"locale": "de_DE"} if how == "option" else {}
    if how == "environment":
        monkeypatch.setenv("VMWARE_LOCALE", "de_DE")
    vcenter.control("DELETE", "/log")
    tasks = vcenter.run("info", task_ids=given, **options)["tasks"]
    assert [task["operation"] for task in tasks] == ["[de] Power On virtual machine", "Kopieren"]
    assert {task["state_label"] for task in tasks} == {"[de] Running"}
    [sent] = logins(vcenter)
    assert "de_DE" in sent
    vcenter.run("type", state="absent", **extension)


def test_a_session_that_is_renewed_keeps_its_language(vcenter: t.Any) -> None:
    task_id = vcenter.create()
    vcenter.fault("session_refused", "RetrievePropertiesEx$")
    [task] = vcenter.run("info", task_ids=[task_id], locale="ja")["tasks"]
    assert task["operation"] == "[ja] Power On virtual machine"
    assert ["ja" in sent for sent in logins(vcenter)] == [True, True]
    vcenter.control("POST", "/sessions/expire")


def test_an_empty_or_missing_locale_is_not_sent(vcenter: t.Any) -> None:
    vcenter.run("info", locale="")
    vcenter.run("info")
    assert ["ocale" in sent for sent in logins(vcenter)] == [False, False]


@pytest.mark.parametrize("locale", ["english please", "de-", "d", "de_DE.UTF-8", "{}"])
def test_an_invalid_locale_is_rejected_before_any_request(vcenter: t.Any, locale: str) -> None:
    assert f"locale {locale!r} is not a locale: use a value such as en_US" in vcenter.run("info", locale=locale)["msg"]
    assert vcenter.requests() == []


def test_a_locale_that_the_server_does_not_know_is_named(vcenter: t.Any) -> None:
    result = vcenter.run("info", locale="xx-Latn")
    assert "does not know the locale xx-Latn (InvalidLocale): set another one" in result["msg"]
    assert result["fault"]["type"] == "InvalidLocale"
