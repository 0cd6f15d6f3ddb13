# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all steps of `make test`, whichever of them fail, and count what passed and failed in them.

Three run side by side, because some of them wait, so that each line of their output says which it is of.
"""

import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

MAKE = ("make", "--no-print-directory")
SIDE_BY_SIDE = 3
# For each target of the Makefile, what its output shows of the tests that ran and of those that failed: a number
# in the expression's group, or one test for each match. A step that shows none is a test by itself.
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


class Result(NamedTuple):
    step: str
    passed: int
    failed: int
    seconds: float


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
    ran, failed = (count(pattern, output) for pattern in STEPS[step])
    failed = max(failed, int(process.returncode != 0))
    return Result(step, max(max(ran, 1) - failed, 0), failed, time.monotonic() - began)


def main() -> int:
    # What several steps need is made before, so that no two of them make it; what cannot be fails in the steps.
    subprocess.run([*MAKE, "--keep-going", f"--jobs={SIDE_BY_SIDE}", "ready"], check=False)
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        results = [*pool.map(run, STEPS)]
    print(f"\n{'step':12} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for result in results:
        print(f"{result.step:12} {result.passed:7} {result.failed:7} {result.seconds:8.0f}")
    failed = sum(result.failed for result in results)
    print(f"\n{sum(result.passed for result in results)} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
