# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Driving a task: requests that are rejected, and tasks that only the history has."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import update_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import (
    UpdateOptions,
    described,
    failed,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._types._given import to_any

from ..builders import hidden, info, newest, reading
from ..wire import Wire, connect, reader_of
from .updating import options, update, whole

# --- requests that are rejected ---


@pytest.mark.parametrize(
    ("before", "wanted", "problem"),
    [
        (info("task-1", "queued"), options(progress=5), "accepts progress only while it runs: also set state: running"),
        (info("task-1"), options(state="queued", progress=5), "is or would be queued"),
        (
            info("task-1", "success"),
            options(progress=5),
            r"has ended \(state success\), so the module can no longer set its progress: omit progress",
        ),
        (
            info("task-1", "success", result=to_any(7)),
            options(state="error"),
            "has already ended with state success and result 7: you cannot change the outcome of a task",
        ),
        (info("task-1", "success", result=to_any(7)), options(state="success", result=8), "state success and result 7"),
        (info("task-1", "success"), options(state="success", result=8), "state success and no result"),
        (info("task-1", "success"), options(state="running"), "state success and no result"),
        (
            info("task-1", "error", error=failed("full")),
            options(state="error", fault_data=failed("empty")),
            "state error and error 'full'",
        ),
        (info("task-1", "error"), options(state="error", fault_data=failed("x")), "state error and no error"),
        (
            info("task-1", "success", result={"_typeName": "NewType", "key": "a"}),
            options(state="success", result={"_typeName": "KeyValue", "key": "a", "value": "b"}),
            "state success and result",
        ),
    ],
)
def test_a_request_that_the_task_cannot_meet_is_rejected_unsent(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, t.Any], wanted: UpdateOptions, problem: str
) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(before)])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match=problem):
        update_task(reader_of(connection), wanted)
    assert wire.methods() == ["Login", "RetrievePropertiesEx", "Logout"]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (reading(info("task-1", "success")), "ended with state success before the request of the module, because of"),
        (reading(info("task-1", "queued")), "is queued, so"),
        (Fault("NoPermission", "no", {}), "is queued, so"),
    ],
)
def test_a_task_that_changes_in_the_meantime_names_the_call_that_the_server_rejects(
    monkeypatch: pytest.MonkeyPatch, after: t.Any, told: str
) -> None:
    context = Context()
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1", "queued")), after],
        SetTaskState=[None],
        UpdateProgress=[Fault("InvalidState", "Over.", {"faultMessage": [{"key": "k", "message": "Who did it"}]})],
    )
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError) as caught:
        update_task(reader_of(connection, context=context), options(state="running", progress=5))
    assert told in caught.value.message
    assert caught.value.message.endswith("so the server rejects UpdateProgress (InvalidState). Who did it")
    assert caught.value.result["fault"]["type"] == "InvalidState"
    assert (context.known["changed"], context.done) == (True, ["SetTaskState"])


@pytest.mark.parametrize(
    ("wanted", "method", "option"),
    [
        (options(description=described("Copied")), "SetTaskDescription", "description"),
        (options(custom_values={"owner": "b"}), "setCustomValue", "custom_values"),
    ],
)
def test_what_the_server_rejects_for_a_task_that_had_ended_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, wanted: UpdateOptions, method: str, option: str
) -> None:
    ended = whole(info("task-1", "error"), owner="a")
    with pytest.raises(VsphereError) as caught:
        update(monkeypatch, [ended], wanted, **{method: [Fault("InvalidState", "Over.", {})]})
    assert caught.value.message.endswith(
        f"has ended with state error, so the server rejects {method} (InvalidState): omit {option}"
    )


def test_a_description_that_comes_after_the_end_of_a_task_is_not_the_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [reading(info("task-1")), reading(info("task-1", "success"))]
    refusal = [Fault("InvalidState", "Over.", {})]
    with pytest.raises(VsphereError, match=r"because of another client, so .* SetTaskDescription \(InvalidState\)$"):
        update(monkeypatch, readings, options(description=described("Copied")), SetTaskDescription=refusal)


def test_another_fault_is_raised_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Fault("NoPermission", "no", {}, "SetTaskState")
    with pytest.raises(Fault, match="SetTaskState is not allowed"):
        update(monkeypatch, [reading(info("task-1", "queued"))], options(state="running"), SetTaskState=[refusal])


def test_a_task_that_the_user_is_not_allowed_to_see_is_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fault, match="Reading info of Task task-1 is not allowed"):
        update(monkeypatch, [{"objects": [hidden("task-1")]}], options(state="running"))


# --- tasks that only the history has ---


OVER = info("task-1", "success", result=to_any(7))


def test_a_task_of_the_history_with_the_requested_outcome_is_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    result, sent, _context = update(monkeypatch, [None], options(state="success", result=7), **newest(OVER))
    assert (result["changed"], result["task"]["result"], sent) == (False, 7, [])


@pytest.mark.parametrize(
    ("past", "wanted", "problem"),
    [
        (info("task-1"), options(state="running"), "only in its history, which does not contain its outcome"),
        (OVER, options(state="error"), "has already ended with state success"),
        (OVER, options(custom_values={"owner": "a"}), "does not contain custom values: omit custom_values"),
        (OVER, options(state="success", description=described("x")), "can no longer set its description: omit descr"),
    ],
)
def test_a_task_of_the_history_cannot_change(
    monkeypatch: pytest.MonkeyPatch, past: dict[str, t.Any], wanted: UpdateOptions, problem: str
) -> None:
    with pytest.raises(VsphereError, match=problem):
        update(monkeypatch, [None], wanted, **newest(past))


def test_a_task_that_neither_server_nor_history_has_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VsphereError, match="does not know task-1") as caught:
        update(monkeypatch, [None], options(state="success"), **newest())
    assert caught.value.result["missing_task_ids"] == ["task-1"]
