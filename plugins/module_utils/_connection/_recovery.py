# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to repeat a call that changes nothing."""

from __future__ import annotations

import time
import typing as t

from .. import _errors

READ_DELAYS = (0.2, 1, 3)
"""Seconds between the tries of a read that met a transient failure."""

LONGEST_DELAY = 10
"""Maximum number of seconds between the tries during a wait."""

GRACE = 10
"""Seconds after a time limit to read the results of a slow or unreachable server."""

_LOST = ("NotAuthenticated", "RequestCanceled", "InvalidCollectorVersion")


def is_transient(error: Exception) -> bool:
    """Whether a second attempt can succeed soon."""
    return isinstance(error, (_errors.Lost, _errors.Unavailable))


def can_recover(error: Exception) -> bool:
    """Whether it is an error of a session that ended, or of a vCenter that restarts."""
    if isinstance(error, _errors.Fault):
        # The session ended (whether or not the waiting call reported it), and its collectors with it, or the server
        # lost its state.
        return error.type in _LOST or error.missing.get("type") in ("PropertyCollector", "PropertyFilter")
    if isinstance(error, _errors.NotUnderstood) and isinstance(error.__cause__, _errors.SessionRefused):
        # A front end can reject even the login while the services behind it start.
        return True
    return isinstance(error, (_errors.Lost, _errors.TimedOut, _errors.Unavailable, _errors.Unreachable))


def delays_until(deadline: float) -> t.Iterator[float]:
    """Pauses between attempts: short at first, then of ten seconds, up to the deadline of the monotonic clock.

    An attempt comes before its pause, and can last until the deadline. Therefore, the pauses are made here. After one
    that lasted for longer than a pause, such as hours of a wait, they are short again.
    """
    delay = READ_DELAYS[0]
    while time.monotonic() < deadline:
        began = time.monotonic()
        yield 0
        if time.monotonic() - began > LONGEST_DELAY:
            delay = READ_DELAYS[0]
        time.sleep(min(delay, max(0.0, deadline - time.monotonic())))
        delay = min(2 * delay, LONGEST_DELAY)
