# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interpreters for the pins and the matrix: wrong ones are rejected before anything is done."""

from __future__ import annotations

import pathlib
import runpy
import subprocess
import sys
import typing as t

import pytest

TOOLS = pathlib.Path(__file__).parents[3] / "tests" / "tools"


def test_pins_require_interpreters() -> None:
    refused = subprocess.run([sys.executable, str(TOOLS / "pins.py")], check=False, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr) == (1, "set PYTHONS to the interpreters, oldest first\n")


@pytest.mark.parametrize(("versions", "expected"), [(["3.9", "3.10", "3.13"], True), (["3.10", "3.9"], False)])
def test_interpreters_are_in_the_order_of_their_versions(versions: list[str], expected: bool) -> None:
    assert runpy.run_path(str(TOOLS / "pins.py"))["ascending"](versions) == expected


def test_the_matrix_names_all_missing_interpreters_before_its_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    tool: t.Any = runpy.run_path(str(TOOLS / "matrix.py"))
    monkeypatch.setenv("ONLY", "2.16 2.21")
    with pytest.raises(SystemExit, match=r"Python 3\.11, 3\.13 is missing"):
        next(tool["rows"]({"3.10": "python3.10"}, ""))
