# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write tables of docs/reliability.md anew, from measurements: `python tests/tools/reliability.py TREE PART`

TREE is the folder that holds ansible_collections. PART is one of RUNS.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
UNIT = Path("tests", "unit", "plugins", "module_utils", "_connection")
FUZZ = Path("tests", "unit", "plugins", "fuzz")
TARGETS = Path("tests", "integration", "targets")
WHOLE = ("--import-mode=importlib", "-p", "vcenters")
RUNS: dict[str, tuple[tuple[str | Path, ...], ...]] = {
    "answers": (
        (UNIT / "test_bounds.py", UNIT / "test_endless.py"),
        (*WHOLE, TARGETS / "recordings" / "test_malformed.py", "-k", "answers"),
    ),
    "fuzz": ((FUZZ,),),
    "interruptions": ((*WHOLE, TARGETS / "interruptions" / "test_interruptions.py"),),
    "soak": ((*WHOLE, TARGETS / "soak"),),
}
# The tests of every day take a smaller sample.
SAMPLE = {"MALFORMED_EVERY": "5", "INTERRUPTIONS": "all"}
PROTOCOLS = {"json": "VI/JSON", "soap": "SOAP"}
TARGET = {
    "controller": "ansible-playbook",
    "group": "its process group",
    "worker": "its worker",
    "module": "the module",
}
CHECKED = {
    "modules": "result or message; scheme, host, port, proxy, and path of each request; no password in the result",
    "selections": "`vsphere_task_cancel` does not cancel a task that an odd condition does not match, and the server "
    "gets each condition",
    "parameters over SOAP": "a message, or a request from which a server reads the same values",
    "roles": "the connection stays the same, and no condition is lost",
    "action plugins": "the module gets the connection and the conditions unchanged",
    "callback": "a task for the run, or one warning without the password",
    "event source": "the host stays the same, no condition is added, and the cursor stays in its folder",
    "filters": "a result or an error of Ansible",
}
LOGINS = {"all": "after every call", "late": "only after calls that wait"}


def run(tree: Path, report: Path, *arguments: str | Path) -> Path:
    """The report of tests, which need no server, or start their own."""
    collection = tree.absolute() / "ansible_collections" / "vsphere" / "tasks"
    config = collection / "tests" / "integration" / "integration_config.yml"
    config.write_text(json.dumps({"sets": [{}], "vcenter": str(ROOT / ".build" / "vcenter")}), encoding="utf-8")
    targets = (collection / TARGETS).iterdir()
    folders = [tree.absolute(), *targets, collection / "tests" / "tools"]
    environment = {**os.environ, **SAMPLE, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-o", "junit_family=xunit1"]
    subprocess.run([*command, f"--junitxml={report}", *arguments], cwd=collection, env=environment, check=True)
    return report


def measured(files: list[Path]) -> dict[str, list[tuple[Any, ...]]]:
    """The figures of the tests by their kind, in the order of the tests. The largest one of each case counts."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for file in files:
        for each in ET.parse(file).iter("property"):
            kind = str(each.get("name"))
            # Hypothesis reports properties, too.
            if kind in TABLES:
                name, *figures = ast.literal_eval(str(each.get("value")))
                known = found.setdefault(kind, {})
                known[name] = tuple(map(max, zip(figures, known.get(name, figures), strict=True)))
    return {kind: [(name, *figures) for name, figures in cases.items()] for kind, cases in found.items()}


def table(*rows: tuple[str, ...]) -> str:
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, tuple("---" for _cell in head), *others))


def tables(figures: dict[str, list[tuple[Any, ...]]]) -> dict[str, str]:
    """The tables for which there are figures, by name."""
    return dict(TABLES[kind](found) for kind, found in figures.items())


def cases(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    rows = [(PROTOCOLS[protocol], str(good + bad), str(good), str(bad)) for protocol, good, bad in found]
    return "cases", table(("protocol", "cases", "the module succeeds", "the module fails with a message"), *rows)


def costs(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    rows = [(name, f"{seconds:.1f} s", f"{megabytes:.1f} MB") for name, seconds, megabytes in found]
    return "costs", table(("the server sends", "time", "memory"), *rows)


def requests(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    rows = [
        (name, PROTOCOLS[protocol], str(number), f"{megabytes:.1f} MB") for (name, protocol), number, megabytes in found
    ]
    return "requests", table(("the server sends", "protocol", "requests", "memory"), *rows)


def logins(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    return "logins", table(("rejected", "logins"), *((LOGINS[kind], str(number)) for kind, number in found))


def interruptions(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    """A row for each phase, with a column for each target and the time, or the remains, of each signal in its cell."""
    cells: dict[str, dict[str, list[str]]] = {}
    for (phase, _signal, target), seconds, left in found:
        column = cells.setdefault(phase, {}).setdefault(target, [])
        column.append(f"**{left}**" if left else f"{seconds:.0f} s")
    targets = next(iter(cells.values()))
    rows = [(phase, *(" / ".join(columns[target]) for target in targets)) for phase, columns in cells.items()]
    series = ".".join(version("ansible-core").split(".")[:2])
    return f"interruptions {series}", table(("phase", *(TARGET[target] for target in targets)), *rows)


def soak(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    heads = ("protocol", "hours", "tasks", "ends of sessions", "resets", "restarts", "logins", "memory", "of it, later")
    rows = [
        (PROTOCOLS[protocol], f"{hours:g}", *map(str, numbers), f"{most:.1f} MB", f"{growth:.1f} MB")
        for protocol, hours, *numbers, most, growth in found
    ]
    return "soak", table(heads, *rows)


def fuzz(found: list[tuple[Any, ...]]) -> tuple[str, str]:
    heads = ("options of", "cases", "checked in each case")
    return "fuzz", table(heads, *((name, str(count), CHECKED[name]) for name, count in found))


TABLES = {
    "cases": cases,
    "cost": costs,
    "requests": requests,
    "logins": logins,
    "fuzz": fuzz,
    "interruptions": interruptions,
    "soak": soak,
}


def filled(page: str, made: dict[str, str]) -> str:
    """The page with each table between the marks of its name."""
    for name, text in made.items():
        page, count = re.subn(
            rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", rf"\g<1>{text}\n\g<2>", page, flags=re.DOTALL
        )
        if not count:
            sys.exit(f"{PAGE} has no marks for this table, {name}:\n{text}")
    return page


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        tree, part = Path(sys.argv[1]), RUNS[sys.argv[2]]
        reports = [run(tree, Path(folder, f"{number}.xml"), *each) for number, each in enumerate(part)]
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), tables(measured(reports))), encoding="utf-8")
