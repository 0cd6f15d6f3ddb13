# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that runs before a signal ends Ansible."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback import _signals

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class World:
    """The events in order, with handlers in the place of Ansible's."""

    def __init__(self) -> None:
        self.said: list[str] = []
        for number in NUMBERS:
            signal.signal(number, self.ansible)

    def ansible(self, number: int, frame: object) -> None:
        self.said.append(f"Ansible: {number}")

    def step(self, name: str) -> None:
        self.said.append(f"step: {name}")


@pytest.fixture
def world() -> t.Iterator[World]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield World()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_step_comes_before_the_handler_that_was_there(world: World, number: signal.Signals) -> None:
    _signals.Signals(world.step)
    signal.raise_signal(number)
    assert world.said == [f"step: {number.name}", f"Ansible: {number}"]


def test_a_second_signal_ends_ansible_during_the_step(world: World) -> None:
    def step(name: str) -> None:
        world.step(name)
        signal.raise_signal(signal.SIGTERM)

    _signals.Signals(step)
    signal.raise_signal(signal.SIGINT)
    assert world.said == ["step: SIGINT", f"Ansible: {signal.SIGTERM}", f"Ansible: {signal.SIGINT}"]


def test_a_worker_process_has_no_step(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _signals.Signals(world.step)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    signal.raise_signal(signal.SIGTERM)
    assert world.said == [f"Ansible: {signal.SIGTERM}"]


def test_an_ignored_signal_stays_ignored(world: World) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals = _signals.Signals(world.step)
    signal.raise_signal(signal.SIGHUP)
    assert world.said == []
    signals.remove()
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def test_removal_restores_the_handlers_except_those_that_others_have_set_since(world: World) -> None:
    signals = _signals.Signals(world.step)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.remove()
    assert [signal.getsignal(number) for number in NUMBERS] == [world.ansible, world.ansible, signal.SIG_IGN]


def test_in_another_thread_nothing_changes(world: World) -> None:
    thread = threading.Thread(target=_signals.Signals, args=(world.step,))
    thread.start()
    thread.join()
    signal.raise_signal(signal.SIGTERM)
    assert world.said == [f"Ansible: {signal.SIGTERM}"]


def test_without_a_handler_the_system_ends_the_process_after_the_step() -> None:
    code = (
        f"import signal; from {_signals.__name__} import Signals; "
        "Signals(lambda name: print(name, flush=True)); signal.raise_signal(signal.SIGTERM); print('too far')"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "SIGTERM\n"), done.stderr
