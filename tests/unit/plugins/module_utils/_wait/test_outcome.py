# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a wait: conversion from and to a result, the sum of rounds, and failures."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._outcome import Outcome
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import WaitOptions

from ..builders import failed, task

WHOLE = Outcome(
    succeeded=["task-1"],
    failed=["task-2"],
    gone=["task-3"],
    forbidden=["task-4"],
    pending=["task-5", "task-6"],
    cancelled=["task-5"],
    not_cancelled={"task-6": "it is not cancelable"},
    tasks={"task-1": task("task-1", "success"), "task-5": task("task-5")},
    timed_out=True,
    elapsed=61.5,
)


def sentences(outcome: Outcome, check_mode: bool = False, **options: t.Any) -> list[str]:
    return outcome.failures(WaitOptions(timeout=60, **options), check_mode)


def test_a_result_has_one_key_for_each_group() -> None:
    assert WHOLE.to_result(with_tasks=False) == {
        "changed": True,
        "succeeded_task_ids": ["task-1"],
        "failed_task_ids": ["task-2"],
        "gone_task_ids": ["task-3"],
        "forbidden_task_ids": ["task-4"],
        "pending_task_ids": ["task-5", "task-6"],
        "cancelled_task_ids": ["task-5"],
        "not_cancelled_tasks": [{"id": "task-6", "reason": "it is not cancelable"}],
        "timed_out": True,
        "elapsed": 61.5,
    }


def test_an_outcome_equals_the_one_read_from_its_result() -> None:
    assert Outcome.from_result(WHOLE.to_result(with_tasks=True)) == WHOLE


def test_parts_that_a_failed_module_did_not_return_are_empty() -> None:
    assert Outcome.from_result({"msg": "refused", "gone_task_ids": ["task-1"]}) == Outcome(gone=["task-1"])


def test_only_a_cancellation_changes_anything() -> None:
    outcome = Outcome(succeeded=["task-1"], pending=["task-2"], tasks={"task-1": task("task-1", "success")})
    assert not outcome.to_result(with_tasks=False)["changed"]


@pytest.mark.parametrize("group", ["gone", "forbidden"])
def test_a_task_that_disappears_in_a_later_round_does_not_count_as_shown_again(group: str) -> None:
    outcome = Outcome(pending=["task-1"], tasks={"task-1": task("task-1")})
    later = Outcome()
    setattr(later, group, ["task-1"])
    outcome.add(later)
    assert outcome.tasks == {}
    [sentence] = sentences(outcome)
    assert sentence.startswith("the outcome of task-1 is unknown")


def test_a_later_round_adds_ended_tasks_and_replaces_pending_ones() -> None:
    first = Outcome(
        succeeded=["task-1"],
        pending=["task-2", "task-3"],
        not_cancelled={"task-2": "x"},
        tasks={"task-1": task("task-1", "success")},
        elapsed=10,
    )
    first.add(
        Outcome(
            failed=["task-2"],
            pending=["task-3"],
            cancelled=["task-3"],
            tasks={"task-3": task("task-3")},
            timed_out=True,
            elapsed=20,
        )
    )
    assert (first.succeeded, first.failed, first.pending) == (["task-1"], ["task-2"], ["task-3"])
    assert (first.cancelled, first.not_cancelled) == (["task-3"], {})
    assert (list(first.tasks), first.timed_out, first.elapsed) == (["task-1", "task-3"], True, 20)


def test_ended_tasks_are_those_that_are_not_pending() -> None:
    assert WHOLE.ended == ["task-1", "task-2", "task-3", "task-4"]


def test_successful_tasks_are_not_a_failure() -> None:
    Outcome(succeeded=["task-1"]).check(WaitOptions(timeout=60), check_mode=False, result={})


def test_a_failure_has_a_sentence_for_each_bad_end_and_the_result() -> None:
    outcome = Outcome(
        failed=["task-1", "task-2"],
        gone=["task-3"],
        forbidden=["task-4"],
        tasks={"task-1": task("task-1", **failed("VimFault"))},
    )
    with pytest.raises(VsphereError) as caught:
        outcome.check(WaitOptions(timeout=60), check_mode=False, result={"x": 1})
    parts = caught.value.message.split("; ")
    named = [
        "^task-1 .*VimFault",
        "^task-2 failed",
        "^the outcome of task-3 ",
        "^the outcome of task-4.*System.View.*System.Read on",
    ]
    assert len(parts) == 4
    for part, words in zip(parts, named):
        assert re.search(words, part)
    assert caught.value.result == {"x": 1}


def test_bad_ends_are_not_a_failure_if_on_error_is_return() -> None:
    assert sentences(Outcome(failed=["task-1"], gone=["task-2"]), on_error="return") == []


def test_a_cancellation_at_the_time_limit_differs_from_one_by_a_user() -> None:
    ended = task("task-1", **failed("RequestCanceled"))
    [ours] = sentences(Outcome(failed=["task-1"], cancelled=["task-1"], tasks={"task-1": ended}))
    [theirs] = sentences(Outcome(failed=["task-1"], tasks={"task-1": ended}))
    assert "60 s (option timeout)" in ours
    assert "RequestCanceled" in theirs


def test_a_late_task_is_a_failure_unless_on_timeout_is_return() -> None:
    late = Outcome(pending=["task-1", "task-2"], tasks={"task-1": task("task-1", progress=7)}, timed_out=True)
    first, second = sentences(late)
    assert "running at 7 %" in first
    assert first.endswith("after 60 s (option timeout)")
    assert second == "task-2 after 60 s (option timeout)"
    assert sentences(late, on_timeout="return") == []
    assert sentences(Outcome(pending=["task-1"])) == []


def test_a_late_task_after_a_cancellation_has_its_time_or_the_reason_of_its_failure() -> None:
    late = Outcome(
        pending=["task-1", "task-2"], cancelled=["task-1"], not_cancelled={"task-2": "no button"}, timed_out=True
    )
    first, second = sentences(late, on_timeout="cancel", cancel_timeout=30)
    assert "30 s" in first
    assert "cancel_timeout" in first
    assert "60 s" in second
    assert second.endswith("no button")


def test_a_task_that_check_mode_would_cancel_is_not_late() -> None:
    late = Outcome(pending=["task-1", "task-2"], cancelled=["task-1"], timed_out=True)
    assert len(sentences(late, on_timeout="cancel")) == 2
    [left] = sentences(late, check_mode=True, on_timeout="cancel")
    assert left.startswith("task-2")
    options = WaitOptions(timeout=60, on_timeout="cancel")
    Outcome(pending=["task-1"], cancelled=["task-1"], timed_out=True).check(options, check_mode=True, result={})
