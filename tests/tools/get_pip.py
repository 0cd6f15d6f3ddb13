# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the get-pip script that ansible-test wants: installs pip from the wheel beside it."""

import os
import runpy
import sys
from pathlib import Path

script = Path(os.environ["GET_PIP"])
version = script.stem.removeprefix("get_pip_").replace("_", ".")
wheel = next(script.parent.glob(f"pip-{version}-*.whl"))

sys.path.insert(0, str(wheel))
sys.argv[1:] = ["install", "--quiet", "--no-index", str(wheel)]
runpy.run_module("pip", run_name="__main__")
