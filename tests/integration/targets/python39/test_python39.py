# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules on the oldest Python that they support. Current releases of Ansible do not run on it."""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader

ROOT = pathlib.Path(_reader.__file__).parents[3]
KEPT = ROOT / "tests" / "output" / "python3.9"
REQUIREMENTS = ROOT / "meta" / "ee-requirements.txt"


def run(*command: str | pathlib.Path) -> None:
    """Run a command that must succeed, without the PYTHONPATH that ansible-test sets for its own Python."""
    ran = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def kept(name: str, *commands: tuple[str | pathlib.Path, ...]) -> pathlib.Path:
    """The folder with that name, which the commands fill. It is kept for later runs."""
    folder = KEPT / name
    wanted = json.dumps([commands, REQUIREMENTS.read_text(encoding="utf-8")], default=str)
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.json").open("a+", encoding="utf-8") as filled:
        # Several processes can need the folder at the same time.
        fcntl.flock(filled, fcntl.LOCK_EX)
        filled.seek(0)
        if filled.read() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            for command in commands:
                run(*command)
            filled.truncate(0)
            filled.write(wanted)
    return folder


@pytest.fixture(scope="session")
def python() -> str:
    """A Python with the requirements of the collection."""
    found = shutil.which("python3.9")
    # The command can be a version manager's shim without a Python 3.9.
    if not found or subprocess.run([found, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Python 3.9 with venv on PATH")
    folder = KEPT / "modules"
    python = folder / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS)
    kept("modules", (found, "-m", "venv", folder), pip)
    return str(python)


@pytest.fixture(scope="session")
def newer(python: str) -> str:
    """The folder of a pyVmomi that rejects this Python."""
    target = ("--target", KEPT / "newer")
    return str(kept("newer", (python, "-m", "pip", "install", "--quiet", "--no-deps", *target, "pyvmomi>=9")))


def test_every_module_runs(vcenter: t.Any, python: str) -> None:
    vcenter.play("modules.yml", ansible_python_interpreter=python)


def test_a_pyvmomi_that_rejects_this_python_is_an_error_with_a_remedy(vcenter: t.Any, python: str, newer: str) -> None:
    shown = vcenter.play("refused.yml", status=2, ansible_python_interpreter=python, newer=newer)
    assert "library (pyvmomi<9)" in shown
    assert (
        "The installed version reports: Python 3.10 or newer is required (found 3.9). "
        f"To replace it, run {python} -m pip install --upgrade 'pyvmomi<9'. "
    ) in shown
