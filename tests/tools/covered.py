# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure which code the tests run, and write the table of docs/reliability.md: `python tests/tools/covered.py VCENTER`

It runs the unit tests with coverage, and the integration tests with `ansible-test --coverage`, in the current folder.
It fails if the tests run less than LEAST per cent of the branches of a package.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import coverage
import reliability

LEAST = 95
PACKAGES = ("plugins/module_utils", "plugins/plugin_utils")
DATA = Path("tests", "output", "coverage")
# The names are those that ansible-test gives its data, so that it combines all.
UNIT = DATA / "units=unit=origin=python-3=coverage"
HARNESS = (sys.executable, "tests/tools/harness.py")
# The kinds of tests, and the data of each, after ansible-test has combined them.
KINDS = {"unit tests": ("units",), "integration tests": ("integration",), "both": ("units", "integration")}
Figures = dict[str, Counter[str]]
"""Numbers of statements and branches, by package."""


def run(program: str) -> int:
    """Run all tests. Returns 0 if they pass."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    measurement = [sys.executable, "-m", "coverage", "run", "--branch", "--parallel-mode"]
    unit = [*measurement, f"--data-file={UNIT.absolute()}", f"--source={','.join(PACKAGES)}", "-m", "pytest"]
    integration = [*HARNESS, program, "integration", "--venv", "--color", "no", "--coverage", "unsupported/all_targets"]
    status = 0
    for command in ([*unit, "-p", "no:cacheprovider", "-q"], integration):
        status = subprocess.run(command, check=False).returncode or status
    return status


def combine(program: str) -> None:
    """Let ansible-test combine the data. It knows where modules ran, and which code that was."""
    command = [*HARNESS, program, "coverage", "combine", "--venv", "--color", "no", "--group-by", "command"]
    subprocess.run(command, check=True)


def package_of(file: str) -> str:
    """The package of a file, below plugins. Files beside the packages are one."""
    kind, *folders, _name = Path(file).parts[Path(file).parts.index("plugins") + 1 :]
    return "/".join([kind, *folders[:1]])


def measured(names: tuple[str, ...]) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        data = coverage.CoverageData(str(Path(folder, "data")))
        for name in names:
            one = coverage.CoverageData(str(DATA / f"coverage={name}"))
            one.read()
            data.update(one)
        data.write()
        report = Path(folder, "report.json")
        each = coverage.Coverage(data_file=data.data_filename(), config_file=False)
        each.exclude(r"if t\.TYPE_CHECKING:")
        each.load()
        each.json_report(outfile=str(report), include=[f"*/{package}/*" for package in PACKAGES])
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    figures: Figures = {}
    for file, found in files.items():
        for name in (package_of(file), "all"):
            figures.setdefault(name, Counter()).update(found["summary"])
    return figures


def percent(figures: Counter[str], part: str, whole: str) -> float:
    return 100 * figures[part] / figures[whole] if figures[whole] else 100


def rows(kinds: list[Figures]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            str(kinds[-1][name]["num_branches"]),
            *(
                f"{percent(each.get(name, Counter(num_branches=1)), 'covered_branches', 'num_branches'):.1f}"
                for each in kinds
            ),
            f"{percent(kinds[-1][name], 'covered_lines', 'num_statements'):.1f}",
        )
        for name in sorted(kinds[-1], key=lambda name: (name == "all", name))
    ]


def main(program: str) -> int:
    status = run(program)
    combine(program)
    kinds = [measured(names) for names in KINDS.values()]
    head = ("package", "branches", *(f"per cent of them in {kind}" for kind in KINDS), "per cent of lines in both")
    page = reliability.PAGE
    made = {"coverage": reliability.table(head, *rows(kinds))}
    page.write_text(reliability.filled(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    low = [name for name, found in kinds[-1].items() if percent(found, "covered_branches", "num_branches") < LEAST]
    if low:
        print(f"The tests run less than {LEAST} % of the branches of {', '.join(low)}")
    return status or int(bool(low))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
