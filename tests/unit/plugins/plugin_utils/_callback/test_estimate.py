# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a run is, whatever turns up on the way."""

from __future__ import annotations

import random

from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._estimate import Estimate


def begin(estimate: Estimate, *tasks: str) -> list[int]:
    """Begin one after the other; the percentages of the run by then."""
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


def test_the_plays_ahead_count() -> None:
    estimate = Estimate({"one": set("ab"), "two": set("cd")})
    estimate.begin_play("one", "ab")
    assert begin(estimate, *"ab") == [0, 25]
    assert estimate.play_percent == 50
    estimate.begin_play("two", "cd")
    assert (estimate.percent, estimate.play_percent) == (50, 0)
    assert begin(estimate, *"cd") == [50, 75]


def test_tasks_that_turn_up_are_known_from_then_on() -> None:
    estimate = Estimate({"play": set("abcd")})
    estimate.begin_play("play", "abcd")
    assert begin(estimate, *"abc") == [0, 25, 50]
    # Three of five, four of six, five of seven; the last was known.
    assert begin(estimate, "new", "newer", "newest", "d") == [60, 66, 71, 85]


def test_what_did_not_run_is_settled_with_its_play() -> None:
    estimate = Estimate({"one": set("abcd"), "two": set("efgh")})
    estimate.begin_play("one", "abcd")
    begin(estimate, "a")
    estimate.begin_play("two", "efgh")
    assert estimate.percent == 50


def test_what_tags_leave_out_is_settled_at_once() -> None:
    estimate = Estimate({"one": set("abcd"), "two": set("efgh")})
    estimate.begin_play("one", "ab")
    assert (estimate.percent, estimate.play_percent) == (25, 50)


def test_a_further_batch_of_hosts_makes_the_progress_wait() -> None:
    estimate = Estimate({"play": set("ab")})
    estimate.begin_play("play", "ab")
    assert begin(estimate, *"ab") == [0, 50]
    estimate.begin_play("play", "ab")
    # What is known has doubled; both of the first batch are done.
    assert begin(estimate, *"ab") == [50, 75]
    estimate.begin_play("play", "ab")
    # Four of six are less than what was said before.
    assert begin(estimate, *"ab") == [75, 83]


def test_nothing_known_is_nothing_done() -> None:
    estimate = Estimate({})
    assert (estimate.percent, estimate.play_percent) == (0, 0)


def test_it_never_goes_back_and_never_beyond() -> None:
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
