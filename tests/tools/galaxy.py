# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build a collection, install it, follow its README, and import it as Galaxy would:

`python tests/tools/galaxy.py COLLECTION FOLDER IMPORTER_PYTHON VCENTER_PROGRAM`
"""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import readme
from use import install
from vcenter import environment, running


def main(collection: str, folder: str, importer_python: str, vcenter_program: str) -> int:
    dist = Path(folder).resolve()
    archive = install(Path(collection), dist)
    with tarfile.open(archive) as contents:
        if [name for name in contents.getnames() if name.startswith("tests/")] != ["tests/config.yml"]:
            raise SystemExit("Automation Hub reads tests/config.yml in the artifact, which must contain no other tests")
    tools = str(Path(importer_python).parent)
    use_as_documented(archive, dist, tools, vcenter_program)

    # It calls the ansible-lint of the same environment.
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    # ansible-lint removes its mock modules from there at its end, also from under another that is running.
    os.environ["ANSIBLE_HOME"] = str(dist / "home" / ".ansible")
    # Automation Hub requires both.
    os.environ.update(GALAXY_IMPORTER_CHECK_REQUIRED_TAGS="true", GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER="true")
    importer = [importer_python, "-m", "galaxy_importer.main", archive.name]
    run = subprocess.run(importer, cwd=dist, check=False, stdout=subprocess.PIPE, text=True)
    print(run.stdout)
    contents = json.loads((dist / "importer_result.json").read_text(encoding="utf-8"))["docs_blob"]["contents"]
    if "tasks" not in [each["content_name"] for each in contents if each["doc_strings"]]:
        raise SystemExit("Galaxy would not show the documentation of the event source")
    return run.returncode or bool(re.search("^(WARNING|ERROR)", run.stdout, re.MULTILINE))


def use_as_documented(archive: Path, dist: Path, builder: str, vcenter_program: str) -> None:
    """Follow README.md in a home folder with nothing in it."""
    home = dist / "home"
    home.mkdir()
    with (
        readme.galaxy(archive, dist / "galaxy") as server,
        running(vcenter_program) as vcenter,
    ):
        own = {name: value for name, value in environment(vcenter).items() if not name.startswith("ANSIBLE_")}
        variables = {
            **own,
            "HOME": str(home),
            # Without a terminal, Ansible keeps its output back until it starts the next task.
            "PYTHONUNBUFFERED": "1",
            "PATH": os.pathsep.join([str(home / "bin"), os.environ["PATH"], builder]),
            "ANSIBLE_GALAXY_SERVER": server,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{Path.cwd()}.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/vsphere-tasks/vsphere.tasks.git",
        }
        readme.follow(Path("README.md").read_text(encoding="utf-8"), home, variables, vcenter["control"])
    collections = home / ".ansible" / "collections"
    introspect = [f"{builder}/ansible-builder", "introspect", str(collections)]
    libraries = subprocess.run(introspect, check=True, stdout=subprocess.PIPE, text=True).stdout
    if not {"requests", "pyvmomi"} <= set(re.findall(r"\w+", libraries)):
        raise SystemExit(f"An execution environment would lack libraries:\n{libraries}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
