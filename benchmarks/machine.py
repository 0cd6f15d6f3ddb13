# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine and the versions of a measurement."""

import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
from pathlib import Path

import ansible_collections.community.vmware
import ansible_collections.vmware.vmware

PACKAGES = ("ansible-core", "ansible", "pyvmomi", "requests")
COLLECTIONS = {
    "vmware.vmware": ansible_collections.vmware.vmware,
    "community.vmware": ansible_collections.community.vmware,
}


def describe(govc: str, go: str) -> dict[str, str]:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    modules = subprocess.run([go, "version", "-m", govc], capture_output=True, check=True, text=True).stdout
    govmomi = re.search(r"github\.com/vmware/govmomi\s+v(\S+)", modules)
    compiler = re.search(r"go(\d\S+)", modules)
    collections = {name: Path(next(iter(package.__path__))) for name, package in COLLECTIONS.items()}
    manifests = {
        name: json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]["version"]
        for name, folder in collections.items()
    }
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "cores": str(os.cpu_count()),
        "cpu": cpu[1] if cpu else platform.processor(),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
        **manifests,
        "govmomi (govc and the test vCenter)": govmomi[1] if govmomi else "unknown",
        "Go": compiler[1] if compiler else "unknown",
    }
