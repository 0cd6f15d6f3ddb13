# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command while a test vCenter runs, its address in the VMWARE_* variables:

`python tests/tools/vcenter.py PROGRAM [--flag=value…] COMMAND…`
"""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def running(program: str, *flags: str) -> Iterator[dict[str, Any]]:
    """Start a test vCenter on free ports and return its data. Stop it at the end."""
    # A make that is stopped ends its programs by this signal; without a handler the vCenter would outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "--ca-out", str(Path(folder, "ca.pem")), *flags]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
            try:
                ready = process.stdout.readline() if process.stdout else b""
                if not ready:
                    raise SystemExit(f"The test vCenter did not start: {' '.join(command)}")
                yield json.loads(ready)
            finally:
                process.terminate()


def environment(vcenter: dict[str, Any]) -> dict[str, str]:
    """Give our variables, with those that lead the collection to this vCenter instead of the user's own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("VMWARE_")}
    return {
        **others,
        "NO_PROXY": vcenter["host"],
        "no_proxy": vcenter["host"],
        "VMWARE_HOST": vcenter["host"],
        "VMWARE_PORT": str(vcenter["port"]),
        "VMWARE_USER": vcenter["user"],
        "VMWARE_PASSWORD": vcenter["password"],
        "VMWARE_CA_PATH": vcenter["ca"],
    }


def main(program: str, *arguments: str) -> int:
    flags = [*itertools.takewhile(lambda argument: argument.startswith("--"), arguments)]
    with running(program, *flags) as vcenter:
        return subprocess.run(arguments[len(flags) :], env=environment(vcenter), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
