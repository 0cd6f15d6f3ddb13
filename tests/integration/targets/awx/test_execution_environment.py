# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of the execution environment, without a container engine."""

from __future__ import annotations

import pathlib
import shutil
import subprocess

import yaml
from vcenters import ROOT

BUILDER = str(shutil.which("ansible-builder"))


def test_the_definition_builds_a_context(tmp_path: pathlib.Path) -> None:
    definition = ROOT / "examples" / "awx" / "execution-environment.yml"
    subprocess.run([BUILDER, "create", "--file", definition, "--context", tmp_path], check=True)
    requirements = yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert requirements == {"collections": [{"name": "vsphere.tasks"}]}
    # The name of the file depends on the container engine.
    [containerfile] = tmp_path.glob("*file")
    assert "quay.io/centos/centos:stream9" in containerfile.read_text(encoding="utf-8")


def test_the_collection_names_its_libraries(tmp_path: pathlib.Path) -> None:
    libraries = tmp_path / "requirements.txt"
    folder = ROOT.parents[2]
    subprocess.run([BUILDER, "introspect", folder, "--write-pip", libraries], check=True)
    assert {"requests", "pyvmomi"} <= {
        line.split(">")[0].split(" ")[0].lower() for line in libraries.read_text().split("\n")
    }
