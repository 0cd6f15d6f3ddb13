# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The progress that Ansible shows during a wait."""

from __future__ import annotations

import os
import pathlib
import re
import sys
import time
import typing as t

import ansible_runner
import pytest
from vcenters import any_transport

# These tests are about the lines. The tests of the module cover their content, over both protocols.
pytestmark = any_transport
WAIT = pathlib.Path(__file__).with_name("wait.yml")


@pytest.fixture
def play(vcenter: t.Any) -> t.Callable[..., list[str]]:
    """Runs the play with these variables, and returns the lines of its output."""

    def run(connection: str = "local", **variables: t.Any) -> list[str]:
        shown: str = vcenter.play("progress.yml", ansible_connection=connection, **variables)
        vcenter.until(lambda: vcenter.stats["open_sessions"] == 0)
        return shown.splitlines()

    return run


def shown(pattern: str, lines: list[str]) -> list[str]:
    return [line for line in lines if re.search(pattern, line)]


def test_a_task_is_shown_while_it_runs(play: t.Callable[..., list[str]]) -> None:
    lines = play(duration=6)
    assert shown(r"^\[ +[0-9]+ s\] task-[0-9]+ .* on .*: running 2[0-7] %$", lines)
    assert shown(": success", lines)
    # Each changed percentage has a line.
    assert len(shown(": running 2[0-7] %$", lines)) > 1


def test_a_module_on_another_host_is_shown_in_rounds(play: t.Callable[..., list[str]]) -> None:
    lines = play("elsewhere", rounds=True, interval=1)
    assert shown(r"^\[ +[0-9]+ s\] task-[0-9]+ .* on .*: running 30 %$", lines)
    assert shown(": success", lines)
    assert shown(": error$", lines)
    assert not shown("after 0 s", lines)  # The time of a single round.


def test_each_line_is_an_event_of_ansible_runner(vcenter: t.Any, tmp_path: pathlib.Path) -> None:
    """AWX takes its output from these events."""
    task_id = vcenter.create(duration=1)
    ran = ansible_runner.run(
        private_data_dir=str(tmp_path),
        playbook=str(WAIT),
        extravars={"task_ids": [task_id]},
        envvars={**os.environ, **vcenter.environment},
        quiet=True,
    )
    assert ran.status == "successful", ran.stdout.read()
    lines = [event["stdout"] for event in ran.events if event["event"] == "verbose"]
    assert [line for line in lines if f"{task_id} VirtualMachine.powerOn on DC0_H0_VM0: success" in line]


@pytest.mark.parametrize("host", [None, "jump"])
@pytest.mark.parametrize("check", [[], ["--check"]])
def test_progress_is_shown_in_check_mode_and_from_a_jump_host(
    environment: t.Any, tmp_path: pathlib.Path, host: str | None, check: list[str]
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        f"jump ansible_connection=elsewhere ansible_python_interpreter={sys.executable}\n", encoding="utf-8"
    )
    task_id = environment.create(duration=1)
    at = {"at": host} if host else {}
    lines = environment.play(WAIT, "-i", str(hosts), *check, task_ids=[task_id], **at).splitlines()
    assert shown(rf"^\[ +[0-9]+ s\] {task_id} .* on .*: success$", lines)


@pytest.mark.parametrize("connection", ["local", "elsewhere"])
def test_lines_name_the_host_if_the_play_has_several(
    environment: t.Any, tmp_path: pathlib.Path, connection: str
) -> None:
    hosts = tmp_path / "hosts"
    how = f"ansible_connection={connection} ansible_python_interpreter={sys.executable}"
    hosts.write_text(f"web-01 {how}\nweb-02 {how}\n", encoding="utf-8")
    task_id = environment.create(duration=1)
    lines = environment.play(WAIT, "-i", str(hosts), task_ids=[task_id], where="all").splitlines()
    for host in ("web-01", "web-02"):
        assert shown(rf"^\[ +[0-9]+ s\] \[{host}\] {task_id} .* on .*: success$", lines)


def test_many_tasks_are_shown_as_a_summary(play: t.Callable[..., list[str]]) -> None:
    lines = play(count=12, duration=6)
    assert shown(" 0 done, 12 running, 0 failed of 12; slowest: task-", lines)
    assert shown(" 12 done, 0 running, 0 failed of 12$", lines)
    assert not shown(r"s\] task-.* running", lines)


@pytest.mark.parametrize("variables", [{"hidden": True}, {"background": 60}], ids=["no_log", "async"])
def test_no_log_and_async_show_no_progress(play: t.Callable[..., list[str]], variables: dict[str, t.Any]) -> None:
    assert not shown(r"s\] task-", play(**variables))


def test_the_time_limit_of_a_task_ends_the_wait(play: t.Callable[..., list[str]]) -> None:
    began = time.monotonic()
    play(limit=True)
    assert time.monotonic() - began < 40
