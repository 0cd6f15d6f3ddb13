# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of modules: secrets are neither logged nor shown."""

from __future__ import annotations

import importlib
import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.vsphere.tasks.plugins.module_utils import _run
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Lost,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from ansible_collections.vsphere.tasks.plugins.modules import vsphere_task_state

from .running import Module, fails


def test_only_the_secret_that_is_handed_out_is_shown(module: Module) -> None:
    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        return {"session_id": "the key", "text": "the key and a secret"}

    assert module.run(_run.Work(do), secret="the key")["session_id"] != "the key"
    result = module.run(_run.Work(do, handed_out="session_id"), secret="the key")
    assert (result["session_id"], "a secret" in result["text"]) == ("the key", False)


def test_an_empty_part_is_a_failure_that_hides_secrets(module: Module) -> None:
    result = module.run(fails(Lost("not reached")), names=["a", None, "hush"], secret="hush")
    assert result["msg"] == "names contains null: set a value, or remove the item"
    assert "hush" not in module.printed
    assert module.wire.calls == []


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages of AnsibleModule to the log of the system."""
    messages: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "_log_to_syslog", lambda module, message: messages.append(message))
    monkeypatch.setattr(basic, "has_journal", False)
    return messages


SECRET = {"_typeName": "HostConnectSpec", "password": "hush"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("state", {"task_id": "task-1", "state": "success", "result": SECRET}),
        ("state", {"task_id": "task-1", "state": "running", "result": SECRET}),
        ("state", {"task_id": "task-1", "result": {"_typeName": "NewType", "password": "hush"}}),
        ("state", {"task_id": "task-1", "state": "error", "error": {"message": "x", "fields": {"password": "hush"}}}),
        ("state", {"task_id": "task-1", "error": {"fields": {"password": "hush"}}}),
        ("state", {"task_id": "task 1", "progress": 500, "result": SECRET}),
        ("state", {"task_id": "task-1", "error": '{"fields": {"password": "hush"}}'}),
        ("start", {"object": {"path": "a"}, "method": "X", "params": {"password": "hush"}}),
        ("start", {"object": {"path": "a"}, "method": "X", "unless": {"property": "x", "equals": SECRET}}),
        ("start", {"object": {"path": " "}, "method": "X", "unless": {"property": "x", "equals": SECRET}}),
        ("start", {"object": [5], "method": None, "unless": {"property": "x", "equals": SECRET}}),
        ("info", {"password": "hush", "hostname": "me:hush@vcenter", "proxy_host": "me:hush@proxy"}),
    ],
)
def test_secrets_are_neither_logged_nor_shown(module: Module, logged: list[str], name: str, given: t.Any) -> None:
    imported = importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.vsphere_task_{name}")
    result = module.run_module(imported.main, **given)
    assert "Invoked with" in logged[0]
    assert "hush" not in "".join(logged) + module.printed
    # Without it, the test would prove nothing.
    assert result["failed"]


def test_secrets_of_the_environment_are_neither_logged_nor_shown(
    module: Module, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VMWARE_PROXY_HOST", "http://me:hush@proxy")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@proxy:0")
    module.run(fails(Lost("hush")), proxy_port=3128)
    monkeypatch.delenv("VMWARE_PROXY_HOST")
    assert "is not a URL" in module.run(fails(Lost("hush")))["msg"]
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hush@proxy:3128")
    assert module.run(fails(Lost("hush")))["failed"]
    assert "hush" not in "".join(logged) + module.printed


def test_values_that_are_not_secret_are_shown(module: Module) -> None:
    def fail(**given: t.Any) -> str:
        return str(module.run_module(vsphere_task_state.main, task_id="task-1", **given)["msg"])

    assert "does not know the type Odd" in fail(state="success", result={"_typeName": "Odd"})
    assert "progress 500 is not a percentage" in fail(state="success", progress=500, result=[500, " "])
    assert "error does not support text: use" in fail(state="error", error={"text": "text"})


def test_without_pyvmomi_all_possible_secrets_are_hidden(
    module: Module, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback ...")
    monkeypatch.delattr(_pyvmomi, "VmomiSupport")
    for error in ({"message": "hush", "type": "Timedout"}, '{"message": ["hush"]}'):
        result = module.run_module(vsphere_task_state.main, task_id="task-1", state="error", error=error)
        assert result["failed"]
        assert "hush" not in "".join(logged) + module.printed
