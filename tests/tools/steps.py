# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all steps of `make test`, whichever of them fail, and count what passed and failed in them.

Three run side by side, because some of them wait, so that each line of their output says which it is of.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

MAKE = ("make", "--no-print-directory")
SIDE_BY_SIDE = 3
# For each target of the Makefile, what its output shows of the tests that ran and of those that failed: a number
# in the expression's group, or one test for each match. A step without an expression is a test by itself.
# The longest come first, so that none of them runs alone at the end.
PYTEST_RAN, PYTEST_FAILED = r"\b(\d+) (?:passed|failed|errors?)\b", r"\b(\d+) (?:failed|errors?)\b"
STEPS = {
    "integration": (PYTEST_RAN, PYTEST_FAILED),
    "sanity": (r"^Running sanity test ", r"The (\d+) sanity test\(s\) listed below"),
    "go": (r"^ *--- (?:PASS|FAIL)", r"^ *--- FAIL"),
    "unit": (PYTEST_RAN, PYTEST_FAILED),
    "lint": (r"^nox > \* (?!lint:)\S+: ", r"^nox > \* (?!lint:)\S+: (?!success)"),
    "build": ("", ""),
    "report": (PYTEST_RAN, PYTEST_FAILED),
    "ends": (r"^Used with ", ""),
    "demo": ("", ""),
    "docs": ("", ""),
}
LAST_LINES = 15
# The lines that name what failed, and the last lines of a session of nox. A step that fails without them shows its own.
FAILURE = re.compile(
    r"^(?:FAILED|ERROR\b|FATAL:| *--- FAIL|nox > \* \S+: (?!success)|"
    rf"(?:.*\n){{,{LAST_LINES}}}nox > Session \S+ (?:failed|aborted)).*",
    re.MULTILINE,
)


class Result(NamedTuple):
    step: str
    passed: int
    failed: int
    seconds: float
    cpu: float  # seconds
    failures: Sequence[str]


def count(pattern: str, output: str) -> int:
    matches = re.finditer(pattern, output, re.MULTILINE) if pattern else ()
    return sum(int(match[match.lastindex]) if match.lastindex else 1 for match in matches)


def run(step: str, *variables: str) -> Result:
    """Run a target of the Makefile with those variables."""
    began = time.monotonic()
    output = ""
    with subprocess.Popen(
        [*MAKE, step, *variables], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(f"{step:11} | {line}", end="", flush=True)
            output += line
        status, usage = os.wait4(process.pid, 0)[1:]
        process.returncode = os.waitstatus_to_exitcode(status)
    pattern, failures = STEPS[step]
    ran = count(pattern, output) if pattern else 1
    failed = max(count(failures, output), int(process.returncode != 0))
    found = "\n".join(FAILURE.findall(output)).splitlines()
    shown = (found or output.splitlines()[-LAST_LINES:]) if failed else ()
    cpu = usage.ru_utime + usage.ru_stime
    return Result(step, max(ran - failed, 0), failed, time.monotonic() - began, cpu, shown)


def main() -> int:
    # What several steps need is made before, so that no two of them make it; what cannot be fails in the steps.
    subprocess.run([*MAKE, "--keep-going", f"--jobs={SIDE_BY_SIDE}", "ready"], check=False)
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        results = [*pool.map(run, STEPS)]
    for result in results:
        for line in result.failures:
            print(f"{result.step:11} | {line}")
    print(f"\n{'step':12} {'passed':>7} {'failed':>7} {'seconds':>8} {'CPU':>6}")
    for result in results:
        print(f"{result.step:12} {result.passed:7} {result.failed:7} {result.seconds:8.0f} {result.cpu:6.0f}")
    failed = sum(result.failed for result in results)
    print(f"\n{sum(result.passed for result in results)} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
