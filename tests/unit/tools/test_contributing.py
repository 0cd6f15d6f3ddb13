# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of features in CONTRIBUTING.md: completeness, and existing files."""

from __future__ import annotations

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[3]
# The folders of the columns after the first one.
PLUGINS, UNIT, TARGETS = (ROOT / name for name in ("plugins", "tests/unit/plugins", "tests/integration/targets"))


def columns() -> tuple[set[pathlib.Path], ...]:
    """The paths in each column of the table."""
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n## Features and their files\n")[2]
    rows = [line.split("|")[2:-1] for line in section.splitlines() if line.startswith("| ")][2:]
    cells = zip(*rows, strict=True)
    return tuple(
        {(folder / path).resolve() for cell in column for path in re.findall("`(.+?)`", cell)}
        for folder, column in zip((PLUGINS, UNIT, TARGETS), cells, strict=True)
    )


def test_every_path_exists() -> None:
    assert [str(path) for column in columns() for path in column if not path.exists()] == []


def test_every_plugin_package_and_target_is_in_the_table() -> None:
    code, _unit, integration = columns()
    plugins = {file for kind in ("action", "callback", "filter", "modules") for file in (PLUGINS / kind).glob("*.py")}
    packages = {file.parent for kind in ("module_utils", "plugin_utils") for file in (PLUGINS / kind).glob("*/*.py")}
    assert sorted(map(str, (plugins | packages) - code - {path.parent for path in code})) == []
    targets = {path.parent.name for path in TARGETS.glob("*/aliases")}
    assert {path.relative_to(TARGETS).parts[0] for path in integration} == targets
