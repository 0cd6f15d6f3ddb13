# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the failures of a run is told as its error."""

from __future__ import annotations

from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._playbook_run import _Failure, _outcome

RESCUED = _Failure("one", "Rescued on one", counts=False)
BROKEN = _Failure("one", "Broken on one", counts=True)
LATER = _Failure("two", "Broken on two", counts=True)


def test_without_failed_hosts_there_is_no_error() -> None:
    assert _outcome([RESCUED], set()) is None


def test_the_first_failure_that_counts_is_told() -> None:
    assert _outcome([RESCUED, BROKEN], {"one"}) == "Broken on one"
    assert _outcome([RESCUED, BROKEN, LATER], {"one", "two"}) == "Broken on one; failed hosts in all: 2"


def test_a_failure_on_a_host_that_is_well_again_is_not() -> None:
    assert _outcome([BROKEN, LATER], {"two"}) == "Broken on two"


def test_a_failed_host_is_told_in_any_case() -> None:
    assert _outcome([RESCUED], {"one"}) == "Rescued on one"
    assert _outcome([], {"two", "one"}) == "Failed on one, two"
