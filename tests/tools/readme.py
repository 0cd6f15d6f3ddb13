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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = r"\s*\d+"
# The README's names, and their counterparts in the test vCenter.
NAMES = {"vcenter.example.com": "127.0.0.1", "esx-01.example.com": "DC0_H0"}
# The state for the playbooks: a task of a host that runs until its progress appears, and a failed task.
RUNNING = {
    "entity": {"type": "HostSystem", "value": "host-21"},
    "name": "EnterMaintenanceMode_Task",
    "description_id": "HostSystem.enterMaintenanceMode",
    "progress": 40,
}
FAILED = {"state": "error", "error": {"_typeName": "NotSupported"}}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


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


def follow(text: str, home: Path, environment: dict[str, str], control: str) -> None:
    """Follow the text in this home folder, and with the test vCenter of this control API."""
    for name, real in NAMES.items():
        text = text.replace(name, real)
    # What one of the playbooks reads, and what ansible-builder hands its work on to.
    (home / "vault.yml").write_text(f"vault_vcenter_password: {environment['VMWARE_PASSWORD']}\n", encoding="utf-8")
    (home / "bin").mkdir()
    (home / "bin" / "podman").symlink_to(shutil.which("true") or "")
    run = functools.partial(run_in, home, environment)
    change(control, "POST", "/tasks", FAILED)
    shown = ""
    for language, block in BLOCK.findall(text):
        if language == "yaml":
            file = home / block.removeprefix("# ").split("\n")[0]
            file.write_text(block, encoding="utf-8")
            # The integration tests run the rulebook.
            if "hosts:" in block and "sources:" not in block:
                [task] = change(control, "POST", "/tasks", RUNNING)["ids"]
                end = functools.partial(change, control, "PATCH", f"/tasks/{task}", {"state": "success"})
                shown = run(["ansible-playbook", file.name], end)
        elif language == "text":
            check(block, shown)
        elif language != "shell":
            raise SystemExit(f"Add a rule for this block:\n{block}")
        # What begins with a clone of the project is a step of `make test` by itself.
        elif not block.startswith("git clone "):
            if "-r requirements.yml" in block:
                # An alternative with the same result. pip does not install existing packages again.
                shutil.rmtree(home / ".ansible" / "collections")
            run(["bash", "-euxc", block])


def change(control: str, method: str, path: str, body: dict[str, Any]) -> Any:
    """Make a task in the test vCenter, or change one."""
    with requests.Session() as session:
        session.trust_env = False  # It needs no proxy.
        answer = session.request(method, control + path, json=body, timeout=60)
    if not answer.ok:
        raise SystemExit(f"{method} {path}: {answer.text}")
    return answer.json()


def run_in(home: Path, environment: dict[str, str], command: list[str], end: Callable[[], Any] | None = None) -> str:
    """Run a command, call `end` as soon as its output shows a running task, and return its output."""
    shown = ""
    with subprocess.Popen(
        command, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin:
            # Every password prompt gets the password of the test vCenter.
            process.stdin.write(f"{environment['VMWARE_PASSWORD']}\n")
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        for line in process.stdout or ():
            print(line, end="", flush=True)
            shown += line
            if end and re.search(r": running \d+ %", line):
                end()
                end = None
    if process.returncode:
        raise SystemExit(f"This failed: {' '.join(command)}")
    return shown


def check(expected: str, shown: str) -> None:
    """Verify that the output contains each line, with any numbers."""
    for line in expected.splitlines():
        if not re.search(NUMBER.join(map(re.escape, re.split(NUMBER, line))), shown):
            raise SystemExit(f"This was not shown: {line}")
