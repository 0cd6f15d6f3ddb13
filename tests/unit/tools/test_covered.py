# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of the coverage of each package."""

from __future__ import annotations

import collections
import pathlib
import runpy
import sys
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.setattr(sys, "path", [str(ROOT / "tests" / "tools"), *sys.path])
    return runpy.run_path(str(ROOT / "tests" / "tools" / "covered.py"))


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("/x/plugins/module_utils/_wait/_watch.py", "module_utils/_wait"),
        ("/x/plugins/module_utils/_run.py", "module_utils"),
    ],
)
def test_a_file_belongs_to_its_package(tool: t.Any, file: str, package: str) -> None:
    assert tool["package_of"](file) == package


def test_each_kind_of_tests_has_its_figure_for_the_branches_of_a_package(tool: t.Any) -> None:
    def figures(branches: int) -> collections.Counter[str]:
        return collections.Counter(
            num_branches=8, covered_branches=branches, num_statements=4, covered_lines=branches // 2
        )

    kinds = [{"all": figures(2), "a": figures(2)}, {"all": figures(4)}, {"all": figures(6), "a": figures(6)}]
    assert tool["rows"](kinds) == [
        ("a", "8", "25.0", "0.0", "75.0", "75.0"),
        ("all", "8", "25.0", "50.0", "75.0", "75.0"),
    ]
