# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of a collector: the parameters of each call, and a series that does not advance or end."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _watch

from ..builders import COLLECTOR, change, updates
from ..wire import Clock, Wire


class Waits(Wire):
    """The wire, with the length of each wait, and the number of pages of a truncated answer."""

    def __init__(self, *answers: t.Any) -> None:
        super().__init__(WaitForUpdatesEx=list(answers))
        self.waits: list[float] = []
        self.turns = 0

    def invoke(self, ref: dict[str, t.Any], method: str, params: t.Any = None, wait: float = 0) -> t.Any:
        self.waits.append(wait)
        return super().invoke(ref, method, params, wait)

    def pages(self, most: int = 0, answers: int = 1) -> t.Callable[..., None]:
        pages = itertools.count(1)

        def turn() -> None:
            self.turns = next(pages)

        return turn


def version(number: int, **more: t.Any) -> dict[str, t.Any]:
    return {**updates(change("task-1", "modify", progress=number)), "version": str(number), **more}


def series(wire: Wire, seconds: float = 3600, **how: float) -> t.Iterator[_watch.Answer]:
    return _watch.answers(t.cast("t.Any", wire), COLLECTOR, lambda: seconds, **how)


def test_the_first_call_does_not_wait_and_the_next_continues_from_its_version(clock: Clock) -> None:
    wire = Waits(version(1), clock.after(20), version(2))
    answers = [changes and changes["version"] for changes, _more, _complete in itertools.islice(series(wire), 3)]
    assert answers == ["1", None, "2"]
    sent = [params for method, params in wire.given if method == "WaitForUpdatesEx"]
    assert [(params["version"], params["options"]) for params in sent] == [
        ("", {"_typeName": "WaitOptions", "maxWaitSeconds": 0}),
        ("1", {"_typeName": "WaitOptions", "maxWaitSeconds": 20}),
        ("1", {"_typeName": "WaitOptions", "maxWaitSeconds": 20}),
    ]
    assert wire.waits == [0, 20, 20]


def test_the_complete_state_returns_after_each_refresh_time(clock: Clock) -> None:
    late = [clock.after(20), clock.after(19, version(2)), clock.after(1)]
    wire = Waits(version(1), *late, version(3, truncated=True), version(4), clock.after(20))
    answers = [*itertools.islice(series(wire, refresh=40), 7)]
    assert [answer.complete for answer in answers] == [True, False, False, False, True, True, False]
    asked = [params["version"] for method, params in wire.given if method == "WaitForUpdatesEx"]
    assert asked == ["", "1", "1", "2", "", "3", "4"]
    assert wire.waits == [0, 20, 20, 20, 0, 0, 20]


@pytest.mark.parametrize(("seconds", "longest"), [(-3, 0), (0, 0), (0.2, 1), (7, 7), (20.5, 20)])
def test_a_call_waits_for_whole_seconds(clock: Clock, seconds: float, longest: int) -> None:
    wire = Waits(version(1), version(2))
    assert len([*itertools.islice(series(wire, seconds), 2)]) == 2
    assert wire.waits == [0, longest]


def test_the_rest_of_a_truncated_answer_is_read_without_waiting(clock: Clock) -> None:
    parts = [version(1, truncated=True), version(2, truncated=True), version(3), version(4, truncated=True)]
    wire = Waits(*parts, version(5))
    assert [more for _changes, more, _complete in itertools.islice(series(wire), 3)] == [True, True, False]
    assert wire.waits == [0, 0, 0]
    # The pages of each answer count by themselves.
    wire = Waits(*parts, version(5))
    assert len([*itertools.islice(series(wire), 4)]) == 4
    assert (wire.waits, wire.turns) == ([0, 0, 0, 20], 1)


def test_the_tenth_repetition_of_an_answer_is_an_error(clock: Clock) -> None:
    same = [clock.after(1, version(2)) for _number in range(_watch.MOST_REPEATED + 1)]
    reached = series(Waits(version(1), *same))
    assert len([*itertools.islice(reached, _watch.MOST_REPEATED + 1)]) == _watch.MOST_REPEATED + 1
    with pytest.raises(VsphereError) as raised:
        next(reached)
    assert raised.value.message == "it repeats the same changes, with the same version"


def test_another_answer_ends_a_repetition(clock: Clock) -> None:
    nine = [clock.after(1, version(1)) for _number in range(_watch.MOST_REPEATED)]
    others = [clock.after(1, version(2)), *[clock.after(1, version(1)) for _number in range(_watch.MOST_REPEATED)]]
    wire = Waits(*nine, *others)
    assert len([*itertools.islice(series(wire), len(nine + others))]) == len(nine + others)


def test_an_endless_series_of_immediate_answers_slows_down(clock: Clock) -> None:
    wire = Waits(*[version(number) for number in range(_watch.BURST + 4)])
    read = series(wire)
    # The first answer is one of the burst, and the pause comes before the next request.
    for _number in range(_watch.BURST + 1):
        next(read)
    assert clock.pauses == []
    next(read)
    next(read)
    assert clock.pauses == [_watch.PAUSE, _watch.PAUSE]


@pytest.mark.parametrize(("seconds", "pauses"), [(0.25, 3), (0.5, 3), (0.75, 0)])
def test_only_answers_that_do_not_take_longer_than_a_pause_cause_pauses(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, seconds: float, pauses: int
) -> None:
    # In contrast to the real length, this one adds up without rounding.
    monkeypatch.setattr(_watch, "PAUSE", 0.5)
    wire = Waits(*[clock.after(seconds, version(number)) for number in range(_watch.BURST + 4)])
    assert len([*itertools.islice(series(wire), _watch.BURST + 4)]) == _watch.BURST + 4
    assert len(clock.pauses) == pauses


def test_a_slow_or_truncated_answer_ends_a_burst(clock: Clock) -> None:
    for ending in (clock.after(1, version(100)), version(100, truncated=True)):
        clock.pauses.clear()
        quick = [version(number) for number in range(_watch.BURST)]
        wire = Waits(*quick, ending, *[version(200 + number) for number in range(_watch.BURST + 1)])
        assert len([*itertools.islice(series(wire), 2 * _watch.BURST + 2)]) == 2 * _watch.BURST + 2
        assert clock.pauses == []
