# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run tests again and again, each time in another order: `python tests/tools/shuffle.py VCENTER TIMES TESTS ARGUMENT…`

TESTS is unit, integration, or both, separated by a space. The arguments are pytest's. Without any,
docs/reliability.md gets the table of the runs.
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
import reliability

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
    run = Run(seed, number("passed", ran.stdout), max(failed, int(ran.returncode != 0)), cpu() - before)
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


def table(runs: list[Run]) -> str:
    rows = [(str(each.seed), str(each.passed), str(each.failed), f"{each.seconds:.0f} s") for each in runs]
    return reliability.table(("seed", "passed", "failed", "CPU time"), *rows)


def main(program: str, times: str, tests: str, *arguments: str) -> int:
    if not set(tests.split()) <= set(KINDS):
        sys.exit(f"TESTS={tests}: must be {' or '.join(KINDS)}, or both")
    status = 0
    for kind in tests.split():
        seeds = [random.randrange(2**32) for _time in range(int(times))]  # noqa: S311
        runs = [KINDS[kind](seed, arguments, program) for seed in seeds]
        status = status or int(any(each.failed for each in runs))
        if not arguments:
            page = reliability.PAGE.read_text(encoding="utf-8")
            reliability.PAGE.write_text(reliability.filled(page, {f"orders-{kind}": table(runs)}), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
