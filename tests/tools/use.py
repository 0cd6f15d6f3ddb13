# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install the artifact into an empty folder with the ansible-core on PATH, and use it with each kind of server:

`python tests/tools/use.py COLLECTION FOLDER VCENTER_PROGRAM`
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import artifact
from vcenter import environment, running

EXAMPLE = Path(__file__).parents[2] / "examples" / "demo.yml"
LIST_TASKS = ["ansible", "localhost", "-m", "vsphere.tasks.vsphere_task_info"]
# The example cancels one of the clones. A busy machine needs many seconds until then.
LONG_CLONE = "--delay=CloneVM_Task=30s"


def main(collection: str, folder: str, vcenter_program: str) -> int:
    install(Path(collection), Path(folder).resolve())
    for flags, command in (
        ([LONG_CLONE], ["ansible-playbook", str(EXAMPLE)]),
        (["--no-vijson"], LIST_TASKS),
        (["--esx"], LIST_TASKS),
    ):
        with running(vcenter_program, *flags) as vcenter:
            subprocess.run(command, check=True, env=environment(vcenter))
    return 0


def install(collection: Path, folder: Path) -> Path:
    """Build the artifact in this folder, and make its installation the only one that Ansible finds."""
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(folder)
    archive = artifact.build(collection, folder)
    subprocess.run(["ansible-galaxy", "collection", "install", "--offline", archive], check=True)
    return archive


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
