# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state and the error of a run in vCenter, from the failures in the run."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible.playbook.block import Block
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback import _playbook_run
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Shown
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._playbook_run import (
    PlaybookRun,
    _Failure,
    _outcome,
)

RESCUED = _Failure("one", "Rescued on one", counts=False)
BROKEN = _Failure("one", "Broken on one", counts=True)
LATER = _Failure("two", "Broken on two", counts=True)


def test_without_failed_hosts_there_is_no_error() -> None:
    assert _outcome([RESCUED], set()) is None


def test_the_error_is_the_first_failure_that_counts() -> None:
    assert _outcome([RESCUED, BROKEN], {"one"}) == "Broken on one"
    assert _outcome([RESCUED, BROKEN, LATER], {"one", "two"}) == "Broken on one; failed hosts in all: 2"


def test_a_failure_on_a_rescued_host_is_not_the_error() -> None:
    assert _outcome([BROKEN, LATER], {"two"}) == "Broken on two"


def test_a_failed_host_is_an_error_even_without_a_failure_that_counts() -> None:
    assert _outcome([RESCUED], {"one"}) == "Rescued on one"
    assert _outcome([], {"two", "one"}) == "Failed on one, two"


class Mirror:
    """The messages of the run to vCenter, in order."""

    trouble = ""

    def __init__(self) -> None:
        self.told: list[t.Any] = []

    def show(self, run: Shown, play: Shown) -> None:
        self.told.append((run, play))

    def begin_play(self, name: str) -> None:
        self.told.append(f"begin {name}")

    def end_play(self, error: str | None) -> None:
        self.told.append(f"end play: {error}")

    def finish(self, error: str | None) -> None:
        self.told.append(f"end: {error}")


class Signals:
    """In the place of the handlers of the process."""

    def __init__(self, before: t.Callable[[str], object]) -> None:
        self.before = before
        self.removed = False

    def remove(self) -> None:
        self.removed = True


class Named:
    """A play, a task, or a host, with the id of the same name."""

    implicit = False

    def __init__(self, name: str, *tasks: Named) -> None:
        self._uuid = name
        self._removed_hosts: list[str] = []
        self._tasks = tasks

    def get_name(self) -> str:
        return self._uuid

    def get_variable_manager(self) -> t.Any:
        return types.SimpleNamespace(get_vars=lambda play: {})

    def compile(self) -> list[Block]:
        block: t.Any = Block()
        block.block, block.always = [*self._tasks], []
        block.filter_tagged_tasks = lambda known: block
        return [block]


class Result(t.NamedTuple):
    """The result of a task, as ansible-core 2.19 has it."""

    host: Named
    task_name: str


class OldResult(t.NamedTuple):
    task_name: str
    host_: Named

    @property
    def _host(self) -> Named:
        return self.host_


class World:
    """A run of two plays, with a task each, and its warnings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, show_plays: bool = True, job: str = "") -> None:
        self.registered: list[t.Any] = []
        monkeypatch.setattr("atexit.register", self.registered.append)
        monkeypatch.setattr("atexit.unregister", self.registered.remove)
        monkeypatch.setattr(_playbook_run, "Signals", Signals)
        self.warnings: list[str] = []
        self.mirror = Mirror()
        implicit = Named("Gather facts")
        implicit.implicit = True
        self.work, self.rest = Named("Work"), Named("Rest")
        self.first, self.second = Named("First", implicit, self.work), Named("Second", self.rest)
        playbook = types.SimpleNamespace(get_plays=lambda: [self.first, self.second])
        self.run = PlaybookRun(
            t.cast("t.Any", self.mirror), t.cast("t.Any", playbook), show_plays, job, self.warnings.append
        )

    @staticmethod
    def recap(**failures: int) -> t.Any:
        summaries = {host: {"failures": number, "unreachable": 0} for host, number in failures.items()}
        return types.SimpleNamespace(processed=[*summaries], summarize=summaries.__getitem__)


def test_plays_and_tasks_are_shown_with_their_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, job="Job 7")
    for each in (world.first, world.second):
        world.run.begin_play(t.cast("t.Any", each))
        world.run.begin_task(t.cast("t.Any", each._tasks[-1]))
    world.run.end(world.recap(one=0))
    told = world.mirror.told
    assert [each for each in told if isinstance(each, str)] == [
        "begin First",
        "end play: None",
        "begin Second",
        "end play: None",
        "end: None",
    ]
    shown = [each for each in told if not isinstance(each, str)]
    assert [(run.description, play.description) for run, play in shown] == [
        ("Job 7: First", "First"),
        ("Job 7: Work", "First: Work"),
        ("Job 7: Second", "Second"),
        ("Job 7: Rest", "Second: Rest"),
    ]
    assert [run.percent for run, _play in shown] == sorted(run.percent for run, _play in shown)
    assert shown[-1][0].percent >= 50
    assert world.registered == []


def test_without_tasks_for_plays_only_the_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, show_plays=False)
    world.run.begin_play(t.cast("t.Any", world.first))
    world.run.end(world.recap(one=0))
    assert [each for each in world.mirror.told if isinstance(each, str)] == ["end: None"]


def test_the_next_batch_of_hosts_is_the_same_play(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    world.run.begin_play(t.cast("t.Any", Named("First", world.work)))
    assert world.mirror.told.count("begin First") == 1
    assert "end play: None" not in world.mirror.told


@pytest.mark.parametrize("result", [Result, lambda host, name: OldResult(name, host)], ids=["2.19", "2.16"])
def test_the_failure_of_a_play_is_that_of_its_own_hosts(monkeypatch: pytest.MonkeyPatch, result: t.Any) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    world.first._removed_hosts.append("one")
    world.run.fail(result(Named("one"), "Work"), "failed on")
    world.run.begin_play(t.cast("t.Any", world.second))
    world.run.fail(result(Named("two"), "Rest"), "could not reach")
    world.run.end(world.recap(one=1, two=0))
    ends = [each for each in world.mirror.told if isinstance(each, str) and each.startswith("end")]
    assert ends == ['end play: Task "Work" failed on one', "end play: None", 'end: Task "Work" failed on one']


@pytest.mark.parametrize(
    ("removed", "error"),
    [("before the next task", 'Task "Work" failed on one'), ("during the next task", None)],
)
def test_only_a_failure_that_removes_its_host_counts(
    monkeypatch: pytest.MonkeyPatch, removed: str, error: str | None
) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    # Ansible has brought this host back, and did not take it off its list.
    world.first._removed_hosts.append("two")
    world.run.begin_task(t.cast("t.Any", world.work))
    for host in ("one", "two"):
        world.run.fail(t.cast("t.Any", Result(Named(host), "Work")), "failed on")
    if removed == "during the next task":
        world.run.begin_task(t.cast("t.Any", world.rest))
    world.first._removed_hosts.append("one")
    world.run.end(world.recap(one=0, two=0))
    ends = [each for each in world.mirror.told if isinstance(each, str) and each.startswith("end play")]
    assert ends == [f"end play: {error}"]


def test_a_run_without_a_recap_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    [abandon] = world.registered
    abandon()
    assert world.mirror.told[-1] == "end: Ansible gave up during First"


def test_a_signal_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    signals = t.cast("t.Any", world.run._signals)
    signals.before("SIGTERM")
    assert world.mirror.told[-1] == "end: Ended by SIGTERM during First"
    assert not signals.removed
    world.run.end(world.recap(one=0))
    assert signals.removed


def test_trouble_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.run.begin_play(t.cast("t.Any", world.first))
    assert world.warnings == []
    world.mirror.trouble = "vCenter does not show this run"
    for _twice in range(2):
        world.run.begin_task(t.cast("t.Any", world.work))
    assert world.warnings == ["vCenter does not show this run"]
