# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules on the oldest Python that they support, which is older than any that today's Ansible itself runs on."""

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
REQUIREMENTS = ("requirements.txt", "tests/unit/requirements.txt")


def run(*command: str | pathlib.Path, path: str | pathlib.Path = "") -> None:
    """Run a command that has to succeed, without what ansible-test has put on the PYTHONPATH of its own Python."""
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def kept(name: str, *commands: tuple[str | pathlib.Path, ...]) -> pathlib.Path:
    """The folder of that name, which these commands fill. It is kept from run to run."""
    folder = KEPT / name
    wanted = json.dumps([commands, [(ROOT / file).read_text(encoding="utf-8") for file in REQUIREMENTS]], default=str)
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.json").open("a+", encoding="utf-8") as filled:
        # Several processes may need it at the same time.
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
def environment() -> t.Callable[..., str]:
    """Makes an environment of that name with what is to be installed; its Python."""
    found = shutil.which("python3.9")
    # A version manager's shim may be found and not run.
    if not found or subprocess.run([found, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        pytest.skip("there is no Python 3.9 with venv on PATH")

    def make(name: str, *requirements: str) -> str:
        python = KEPT / name / "bin" / "python"
        pip = (str(python), "-m", "pip", "install", "--quiet", *requirements)
        kept(name, (found, "-m", "venv", KEPT / name), pip)
        return str(python)

    return make


@pytest.fixture(scope="session")
def python(environment: t.Callable[..., str]) -> str:
    """A Python with what the collection says that it needs."""
    return environment("modules", "--requirement=requirements.txt")


@pytest.fixture(scope="session")
def newer(python: str) -> str:
    """The folder of a pyVmomi that refuses this Python."""
    target = ("--target", KEPT / "newer")
    return str(kept("newer", (python, "-m", "pip", "install", "--quiet", "--no-deps", *target, "pyvmomi>=9")))


def test_every_module_runs(vcenter: t.Any, python: str) -> None:
    vcenter.play("modules.yml", ansible_python_interpreter=python)


def test_a_pyvmomi_that_refuses_this_python(vcenter: t.Any, python: str, newer: str) -> None:
    shown = vcenter.play("refused.yml", status=2, ansible_python_interpreter=python, newer=newer)
    assert "library (pyvmomi<9)" in shown
    assert (
        "The installed version reports: Python 3.10 or newer is required (found 3.9). "
        f"To replace it, run {python} -m pip install --upgrade 'pyvmomi<9'. "
    ) in shown


def test_the_unit_tests_of_what_modules_run(environment: t.Callable[..., str]) -> None:
    # The urllib3 of the system that has this Python; it does not compare what came with Content-Length.
    python = environment("units", "--requirement=tests/unit/requirements.txt", "ansible-core", "urllib3<2")
    tests = ROOT / "tests" / "unit" / "plugins" / "module_utils"
    run(python, "-m", "pytest", "-p", "no:cacheprovider", "-q", tests, path=ROOT.parents[2])
