# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error of a run, from the failures in it."""

from __future__ import annotations

from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._playbook_run import _Failure, _outcome

RESCUED = _Failure("one", "Rescued on one", counts=False)
BROKEN = _Failure("one", "Broken on one", counts=True)
LATER = _Failure("two", "Broken on two", counts=True)


def test_without_failed_hosts_there_is_no_error() -> None:
    assert _outcome([RESCUED], set()) is None


def test_the_error_is_the_first_failure_that_counts() -> None:
    assert _outcome([RESCUED, BROKEN], {"one"}) == "Broken on one"
    assert _outcome([RESCUED, BROKEN, LATER], {"one", "two"}) == "Broken on one; failed hosts in all: 2"


def test_a_failure_on_a_rescued_host_is_not_the_error() -> None:
    assert _outcome([BROKEN, LATER], {"two"}) == "Broken on two"


def test_a_failed_host_is_an_error_even_without_a_failure_that_counts() -> None:
    assert _outcome([RESCUED], {"one"}) == "Rescued on one"
    assert _outcome([], {"two", "one"}) == "Failed on one, two"
