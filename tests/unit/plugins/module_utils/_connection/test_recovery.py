# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors after which a read is repeated, and the pauses before that."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    SessionRefused,
    TimedOut,
    Unavailable,
    Unreachable,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Clock


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "soon", "in_a_wait"),
    [
        (Lost("reset"), True, True),
        (Unavailable("503"), True, True),
        (TimedOut("slow"), False, True),
        (Unreachable("refused"), False, True),
        (Fault("NotAuthenticated", "", {}), False, True),
        (Fault("ManagedObjectNotFound", "", {"obj": reference("PropertyFilter", "x")}), False, True),
        (Fault("ManagedObjectNotFound", "", {"obj": reference("VirtualMachine", "x")}), False, False),
        (Fault("NoPermission", "", {}), False, False),
        (NotUnderstood("page", "HTML"), False, False),
        # A front end rejects the login, or a session that the login has just opened.
        (caused(NotUnderstood("rejects", "HTTP 401"), SessionRefused("Login")), False, True),
        (caused(VsphereError("rejects"), SessionRefused("info")), False, False),
    ],
    ids=repr,
)
def test_an_error_is_temporary_or_not(error: Exception, soon: bool, in_a_wait: bool) -> None:
    assert (_recovery.is_transient(error), _recovery.can_recover(error)) == (soon, in_a_wait)


@pytest.mark.parametrize(("seconds", "last"), [(60, [10, 10, 10, 7.4]), (23, [0.4])])
def test_pauses_get_longer_up_to_ten_seconds_and_end_with_the_deadline(
    monkeypatch: pytest.MonkeyPatch, seconds: float, last: list[float]
) -> None:
    clock = Clock(monkeypatch)
    assert not any(_recovery.delays_until(clock.now + seconds))
    assert clock.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, *last])


def test_pauses_are_short_again_after_an_attempt_that_was_longer_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    delays = _recovery.delays_until(clock.now + 10_000)
    for seconds in (0, 0, 0, 10, 3600, 0, 0):
        next(delays)
        clock.now += seconds
    next(delays)
    assert clock.pauses == pytest.approx([0.2, 0.4, 0.8, 1.6, 0.2, 0.4, 0.8])
