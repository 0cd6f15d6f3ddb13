# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renew the pins: write tests/requirements/X.txt from what X.in resolves to today.

It requires two interpreters, one below and one from Python 3.12 on, because ansible-core's current release starts
there: `python tests/tools/pins.py python3.11 python3.13`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def resolve(python: str, wanted: Path) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--quiet"]
        subprocess.run([*pip, "install", "-r", str(wanted)], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
        return dict(line.split("==") for line in frozen.stdout.splitlines())


def renew(wanted: Path, older_python: str, newer_python: str) -> None:
    older, newer = resolve(older_python, wanted), resolve(newer_python, wanted)
    pins = []
    for name in sorted({**older, **newer}, key=str.casefold):
        versions = [found[name] for found in (older, newer) if name in found]
        if len(set(versions)) == 1:
            pins.append(f"{name}=={versions[0]}")
        else:
            pins.append(f'{name}=={older[name]} ; python_version < "3.12"')
            pins.append(f'{name}=={newer[name]} ; python_version >= "3.12"')
    pinned = wanted.with_suffix(".txt")
    header = pinned.read_text(encoding="utf-8").split("\n\n")[0]
    pinned.write_text("\n".join([header, "", *pins, ""]), encoding="utf-8")


if __name__ == "__main__":
    for requirements in sorted(Path(__file__).parents[1].glob("requirements/*.in")):
        renew(requirements, *sys.argv[1:])
