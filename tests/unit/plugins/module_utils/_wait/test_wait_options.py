# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a wait: defaults, conversion, and rejected values."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import (
    TASK_WAIT_SPEC,
    WAIT_SPEC,
    WaitOptions,
)

DEFAULTS = {name: option["default"] for name, option in TASK_WAIT_SPEC.items()}


def of_wait(**given: t.Any) -> WaitOptions:
    return WaitOptions.from_params({**DEFAULTS, "task_ids": None, **given})


def test_the_defaults_of_the_module_are_those_of_the_options() -> None:
    assert of_wait() == WaitOptions(timeout=3600)


def test_a_module_with_the_short_spec_gives_the_rest_its_defaults() -> None:
    params = {name: option["default"] for name, option in WAIT_SPEC.items()}
    assert WaitOptions.from_params({**params, "timeout": 5, "on_timeout": "cancel"}) == WaitOptions(
        timeout=5, on_timeout="cancel"
    )


@pytest.mark.parametrize("name", ["timeout", "cancel_timeout", "progress_interval", "appear_timeout"])
def test_negative_seconds_are_rejected(name: str) -> None:
    with pytest.raises(VsphereError, match=f"^{name} -1 is negative: set it to 0 or more seconds$"):
        of_wait(**{name: -1})
    of_wait(**{name: 0})


def test_appear_timeout_cannot_exceed_the_timeout() -> None:
    assert of_wait(appear_timeout=60, timeout=60).appear_timeout == 60
    with pytest.raises(VsphereError, match=r"appear_timeout 61 .*timeout 60"):
        of_wait(appear_timeout=61, timeout=60)


def test_appear_timeout_is_rejected_with_ids() -> None:
    with pytest.raises(
        VsphereError, match=r"^appear_timeout requires options that select tasks: omit it, or omit task_ids$"
    ):
        of_wait(appear_timeout=1, task_ids=["task-1"])
    of_wait(appear_timeout=0, task_ids=["task-1"])


@pytest.mark.parametrize(("number", "seen"), [(1, False), (2, True)])
def test_a_round_lasts_for_the_progress_interval_and_knows_whether_it_is_the_first(number: int, seen: bool) -> None:
    options = of_wait(progress_round=number, progress_interval=7)
    assert (options.look_for, options.seen) == (7, seen)
