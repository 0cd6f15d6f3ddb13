# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renew the pins: write tests/requirements/X.txt from what X.in resolves to today, with each of the interpreters:

`python tests/tools/pins.py python3.11 python3.12 python3.13`
"""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

Versions = dict[str, str]


def resolve(python: str, wanted: Path) -> Versions:
    """The versions of all packages, by name, that an interpreter takes."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
        report = Path(folder, "report.json")
        subprocess.run([*pip, "install", "--dry-run", "--report", report, "-r", wanted], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
        return {each["metadata"]["name"]: each["metadata"]["version"] for each in found}


def version_of(python: str) -> str:
    """The version of an interpreter, such as 3.11."""
    code = "import sysconfig; print(sysconfig.get_python_version())"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def pins(name: str, by_python: dict[str, Versions]) -> Iterator[str]:
    """The lines for a package: one, or one for each run of interpreters with the same version."""
    runs = [
        (version, [python for python, _found in run])
        for version, run in itertools.groupby(by_python.items(), lambda item: item[1].get(name))
    ]
    for place, (version, pythons) in enumerate(runs):
        limits = [f'python_version >= "{pythons[0]}"'] if place else []
        limits += [f'python_version < "{runs[place + 1][1][0]}"'] if place + 1 < len(runs) else []
        if version:
            yield f"{name}=={version}" + (f" ; {' and '.join(limits)}" if limits else "")


def renew(wanted: Path, pythons: dict[str, str]) -> None:
    by_python = {version: resolve(python, wanted) for version, python in pythons.items()}
    names = sorted({name for found in by_python.values() for name in found}, key=str.casefold)
    pinned = wanted.with_suffix(".txt")
    header = pinned.read_text(encoding="utf-8").split("\n\n")[0]
    lines = [line for name in names for line in pins(name, by_python)]
    pinned.write_text("\n".join([header, "", *lines, ""]), encoding="utf-8")


def ascending(versions: list[str]) -> bool:
    return versions == sorted(versions, key=lambda version: [int(number) for number in version.split(".")])


if __name__ == "__main__":
    interpreters = {version_of(python): python for python in sys.argv[1:]}
    if not interpreters or not ascending([*interpreters]):
        sys.exit("set PYTHONS to the interpreters, oldest first")
    for requirements in sorted(Path(__file__).parents[1].glob("requirements/*.in")):
        renew(requirements, interpreters)
