# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lateness of a wait: all waiters side by side, each with a separate task.

The waits of one length begin one after the other, evenly, so that neither two beginnings nor two ends coincide; a
wave of them has begun before its first ends, so that no end meets a beginning.
"""

import contextlib
import time
from pathlib import Path
from typing import Any

from setup import Setup
from vcenter import running
from waiters import WAITERS, Host, host

LENGTHS = (3, 8, 20, 60)
SAMPLES = 20
PITCH = 0.12  # seconds from one start to the next; connecting takes less
MARGIN = 0.6  # seconds from a wave's last beginning to its first end
LATEST = 70  # seconds that a back-off can sleep


def cpu() -> tuple[int, int]:
    """Ticks of all processors: idle and altogether."""
    ticks = [int(each) for each in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def run_wave(hosts: list[Host], length: int) -> None:
    began = time.monotonic()
    for number, each in enumerate(hosts):
        time.sleep(max(0.0, began + number * PITCH - time.monotonic()))
        each.start(length)
    time.sleep(length + MARGIN)


def run_length(hosts: dict[str, Host], length: int) -> dict[str, Any]:
    jobs = [each for sample in range(SAMPLES) for each in hosts.values()]
    before = cpu()
    for wave in _waves(jobs, length):
        run_wave(wave, length)
    after = cpu()
    answers = {name: each.answers(SAMPLES, LATEST) for name, each in hosts.items()}
    idle, total = (late - early for early, late in zip(before, after, strict=True))
    return {"busy": 1 - idle / total, "waiters": {name: _late(given) for name, given in answers.items()}}


def _waves(jobs: list[Host], length: int) -> list[list[Host]]:
    size = int((length - MARGIN) / PITCH)
    return [jobs[first : first + size] for first in range(0, len(jobs), size)]


def _late(answers: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Seconds after the task's completeTime."""
    moments = ("noticed", "returned")
    return {
        moment: [round(answer[moment] - answer["complete"], 6) for answer in answers]
        for moment in moments
        if moment in answers[0]
    }


def measure(setup: Setup) -> dict[str, Any]:
    with contextlib.ExitStack() as stack:
        vcenter = stack.enter_context(running(setup.vcenter))
        hosts = {each.name: stack.enter_context(host(each, vcenter, setup)) for each in WAITERS}
        for each in hosts.values():
            each.is_ready()
        results = {}
        for length in LENGTHS:
            print(f"Waits for tasks of {length} s …", flush=True)
            results[str(length)] = run_length(hosts, length)
        return results
