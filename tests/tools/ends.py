# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run `make use` with the oldest and with the newest versions of the matrix: `python tests/tools/ends.py`"""

import shutil
import subprocess
import sys

import harness
from matrix import MATRIX
from steps import MAKE


def main() -> int:
    path = harness.path("3.*")
    failed = False
    for versions in (MATRIX[0], MATRIX[-1]):
        python = shutil.which(f"python{versions.python}", path=path)
        if not python:
            print(f"Skipped ansible-core {versions.core}: Python {versions.python} is missing")
        elif subprocess.run([*MAKE, "use", *versions.variables(python)], check=False).returncode:
            failed = True
        else:
            print(f"Used with ansible-core {versions.core} on Python {versions.python}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
