# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role, action plugins, callback, event source, and filters with any input: a result or a message."""

from __future__ import annotations

import os
import pathlib
import types
import typing as t

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.template import Templar
from ansible_collections.vsphere.tasks.plugins.action import (
    vsphere_task_cancel,
    vsphere_task_follow,
    vsphere_task_info,
    vsphere_task_start,
    vsphere_task_wait,
)
from ansible_collections.vsphere.tasks.plugins.callback import vcenter_task
from ansible_collections.vsphere.tasks.plugins.filter.answer import answer
from ansible_collections.vsphere.tasks.plugins.filter.entity import entity
from ansible_collections.vsphere.tasks.plugins.filter.task_report import task_report
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
    CONNECTION_SPEC,
    ConnectionOptions,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import FILTER_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._arguments import ARGUMENT_SPEC, validated
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._cursor import Cursor
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import TASK_REPORT, WAIT_FOR_TASK
from hypothesis import example, given
from hypothesis import strategies as st

from .given import ANY, TEXT, Deep, cases, count, made, options
from .server import HOST

Data = dict[str, t.Any]
NAME = vcenter_task.CallbackModule.CALLBACK_NAME

CONNECTION: Data = {"hostname": HOST, "username": "me", "password": "S3cret"}


@pytest.fixture(autouse=True, scope="module")
def apart() -> t.Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("VMWARE_", "VCENTER_TASK_"))]:
            patch.delenv(name)
        yield


@cases(0.1)
@example((WAIT_FOR_TASK, {"wait_for_task_entity": Deep("a", 1000)}))
@example((TASK_REPORT, {"task_report_limit": "-inf"}))
@given(st.sampled_from((WAIT_FOR_TASK, TASK_REPORT)).flatmap(lambda r: st.tuples(st.just(r), options(r.options))))
def test_any_option_of_a_role(case: tuple[t.Any, Data]) -> None:
    count("roles")
    role, odd = case
    try:
        arguments = role.arguments(CONNECTION, made(odd), lambda value: value)
    except VsphereError:
        return
    for option, value in CONNECTION.items():
        assert arguments[option] == value or f"{role.prefix}{option}" in odd
    # A condition is never lost.
    conditions = {name for name in SELECTION_SPEC if odd.get(role.prefix + name) is not None}
    assert conditions <= arguments.keys()


class Action:
    """Mixed into an action plugin instead of Ansible and the module."""

    ran: t.ClassVar[list[tuple[str, Data]]] = []

    def __init__(self, args: Data, near: bool) -> None:
        self._task = types.SimpleNamespace(args=args, async_val=0, no_log=False, check_mode=False, _role=None)
        self._display = types.SimpleNamespace(display=lambda text: None)
        shell = types.SimpleNamespace(no_log=False)
        self._connection = types.SimpleNamespace(transport="local" if near else "ssh", become=None, _play_context=shell)

    def _check_wanted(self) -> None:
        pass

    def _execute(self, module: str, arguments: Data, task_vars: Data) -> Data:
        self.ran.append((module, arguments))
        return {"failed": True, "msg": "The module rejects it"}

    def _attend(self, module: str, arguments: Data, task_vars: Data, show: object = None) -> Data:
        return self._execute(module, arguments, task_vars)


PLUGINS = {
    each.__name__.rpartition("vsphere_")[2]: type("Plugin", (Action, each.ActionModule), {})
    for each in (vsphere_task_cancel, vsphere_task_follow, vsphere_task_info, vsphere_task_start, vsphere_task_wait)
}
TAKEN = {*SELECTION_SPEC, *TASK_WAIT_SPEC, "wait", "duration", "events", "hostname"}


@cases(0.05)
@example("task_cancel", {"wait": [1]}, True)
@example("task_start", {"wait": {}}, True)
@example("task_wait", {"entity": Deep("", 1000)}, True)
@example("task_wait", {"timeout": float("inf")}, True)
@given(st.sampled_from(sorted(PLUGINS)), options(TAKEN), st.booleans())
def test_any_option_of_an_action_plugin(name: str, odd: Data, near: bool) -> None:
    count("action plugins")
    given_ = {**CONNECTION, "session_id": "x", "task_ids": ["task-1"], **made(odd)}
    Action.ran.clear()
    PLUGINS[name](given_, near)._outcome({"inventory_hostname": "localhost"})
    for _module, arguments in Action.ran:
        for option in CONNECTION:
            assert arguments[option] is given_[option]
        # The rounds of a wait set the others.
        assert all(arguments[option] is given_[option] for option in SELECTION_SPEC if option in given_)


class Play:
    """A play with these variables."""

    def __init__(self, variables: Data) -> None:
        self._variables = variables

    def get_variable_manager(self) -> t.Any:
        return types.SimpleNamespace(get_vars=lambda play: self._variables)

    def get_loader(self) -> None:
        return None


CALLBACK = [f"vcenter_task_{name}" for name in (*CONNECTION_SPEC, "entity", "task_type", "plays")]


@cases(0.05)
@example({"vcenter_task_port": float("inf")})
@given(options(CALLBACK))
def test_any_option_of_the_callback(odd: Data) -> None:
    count("callback")
    callback = vcenter_task.CallbackModule()
    callback._load_name = NAME
    opened: list[ConnectionOptions] = []
    warned: list[str] = []
    callback._display = types.SimpleNamespace(warning=warned.append)  # type: ignore[assignment]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vcenter_task, "Mirror", lambda connection, task: opened.append(connection))
        patch.setattr(vcenter_task, "PlaybookRun", lambda *arguments: "run")
        patch.setattr(Templar, "template", lambda templar, value, *how, **more: value)
        variables = {**{f"vcenter_task_{name}": value for name, value in CONNECTION.items()}, **made(odd)}
        run = callback._begin(t.cast("t.Any", None), t.cast("t.Any", Play(variables)))
    assert (run is None) == bool(warned)
    assert "S3cret" not in "".join(warned)
    for connection in opened:
        assert connection.hostname == str(variables["vcenter_task_hostname"]).strip("[]")


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """Ansible reads the options of the callback when it loads it."""
    documented = yaml.safe_load(vcenter_task.DOCUMENTATION)["options"]
    constants.config.initialize_plugin_configuration_definitions("callback", NAME, documented)


@cases(0.07)
@example({"entity": False})
@example({"port": [2**63, None, None]})
@example({"vcenters": [{"port": float("inf")}]})
@example({"users": "\ud800"})
@given(options(ARGUMENT_SPEC))
def test_any_argument_of_the_event_source(odd: Data) -> None:
    count("event source")
    found, message = [], ""
    try:
        found = validated({**CONNECTION, **made(odd)})
    except VsphereError as error:
        message = error.message
    assert "S3cret" not in message
    for params in found:
        connection = ConnectionOptions.from_params(params)
        name = connection.hostname
        assert "vcenters" in odd or name == str({**CONNECTION, **odd}["hostname"]).strip("[]")
        folder = pathlib.Path("/folder")
        host = Connection(connection, lambda secret: None).host
        file = Cursor(str(folder), host)._file
        assert file
        assert file.parent == folder
        # No condition is lost, and none is added.
        wanted = {name for name in odd if name in FILTER_SPEC and odd[name] is not None} - {"time_type"}
        assert Selection.from_params({**dict.fromkeys(SELECTION_SPEC), **params}).conditions.given == wanted


@cases(0.03)
@example([[]], None, None)
@example("{", None, None)
@example(None, None, None)
@example('{"a": ', "x", "\ud800")
@given(ANY, ANY, st.one_of(st.none(), TEXT))
def test_any_input_of_a_filter(value: t.Any, other: t.Any, text: str | None) -> None:
    count("filters")
    value, other = made(value), made(other)
    assert answer(value, "empty") is not None
    try:
        parts = entity(value, "empty", text)
        assert parts == "empty" or isinstance(parts, dict)
    except AnsibleError:
        pass
    try:
        shown = task_report([{"tasks": value, "server": other}], output="csv")
        assert isinstance(shown, str)
    except AnsibleError:
        pass
