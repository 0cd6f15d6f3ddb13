# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all steps of `make test`, whichever of them fail, and count what passed and failed in them."""

import re
import subprocess
import sys
import time
from typing import NamedTuple

# For each target of the Makefile, what its output shows of the tests that ran and of those that failed: a number
# in the expression's group, or one test for each match. A step that shows none is a test by itself.
PYTEST_RAN, PYTEST_FAILED = r"\b(\d+) (?:passed|failed|errors?)\b", r"\b(\d+) (?:failed|errors?)\b"
STEPS = {
    "lint": (r"^nox > \* (?!lint:)\S+: ", r"^nox > \* (?!lint:)\S+: (?!success)"),
    "sanity": (r"^Running sanity test ", r"The (\d+) sanity test\(s\) listed below"),
    "unit": (PYTEST_RAN, PYTEST_FAILED),
    "go": (r"^ *--- (?:PASS|FAIL)", r"^ *--- FAIL"),
    "integration": (
        rf"{PYTEST_RAN}|^Running \S+ integration test ",
        rf"{PYTEST_FAILED}|The (\d+) integration test\(s\) listed below",
    ),
    "docs": ("", ""),
    "build": ("", ""),
}


class Result(NamedTuple):
    step: str
    passed: int
    failed: int
    seconds: float


def count(pattern: str, output: str) -> int:
    matches = re.finditer(pattern, output, re.MULTILINE) if pattern else ()
    return sum(int(match[match.lastindex]) if match.lastindex else 1 for match in matches)


def run(step: str) -> Result:
    print(f"\n===== make {step}", flush=True)
    began = time.monotonic()
    output = ""
    command = ["make", "--no-print-directory", step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            output += line
    ran, failed = (count(pattern, output) for pattern in STEPS[step])
    failed = max(failed, int(process.returncode != 0))
    return Result(step, max(max(ran, 1) - failed, 0), failed, time.monotonic() - began)


def main() -> int:
    results = [run(step) for step in STEPS]
    print(f"\n{'step':12} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for result in results:
        print(f"{result.step:12} {result.passed:7} {result.failed:7} {result.seconds:8.0f}")
    failed = sum(result.failed for result in results)
    print(f"\n{sum(result.passed for result in results)} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
