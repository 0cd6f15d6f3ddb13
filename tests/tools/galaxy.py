# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build a collection, install it into an empty path, use it there, and import it as Galaxy would:

`python tests/tools/galaxy.py COLLECTION FOLDER IMPORTER_PYTHON VCENTER_PROGRAM`
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import artifact
from vcenter import environment, running


def main(collection: str, folder: str, importer_python: str, vcenter_program: str) -> int:
    dist = Path(folder).resolve()
    shutil.rmtree(dist, ignore_errors=True)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(dist)
    archive = artifact.build(Path(collection), dist)
    subprocess.run(["ansible-galaxy", "collection", "install", "--offline", archive], check=True)

    for flags in ([], ["--no-vijson"], ["--esx"]):
        with running(vcenter_program, *flags) as vcenter:
            command = ["ansible", "localhost", "-m", "vsphere.tasks.vsphere_task_info"]
            subprocess.run(command, check=True, env=environment(vcenter))

    # It calls the ansible-lint of its own environment.
    os.environ["PATH"] = f"{Path(importer_python).parent}{os.pathsep}{os.environ['PATH']}"
    importer = [importer_python, "-m", "galaxy_importer.main", archive.name]
    run = subprocess.run(importer, cwd=dist, check=False, stdout=subprocess.PIPE, text=True)
    print(run.stdout)
    return run.returncode or bool(re.search("^(WARNING|ERROR)", run.stdout, re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
