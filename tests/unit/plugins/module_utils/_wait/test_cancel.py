# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canceling tasks: canceled tasks, skipped tasks, failures, and the wait for the end."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, TimedOut, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._cancel import (
    DISAPPEARED,
    CancelOptions,
    cancel_tasks,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._targets import Targets

from ..builders import change, failed, hidden, info, newest, reading, task, unknown, updates, watching
from ..wire import Clock, Wire, connect, reader_of

NO_WAIT = CancelOptions(timeout=None)


def cannot(task_id: str, why: str) -> str:
    """The failure of that task."""
    return f"cannot cancel {task_id} (VirtualMachine.clone on no entity), because {why}"


def cancel(
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    *task_ids: str,
    options: CancelOptions = NO_WAIT,
    context: Context | None = None,
    ended: t.Any = (),
) -> dict[str, t.Any]:
    """The result, including the parts that the run adds."""
    context = context or Context()
    with connect(monkeypatch, wire) as connection:
        result = cancel_tasks(reader_of(connection, context=context), Targets([*task_ids], [*ended]), options)
    return {**context.known, **result}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, CancelOptions(False, 300)),
        ({"on_not_cancelable": "skip", "timeout": 0}, CancelOptions(True, 0)),
        ({"wait": False}, CancelOptions(False, None)),
    ],
)
def test_params_become_options(given: dict[str, t.Any], expected: CancelOptions) -> None:
    params = {"on_not_cancelable": "fail", "timeout": 300, "wait": True, **given}
    assert CancelOptions.from_params(params) == expected


def test_a_negative_timeout_is_rejected() -> None:
    with pytest.raises(VsphereError, match="timeout -1"):
        CancelOptions.from_params({"on_not_cancelable": "fail", "timeout": -1, "wait": True})


def test_without_a_wait_the_tasks_are_returned_as_they_are_after_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", cancelled=True))], CancelTask=[None]
    )
    result = cancel(monkeypatch, wire, "task-1")
    assert (result["changed"], result["cancelled_task_ids"], result["skipped_tasks"]) == (True, ["task-1"], [])
    assert result["tasks"][0]["cancelled"]
    assert result["diff"] == {
        "before": {"task-1": {"state": "running", "cancelled": False}},
        "after": {"task-1": {"state": "running", "cancelled": True}},
    }


def test_with_a_wait_cancelled_tasks_are_followed_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    before = reading(info("task-1"), info("task-2", "success"))
    after = reading(info("task-1", **failed("RequestCanceled")), info("task-2", "success"))
    wire = Wire(
        RetrievePropertiesEx=[before, after],
        CancelTask=[None],
        **watching(updates(change("task-1", "enter", state="running")), updates(change("task-1", state="error"))),
    )
    result = cancel(monkeypatch, wire, "task-2", "task-1", options=CancelOptions())
    assert [(each["id"], each["state"]) for each in result["tasks"]] == [("task-2", "success"), ("task-1", "error")]
    assert result["skipped_tasks"] == [{"id": "task-2", "reason": "it has already ended (state success)"}]
    # Tasks that had already ended are not watched.
    watched = wire.params["CreateFilter"]["spec"]["objectSet"]
    assert [each["obj"]["value"] for each in watched] == ["task-1"]


def test_a_task_that_outlasts_the_timeout_is_a_failure_with_the_results_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, context = Clock(monkeypatch), Context()
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", cancelled=True))],
        CancelTask=[None],
        **watching(updates(change("task-1", "enter", state="running")), clock.after(7)),
    )
    with pytest.raises(VsphereError, match=r"task-1 .*7 s .*\(option timeout\)") as caught:
        cancel(monkeypatch, wire, "task-1", options=CancelOptions(timeout=7), context=context)
    assert caught.value.result["tasks"][0]["cancelled"]
    assert context.known == {"changed": True, "cancelled_task_ids": ["task-1"], "skipped_tasks": []}


def test_a_task_that_was_cancelled_before_is_skipped_and_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1", cancelled=True)), reading(info("task-1", **failed()))],
        **watching(updates(change("task-1", "enter", state="error"))),
    )
    result = cancel(monkeypatch, wire, "task-1", options=CancelOptions())
    assert not result["changed"]
    assert result["skipped_tasks"] == [{"id": "task-1", "reason": "someone has already requested its cancellation"}]
    assert result["tasks"][0]["state"] == "error"


def test_a_task_that_someone_else_cancels_in_the_meantime_is_skipped_and_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", **failed("RequestCanceled")))],
        CancelTask=[Fault("InvalidState", "no", {})],
        **watching(updates(change("task-1", "enter", state="running")), updates(change("task-1", state="error"))),
    )
    result = cancel(monkeypatch, wire, "task-1", options=CancelOptions())
    reason = "it ended, or someone requested its cancellation, in the meantime"
    assert result["skipped_tasks"] == [{"id": "task-1", "reason": reason}]
    assert [each["state"] for each in result["tasks"]] == ["error"]


def test_a_task_that_becomes_hidden_during_the_wait_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), None],
        CancelTask=[None],
        **watching(updates(change("task-1", "enter", state="running")), updates(hidden("task-1"))),
    )
    with pytest.raises(VsphereError, match=r"^the outcome of task-1 .* is unknown: .*NoPermission"):
        cancel(monkeypatch, wire, "task-1", options=CancelOptions())


def test_an_error_of_the_wait_does_not_hide_the_failures_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Fault("NoPermission", "no", {})
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1"), info("task-2"))],
        CancelTask=[refusal, None],
        **watching(Fault("SystemError", "broken", {})),
    )
    with pytest.raises(VsphereError) as caught:
        cancel(monkeypatch, wire, "task-1", "task-2", options=CancelOptions())
    assert caught.value.message.startswith(f"{cannot('task-1', refusal.message)}; ")
    assert "SystemError" in caught.value.message
    assert caught.value.result["fault"]["type"] == "NoPermission"


def test_a_task_that_vanishes_before_the_watch_does_not_end_the_wait_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running, ended = change("task-2", "enter", state="running"), change("task-2", state="error")
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1"), info("task-2")), reading(info("task-2", **failed()))],
        CancelTask=[None, None],
        **watching(unknown("task-1"), updates(running), updates(ended)),
    )
    result = cancel(monkeypatch, wire, "task-1", "task-2", options=CancelOptions())
    assert [(each["id"], each["state"]) for each in result["tasks"]] == [("task-2", "error")]
    assert wire.script["WaitForUpdatesEx"] == []


def test_late_tasks_are_reported_after_the_refused_ones(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    refusal = Fault("NoPermission", "no", {})
    both = [info("task-1"), info("task-2")]
    wire = Wire(
        RetrievePropertiesEx=[reading(*both)] * 2,
        CancelTask=[refusal, None],
        **watching(updates(change("task-2", "enter", state="running")), clock.after(7)),
    )
    with pytest.raises(VsphereError) as caught:
        cancel(monkeypatch, wire, "task-1", "task-2", options=CancelOptions(timeout=7))
    late = (
        "task-2 (VirtualMachine.clone on no entity) has not ended 7 s after the request to cancel it (option timeout)"
    )
    assert caught.value.message == f"{cannot('task-1', refusal.message)}; {late}"


@pytest.mark.parametrize("how", ["its own word", "fault"])
@pytest.mark.parametrize("skip", [True, False])
def test_a_task_without_a_cancel_button_is_a_failure_unless_such_are_skipped(
    monkeypatch: pytest.MonkeyPatch, skip: bool, how: str
) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1", cancelable=how == "fault"))],
        CancelTask=[Fault("NotSupported", "no", {})],
    )
    options = CancelOptions(skip, None)
    if skip:
        result = cancel(monkeypatch, wire, "task-1", options=options)
        assert result["skipped_tasks"] == [{"id": "task-1", "reason": "it is not cancelable"}]
        assert not result["changed"]
    else:
        with pytest.raises(VsphereError) as caught:
            cancel(monkeypatch, wire, "task-1", options=options)
        why = "it is not cancelable" + (" (NotSupported)" if how == "fault" else "")
        remedy = ": set on_not_cancelable: skip to ignore such tasks"
        assert caught.value.message == cannot("task-1", why + remedy)
        assert ("fault" in caught.value.result) == (how == "fault")
        assert [each["id"] for each in caught.value.result["tasks"]] == ["task-1"]


def test_all_tasks_are_tried_and_the_failures_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    infos = [info(f"task-{number}") for number in (1, 2, 3)]
    refusals = [Fault(type_, "no", {}) for type_ in ("NoPermission", "SystemError")]
    context = Context()
    wire = Wire(RetrievePropertiesEx=[reading(*infos)] * 2, CancelTask=[refusals[0], None, refusals[1]])
    with pytest.raises(VsphereError) as caught:
        cancel(monkeypatch, wire, "task-1", "task-2", "task-3", context=context)
    expected = [cannot("task-1", refusals[0].message), cannot("task-3", refusals[1].message)]
    assert caught.value.message == "; ".join(expected)
    assert context.known["cancelled_task_ids"] == ["task-2"]
    assert context.known["changed"]
    # The result contains the first of several faults.
    assert caught.value.result["fault"]["type"] == "NoPermission"


def test_a_request_without_an_answer_is_reported_with_the_text_of_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    both = reading(info("task-1"), info("task-2"))
    wire = Wire(RetrievePropertiesEx=[both, TimedOut("slow")], CancelTask=[TimedOut("slow")])
    with pytest.raises(VsphereError, match=r"^slow; .*CancelTask of Task task-1 .*; .*task-2 ") as caught:
        cancel(monkeypatch, wire, "task-1", "task-2")
    assert "fault" not in caught.value.result


def test_check_mode_sends_nothing_and_predicts_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"), info("task-2", "success"))])
    result = cancel(monkeypatch, wire, "task-1", "task-2", options=CancelOptions(), context=Context(check_mode=True))
    assert (result["changed"], result["cancelled_task_ids"]) == (True, ["task-1"])
    assert [each["cancelled"] for each in result["tasks"]] == [True, False]


@pytest.mark.parametrize("state", ["success", "running"])
def test_a_task_that_only_the_history_has_is_skipped(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-2", "success"))], **newest(info("task-1", state)))
    result = cancel(monkeypatch, wire, "task-1", "task-2")
    assert [each["id"] for each in result["skipped_tasks"]] == ["task-1", "task-2"]
    assert [each["id"] for each in result["tasks"]] == ["task-1", "task-2"]
    # If the history does not contain the end of a task, the reason says only that.
    unknown_end = "it has disappeared, and the history of the server does not contain its outcome"
    reason = result["skipped_tasks"][0]["reason"]
    assert reason == (unknown_end if state == "running" else "it has already ended (state success)")


def test_a_task_that_the_search_found_as_ended_is_skipped_without_a_further_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", cancelled=True))], CancelTask=[None]
    )
    result = cancel(monkeypatch, wire, "task-1", ended=[task("task-9", "success")])
    assert result["skipped_tasks"] == [{"id": "task-9", "reason": "it has already ended (state success)"}]
    assert [each["id"] for each in result["tasks"]] == ["task-1", "task-9"]


def test_an_unknown_id_is_an_error_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(info("task-1"))], **newest())
    with pytest.raises(VsphereError) as caught:
        cancel(monkeypatch, wire, "task-1", "task-8")
    assert caught.value.result == {"missing_task_ids": ["task-8"]}


def test_a_task_of_a_search_that_is_not_there_anymore_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1", cancelled=True))],
        CancelTask=[None],
        **newest(),
    )
    with connect(monkeypatch, wire) as connection:
        context = Context()
        targets = Targets(["task-1", "task-8"], [])
        cancel_tasks(reader_of(connection, context=context), targets, NO_WAIT, seen=True)
    assert context.known["cancelled_task_ids"] == ["task-1"]
    assert context.known["skipped_tasks"] == [{"id": "task-8", "reason": DISAPPEARED}]


def test_a_hidden_task_is_a_failure_and_the_others_are_canceled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = Context()
    both = reading(info("task-1"))
    both["objects"].append(hidden("task-2"))
    wire = Wire(RetrievePropertiesEx=[both, reading(info("task-1", cancelled=True))], CancelTask=[None])
    with pytest.raises(VsphereError, match="task-2 "):
        cancel(monkeypatch, wire, "task-1", "task-2", context=context)
    assert context.known["cancelled_task_ids"] == ["task-1"]
