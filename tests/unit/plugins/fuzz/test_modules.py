# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules with any input: a result or a message, never a traceback, another address, or more tasks."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import typing as t

import idna
import pytest
import requests
from ansible.module_utils import basic
from ansible_collections.vsphere.tasks.plugins.module_utils import _run
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from hypothesis import example, given
from hypothesis import strategies as st

from .given import ANY, Deep, cases, count, made, options
from .server import HOST, TASKS, Server

Data = dict[str, t.Any]

CONNECTION: Data = {"hostname": HOST, "username": "me", "password": "S3cret", "request_timeout": 5}
VALID: dict[str, Data] = {
    "session": {},
    "task_info": {},
    "task_wait": {"task_ids": ["task-1"], "timeout": 0, "on_timeout": "return"},
    "task_cancel": {"task_ids": ["task-1"], "wait": False},
    "task_create": {"task_type": "com.example.one"},
    "task_state": {"task_id": "task-1", "progress": 5},
    "task_type": {"extension": "com.example", "task_types": [{"id": "com.example.one"}]},
    "task_start": {"object": {"type": "VirtualMachine", "moid": "vm-1"}, "method": "ResetVM_Task"},
    "task_follow": {"duration": 1},
}
INTERNAL = {"progress_file", "progress_round"}
"""Only the action plugins of the collection set them."""
MAINS = {
    name: importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.vsphere_{name}").main
    for name in VALID
}
SPECS = {
    name: {
        **CONNECTION_SPEC,
        **importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.vsphere_{name}").ARGUMENT_SPEC,
    }
    for name in VALID
}


@pytest.fixture(autouse=True, scope="module")
def apart() -> t.Iterator[None]:
    """Modules do not change the process of the tests, and read nothing from its environment."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VMWARE_") or name.upper().endswith("_PROXY")]:
            patch.delenv(name)
        patch.setattr(os, "setpgid", lambda pid, group: None)
        # Since ansible-core 2.19, results have a profile.
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        patch.setattr(basic.AnsibleModule, "log", lambda *arguments, **named: None)
        patch.setattr(gc, "freeze", lambda: None)
        patch.setattr(_recovery, "READ_DELAYS", (0, 0, 0))
        yield
    for number, handler in before.items():
        signal.signal(number, handler)


def place(arguments: Data) -> tuple[str, int, str | None]:
    """Host, port, and proxy that the arguments name. The encodings are those of requests."""

    def host(name: str) -> str:
        given_ = str(arguments[name]).strip("[]").lower()
        return given_ if given_.isascii() else idna.encode(given_, uts46=True).decode()

    def port(name: str, default: int) -> int:
        return int(arguments.get(name) or default)

    proxy = "" if arguments.get("proxy_host") is None else str(arguments["proxy_host"]).strip("[]")
    url = f"http://{f'[{proxy}]' if ':' in proxy else proxy}:{port('proxy_port', 0)}" if proxy else None
    return host("hostname"), port("port", 443), url


def run(name: str, arguments: Data) -> tuple[Data, Server]:
    """The result of a module, and the server with its requests."""
    server: list[Server] = []

    def send(adapter: t.Any, request: t.Any, **how: t.Any) -> requests.Response:
        server[:] = server or [Server(*place(arguments))]
        return server[0].send(adapter, request, **how)

    shown: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        # Since ansible-core 2.20, it also keeps them here.
        patch.setattr(basic, "_PARSED_MODULE_ARGS", {}, raising=False)
        patch.setattr(_run, "_load_params", lambda: json.loads(json.dumps(arguments)))
        patch.setattr("builtins.print", lambda *texts, **how: shown.extend(texts))
        patch.setattr(requests.adapters.HTTPAdapter, "send", send)
        with pytest.raises(SystemExit):
            MAINS[name]()
    # Python itself writes it like this.
    result: Data = json.loads(shown[-1].encode())
    assert "exception" not in result
    assert "Traceback" not in str(result.get("msg"))
    assert "Report this as a bug" not in str(result.get("msg"))
    assert result.get("failed", False) in (True, False)
    return result, server[0] if server else Server("", 0, None)


CASE = st.sampled_from(sorted(VALID)).flatmap(
    lambda name: st.tuples(st.just(name), options(SPECS[name].keys() - INTERNAL))
)


@cases(0.5)
@example(("session", {"port": float("inf")}))
@example(("task_cancel", {"event_chain_ids": ["1", "Infinity"]}))
@example(("task_cancel", {"entity": "\ud800"}))
@example(("task_cancel", {"users": Deep("a", 1000)}))
@example(("task_start", {"params": Deep("spec", 200)}))
@example(("task_start", {"params": "[" * 5000}))
@example(("task_state", {"state": "success", "result": Deep("", 400)}))
@example(("task_start", {"hostname": {}}))
@example(("task_start", {"proxy_host": False, "proxy_port": 3128}))
@example(("task_start", {"port": True}))
@example(("task_wait", {"timeout": 10**400}))
@given(CASE)
def test_any_option_of_a_module(case: tuple[str, Data]) -> None:
    count("modules")
    name, odd = case
    result, server = run(name, {**CONNECTION, **VALID[name], **made(odd)})
    if name == "task_cancel" and odd.keys().isdisjoint({"task_ids"}):
        assert set(server.cancelled) <= {"task-1"}
    assert "S3cret" not in json.dumps(result) or odd.get("username") == "S3cret"


NEVER = (
    "task_ids",
    "entity",
    "users",
    "activation_ids",
    "tags",
    "parent_task_keys",
    "root_task_keys",
    "alarm",
    "scheduled_task",
    "begin_time",
    "end_time",
    "event_chain_ids",
    "states",
)
"""Options for which no value of the strategy matches a task. Some search the history, and the server finds nothing."""
MEMBERS = {
    "activation_ids": "activationId",
    "alarm": "alarm",
    "begin_time": "time",
    "end_time": "time",
    "entity": "entity",
    "event_chain_ids": "eventChainId",
    "parent_task_keys": "parentTaskKey",
    "root_task_keys": "rootTaskKey",
    "scheduled_task": "scheduledTask",
    "states": "state",
    "tags": "tag",
    "users": "userName",
}


@cases(0.15)
@given(st.sampled_from(NEVER), ANY.filter(lambda value: value is not None))
def test_an_odd_condition_never_widens_a_selection(name: str, value: t.Any) -> None:
    count("selections")
    # Without the odd option, all tasks match.
    everything = {"description_ids": ["VirtualMachine.clone"], "wait": False}
    _result, server = run("task_cancel", {**CONNECTION, **everything, name: made(value)})
    assert server.cancelled == []
    for sent in server.filters if name in MEMBERS else ():
        assert sent[MEMBERS[name]]


def test_without_an_odd_condition_all_tasks_match() -> None:
    _result, server = run("task_cancel", {**CONNECTION, "description_ids": ["VirtualMachine.clone"], "wait": False})
    assert sorted(server.cancelled) == sorted(TASKS)
    assert set(NEVER) <= set(SELECTION_SPEC)
