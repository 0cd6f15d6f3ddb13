# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the artifact of the commit that is checked out, so that each build has the same bytes:

`python tests/tools/artifact.py FOLDER`

ansible-galaxy lists the files as the file system does, and writes down when it did so. Here they are sorted, and all
times are the one in SOURCE_DATE_EPOCH, or else that of the commit.
"""

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

MANIFEST, FILES = "MANIFEST.json", "FILES.json"


def main(folder: str) -> int:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        built, again = (build(checkout(Path(each)), Path(each)) for each in (first, second))
        if built.read_bytes() != again.read_bytes():
            print(f"{built.name}: two builds differ", file=sys.stderr)
            return 1
        Path(folder).mkdir(parents=True, exist_ok=True)
        target = Path(folder) / built.name
        target.write_bytes(built.read_bytes())
    print(f"{hashlib.sha256(target.read_bytes()).hexdigest()}  {target}")
    return 0


def checkout(folder: Path) -> Path:
    """The files of the commit, without what lies about beside them."""
    files = subprocess.run(["git", "archive", "HEAD"], check=True, capture_output=True).stdout
    target = folder / "collection"
    target.mkdir()
    # tarfile of Python 3.11.2 does not have the filter without which that of 3.12 warns.
    subprocess.run(["tar", "--extract", "--file", "-", "--directory", target], input=files, check=True)
    return target


def build(collection: Path, folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as output:
        subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", output], cwd=collection, check=True)
        (built,) = Path(output).glob("*.tar.gz")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / built.name
        target.write_bytes(reproducible(built, epoch()))
    return target


def epoch() -> int:
    git = ["git", "log", "-1", "--format=%ct"]
    return int(os.environ.get("SOURCE_DATE_EPOCH") or subprocess.run(git, check=True, capture_output=True).stdout)


def reproducible(built: Path, time: int) -> bytes:
    """The same archive with its files in order and all times alike."""
    with tarfile.open(built) as archive:
        members = {member.name: member for member in archive}
        contents = {name: file.read() for name, member in members.items() if (file := archive.extractfile(member))}
    listing = json.loads(contents[FILES])
    listing["files"].sort(key=lambda entry: entry["name"])
    contents[FILES] = json.dumps(listing, indent=True).encode()
    manifest = json.loads(contents[MANIFEST])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(contents[FILES]).hexdigest()
    contents[MANIFEST] = json.dumps(manifest, indent=True).encode()

    written = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=written, mode="wb", mtime=time) as compressed,
        tarfile.open(fileobj=compressed, mode="w") as archive,
    ):
        for name in (MANIFEST, FILES, *sorted(members.keys() - {MANIFEST, FILES})):
            # Made anew, because one that was read holds on to its times.
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.mtime = members[name].type, members[name].mode, time
            member.size = len(contents.get(name, b""))
            archive.addfile(member, io.BytesIO(contents.get(name, b"")))
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
