# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests to vCenter during a run, and their times."""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import threading
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback import _mirror
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Mirror, Shown

from ...module_utils.wire import OPTIONS, Wire, connect


class Clock:
    """A clock that only tests move."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


def info(task_id: str, state: str) -> dict[str, t.Any]:
    return {"task": reference("Task", task_id), "key": task_id, "state": state, "descriptionId": "x"}


class World:
    """The tasks of a run over a scripted transport, a clock, and the warnings."""

    def __init__(self, monkeypatch: t.Any, **script: list[t.Any]) -> None:
        self.clock = Clock()
        monkeypatch.setattr(_mirror, "time", self.clock)
        created = [info("task-7", "queued"), info("task-8", "queued")]
        methods = ("SetTaskState", "SetTaskDescription", "UpdateProgress")
        self.wire = Wire(
            content=[{"rootFolder": reference("Folder", "group-d1")}],
            CreateTask=created,
            **script,
            **{method: [None] * 99 for method in methods if method not in script},
        )
        self.notes: list[str] = []
        self._connection = connect(monkeypatch, self.wire)
        self.tasks = _mirror._Tasks(self._connection, CreateOptions("x"), self._note)
        self.taken()

    def _note(self, message: str) -> None:
        self.notes += [message] if message else []

    def taken(self) -> list[str]:
        """The methods that were called since the last call of this one."""
        calls = [f"{method} {ref}" if ref == "task-8" else method for method, ref in self.wire.calls]
        self.wire.calls.clear()
        return calls


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def shown(percent: int) -> tuple[Shown, Shown]:
    return Shown(f"Step {percent}", percent), Shown(f"Play: step {percent}", percent)


def test_the_first_update_is_due_immediately_and_the_next_a_second_later(world: World) -> None:
    world.tasks.show(*shown(1))
    assert world.tasks.pause == 0
    world.tasks.update()
    assert world.taken() == ["SetTaskState", "SetTaskDescription", "UpdateProgress"]
    assert world.tasks.pause is None
    world.tasks.show(*shown(2))
    assert world.tasks.pause == 1
    world.clock.now += 0.25
    assert world.tasks.pause == 0.75


def test_updates_that_were_not_sent_are_replaced(world: World) -> None:
    for percent in range(9):
        world.tasks.show(*shown(percent))
    world.tasks.update()
    assert world.taken() == ["SetTaskState", "SetTaskDescription", "UpdateProgress"]
    assert world.wire.params["UpdateProgress"] == {"percentDone": 8}


def test_the_end_is_sent_without_a_pause(world: World) -> None:
    world.tasks.show(*shown(1))
    world.tasks.update()
    world.taken()
    world.tasks.show(*shown(2))
    world.tasks.finish(None)
    assert world.taken() == ["SetTaskState"]
    assert world.wire.params["SetTaskState"] == {"state": "success"}
    assert world.tasks.finished
    assert world.notes == []


def test_the_end_includes_the_last_step_if_it_is_due(world: World) -> None:
    world.tasks.show(*shown(1))
    world.tasks.update()
    world.taken()
    world.clock.now += 1
    world.tasks.show(*shown(2))
    world.tasks.finish("Broken")
    assert world.taken() == ["SetTaskDescription", "UpdateProgress", "SetTaskState"]
    assert world.wire.params["SetTaskState"]["fault"]["faultMessage"][0]["message"] == "Broken"


def test_a_play_ends_before_its_run(world: World) -> None:
    world.tasks.begin_play("Play")
    world.tasks.show(*shown(1))
    world.tasks.end_play(None)
    world.tasks.finish("Broken")
    called = [call for call in world.taken() if call.startswith("SetTaskState")]
    assert called == ["SetTaskState task-8", "SetTaskState task-8", "SetTaskState", "SetTaskState"]


def test_a_failed_update_is_followed_by_a_pause_and_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    properties = [{"name": "info", "val": info("task-7", "running")}]
    answer = {"objects": [{"obj": reference("Task", "task-7"), "propSet": properties}]}
    world = World(
        monkeypatch,
        SetTaskState=[Lost("the line broke"), None],
        RetrievePropertiesEx=[answer, Fault("NoPermission", "no", {})],
    )
    world.tasks.show(*shown(1))
    world.tasks.update()
    assert world.tasks.pause == _mirror.RETRY_AFTER
    assert ["the line broke" in note for note in world.notes] == [True]
    world.clock.now += _mirror.RETRY_AFTER
    world.tasks.update()
    # The first request succeeded, so the module does not repeat it.
    read = ["RetrievePropertiesEx"] * 2  # The second one reads the label.
    assert world.taken() == ["SetTaskState", *read, "SetTaskDescription", "UpdateProgress"]
    assert world.tasks.pause is None


def test_a_task_that_rejects_an_update_gets_no_more_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    rejected, hidden = Fault("InvalidState", "Over.", {}, "SetTaskState"), Fault("NoPermission", "no", {})
    world = World(monkeypatch, SetTaskState=[rejected], RetrievePropertiesEx=[hidden, hidden])
    world.tasks.update()
    world.tasks.show(*shown(1))
    assert world.tasks.pause is None
    world.tasks.finish(None)
    assert world.taken().count("SetTaskState") == 1
    assert ["(InvalidState)" in note for note in world.notes] == [True]


def test_long_texts_are_cut_and_control_characters_removed(world: World) -> None:
    world.tasks.show(Shown("a\x1b[31m\n" + "x" * 999, 0), shown(0)[1])
    world.tasks.update()
    world.tasks.finish("\x00" + "y" * 999)
    message = world.wire.params["SetTaskState"]["fault"]["faultMessage"][0]["message"]
    assert message == "y" * (_mirror.LONGEST - 1) + "…"
    description = world.wire.params["SetTaskDescription"]["description"]["message"]
    assert description == ("a[31m " + "x" * 999)[: _mirror.LONGEST - 1] + "…"


def test_a_run_that_cannot_be_shown_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "REQUESTS_IMPORT_ERROR", "Traceback")
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror.finish(None)
    assert "vCenter does not show this run: Failed to import the required Python library (requests)" in mirror.trouble


@pytest.mark.parametrize("error", [VsphereError, ValueError])
def test_a_reason_contains_no_secrets(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(options: t.Any, keep_secret: t.Callable[[str], object]) -> t.NoReturn:
        keep_secret("session key")
        raise error("neither 'a secret' nor the session key")

    monkeypatch.setattr(_mirror, "Connection", refuse)
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror.finish(None)
    assert mirror.trouble.endswith("neither '********' nor the ********")


def test_orders_for_a_thread_that_has_ended_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = without_thread(monkeypatch)
    mirror.begin_play("Play")
    mirror.show(*shown(1))
    mirror.end_play(None)
    mirror.finish(None)
    assert mirror._orders.empty()


def test_a_play_that_cannot_be_created_leaves_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.wire.script["CreateTask"] = [Fault("NoPermission", "no", {}, "CreateTask")]
    world.tasks.begin_play("Play")
    world.tasks.show(*shown(1))
    world.tasks.end_play(None)
    world.tasks.finish(None)
    assert "SetTaskState task-8" not in world.taken()
    assert ["CreateTask" in note for note in world.notes] == [True]


def test_a_run_that_ended_for_another_reason_has_no_more_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    rejected, hidden = Fault("InvalidState", "Over.", {}, "SetTaskState"), Fault("NoPermission", "no", {})
    world = World(monkeypatch, SetTaskState=[rejected], RetrievePropertiesEx=[hidden, hidden])
    world.tasks.update()
    world.taken()
    world.tasks.begin_play("Play")
    assert world.taken() == []


def test_the_thread_shows_the_run_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        CreateTask=[info("task-7", "queued"), info("task-8", "queued")],
        content=[{"rootFolder": reference("Folder", "group-d1")}],
        **{method: [None] * 9 for method in ("SetTaskState", "SetTaskDescription", "UpdateProgress")},
    )
    connection = connect(monkeypatch, wire)
    monkeypatch.setattr(_mirror, "Connection", lambda options, keep_secret: Opened(connection))
    mirror = Mirror(dataclasses.replace(OPTIONS, transport="json"), CreateOptions("x"))
    mirror.begin_play("Play")
    mirror.show(*shown(1))
    mirror.end_play("Broken")
    mirror.finish("Broken")
    assert mirror.trouble == ""
    ended = [ref for method, ref in wire.calls if method == "SetTaskState"]
    assert set(ended) == {"task-7", "task-8"}
    assert wire.params["SetTaskState"]["state"] == "error"


class Opened:
    def __init__(self, connection: t.Any) -> None:
        self._connection = connection

    def open(self) -> t.Any:
        return contextlib.nullcontext(self._connection)


class Slow:
    """A connection that does not come about before the test ends."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def open(self) -> t.NoReturn:
        self.over.wait(10)
        raise VsphereError("too late")


def without_thread(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    """A mirror whose thread has ended, because no connection came about."""
    slow = Slow()
    slow.over.set()
    monkeypatch.setattr(_mirror, "Connection", lambda options, keep_secret: slow)
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror._thread.join(10)
    return mirror


def test_the_end_of_a_run_does_not_wait_long_for_vcenter(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(_mirror, "Connection", lambda options, keep_secret: slow)
    monkeypatch.setattr(_mirror, "PATIENCE", 0.01)
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror.finish(None)
    mirror.finish("Later")
    slow.over.set()
    mirror._thread.join(10)
    assert mirror.trouble.endswith("vCenter did not answer within 0 s at the end of the run")


def test_a_worker_process_does_not_end_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(_mirror, "Connection", lambda options, keep_secret: slow)
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    with monkeypatch.context() as patch:
        patch.setattr("os.getpid", lambda: -1)
        mirror.finish(None)
    assert mirror._orders.empty()
    slow.over.set()
    mirror._thread.join(10)


def test_without_changes_the_thread_waits_for_the_time_of_the_next_update(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = without_thread(monkeypatch)
    assert mirror._next_order(0) == _mirror._Tasks.update


class Queue310(queue.SimpleQueue[t.Any]):
    """On a slow computer, a queue of Python 3.10 that is empty has no time limit. This one never has."""

    is_seen_empty = False

    def put(self, item: t.Any, block: bool = True, timeout: float | None = None) -> None:
        self.is_seen_empty = False
        super().put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> t.Any:
        if block and self.empty():
            assert self.is_seen_empty or timeout is None, "it waits without end"
        self.is_seen_empty = self.empty()
        return super().get(block, timeout)


def test_a_pause_ends_with_python_3_10(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mirror, "_work", lambda self: None)
    mirror = Mirror(OPTIONS, CreateOptions("a.b"))
    mirror._orders = Queue310()
    mirror.begin_play("one")
    assert mirror._next_order(None) != _mirror._Tasks.update
    assert mirror._next_order(0.0) == _mirror._Tasks.update
