# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the tests with all supported versions, one after the other, and write the results into docs/compatibility.md:

`python tests/tools/matrix.py python3.10 python3.11 …`

Each interpreter is a program. With ONLY in the environment, such as ONLY="2.16 3.13", run these versions of
ansible-core or Python only; the results of the others stay. ONLY=3.9 runs the unit tests on the oldest Python of the
modules.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import steps
from pins import version_of

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
MARKED = re.compile(r"(?<=<!-- begin matrix -->\n).*(?=<!-- end matrix -->)", re.DOTALL)
STEPS = ("sanity", "unit", "integration")


class Versions(NamedTuple):
    """The versions of a run. An empty one is that of the pins."""

    core: str
    python: str
    pyvmomi: str = ""
    requests: str = ""
    urllib3: str = ""

    @property
    def name(self) -> str:
        libraries = [f"{name} {version}" for name, version in zip(self._fields[2:], self[2:], strict=True) if version]
        return f"| {self.core} | {self.python} | {', '.join(libraries) or 'newest'} |"

    def variables(self, python: str) -> list[str]:
        """The variables of make for this interpreter and these versions."""
        libraries = (f"{name.upper()}={getattr(self, name)}" for name in self._fields[2:])
        return [f"CORE={self.core}", f"PYTHON={python}", *libraries]


MATRIX = (
    Versions("2.16", "3.10", "8.0.3.0.1", "2.28.0", "1.26.20"),
    Versions("2.16", "3.11"),
    Versions("2.17", "3.11", "8.0.3.0.1"),
    Versions("2.18", "3.12"),
    Versions("2.19", "3.12"),
    Versions("2.20", "3.12", "8.0.3.0.1"),
    Versions("2.21", "3.13"),
)

# No ansible-core that the collection supports runs on this Python, but the modules do.
OLDEST = "3.9"
OLDEST_ROW = f"| none | {OLDEST} | pyVmomi 8, urllib3 1 |"


def cell(result: steps.Result) -> str:
    return f"{result.passed}{f', **{result.failed} failed**' * bool(result.failed)} in {result.seconds:.0f} s"


def run(versions: Versions, python: str) -> str:
    """The row of the table for these versions."""
    cells = (cell(steps.run(step, *versions.variables(python))) for step in STEPS)
    return f"{versions.name} {' | '.join(cells)} |"


def run_oldest() -> str:
    """The row of the table for the oldest Python of the modules."""
    return f"{OLDEST_ROW} | - | {cell(steps.run('integration', 'TARGET=python39_units'))} | - |"


def kept(name: str, before: str) -> list[str]:
    """The row of the last run, if it had one."""
    return re.findall(rf"^{re.escape(name)}.*$", before, re.MULTILINE)


def rows(pythons: dict[str, str], before: str) -> Iterator[str]:
    """The new row for each of the versions, or the row of the last run."""
    only = {*os.environ.get("ONLY", "").split()}
    wanted = [versions for versions in MATRIX if not only or only & {versions.core, versions.python}]
    missing = sorted({versions.python for versions in wanted} - pythons.keys())
    # A row takes a quarter of an hour.
    if missing:
        sys.exit(f"Python {', '.join(missing)} is missing: set PYTHONS to the interpreters of all versions")
    for versions in MATRIX:
        if versions in wanted:
            yield run(versions, pythons[versions.python])
        else:
            yield from kept(versions.name, before)
    yield from kept(OLDEST_ROW, before) if only and OLDEST not in only else [run_oldest()]


def main(*pythons: str) -> int:
    page = PAGE.read_text(encoding="utf-8")
    table = [
        "",
        "| ansible-core | Python | libraries | sanity | unit | integration |",
        "| --- | --- | --- | ---: | ---: | ---: |",
        *rows({version_of(python): python for python in pythons}, page),
        "",
    ]
    PAGE.write_text(MARKED.sub(lambda _match: "\n".join([*table, ""]), page), encoding="utf-8")
    return int(any("failed" in row for row in table))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
