# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The counts of `make test`, the failures at its end, and what its steps must not write."""

from __future__ import annotations

import pathlib
import runpy
import shutil
import subprocess
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
TOOL = ROOT / "tests" / "tools" / "steps.py"
LINES = "\n".join(f"line {number}" for number in range(20))
PYTEST = "FAILED tests/test_a.py::test_b - c\n"
GO = "    --- FAIL: TestB/json (0.1s)"
SESSION = "error: Incompatible types\nnox > Command mypy failed with exit code 1\nnox > Session typing failed."
ABORTED = "E501 Line too long\nnox > Session codeqa aborted: Ruff check failed."
NOX = "nox > * typing: failed\nnox > * lint: failed"
SANITY = "ERROR: Found 1 pep8 issue(s)\nERROR: The 1 sanity test(s) listed below"


@pytest.mark.parametrize(
    ("step", "output", "passed", "failures"),
    [
        ("unit", f"{PYTEST}= 1 failed, 3 passed in 1s =", 3, PYTEST),
        ("go", f"--- PASS: TestA (0.1s)\n{GO}", 1, GO),
        ("lint", NOX, 0, NOX),
        ("lint", ABORTED, 0, ABORTED),
        ("lint", f"{LINES}\n{SESSION}\n{NOX}", 0, f"{LINES[LINES.index('line 7') :]}\n{SESSION}\n{NOX}"),
        ("sanity", f'Running sanity test "pep8"\n{SANITY}', 0, SANITY),
        ("demo", LINES, 0, LINES[LINES.index("line 5\n") :]),
        ("unit", "= 3 passed in 1s =", 3, ""),
        ("demo", "", 1, ""),
        ("ends", "Skipped ansible-core 2.16: Python 3.10 is missing", 0, ""),
    ],
)
def test_a_step_counts_its_tests_and_shows_those_that_failed(
    monkeypatch: pytest.MonkeyPatch, step: str, output: str, passed: int, failures: str
) -> None:
    tool: t.Any = runpy.run_path(str(TOOL))
    command = ("sh", "-c", f"echo '{output}'; exit {len(failures)}")
    monkeypatch.setitem(tool["run"].__globals__, "MAKE", command)
    result = tool["run"](step)
    assert (result.passed, [*result.failures]) == (passed, failures.splitlines())
    assert result.failed == (1 if failures else 0)


def test_python_keeps_what_it_compiles_out_of_the_project() -> None:
    rule = "where: ; @python3 -c 'import sys; print(sys.pycache_prefix)'"
    command = [str(shutil.which("make")), "--silent", "--no-print-directory", f"--eval={rule}", "where"]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert pathlib.Path(made.stdout.strip()).relative_to(ROOT).parts[0] == ".build"
