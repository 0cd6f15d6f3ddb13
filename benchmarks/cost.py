# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and bytes of one wait: each waiter and length has a test vCenter to itself, whose counters are read."""

import concurrent.futures
import itertools
from typing import Any

from lateness import LATEST, LENGTHS
from setup import Setup
from vcenter import running
from waiters import WAITERS, Waiter, host


def one(waiter: Waiter, length: int, setup: Setup) -> dict[str, Any]:
    with running(setup.vcenter) as vcenter, host(waiter, vcenter, setup) as waiting:
        waiting.start(length)
        (answer,) = waiting.answers(1, length + LATEST)
    return {"wait": answer["wait"], "session": answer["session"]}


def measure(setup: Setup) -> dict[str, Any]:
    """By length and waiter: ``wait`` while it waited, ``session`` with login and logout around it."""
    print("Requests and bytes …", flush=True)
    jobs = list(itertools.product(WAITERS, LENGTHS))
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as executor:
        running_jobs = [executor.submit(one, waiter, length, setup) for waiter, length in jobs]
        results: dict[str, Any] = {str(length): {} for length in LENGTHS}
        for (waiter, length), job in zip(jobs, running_jobs, strict=True):
            results[str(length)][waiter.name] = job.result()
    return results
