# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run tests again and again, each time in another order: `python tests/tools/shuffle.py TIMES ARGUMENT…`

The arguments are pytest's. Without any, the unit tests run, and docs/reliability.md gets the table of the runs.
"""

import os
import random
import re
import resource
import subprocess
import sys
import time
from typing import NamedTuple

import reliability

# The order of the cases of one random test does not matter.
SETTINGS = {"FUZZ_CASES": "100"}


class Run(NamedTuple):
    seed: int
    passed: int
    failed: int
    seconds: float


def number(outcome: str, output: str) -> int:
    """The number of tests with the outcome in the last line of pytest."""
    return sum(map(int, re.findall(rf"\b(\d+) {outcome}", output.rstrip().rpartition("\n")[2])))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shuffled(seed: int, arguments: list[str]) -> Run:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--color=no", "-p", "randomly"]
    before = cpu()
    ran = subprocess.run(
        [*command, f"--randomly-seed={seed}", *arguments],
        env={**SETTINGS, **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    failed = number("(?:failed|errors?)", ran.stdout)
    run = Run(seed, number("passed", ran.stdout), max(failed, int(ran.returncode != 0)), cpu() - before)
    counts = f"{run.passed} passed, {run.failed} failed, {run.seconds:.0f} CPU s"
    print(f"{time.strftime('%X')} seed {seed}: {counts}", flush=True)
    if run.failed:
        print(ran.stdout)
    return run


def table(runs: list[Run]) -> str:
    rows = [(str(each.seed), str(each.passed), str(each.failed), f"{each.seconds:.0f} s") for each in runs]
    return reliability.table(("seed", "passed", "failed", "CPU time"), *rows)


def main(times: str, *arguments: str) -> int:
    runs = [shuffled(random.randrange(2**32), [*arguments]) for _time in range(int(times))]  # noqa: S311
    if not arguments:
        page = reliability.PAGE
        page.write_text(reliability.filled(page.read_text(encoding="utf-8"), {"orders": table(runs)}), encoding="utf-8")
    return int(any(each.failed for each in runs))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
