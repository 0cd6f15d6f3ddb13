# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/reliability.md anew, from measurements: `python tests/tools/reliability.py TREE`

TREE is the folder that holds ansible_collections.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
UNIT = Path("tests", "unit", "plugins", "module_utils", "_connection")
TARGETS = Path("tests", "integration", "targets")
RUNS = (
    (UNIT / "test_bounds.py", UNIT / "test_endless.py"),
    ("--import-mode=importlib", "-p", "vcenters", TARGETS / "recordings" / "test_malformed.py", "-k", "answers"),
)
# The tests of every day take a smaller sample.
SAMPLE = {"MALFORMED_EVERY": "5"}
PROTOCOLS = {"json": "VI/JSON", "soap": "SOAP"}
LOGINS = {"all": "after every call", "late": "only after calls that wait"}


def run(tree: Path, report: Path, *arguments: str | Path) -> Path:
    """The report of tests, which need no server."""
    collection = tree.absolute() / "ansible_collections" / "vsphere" / "tasks"
    config = collection / "tests" / "integration" / "integration_config.yml"
    if not config.exists():
        config.write_text('{"sets": [{}]}', encoding="utf-8")
    folders = [tree.absolute(), *(collection / TARGETS / name for name in ("recordings", "setup_vcenter"))]
    environment = {**os.environ, **SAMPLE, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-o", "junit_family=xunit1"]
    subprocess.run([*command, f"--junitxml={report}", *arguments], cwd=collection, env=environment, check=True)
    return report


def measured(files: list[Path]) -> dict[str, list[tuple[Any, ...]]]:
    """The figures of the tests by their kind, in the order of the tests. The largest one of each case counts."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for file in files:
        for each in ET.parse(file).iter("property"):
            name, *figures = ast.literal_eval(str(each.get("value")))
            known = found.setdefault(str(each.get("name")), {})
            known[name] = tuple(map(max, zip(figures, known.get(name, figures), strict=True)))
    return {kind: [(name, *figures) for name, figures in cases.items()] for kind, cases in found.items()}


def table(*rows: tuple[str, ...]) -> str:
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, tuple("---" for _cell in head), *others))


def tables(figures: dict[str, list[tuple[Any, ...]]]) -> dict[str, str]:
    cases = [(PROTOCOLS[protocol], str(good + bad), str(good), str(bad)) for protocol, good, bad in figures["cases"]]
    costs = [(name, f"{seconds:.1f} s", f"{megabytes:.1f} MB") for name, seconds, megabytes in figures["cost"]]
    requests = [(name, str(number)) for name, number in figures["requests"]]
    logins = [(LOGINS[kind], str(number)) for kind, number in figures["logins"]]
    return {
        "cases": table(("protocol", "cases", "the module succeeds", "the module fails with a message"), *cases),
        "costs": table(("the server sends", "time", "memory"), *costs),
        "requests": table(("the server sends", "requests"), *requests),
        "logins": table(("rejected", "logins"), *logins),
    }


def filled(page: str, made: dict[str, str]) -> str:
    """The page with each table between the marks of its name."""
    for name, text in made.items():
        page = re.sub(
            rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", rf"\g<1>{text}\n\g<2>", page, flags=re.DOTALL
        )
    return page


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        reports = [run(Path(sys.argv[1]), Path(folder, f"{number}.xml"), *each) for number, each in enumerate(RUNS)]
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), tables(measured(reports))), encoding="utf-8")
