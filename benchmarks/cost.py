# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and bytes of one wait: each waiter and length has a test vCenter to itself, whose counters are read."""

import contextlib
from typing import Any

from lateness import LATEST, LENGTHS
from setup import Setup
from vcenter import running
from waiters import WAITERS, host


def measure(setup: Setup) -> dict[str, Any]:
    """By length and waiter: ``wait`` while it waited, ``session`` with login and logout around it."""
    print("Requests and bytes …", flush=True)
    with contextlib.ExitStack() as stack:
        hosts = {}
        for length in LENGTHS:
            for waiter in WAITERS:
                vcenter = stack.enter_context(running(setup.vcenter))
                hosts[length, waiter.name] = stack.enter_context(host(waiter, vcenter, setup))
        for each in hosts.values():
            each.is_ready()
        for key, each in hosts.items():
            each.start(key[0])
        results: dict[str, dict[str, Any]] = {str(length): {} for length in LENGTHS}
        for (length, name), each in hosts.items():
            (answer,) = each.answers(1, length + LATEST)
            results[str(length)][name] = {part: answer[part] for part in ("wait", "session")}
        return results
