# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test in the current folder: `python tests/tools/harness.py PROGRAM ARGUMENT…`

For integration tests, it starts sets of PROGRAM, the test vCenter. A set has one of each kind that the targets need. It
writes their addresses into integration_config.yml, and the paths of PROGRAM, of govc, of Toxiproxy, of the wheel with
AWX's collection, and of ansible-rulebook and mitmdump, which ANSIBLE_RULEBOOK and MITMDUMP name.
"""

import ast
import configparser
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from ansible_test._internal.host_configs import VirtualPythonConfig
from ansible_test._internal.python_requirements import get_venv_packages
from vcenter import running

# The servers of the integration tests and how each differs from a current vCenter.
VCENTERS = {
    "vcenter": ["--history=30000"],
    "vcenter7": ["--no-vijson"],
    "vcenter801": ["--no-hello"],
    "esxi": ["--esx"],
    "wrapped": ["--wrapped-faults"],
    "slow": ["--delay", "CloneVM_Task=60s", "--delay", "EnterMaintenanceMode_Task=60s"],
}
with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as loopback:
    loopback.bind(("::1", 0))  # as far as this machine has IPv6
    VCENTERS["ipv6"] = ["--listen=[::1]:0"]
# The number of processes that run integration tests. Each has its own set of servers. There are more processes than
# cores, because a playbook that waits for tasks leaves the core to others.
PROCESSES = 4
SCRIPTS = sysconfig.get_path("scripts")
PIP = [sys.executable, "-m", "pip"]


def pythons(folder: Path) -> list[Path]:
    return [file for file in folder.glob("python*") if re.fullmatch(r"python\d\.\d+", file.name)]


def starts(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def path(versions: str) -> str:
    """PATH without the folders that hold a Python which does not start: ansible-test gives up on one.

    At the end, add these versions, if pyenv has them, because its shims start another one.
    """
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    sound = [folder for folder in folders if all(map(starts, pythons(folder)))]
    more = [
        found for folder in folders for found in folder.glob(f"../versions/{versions}/bin") if folder.name == "shims"
    ]
    return os.pathsep.join(map(str, [SCRIPTS, *sound, *more]))


def provide_pip(home: Path) -> None:
    """Put pip in the place that ansible-test checks before it downloads pip from a host that is not a package
    registry.
    """
    python = VirtualPythonConfig(version=sysconfig.get_python_version(), path=sys.executable)
    version = get_venv_packages(python)["pip"]
    cache = home / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if not script.exists():
        subprocess.run([*PIP, "download", "--quiet", "--no-deps", "--dest", cache, f"pip=={version}"], check=True)
        shutil.copy(Path(__file__).with_name("get_pip.py"), script)


def pass_on_pip_settings(home: Path) -> None:
    """Write down how pip reaches its registry: ansible-test runs it without the variables that say so."""
    settings = configparser.RawConfigParser()
    settings["global"] = {"quiet": "1"}
    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        if os.environ.get(name):
            settings["global"]["cert"] = os.environ[name]
    listing = subprocess.run([*PIP, "config", "list"], check=True, capture_output=True, text=True).stdout
    for line in reversed(listing.splitlines()):  # pip lists the setting of the environment first, and it wins
        name, value = line.split("=", 1)
        settings["global"][name.rpartition(".")[2]] = ast.literal_eval(value)
    with (home / ".config" / "pip" / "pip.conf").open("w", encoding="utf-8") as file:
        settings.write(file)


def environment(home: Path, collection: Path, versions: str = "3.9.*") -> dict[str, str]:
    """The environment for ansible-test, with a separate home folder.

    By default, the oldest Python for modules is found in pyenv, too.
    """
    (home / ".config" / "pip").mkdir(parents=True, exist_ok=True)
    provide_pip(home)
    pass_on_pip_settings(home)
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": path(versions),
        # Keeps it from taking the checkout around this folder for the collection's repository.
        "ANSIBLE_TEST_CONTENT_ROOT": str(collection),
    }


@contextlib.contextmanager
def servers(program: str) -> Iterator[None]:
    """Start the sets of servers, and write integration_config.yml."""
    with contextlib.ExitStack() as stack:
        sets = [
            {kind: stack.enter_context(running(program, *flags)) for kind, flags in VCENTERS.items()}
            for _process in range(PROCESSES)
        ]
        variables = {
            "sets": sets,
            **{name: str(Path(program).with_name(name)) for name in ("vcenter", "govc", "toxiproxy", "awx")},
            **{name: os.environ[name.upper()] for name in ("ansible_rulebook", "mitmdump")},
        }
        config = Path("tests", "integration", "integration_config.yml")
        config.write_text(json.dumps(variables), encoding="utf-8")
        yield


def main(program: str, *arguments: str) -> int:
    if not Path(SCRIPTS, "shellcheck").exists():
        # Without it ansible-test reports the shellcheck test as passed.
        raise SystemExit("shellcheck is missing")
    # Sanity and integration tests run side by side.
    home = Path("tests", "output", "home", arguments[0]).resolve()
    settings = environment(home, Path.cwd())
    with servers(program) if arguments[0] == "integration" else contextlib.nullcontext():
        return subprocess.run(["ansible-test", *arguments], env=settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
