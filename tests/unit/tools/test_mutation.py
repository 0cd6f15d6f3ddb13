# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of mutation testing: the files in tests/mutation, and the table in docs/reliability.md."""

from __future__ import annotations

import ast
import pathlib
import runpy
import sys
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
FILES = sorted((ROOT / "tests" / "mutation").glob("_*.txt"))


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests" / "tools"), *sys.path])
    return runpy.run_path(str(ROOT / "tests" / "tools" / "mutation.py"))


def test_survivors_keep_their_reasons_and_new_ones_have_none(tool: t.Any) -> None:
    old, new = (tool["Survivor"]("_wait.Watch.next", f"- a\n+ {name}") for name in "bc")
    text = tool["written"](tool["Figures"](6, 1, 3), [old, new, old], [("It is the same.", old), ("Gone.", "other")])
    header, figures, *sections = text.rstrip().split("\n\n")
    assert header.startswith("# SPDX")
    assert figures == "10 mutants: 6 killed, 1 timed out, 3 survived"
    listed = "_wait.Watch.next\n- a\n+ "
    assert sections == ["# No reason yet", f"{listed}c", "# It is the same.", f"{listed}b", f"{listed}b"]
    assert tool["read"](text) == (
        (6, 1, 3),
        [("No reason yet", new), ("It is the same.", old), ("It is the same.", old)],
    )


def test_a_decorator_becomes_a_call(tool: t.Any) -> None:
    code = "@outer\n@inner(1)\ndef f():\n    pass\n\n@staticmethod\ndef g():\n    pass"
    made = ast.unparse(tool["Undecorated"]().visit(ast.parse(code)))
    assert made == "def f():\n    pass\nf = inner(1)(f)\nf = outer(f)\n\n@staticmethod\ndef g():\n    pass"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_enough_mutants_are_killed_and_the_others_have_a_reason(file: pathlib.Path, tool: t.Any) -> None:
    figures, survivors = tool["read"](file.read_text(encoding="utf-8"))
    assert figures.percent >= 85
    assert len(survivors) == figures.survived
    assert [survivor for why, survivor in survivors if why == "No reason yet"] == []


def test_the_page_has_the_figures_of_all_packages(tool: t.Any) -> None:
    assert tool["table"](FILES) in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
