# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirror the files that git knows or would take into a folder where ansible looks for collections.

Ansible's tools accept the collection only below ansible_collections/vsphere/tasks, and not as a link. Additional files
of the tools (environments, results) stay there.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path


def state(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_mode, status.st_size, status.st_mtime_ns


def mirror(source: Path, target: Path, listing: Path) -> None:
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(git, cwd=source, check=True, capture_output=True, text=True).stdout
    files = {name for name in names.split("\0") if name and (source / name).is_file()}
    before = set(listing.read_text(encoding="utf-8").split("\0")) if listing.exists() else set()
    for name in before - files:
        (target / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.removedirs((target / name).parent)
    for name in files:
        original, copy = source / name, target / name
        if not copy.exists() or state(copy) != state(original):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(original, copy)
    listing.write_text("\0".join(sorted(files)), encoding="utf-8")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    collection = root / "ansible_collections" / "vsphere" / "tasks"
    collection.mkdir(parents=True, exist_ok=True)
    mirror(Path(), collection, root / "files")
