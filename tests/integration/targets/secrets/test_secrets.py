# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs at the highest verbosity, with successes and failures: nothing that they show or leave contains a secret."""

from __future__ import annotations

import base64
import contextlib
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest

PROXY = "Pr0xy-W0rd!"
OTHER = "0ther-C4nary!"


class Run(t.NamedTuple):
    """The output of a run, the secrets in it, and the processes and files while a module was waiting."""

    output: str
    secrets: tuple[str, ...]
    processes: list[bytes]
    public_files: list[pathlib.Path]


class Place:
    """A folder with all that Ansible leaves."""

    def __init__(self, vcenter: t.Any, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._vcenter = vcenter
        self.folder = folder / "left"
        self.folder.mkdir(mode=0o755)
        self.session = folder / "session"
        self._unfinished = vcenter.create()
        places = {"CACHE_PLUGIN_CONNECTION": "facts", "LOG_PATH": "log", "ASYNC_DIR": "async", "REMOTE_TMP": "tmp"}
        for name, place in places.items():
            monkeypatch.setenv(f"ANSIBLE_{name}", str(self.folder / place))
        monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", "ansible.builtin.jsonfile")
        monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(self.folder / "local"))
        monkeypatch.setenv("ANSIBLE_CALLBACKS_ENABLED", "vsphere.tasks.vcenter_task")

    def variables(self, **more: t.Any) -> dict[str, t.Any]:
        # The callback fails to log in.
        address = {name: self._vcenter.options[name] for name in ("hostname", "port", "username", "ca_path")}
        callback = {f"vcenter_task_{name}": value for name, value in address.items()}
        return {
            **callback,
            "vcenter_task_password": OTHER,
            "session_file": str(self.session),
            "unfinished": self._unfinished,
            **more,
        }

    def run(self, start: t.Callable[[], str]) -> Run:
        password = self._vcenter.options["password"]
        processes: list[bytes] = []
        public: list[pathlib.Path] = []

        def look() -> None:
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    environment = (process / "environ").read_bytes()
                    # Processes of other tests can contain the password of the test vCenter.
                    if str(self.folder).encode() in environment:
                        processes.append(environment + (process / "cmdline").read_bytes())
            public.extend(_public(self.folder, password.encode()))
            self._vcenter.control("PATCH", f"/tasks/{self._unfinished}", state="success")

        self._vcenter.while_watched(look)
        output = start()
        # Ansible removes the module of a job in the background some seconds after its end.
        self._vcenter.until(lambda: not [*self.folder.rglob("AnsiballZ_*")], seconds=60)
        text = self.session.read_text(encoding="utf-8")
        assert len(text) >= 20
        key = json.loads(base64.b64decode(text))["key"]
        # The start of the text is the same for all sessions.
        return Run(output, (password, OTHER, "vmware_soap_session=", text[:16], key), processes, public)


def _public(folder: pathlib.Path, secret: bytes) -> t.Iterator[pathlib.Path]:
    """The files with the secret that other users can reach."""
    for file in [each for each in folder.rglob("*") if each.is_file()]:
        with contextlib.suppress(OSError):
            above = [each for each in (file, *file.parents) if each.is_relative_to(folder)]
            if secret in file.read_bytes() and all(each.stat().st_mode & 0o077 for each in above):
                yield file


def left(folder: pathlib.Path, secrets: t.Iterable[str]) -> list[str]:
    """The files that contain a secret."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files
    return [str(file) for file in files if any(secret.encode() in file.read_bytes() for secret in secrets)]


@pytest.fixture
def place(vcenter: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(vcenter, tmp_path, monkeypatch)


def check(run: Run, folder: pathlib.Path) -> None:
    # The play has shown the expected output.
    assert "wait_for_task : Wait for the tasks" in run.output
    assert "PropertyCollector session[" in run.output
    assert "vCenter does not show this run" in run.output
    assert any(b"vsphere_task_wait" in process for process in run.processes)
    assert [secret for secret in run.secrets if secret in run.output] == []
    assert any(b"the method RenewTask" in file.read_bytes() for file in folder.rglob("*localhost"))  # the fact cache
    assert left(folder, run.secrets) == []
    assert run.public_files == []
    assert [secret for secret in run.secrets for process in run.processes if secret.encode() in process] == []


def test_no_secret_is_shown_by_a_connection_that_shows_the_results_of_modules(
    vcenter: t.Any, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugins = pathlib.Path("../action_plugins/connection_plugins").resolve()
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(plugins))
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PROXY}@127.0.0.1:99999")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    variables = place.variables(ansible_connection="elsewhere", has_proxy=True)
    run = place.run(lambda: t.cast("str", vcenter.play("secrets.yml", "-vvvv", **variables)))
    check(run, place.folder)
    assert PROXY not in run.output
    assert left(place.folder, [PROXY]) == []


def test_no_secret_is_in_the_artifacts_of_ansible_runner(vcenter: t.Any, place: Place, tmp_path: pathlib.Path) -> None:
    given = tmp_path / "variables.json"
    variables = place.variables(server=vcenter.address, transport=vcenter.transport, has_proxy=False)
    given.write_text(json.dumps(variables), encoding="utf-8")

    def start() -> str:
        options = ("--project-dir", str(pathlib.Path.cwd()), "--ident", "one", "--playbook", "secrets.yml")
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "ansible_runner", "run", str(place.folder), *options),
                f"--cmdline=-vvvv --extra-vars @{given}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    check(place.run(start), place.folder)
    assert len([*(place.folder / "artifacts" / "one" / "job_events").iterdir()]) > 50
