# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run tests again and again, each time in another order: `python tests/tools/shuffle.py VCENTER TIMES TESTS ARGUMENT…`

TESTS is unit, integration, or both, separated by a space. The arguments are pytest's. Without any,
docs/reliability.md lists each run as soon as it has ended.
"""

import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import harness
import pytest
import reliability

LATEST = 20
"""The number of runs that docs/reliability.md lists."""

# The order of the cases of one random test does not matter.
SETTINGS = {"FUZZ_CASES": "100"}
UNIT = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests/unit")
# The integration tests of all targets, without ansible-test, which passes no arguments on to them.
INTEGRATION = ("tests/integration/targets/all_targets/runme.sh",)


class Run(NamedTuple):
    seed: int
    passed: int
    failed: int
    seconds: float


def number(outcome: str, output: str) -> int:
    """The number of tests with the outcome in the last lines of each pytest."""
    lines = re.findall(r"^\d+ .* in \d.*", output, re.MULTILINE)
    return sum(map(int, re.findall(rf"\b(\d+) {outcome}", "\n".join(lines))))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shuffled(seed: int, command: Sequence[str], environment: dict[str, str]) -> Run:
    before = cpu()
    ran = subprocess.run(
        [*command, "--color=no", "-p", "randomly", f"--randomly-seed={seed}"],
        env={**SETTINGS, **os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    failed = number("(?:failed|errors?)", ran.stdout)
    ended_well = ran.returncode in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    run = Run(seed, number("passed", ran.stdout), max(failed, int(not ended_well)), cpu() - before)
    counts = f"{run.passed} passed, {run.failed} failed, {run.seconds:.0f} CPU s"
    print(f"{time.strftime('%X')} seed {seed}: {counts}", flush=True)
    if run.failed:
        print(ran.stdout, flush=True)
    return run


def unit(seed: int, arguments: Sequence[str], _program: str) -> Run:
    return shuffled(seed, (*UNIT, *arguments), {})


def integration(seed: int, arguments: Sequence[str], program: str) -> Run:
    """Run the integration tests in the environment that ansible-test makes for them."""
    home = Path("tests", "output", "home", "shuffle").resolve()
    config = Path("tests", "integration", "integration.cfg").resolve()
    with harness.servers(program), tempfile.TemporaryDirectory() as folder:
        settings = {**harness.environment(home, Path.cwd()), "ANSIBLE_CONFIG": str(config), "OUTPUT_DIR": folder}
        return shuffled(seed, (*INTEGRATION, *arguments), settings)


KINDS = {"unit": unit, "integration": integration}


def noted(page: str, kind: str, run: Run) -> str:
    """The page with one more row in the table of these tests, which has the latest runs."""
    [known] = re.findall(rf"<!-- begin orders-{kind} -->\n(.*?)<!-- end", page, re.DOTALL)
    rows = [tuple(line.strip("| ").split(" | ")) for line in known.splitlines()[2:]]
    rows.append((str(run.seed), str(run.passed), str(run.failed), f"{run.seconds:.0f} s"))
    table = reliability.table(("seed", "passed", "failed", "CPU time"), *rows[-LATEST:])
    return reliability.filled(page, {f"orders-{kind}": table})


def main(program: str, times: str, tests: str, *arguments: str) -> int:
    if not set(tests.split()) <= set(KINDS):
        sys.exit(f"TESTS={tests}: must be {' or '.join(KINDS)}, or both")
    status = 0
    for kind in tests.split():
        for _time in range(int(times)):
            run = KINDS[kind](random.randrange(2**32), arguments, program)  # noqa: S311
            status = status or int(run.failed > 0)
            if not arguments:
                page = reliability.PAGE.read_text(encoding="utf-8")
                reliability.PAGE.write_text(noted(page, kind, run), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
