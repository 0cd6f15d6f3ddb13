# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Driving a task: which calls are made, and in which order."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import drive_task, update_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import (
    UpdateOptions,
    described,
    failed,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._types._given import to_any
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import found, info, reading, task
from ..wire import Wire, connect, reader_of
from .updating import COPYING, PARTS, Sent, a_time, options, update, whole

# --- the calls and their order ---


@pytest.mark.parametrize(
    ("before", "wanted", "sent"),
    [
        (info("task-1", "queued"), options(state="running"), [("SetTaskState", {"state": "running"})]),
        (info("task-1"), options(state="queued"), [("SetTaskState", {"state": "queued"})]),
        (
            info("task-1"),
            options(state="queued", description=described("Copying")),
            [("SetTaskState", {"state": "queued"}), ("SetTaskDescription", {"description": COPYING})],
        ),
        (info("task-1"), options(progress=0), [("UpdateProgress", {"percentDone": 0})]),
        (info("task-1", progress=5), options(progress=6), [("UpdateProgress", {"percentDone": 6})]),
        # Progress needs a running task, and a final state ends all changes.
        (
            info("task-1", "queued"),
            options(state="running", progress=5, description=described("Copying")),
            [
                ("SetTaskState", {"state": "running"}),
                ("SetTaskDescription", {"description": COPYING}),
                ("UpdateProgress", {"percentDone": 5}),
            ],
        ),
        (
            info("task-1", "queued"),
            options(state="success", progress=100, result=7),
            [
                ("SetTaskState", {"state": "running"}),
                ("UpdateProgress", {"percentDone": 100}),
                ("SetTaskState", {"state": "success", "result": {"_typeName": "int", "_value": 7}}),
            ],
        ),
        (
            info("task-1"),
            options(state="error", progress=9, fault_data=failed("full")),
            [("UpdateProgress", {"percentDone": 9}), ("SetTaskState", {"state": "error", "fault": failed("full")})],
        ),
        (info("task-1", "queued"), options(state="success"), [("SetTaskState", {"state": "success"})]),
        # The text of a description counts, and its key.
        (
            info("task-1", description={"key": "other", "message": "Copying"}),
            options(description=described("Copying")),
            [("SetTaskDescription", {"description": COPYING})],
        ),
        # An ended task still takes a description.
        (
            info("task-1", "success"),
            options(state="success", progress=50, description=described("Copying")),
            [("SetTaskDescription", {"description": COPYING})],
        ),
    ],
)
def test_only_differences_are_sent_in_the_order_that_the_api_accepts(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, t.Any], wanted: UpdateOptions, sent: Sent
) -> None:
    result, calls, context = update(monkeypatch, [reading(before), reading(info("task-1", "success"))], wanted)
    assert calls == sent
    assert (result["changed"], context.known["changed"]) == (True, True)
    assert context.done == [method for method, _params in sent]
    # The result is the task as the server returns it.
    assert result["task"]["state"] == "success"


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (info("task-1"), options()),
        (info("task-1"), options(state="running")),
        (info("task-1", progress=5), options(state="running", progress=5)),
        (info("task-1", description=COPYING), options(description=described("Copying"))),
        (
            info("task-1", description={**COPYING, "arg": [{"key": "a", "value": "b"}]}),
            options(description=described("Copying")),
        ),
        (info("task-1", description={"key": "k"}), options(description={"key": "k", "message": ""})),
        # The server takes the text of its message with that key.
        (
            info("task-1", description={"key": "k", "message": "Copying"}),
            options(description={"key": "k"}),
        ),
        (info("task-1", "success", result=to_any(7)), options(state="success", result=7, progress=100)),
        (info("task-1", "success", result=to_any({"a": 1})), options(state="success", result={"a": 1})),
        (
            info("task-1", "success", result={"_typeName": "short", "_value": 7}),
            options(state="success", result={"_typeName": "short", "_value": 7}),
        ),
        (info("task-1", "success"), options(state="success")),
        (info("task-1", "error", error=failed("full")), options(state="error", fault_data=failed("full"))),
        (info("task-1", "success", progress=50), options(progress=50)),
        # The server adds its own cause and messages.
        (
            info(
                "task-1",
                "error",
                error={
                    **failed("full"),
                    "faultMessage": [*failed("full")["faultMessage"], {"key": "k", "message": "more"}],
                    "faultCause": {"_typeName": "VimFault"},
                },
            ),
            options(state="error", fault_data=failed("full")),
        ),
        # The same time, written in another way.
        (
            info("task-1", "success", result={"_typeName": "KeyAnyValue", "key": "a", "value": a_time("02:00Z")}),
            options(
                state="success",
                result={"_typeName": "KeyAnyValue", "key": "a", "value": a_time("03:00+01:00")},
            ),
        ),
        (
            info("task-1", "success", result=a_time("02:00:00Z")),
            options(state="success", result=a_time("03:00+01:00")),
        ),
        (
            info("task-1", "success", result={"_typeName": "ArrayOfDateTime", "_value": ["2026-01-31T02:00:00Z"]}),
            options(state="success", result={"_typeName": "ArrayOfDateTime", "_value": ["2026-01-31T03:00+01:00"]}),
        ),
    ],
)
def test_nothing_is_sent_without_a_difference(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, t.Any], wanted: UpdateOptions
) -> None:
    result, sent, context = update(monkeypatch, [reading(before)], wanted)
    assert sent == []
    assert not result["changed"]
    assert "changed" not in context.known
    assert result["diff"]["before"] == result["diff"]["after"]


def test_custom_values_that_differ_are_set_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [whole(info("task-1"), owner="a", team="b"), whole(info("task-1"), owner="a", team="c")]
    result, sent, _context = update(monkeypatch, readings, options(custom_values={"owner": "a", "team": "c"}))
    assert sent == [("setCustomValue", {"key": "team", "value": "c"})]
    assert result["task"]["custom_values"] == {"owner": "a", "team": "c"}
    assert result["diff"]["before"] == {"custom_values": {"owner": "a", "team": "b"}}


def test_a_custom_value_that_is_not_set_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [whole(info("task-1"), team="b"), whole(info("task-1"))]
    result, sent, _context = update(monkeypatch, readings, options(custom_values={"owner": "", "team": ""}))
    assert sent == [("setCustomValue", {"key": "team", "value": ""})]
    assert result["changed"]
    result, sent, _context = update(
        monkeypatch, [whole(info("task-1"))], options(custom_values={"owner": "", "team": ""})
    )
    assert (result["changed"], sent) == (False, [])
    assert result["diff"]["before"] == result["diff"]["after"]


@pytest.mark.parametrize(
    ("before", "values", "problem"),
    [
        (whole(info("task-1")), {"owner": "a", "color": "red"}, "has the name color: use one of owner, team"),
        (
            reading(info("task-1")),
            {"color": "red", "size": "x"},
            "the name color, size: an administrator must define it in vCenter$",
        ),
        (
            {"objects": [found(reference("Task", "task-1"), info=info("task-1"), availableField="x")]},
            {"color": "red"},
            r"^custom_values: the custom fields of task-1 \(.*\) are unreadable$",
        ),
    ],
)
def test_a_custom_field_that_is_not_defined_or_readable_is_rejected(
    monkeypatch: pytest.MonkeyPatch, before: dict[str, t.Any], values: dict[str, str], problem: str
) -> None:
    with pytest.raises(VsphereError, match=problem):
        update(monkeypatch, [before], options(custom_values=values))


# --- results ---


def test_a_diff_contains_the_parts_that_the_options_set(monkeypatch: pytest.MonkeyPatch) -> None:
    before = info("task-1", "queued", description=COPYING)
    after = info("task-1", "success", progress=100, result=to_any("done"), description=COPYING)
    wanted = options(state="success", progress=100, result="done")
    result, _sent, _context = update(monkeypatch, [reading(before), reading(after)], wanted)
    assert result["diff"] == {
        "before": {"state": "queued", "progress": None, "result": None},
        "after": {"state": "success", "progress": 100, "result": "done"},
    }


def test_check_mode_predicts_the_task_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = options(
        state="error",
        progress=9,
        description=described("Copying"),
        fault_data=failed("full"),
        custom_values={"team": "c"},
    )
    before = whole(info("task-1"), owner="a")
    result, sent, context = update(monkeypatch, [before], wanted, check=[True])
    assert sent == []
    assert (result["changed"], "changed" in context.known) == (True, False)
    after = result["task"]
    assert (after["state"], after["progress"]) == ("error", 9)
    assert after["description"] == {**described("Copying"), "arg": []}
    assert (after["error"]["type"], after["error"]["message"]) == ("ExtendedFault", "full")
    assert after["custom_values"] == {"owner": "a", "team": "c"}
    assert result["diff"]["after"] == {name: after[name] for name in ("state", "progress", *PARTS)}
    assert result["diff"]["before"].keys() == result["diff"]["after"].keys()


def test_check_mode_predicts_a_result_and_keeps_other_members(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, _sent, _context = update(
        monkeypatch, [reading(info("task-1", description=COPYING))], options(state="success", result=7), check=[True]
    )
    after = result["task"]
    assert (after["result"], after["progress"], after["error"]) == (7, None, None)
    assert after["description"]["message"] == "Copying"
    over = info("task-1", "success", result=to_any(7))
    wanted = options(state="success", description=described("Copying"))
    result, _sent, _context = update(monkeypatch, [reading(over)], wanted, check=[True])
    assert result["task"]["result"] == 7


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_result_says_whether_a_cancellation_was_requested(monkeypatch: pytest.MonkeyPatch, cancelled: bool) -> None:
    result, _sent, context = update(monkeypatch, [reading(info("task-1", cancelled=cancelled))], options())
    assert result["cancel_requested"] == context.known["cancel_requested"] == cancelled


def test_check_mode_predicts_no_progress_of_an_ended_task(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = options(state="success", progress=50, description=described("Copying"))
    result, _sent, _context = update(monkeypatch, [reading(info("task-1", "success"))], wanted, check=[True])
    assert result["task"]["progress"] is None


def test_a_requested_cancellation_is_known_even_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    before = info("task-1", "success", cancelled=True)
    wire = Wire(RetrievePropertiesEx=[reading(before)])
    context = Context()
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match="has already ended"):
        update_task(reader_of(connection, context=context), options(state="error"))
    assert context.known == {"cancel_requested": True}


# --- driving a task whose state is known ---


def test_a_driven_task_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(SetTaskState=[None], UpdateProgress=[None])
    with connect(monkeypatch, wire) as connection:
        after = drive_task(connection, task("task-1", "queued"), options(state="running", progress=5))
    assert (after["state"], after["progress"]) == ("running", 5)
    assert wire.calls[1:-1] == [("SetTaskState", "task-1"), ("UpdateProgress", "task-1")]


def test_a_lost_answer_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VsphereError) as raised:
        update(monkeypatch, [reading(info("task-1"))], options(progress=40), UpdateProgress=[Lost("the line broke")])
    assert "the outcome of UpdateProgress of Task task-1 is unknown" in raised.value.message
    assert raised.value.message.endswith(
        ", for example with vsphere_task_info and task_ids [task-1]. A second run is safe, because it begins with the "
        "present values of the task"
    )
