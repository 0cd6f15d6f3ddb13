# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The counts of `make test`, and the failures at its end."""

from __future__ import annotations

import pathlib
import runpy
import typing as t

import pytest

TOOL = pathlib.Path(__file__).parents[3] / "tests" / "tools" / "steps.py"
LINES = "\n".join(f"line {number}" for number in range(20))
PYTEST = "FAILED tests/test_a.py::test_b - c\n"
GO = "    --- FAIL: TestB/json (0.1s)"
NOX = "nox > * typing: failed\nnox > * lint: failed"
SANITY = "ERROR: Found 1 pep8 issue(s)\nERROR: The 1 sanity test(s) listed below"


@pytest.mark.parametrize(
    ("step", "output", "passed", "failures"),
    [
        ("unit", f"{PYTEST}= 1 failed, 3 passed in 1s =", 3, PYTEST),
        ("go", f"--- PASS: TestA (0.1s)\n{GO}", 1, GO),
        ("lint", NOX, 0, NOX),
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
