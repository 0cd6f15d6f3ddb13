# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the collection as Automation Hub does before it certifies a release: `python tests/tools/hub.py FOLDER`

Hub lints a clone without anything else in it, and runs some sanity tests on the artifact, for each Python there is.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import artifact
import harness

LINT = ["ansible-lint", "--profile", "production", "--skip-list", "sanity", "--nocolor", "-q"]
SANITY = ("compile", "import", "future-import-boilerplate", "metaclass-boilerplate")


def main(folder: str) -> int:
    with tempfile.TemporaryDirectory() as place:
        clone, collection = Path(place) / "clone", Path(place) / "ansible_collections" / "vsphere" / "tasks"
        subprocess.run(["git", "clone", "--quiet", ".", clone], check=True)
        built = artifact.build(clone, Path(folder).resolve())
        collection.mkdir(parents=True)
        subprocess.run(["tar", "--extract", "--file", built, "--directory", collection], check=True)
        linted = subprocess.run(LINT, cwd=clone, check=False).returncode
        return linted or sanity(collection, Path(place) / "home")


def sanity(collection: Path, home: Path) -> int:
    environment = harness.environment(home, collection, "3.*")
    command = ["ansible-test", "sanity", "--local", "--color", "no", *(f"--test={name}" for name in SANITY)]
    return subprocess.run(command, cwd=collection, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
