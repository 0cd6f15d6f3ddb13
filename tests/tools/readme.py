# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow a README.md as its reader would, in an empty home folder: write its files, run its commands and playbooks.

The collection comes from a stand-in for Galaxy that has one archive, unreleased changes from the checkout.
"""

import contextlib
import functools
import hashlib
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = r"\s*\d+"
# The README's names, and their counterparts in the test vCenter.
NAMES = {"vcenter.example.com": "127.0.0.1", "esx-01.example.com": "DC0_H0"}
# The state for the playbooks: a host that enters maintenance mode, and a task that fails, because the virtual machine
# already runs.
OPERATIONS: tuple[tuple[dict[str, str], str, dict[str, int]], ...] = (
    ({"type": "HostSystem", "name": "DC0_H0"}, "EnterMaintenanceMode_Task", {"timeout": 0}),
    ({"type": "VirtualMachine", "name": "DC0_H0_VM0"}, "PowerOnVM_Task", {}),
)
START = ["ansible", "localhost", "-m", "vsphere.tasks.vsphere_task_start", "-a"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None: ...


@contextlib.contextmanager
def galaxy(archive: Path, folder: Path) -> Iterator[str]:
    """Serve what ansible-galaxy asks of Galaxy, from files, and give the address."""
    namespace, name, version = archive.name.removesuffix(".tar.gz").split("-", 2)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        collection = f"api/v3/collections/{namespace}/{name}"
        versions = f"{collection}/versions"
        answers = {
            "api": {"available_versions": {"v3": "v3/"}},
            collection: {"name": name, "created_at": "", "updated_at": ""},
            versions: {"data": [{"version": version}], "links": {"next": None}},
            f"{versions}/{version}": {
                "namespace": {"name": namespace},
                "collection": {"name": name},
                "version": version,
                "href": f"{url}/{versions}/{version}/",
                "download_url": f"{url}/{archive.name}",
                "artifact": {"sha256": hashlib.sha256(archive.read_bytes()).hexdigest()},
                "metadata": {"dependencies": {}},
                "signatures": [],
            },
        }
        for path, answer in answers.items():
            (folder / path).mkdir(parents=True, exist_ok=True)
            (folder / path / "index.html").write_text(json.dumps(answer), encoding="utf-8")
        (folder / archive.name).write_bytes(archive.read_bytes())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{url}/api/"
        server.shutdown()


def follow(text: str, home: Path, environment: dict[str, str]) -> None:
    for name, real in NAMES.items():
        text = text.replace(name, real)
    # What one of the playbooks reads, and what ansible-builder hands its work on to.
    (home / "vault.yml").write_text(f"vault_vcenter_password: {environment['VMWARE_PASSWORD']}\n", encoding="utf-8")
    (home / "bin" / "podman").parent.mkdir()
    (home / "bin" / "podman").symlink_to(shutil.which("true") or "")
    shown = ""
    for language, block in BLOCK.findall(text):
        if language == "yaml":
            file = home / block.removeprefix("# ").split("\n")[0]
            file.write_text(block, encoding="utf-8")
            if "hosts:" in block:
                for acted_on, method, params in OPERATIONS:
                    options = {"object": acted_on, "method": method, "params": params}
                    run([*START, json.dumps(options)], home, environment)
                shown = run(["ansible-playbook", file.name], home, environment)
        elif language == "text":
            check(block, shown)
        elif language != "shell":
            raise SystemExit(f"Add a rule for this block:\n{block}")
        # What begins with a clone of the project is a step of `make test` by itself.
        elif not block.startswith("git clone "):
            if "-r requirements.yml" in block:
                # An alternative with the same result. pip does not install existing packages again.
                shutil.rmtree(home / ".ansible" / "collections")
            run(["bash", "-euxc", block], home, environment)


def run(command: list[str], home: Path, environment: dict[str, str]) -> str:
    # Every password prompt gets the password of the test vCenter.
    done = subprocess.run(
        command,
        check=False,
        cwd=home,
        env=environment,
        input=f"{environment['VMWARE_PASSWORD']}\n",
        stdout=subprocess.PIPE,
        text=True,
    )
    print(done.stdout, flush=True)
    if done.returncode:
        raise SystemExit(f"This failed: {' '.join(command)}")
    return done.stdout


def check(expected: str, shown: str) -> None:
    """Verify that the output contains each line, with any numbers."""
    for line in expected.splitlines():
        if not re.search(NUMBER.join(map(re.escape, re.split(NUMBER, line))), shown):
            raise SystemExit(f"This was not shown: {line}")
