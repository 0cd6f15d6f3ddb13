# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of modules: from the options to the result or the failure."""

from __future__ import annotations

import dataclasses
import errno
import gc
import json
import os
import signal
import typing as t

import pytest
from ansible.module_utils import basic
from ansible_collections.vsphere.tasks.plugins.module_utils import _run
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    MissingLibrary,
    NotUnderstood,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .running import Module, fails

if t.TYPE_CHECKING:
    import pathlib

TASK = reference("Task", "task-1")
API = {"transport": "json", "release": "9.0.0.0", "product": "a vCenter"}


# --- results ---


def test_a_result_contains_the_api_and_known_data(module: Module) -> None:
    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        context.known.update(changed=False, forbidden_task_ids=["task-2"])
        return {"changed": True, "task": connection.read(lambda transport: transport.get(TASK, "info"))}

    assert module.run(do) == {"api": API, "changed": True, "forbidden_task_ids": ["task-2"], "task": 1}
    assert module.wire.methods() == ["Login", "info", "Logout"]


def test_a_failure_contains_the_api_known_data_and_its_own_result(module: Module) -> None:
    error = VsphereError("It broke", missing_task_ids=["task-3"])
    assert module.run(fails(error, changed=True)) == {
        "failed": True,
        "msg": "It broke",
        "api": API,
        "changed": True,
        "missing_task_ids": ["task-3"],
    }
    assert module.wire.methods() == ["Login", "Logout"]


def test_a_failure_names_the_completed_changes(module: Module) -> None:
    def do(connection: t.Any, context: t.Any) -> t.NoReturn:
        context.done.extend(("SetTaskState", "UpdateProgress"))
        raise VsphereError("It broke")

    assert module.run(do)["msg"] == "It broke; before that, the module completed SetTaskState, UpdateProgress"


def test_unreadable_data_is_a_failure_without_a_traceback(module: Module) -> None:
    result = module.run(fails(KeyError("state")))
    assert "malformed data: KeyError 'state'" in result["msg"]
    assert "exception" not in result


def test_a_failure_before_the_connection_sends_nothing(module: Module) -> None:
    assert module.run(VsphereError("names is odd")) == {"failed": True, "msg": "names is odd"}
    assert module.wire.calls == []


def test_a_failure_to_log_in_contains_no_api(module: Module) -> None:
    module.wire.script["Login"] = [Fault("InvalidLogin", "no", {})]
    assert module.run(fails(Lost("not reached"))).keys() == {"failed", "msg", "fault"}


def test_a_missing_library_is_named_with_its_package(module: Module) -> None:
    result = module.run(MissingLibrary("pyvmomi", "for a test", "Traceback ..."))
    assert "pyvmomi" in result["msg"]
    assert "for a test" in result["msg"]
    assert module.wire.calls == []


def test_the_connection_options_are_checked_too(module: Module) -> None:
    assert "port 0 is not a port" in module.run(fails(Lost("not reached")), port=0)["msg"]
    assert module.wire.calls == []


def test_the_work_gets_check_mode_and_its_warnings_are_shown(module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda module, warning: warnings.append(warning))

    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        context.warn("Take care")
        return {"checked": context.check_mode}

    assert module.run(do, _ansible_check_mode=True)["checked"]
    assert not module.run(do)["checked"]
    assert warnings == ["Take care"] * 2


def test_options_have_the_types_of_their_spec(module: Module) -> None:
    module.run(lambda connection, context: {}, names="a,b")
    assert (module.params["names"], module.params["port"]) == (["a", "b"], 443)


# --- ends ---


def test_a_signal_ends_the_module_with_its_session_closed(module: Module) -> None:
    def do(connection: t.Any, context: t.Any) -> t.NoReturn:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the signal comes first")

    with pytest.raises(json.JSONDecodeError):
        # The module prints nothing.
        module.run(do)
    assert module.wire.methods() == ["Login", "Logout"]
    # The clean-up is running, and a second signal does not stop it.
    assert {signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)} == {signal.SIG_IGN}


def test_a_signal_just_after_the_login_ends_the_module_with_its_session_closed(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _connection.Connection.open

    def interrupted(connection: _connection.Connection, patience: float) -> t.NoReturn:
        opened(connection, patience)
        raise SystemExit(1)

    monkeypatch.setattr(_connection.Connection, "open", interrupted)
    with pytest.raises(json.JSONDecodeError):
        module.run(lambda connection, context: {})
    assert module.wire.methods() == ["Login", "Logout"]


def test_a_kill_of_the_processes_of_ansible_does_not_reach_the_module(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, group: int) -> t.NoReturn:
        raise PermissionError(1, "Operation not permitted")

    module.run(lambda connection, context: {})
    assert module.groups == [(0, 0)]
    # The leader of a session is already in its own group.
    monkeypatch.setattr(os, "setpgid", refuse)
    assert module.run(lambda connection, context: {})["api"] == API


@pytest.mark.parametrize("lasts", [True, False])
def test_a_module_that_waits_ends_when_its_progress_file_disappears(
    module: Module, tmp_path: pathlib.Path, lasts: bool
) -> None:
    reports = tmp_path / "reports"
    reports.touch()
    ticks: list[tuple[float, float]] = []

    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        ticks.append(signal.getitimer(signal.ITIMER_REAL))
        context.check_wanted()
        reports.unlink()
        if lasts:
            os.kill(os.getpid(), signal.SIGALRM)
        return {"changed": False}

    work = _run.Work(do, progress_file=str(reports))
    if lasts:
        work = dataclasses.replace(work, lasts=True)
        with pytest.raises(json.JSONDecodeError):
            module.run(work)
        assert ticks[0][1] == 1
    else:
        assert module.run(work)["api"] == API
        assert ticks[0] == (0, 0)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert module.wire.methods()[-1] == "Logout"


def test_a_module_that_waits_does_not_start_without_its_progress_file(module: Module, tmp_path: pathlib.Path) -> None:
    with pytest.raises(json.JSONDecodeError):
        module.run(_run.Work(fails(Lost("not reached")), lasts=True, progress_file=str(tmp_path / "none")))
    assert module.wire.calls == []


@pytest.mark.parametrize("lasts", [True, False])
@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_progress_file_that_cannot_exist_is_an_error(module: Module, name: str, lasts: bool) -> None:
    result = module.run(_run.Work(fails(Lost("not reached")), lasts=lasts, progress_file=name))
    assert result["msg"].startswith("progress_file is not usable (")
    assert module.wire.calls == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_file_system_that_fails_does_not_end_a_module(module: Module, tmp_path: pathlib.Path, number: int) -> None:
    reports = tmp_path / "reports"
    reports.touch()

    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(reports), "stat", fail)
            os.kill(os.getpid(), signal.SIGALRM)
            context.check_wanted()
        return {"changed": True}

    def fail(path: pathlib.Path, **unused: object) -> t.NoReturn:
        raise OSError(number, os.strerror(number))

    assert module.run(_run.Work(do, lasts=True, progress_file=str(reports)))["changed"]


def test_a_module_that_waits_ends_when_standard_output_has_no_reader() -> None:
    reader, writer = os.pipe()
    saved = os.dup(1)
    try:
        os.dup2(writer, 1)
        _run._look(None)
        os.close(reader)
        with pytest.raises(SystemExit) as caught:
            _run._look(None)
    finally:
        os.dup2(saved, 1)
        for each in (saved, writer):
            os.close(each)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert caught.value.code == 128 + signal.SIGALRM


def test_a_module_waits_for_a_vcenter_that_starts_as_long_as_its_work_allows(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience: list[float] = []

    def open_(connection: _connection.Connection, seconds: float) -> t.NoReturn:
        patience.append(seconds)
        raise NotUnderstood("no vCenter", "x")

    monkeypatch.setattr(_connection.Connection, "open", open_)
    assert module.run(_run.Work(fails(Lost("not reached")), patience=7))["msg"] == "no vCenter"
    module.run(_run.Work(fails(Lost("not reached"))))
    assert patience == [7, 0]


def test_the_garbage_collector_skips_loaded_code_and_stays_enabled(module: Module) -> None:
    collecting: list[bool] = []

    def do(connection: t.Any, context: t.Any) -> dict[str, t.Any]:
        collecting.append(gc.isenabled() and gc.get_freeze_count() > 0)
        return {}

    module.run(do)
    assert (module.collected, collecting) == ([False], [True])
