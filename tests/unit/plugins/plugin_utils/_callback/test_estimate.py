# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estimated progress of a run."""

from __future__ import annotations

import random

from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._estimate import Estimate


def begin(estimate: Estimate, *tasks: str) -> list[int]:
    """Begin the tasks one after another. Returns the percentages of the run."""
    percents = []
    for task in tasks:
        estimate.begin_task(task)
        percents.append(estimate.percent)
    return percents


def test_each_task_is_done_when_the_next_one_begins() -> None:
    estimate = Estimate({"play": set("abcd")})
    estimate.begin_play("play", "abcd")
    assert begin(estimate, *"abcd") == [0, 25, 50, 75]


def test_a_task_that_hosts_begin_one_by_one_counts_once() -> None:
    estimate = Estimate({"play": set("abcd")})
    estimate.begin_play("play", "abcd")
    assert begin(estimate, *"aabbabc") == [0, 0, 25, 25, 25, 25, 50]


def test_tasks_of_later_plays_count() -> None:
    estimate = Estimate({"one": set("ab"), "two": set("cd")})
    estimate.begin_play("one", "ab")
    assert begin(estimate, *"ab") == [0, 25]
    assert estimate.play_percent == 50
    estimate.begin_play("two", "cd")
    assert (estimate.percent, estimate.play_percent) == (50, 0)
    assert begin(estimate, *"cd") == [50, 75]


def test_an_unexpected_task_counts_from_its_beginning_on() -> None:
    estimate = Estimate({"play": set("abcd")})
    estimate.begin_play("play", "abcd")
    assert begin(estimate, *"abc") == [0, 25, 50]
    # Three of five, four of six, five of seven; the last was known.
    assert begin(estimate, "new", "newer", "newest", "d") == [60, 66, 71, 85]


def test_skipped_tasks_count_as_done_after_their_play() -> None:
    estimate = Estimate({"one": set("abcd"), "two": set("efgh")})
    estimate.begin_play("one", "abcd")
    begin(estimate, "a")
    estimate.begin_play("two", "efgh")
    assert estimate.percent == 50


def test_tasks_that_tags_leave_out_count_as_done_when_their_play_begins() -> None:
    estimate = Estimate({"one": set("abcd"), "two": set("efgh")})
    estimate.begin_play("one", "ab")
    assert (estimate.percent, estimate.play_percent) == (25, 50)


def test_a_further_batch_of_hosts_makes_the_progress_wait() -> None:
    estimate = Estimate({"play": set("ab")})
    estimate.begin_play("play", "ab")
    assert begin(estimate, *"ab") == [0, 50]
    estimate.begin_play("play", "ab")
    # The number of known tasks has doubled, and both tasks of the first batch are done.
    assert begin(estimate, *"ab") == [50, 75]
    estimate.begin_play("play", "ab")
    # Four of six tasks are less than the percentage before.
    assert begin(estimate, *"ab") == [75, 83]


def test_a_run_without_known_tasks_is_at_zero() -> None:
    estimate = Estimate({})
    assert (estimate.percent, estimate.play_percent) == (0, 0)


def test_the_progress_never_decreases_and_never_exceeds_the_maximum() -> None:
    chance = random.Random(5)  # noqa: S311 (the same runs each time)
    for _run in range(200):
        plays = {str(play): {f"{play}.{task}" for task in range(chance.randrange(9))} for play in range(4)}
        estimate = Estimate(plays)
        seen = []
        for play, tasks in plays.items():
            for _batch in range(chance.randrange(1, 4)):
                chosen = {task for task in tasks if chance.random() < 0.8}
                estimate.begin_play(play, chosen)
                for task in [*sorted(chosen), *map(str, range(chance.randrange(5)))]:
                    estimate.begin_task(task)
                    seen.append((estimate.percent, estimate.play_percent))
                assert all(0 <= percent <= 100 for both in seen for percent in both)
        overall = [percent for percent, _play in seen]
        assert overall == sorted(overall)
