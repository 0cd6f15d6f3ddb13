# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a module that ends when Ansible ends."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import signal
import threading
import types
import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress import _attended

Result = dict[str, t.Any]
LONG = 30
"""Seconds after which a test fails instead of waiting forever."""


def fake(**members: t.Any) -> t.Any:
    """An object of Ansible with these members."""
    return types.SimpleNamespace(**members)


class Action(_attended.Attended):
    """An action plugin whose module is a function of a test."""

    def __init__(self, folder: pathlib.Path, module: t.Callable[[Result], Result]) -> None:
        self.shell = fake(tmpdir=str(folder), join_path=os.path.join)
        self.connection = fake(transport="local", become=None, _shell=self.shell)
        self.task = fake(async_val=0, check_mode=False, args={}, diff=False)
        nothing: t.Any = None
        super().__init__(self.task, self.connection, nothing, nothing, nothing, nothing)
        self._folder = folder
        self._module = module
        self.ran: list[tuple[str, Result, bool]] = []

    def _outcome(self, task_vars: Result) -> Result:
        return {"msg": "from\x1b the\nplugin", "vars": task_vars}

    def _execute_module(self, *unused: t.Any, **how: t.Any) -> Result:
        self.ran.append((how["module_name"], dict(how["module_args"]), how["wrap_async"]))
        # Ansible adds arguments in the same way.
        how["module_args"]["_ansible_check_mode"] = False
        return self._module(self.ran[-1][1])

    def _make_tmp_path(self, remote_user: object = None) -> str:
        self.shell.tmpdir = str(self._folder / "made")
        pathlib.Path(self.shell.tmpdir).mkdir()
        return str(self.shell.tmpdir)

    def attend(self, arguments: Result | None = None) -> tuple[Result, list[Result]]:
        """The result of the module, and the reports."""
        reports: list[Result] = []
        result = self._attend("a.b.c", {"x": 1} if arguments is None else arguments, {}, reports.extend)
        return result, reports


@pytest.fixture(autouse=True)
def groups(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The requests for a process group. The tests stay in theirs."""
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "setpgid", lambda pid, group: made.append((pid, group)))
    return made


def said(arguments: Result, text: str) -> None:
    with pathlib.Path(arguments["progress_file"]).open("a", encoding="utf-8") as reports:
        reports.write(text)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[], None]:
    """Makes Ansible seem killed to this process."""
    return lambda: monkeypatch.setattr(multiprocessing, "parent_process", lambda: types.SimpleNamespace(pid=-1))


def test_the_result_of_a_run_is_that_of_the_plugin(tmp_path: pathlib.Path) -> None:
    result = Action(tmp_path, lambda arguments: {}).run(task_vars={"a": 1})
    assert (result["msg"], result["vars"]) == ("from the plugin", {"a": 1})


def test_a_line_is_shown_without_control_characters(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    action, lines = Action(tmp_path, lambda arguments: {}), list[str]()
    monkeypatch.setattr(action._display, "display", lines.append)
    action._show("task-1 Clone\x07 on web\x1b[2J\r\n-01\u202e\u2028: running")
    assert lines == ["task-1 Clone on web[2J  -01 : running"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_a_line_ends_the_process_after_the_line(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    events: list[str] = []

    def display(line: str) -> None:
        os.kill(os.getpid(), number)
        events.append(line)

    action = Action(tmp_path, lambda arguments: {})
    monkeypatch.setattr(action._display, "display", display)
    before = signal.signal(number, lambda number, frame: events.append("signal"))
    try:
        action._show("line")
        assert events == ["line", "signal"]
        os.kill(os.getpid(), number)
        assert events == ["line", "signal", "signal"]
    finally:
        signal.signal(number, before)


def test_a_plugin_survives_a_kill_of_the_process_group_of_ansible(
    tmp_path: pathlib.Path, groups: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, group: int) -> t.NoReturn:
        raise PermissionError(1, "Operation not permitted")

    Action(tmp_path, lambda arguments: {}).run(task_vars={})
    assert groups == [(0, 0)]
    # The leader of a session already has its own group.
    monkeypatch.setattr(os, "setpgid", refuse)
    assert Action(tmp_path, lambda arguments: {}).run(task_vars={})["msg"] == "from the plugin"


def test_check_mode_and_asynchronous_tasks_are_supported(tmp_path: pathlib.Path) -> None:
    action = Action(tmp_path, lambda arguments: {})
    action.task.check_mode = True
    assert action.run(task_vars={})["msg"] == "from the plugin"
    action.task.check_mode, action.task.async_val = False, 60
    assert action.run(task_vars={})["msg"] == "from the plugin"


def test_nothing_starts_after_the_end_of_ansible(
    tmp_path: pathlib.Path, killed: t.Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is returned either, because the pipe that nothing reads can be full."""
    killed()
    action = Action(tmp_path, lambda arguments: {})
    done: list[object] = []
    monkeypatch.setattr(ActionBase, "cleanup", lambda self: done.append("cleanup"))

    def leave(status: int) -> t.NoReturn:
        done.append(status)
        raise SystemExit

    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(SystemExit):
        action.run(task_vars={})
    assert done == ["cleanup", 1]
    assert action.ran == []


def test_a_plugin_runs_as_long_as_its_parent_exists(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: types.SimpleNamespace(pid=os.getppid()))
    assert Action(tmp_path, lambda arguments: {}).run(task_vars={})["msg"] == "from the plugin"


def test_reports_of_a_local_module_are_shown_and_its_file_is_removed(tmp_path: pathlib.Path) -> None:
    def module(arguments: Result) -> Result:
        assert pathlib.Path(arguments["progress_file"]).read_text(encoding="utf-8") == ""
        said(arguments, '{"id": "task-1"}\n{"id": "task-2"}\n')
        return {"changed": True}

    arguments = {"x": 1}
    action = Action(tmp_path, module)
    assert action.attend(arguments) == ({"changed": True}, [{"id": "task-1"}, {"id": "task-2"}])
    assert action.ran == [("a.b.c", {"x": 1, "progress_file": str(tmp_path / "progress" / "reports")}, False)]
    assert arguments == {"x": 1}
    assert list(tmp_path.iterdir()) == []
    # A second run in the same task starts with an empty file.
    assert action.attend() == ({"changed": True}, [{"id": "task-1"}, {"id": "task-2"}])


def test_an_incomplete_report_is_shown_when_it_is_complete(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_attended, "_LOOK_EVERY", 0.01)
    looked = threading.Event()

    def module(arguments: Result) -> Result:
        said(arguments, '{"id": ')
        assert looked.wait(LONG)
        said(arguments, '"task-1"}\n')
        return {}

    looks: list[list[Result]] = []

    def show(reports: t.Iterable[Result]) -> None:
        looks.append(list(reports))
        if len(looks) > 2:
            looked.set()

    Action(tmp_path, module)._attend("a.b.c", {}, {}, show)
    assert [each for look in looks for each in look] == [{"id": "task-1"}]


def test_an_error_of_the_module_is_raised_and_its_file_is_removed(tmp_path: pathlib.Path) -> None:
    def module(arguments: Result) -> Result:
        raise AnsibleError("no shell")

    with pytest.raises(AnsibleError, match="no shell"):
        Action(tmp_path, module).attend()
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_ansible_removes_the_file_and_does_not_wait_for_the_module(
    tmp_path: pathlib.Path, killed: t.Callable[[], None]
) -> None:
    seen: list[bool] = []
    continued, over = threading.Event(), threading.Event()

    def module(arguments: Result) -> Result:
        # Python does not wait for it at its own end either.
        assert threading.current_thread().daemon
        killed()
        assert continued.wait(LONG)
        seen.append(pathlib.Path(arguments["progress_file"]).exists())
        over.set()
        return {}

    action = Action(tmp_path, module)
    with pytest.raises(AnsibleError, match="Ansible has ended"):
        action.attend()
    assert seen == []
    continued.set()
    assert over.wait(LONG)
    assert seen == [False]


def test_the_end_of_ansible_does_not_wait_for_a_module_on_another_host(
    tmp_path: pathlib.Path, killed: t.Callable[[], None]
) -> None:
    continued = threading.Event()

    def module(arguments: Result) -> Result:
        killed()
        continued.wait(LONG)
        return {}

    action = Action(tmp_path, module)
    action.connection.transport = "ssh"
    with pytest.raises(AnsibleError, match="Ansible has ended"):
        action.attend()
    continued.set()


def test_a_missing_folder_is_created(tmp_path: pathlib.Path) -> None:
    action = Action(tmp_path, lambda arguments: {})
    action.shell.tmpdir = None
    action.attend()
    assert action.ran[0][1]["progress_file"] == str(tmp_path / "made" / "progress" / "reports")


@pytest.mark.parametrize(
    ("transport", "become", "async_val"), [("ssh", None, 0), ("local", object(), 0), ("local", None, 60)]
)
def test_a_module_that_does_not_see_the_file_runs_without_it(
    tmp_path: pathlib.Path, transport: str, become: object, async_val: int
) -> None:
    action = Action(tmp_path, lambda arguments: {"changed": True})
    action.connection.transport, action.connection.become = transport, become
    action.task.async_val = async_val
    assert action.attend() == ({"changed": True}, [])
    assert action.ran == [("a.b.c", {"x": 1}, bool(async_val))]


def test_arguments_of_the_connection_are_those_of_its_options_and_their_aliases() -> None:
    given = {"hostname": "x", "pwd": "a secret", "session_id": "y", "task_ids": [], "timeout": 1}
    assert _attended.of_connection(given) == {"hostname": "x", "pwd": "a secret", "session_id": "y"}
