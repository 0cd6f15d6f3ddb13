# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests in random order."""

from __future__ import annotations

import pathlib
import runpy
import sys
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
TESTS = """
done = []

def test_first():
    done.append(1)

def test_second():
    assert done
"""


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests" / "tools"), *sys.path])
    return runpy.run_path(str(ROOT / "tests" / "tools" / "shuffle.py"))


def test_another_order_shows_a_test_that_depends_on_another_one(
    tool: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The order depends on the names of the tests, too.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    run = tool["shuffled"](1, (*tool["UNIT"][:-1], "test_it.py"), {})
    assert (run.seed, run.passed, run.failed) == (1, 1, 1)


def test_the_table_has_the_latest_runs(tool: t.Any) -> None:
    page = "a\n<!-- begin orders-unit -->\n<!-- end orders-unit -->\nb\n"
    for seed in range(25):
        page = tool["noted"](page, "unit", tool["Run"](seed, 7, 0, 1.4))
    lines = page.splitlines()
    assert lines[2:4] == ["| seed | passed | failed | CPU time |", "| --- | --- | --- | --- |"]
    assert lines[4:-2] == [f"| {seed} | 7 | 0 | 1 s |" for seed in range(5, 25)]


def test_all_runs_of_pytest_in_the_output_count(tool: t.Any) -> None:
    output = "....\n3 passed in 1.50s\nF.\n1 failed, 2 passed, 1 warning in 61.00s (0:01:01)\n\n"
    assert (tool["number"]("passed", output), tool["number"]("(?:failed|errors?)", output)) == (5, 1)


def test_a_kind_of_tests_that_there_is_not_is_refused(tool: t.Any) -> None:
    with pytest.raises(SystemExit, match="TESTS=units: must be unit or integration, or both"):
        tool["main"]("vcenter", "1", "units")
