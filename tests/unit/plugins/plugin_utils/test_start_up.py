# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The imports in Ansible's own process, which every task pays for (docs/decisions/start_up.md)."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _role

PLUGINS = pathlib.Path(_role.__file__).parents[1]
PACKAGE = _role.__name__.removesuffix(".plugin_utils._role")


@pytest.mark.parametrize("name", sorted(path.stem for path in (PLUGINS / "action").glob("*.py")))
def test_an_action_plugin_imports_no_library_of_the_connection(name: str) -> None:
    code = f"import sys, {PACKAGE}.action.{name}; print({{'requests', 'urllib3', 'pyVmomi'}} & sys.modules.keys())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "set()\n", done.stderr
