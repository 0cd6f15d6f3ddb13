# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent to vCenter of what happens in a run, and when."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback import _mirror
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Mirror, Shown, entity_from_text

from ...module_utils.wire import OPTIONS, Wire, connect


class Clock:
    """Time that passes when a test says so."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


def info(task_id: str, state: str) -> dict[str, t.Any]:
    return {"task": reference("Task", task_id), "key": task_id, "state": state, "descriptionId": "x"}


class World:
    """The tasks of a run on a wire, a clock, and what was warned of."""

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
        """The methods that were called since the last look."""
        calls = [f"{method} {ref}" if ref == "task-8" else method for method, ref in self.wire.calls]
        self.wire.calls.clear()
        return calls


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def shown(percent: int) -> tuple[Shown, Shown]:
    return Shown(f"Step {percent}", percent), Shown(f"Play: step {percent}", percent)


def test_the_first_update_is_due_at_once_and_the_next_a_second_later(world: World) -> None:
    world.tasks.show(*shown(1))
    assert world.tasks.pause == 0
    world.tasks.update()
    assert world.taken() == ["SetTaskState", "SetTaskDescription", "UpdateProgress"]
    assert world.tasks.pause is None
    world.tasks.show(*shown(2))
    assert world.tasks.pause == 1
    world.clock.now += 0.25
    assert world.tasks.pause == 0.75


def test_what_nobody_has_seen_is_replaced(world: World) -> None:
    for percent in range(9):
        world.tasks.show(*shown(percent))
    world.tasks.update()
    assert world.taken() == ["SetTaskState", "SetTaskDescription", "UpdateProgress"]
    assert world.wire.params["UpdateProgress"] == {"percentDone": 8}


def test_the_end_waits_for_no_second(world: World) -> None:
    world.tasks.show(*shown(1))
    world.tasks.update()
    world.taken()
    world.tasks.show(*shown(2))
    world.tasks.finish(None)
    assert world.taken() == ["SetTaskState"]
    assert world.wire.params["SetTaskState"] == {"state": "success"}
    assert world.tasks.finished
    assert world.notes == []


def test_the_end_shows_the_last_step_where_its_second_is_over(world: World) -> None:
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


def test_after_a_failure_it_rests_and_then_looks_first(monkeypatch: pytest.MonkeyPatch) -> None:
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
    # It was carried out, as it turns out, so it is not sent again.
    read = ["RetrievePropertiesEx"] * 2  # The second one is for its label.
    assert world.taken() == ["SetTaskState", *read, "SetTaskDescription", "UpdateProgress"]
    assert world.tasks.pause is None


def test_a_task_that_refuses_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, SetTaskState=[Fault("InvalidState", "Over.", {}, "SetTaskState")])
    world.tasks.update()
    world.tasks.show(*shown(1))
    assert world.tasks.pause is None
    world.tasks.finish(None)
    assert world.taken() == ["SetTaskState"]
    assert ["(InvalidState)" in note for note in world.notes] == [True]


def test_long_and_odd_texts_are_made_to_fit(world: World) -> None:
    world.tasks.show(Shown("a\x1b[31m\n" + "x" * 999, 0), shown(0)[1])
    world.tasks.update()
    world.tasks.finish("\x00" + "y" * 999)
    message = world.wire.params["SetTaskState"]["fault"]["faultMessage"][0]["message"]
    assert message == "y" * (_mirror.LONGEST - 1) + "…"


def test_a_run_that_cannot_be_mirrored_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "REQUESTS_IMPORT_ERROR", "Traceback")
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror.finish(None)
    assert "vCenter does not show this run: Failed to import the required Python library (requests)" in mirror.trouble


@pytest.mark.parametrize("error", [VsphereError, ValueError])
def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(options: t.Any, keep_secret: t.Callable[[str], object]) -> t.NoReturn:
        keep_secret("session key")
        raise error("neither 'a secret' nor the session key")

    monkeypatch.setattr(_mirror, "Connection", refuse)
    mirror = Mirror(OPTIONS, CreateOptions("x"))
    mirror.finish(None)
    assert mirror.trouble.endswith("neither '********' nor the ********")


def test_an_object_as_a_text() -> None:
    assert entity_from_text(None) is entity_from_text("") is None
    assert entity_from_text("VirtualMachine:vm-12") == ("entity", "VirtualMachine", "vm-12", None, None)
    assert entity_from_text("DC0/vm/web: 1") == ("entity", None, None, None, "DC0/vm/web: 1")
    assert entity_from_text("web-01") == ("entity", None, None, "web-01", None)
    with pytest.raises(VsphereError, match="name is empty"):
        entity_from_text("  ")
