# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules and playbooks, run in the way of Ansible against the test vCenters in integration_config.yml."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import typing as t
import uuid

import pytest
import requests
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
    CONNECTION_SPEC,
    ConnectionOptions,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._own import _create, _task_type
from clock import Clock
from vcenter import running

PLAYBOOK = str(shutil.which("ansible-playbook"))
ROOT = pathlib.Path(_recovery.__file__).parents[3]
CONFIG = pathlib.Path(__file__).parents[2] / "integration_config.yml"
# Each process of pytest-xdist has its own servers. Without pytest-xdist, there is only one process.
PROGRAMS = json.loads(CONFIG.read_text(encoding="utf-8"))
SETS = PROGRAMS["sets"]
SERVERS = SETS[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])]
# It keeps its connections, and does not search the environment for proxies.
CONTROL = requests.Session()
CONTROL.trust_env = False
# The targets that run processes. The target with the longest tests is the first.
PLAYING = (
    "soak",
    "interruptions",
    "python39",
    "eda",
    "wait_for_task",
    "secrets",
    "playbooks",
    "examples",
    "action_plugins",
    "vcenter_task",
    "task_report",
)
# A server without news answers after 20 seconds. A wait that ends sooner was notified of the change.
NOTIFIED = 15
# The name of the call that waits for changes in the log of a test vCenter.
WAITED = "PropertyCollector.WaitForUpdatesEx"
# For tests that do not depend on the protocol, because others cover both. A playbook takes a second or two.
any_transport = pytest.mark.parametrize("transport", ["auto"])


def until(done: t.Callable[[], object], seconds: float = 90, state: t.Callable[[], object] = lambda: None) -> None:
    """Return as soon as the condition is true, or fail and show the state. The machine can be busy."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, state()
        time.sleep(0.1)  # noqa: TID251 (all tests wait here)


def arrival(entry: dict[str, t.Any]) -> datetime.datetime:
    """The time of a request in the log. Python 3.10 reads up to six digits after the point, and no Z."""
    return datetime.datetime.fromisoformat(re.sub(r"\.(\d{6})\d*", r".\1", entry["time"].replace("Z", "+00:00")))


class Vcenter:
    """One test vCenter over one transport, and its control API."""

    def __init__(self, address: dict[str, t.Any], transport: str) -> None:
        self.address = address
        self.transport = transport
        self.options: dict[str, t.Any] = {
            "hostname": self.address["host"],
            "port": self.address["port"],
            "username": self.address["user"],
            "password": self.address["password"],
            "ca_path": self.address["ca"],
            "transport": transport,
        }
        self._over = threading.Event()
        self._watchers: list[threading.Thread] = []
        self.control("DELETE", "/log")

    @property
    def environment(self) -> dict[str, str]:
        """The options as environment variables."""
        return {CONNECTION_SPEC[name]["fallback"][1][0]: str(value) for name, value in self.options.items()}

    def log(self) -> list[dict[str, t.Any]]:
        """The requests since the start of the test, in order."""
        return t.cast("list[dict[str, t.Any]]", self.control("GET", "/log"))

    def control(self, method: str, path: str, **body: t.Any) -> t.Any:
        answer = CONTROL.request(method, self.address["control"] + path, json=body or None, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.text else None

    until = staticmethod(until)

    def create(self, **task: t.Any) -> str:
        """Create a task in the given state. Returns its ID."""
        return self.create_many(1, **task)[0]

    def create_many(self, count: int, **task: t.Any) -> list[str]:
        """Create tasks, by default of an operation of vSphere itself."""
        task = {"description_id": "VirtualMachine.powerOn", **task}
        return t.cast("list[str]", self.control("POST", "/tasks", count=count, **task)["ids"])

    @staticmethod
    def ago(**span: float) -> str:
        """The time before now by that span, in the form of the control API."""
        return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**span)).isoformat()

    def fault(self, kind: str, match: str, **how: t.Any) -> None:
        """Let the next matching requests fail."""
        self.control("POST", "/faults", **{"count": 1, "protocol": "any", "kind": kind, "match": match, **how})

    @property
    def stats(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.control("GET", "/stats"))

    def requests(self) -> list[str]:
        """The calls since the start of the test as Type.Method, in order."""
        return [entry["call"] for entry in self.log()]

    def during(self, call: str, action: t.Callable[[], object], times: int = 2) -> None:
        """Run the action as soon as the method has been called that often."""
        self._act_when(lambda: self.requests().count(call) >= times, action)

    def while_watched(self, action: t.Callable[[], object], times: int = 1) -> None:
        """Run the action as soon as a client waits for changes, or does so again."""
        self._act_when(lambda: self.waits >= times, action)

    @property
    def waiting(self) -> list[dict[str, t.Any]]:
        """The requests that wait for changes, instead of only reading the state."""
        return [entry for entry in self.log() if re.search(r"maxWaitSeconds\W+[1-9]", entry.get("body") or "")]

    @property
    def waits(self) -> int:
        return len(self.waiting)

    def _act_when(self, is_due: t.Callable[[], bool], action: t.Callable[[], object]) -> None:
        def watch() -> None:
            while not is_due():
                if self._over.wait(0.02):
                    return
            action()

        watcher = threading.Thread(target=watch)
        self._watchers.append(watcher)
        watcher.start()

    def stop(self) -> None:
        """End actions whose call never came, because they would run during a later test."""
        self._over.set()
        # An action can itself wait for another call.
        for watcher in self._watchers:
            watcher.join()

    @contextlib.contextmanager
    def connection(self) -> t.Iterator[Connection]:
        """An additional session, for requests that no module sends."""
        params = ArgumentSpecValidator(CONNECTION_SPEC).validate(self.options).validated_parameters
        with Connection(ConnectionOptions.from_params(params), lambda secret: None).open() as connection:
            yield connection

    def run(self, module: str, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run a module of the collection. Its result always contains failed."""
        return run_module(module, check, {**self.options, **options})

    def play(self, playbook: str | pathlib.Path, *arguments: str, status: int = 0, **variables: t.Any) -> str:
        """Run a playbook, which must end with the status, as a process. Returns its output.

        The variables server and transport describe the connection.
        """
        given = {"server": self.address, "transport": self.transport, **variables}
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(given, file)
            file.flush()
            ran = subprocess.run(
                [PLAYBOOK, playbook, "--extra-vars", f"@{file.name}", *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        assert ran.returncode == status, ran.stdout
        return ran.stdout


@contextlib.contextmanager
def additional(transport: str, *flags: str) -> t.Iterator[Vcenter]:
    """Another test vCenter, for a test that needs its own."""
    with running(PROGRAMS["vcenter"], *flags) as address:
        yield Vcenter(address, transport)


def run_module(module: str, check: bool, options: dict[str, t.Any]) -> dict[str, t.Any]:
    name = module if module == "session" else f"task_{module}"
    main = importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.vsphere_{name}").main
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": True}
    # Since ansible-core 2.20, modules return their invocation only on request.
    if "inject_invocation" in PASS_VARS:
        arguments["_ansible_inject_invocation"] = True
    given = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basic, "_ANSIBLE_ARGS", given)
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        patch.setattr("os.setpgid", lambda *_ids: None)
        # Real modules have a process each, and therefore their own warnings.
        patch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())
        shown: list[str] = []
        patch.setattr("builtins.print", lambda *texts, **_how: shown.extend(texts))
        with pytest.raises(SystemExit):
            main()
    result = json.loads(shown[-1])
    assert options.get("password", "no password") not in shown[-1].replace("VALUE_SPECIFIED_IN_NO_LOG", "")
    return {"failed": False, **result}


@pytest.fixture(name="run_module")
def _run_module() -> t.Callable[[str, bool, dict[str, t.Any]], dict[str, t.Any]]:
    """Runs a module against the server in its options."""
    return run_module


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    return len(SETS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start the long tests first. If one of them starts last, the other processes have no work."""
    if config.pluginmanager.has_plugin("randomly"):
        return
    order = {name: number for number, name in enumerate(PLAYING)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))


@pytest.fixture(autouse=True)
def in_its_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in the folder of its target."""
    monkeypatch.chdir(request.path.parent)


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("VMWARE_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual number of attempts with a twentieth of the pauses. A unit test covers their length."""
    for module, name in ((_recovery, "READ_DELAYS"), (_create, "PAUSES"), (_task_type, "PAUSES")):
        monkeypatch.setattr(module, name, tuple(seconds / 20 for seconds in getattr(module, name)))


@pytest.fixture(params=["json", "soap"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(transport: str) -> t.Iterator[t.Callable[[str], Vcenter]]:
    """Returns a test vCenter by name. After the test, none of its sessions must be open."""
    used: list[tuple[Vcenter, int]] = []

    def get(name: str) -> Vcenter:
        vcenter = Vcenter(SERVERS[name], transport)
        vcenter.control("DELETE", "/faults")
        vcenter.control("DELETE", "/stats")
        used.append((vcenter, vcenter.stats["open_sessions"]))
        return vcenter

    yield get
    for vcenter, _before in used:
        vcenter.stop()
        vcenter.control("DELETE", "/faults")
    leaking = [vcenter for vcenter, before in used if vcenter.stats["open_sessions"] > before]
    for vcenter in leaking:
        # A failure of this test must not cause others.
        vcenter.control("POST", "/sessions/expire")
    assert not leaking


@pytest.fixture
def clock(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    moving = Clock(tmp_path / "clock")
    if not moving.is_supported():
        pytest.skip("libfaketime does not support this platform")
    for name, value in moving.environment.items():
        monkeypatch.setenv(name, value)
    return moving


@pytest.fixture
def owner_field(vcenter: Vcenter) -> str:
    """The name of a custom field that is defined for tasks."""
    with vcenter.connection() as connection:
        fields = connection.manager("customFieldsManager")
        if "owner" not in [each["name"] for each in connection.read(lambda to: to.get(fields, "field")) or ()]:
            connection.invoke(fields, "AddCustomFieldDef", {"name": "owner", "moType": "Task"})
    return "owner"


@pytest.fixture
def hidden_task(vcenter: Vcenter) -> t.Iterator[str]:
    """The ID of a task that the user is not allowed to see. It causes a warning in each search that includes it."""
    task_id = vcenter.create(forbidden=True)
    yield task_id
    vcenter.control("DELETE", f"/tasks/{task_id}")


@pytest.fixture
def tag() -> str:
    """A tag that only the tasks of one test have."""
    return uuid.uuid4().hex


@pytest.fixture
def vcenter(server: t.Callable[[str], Vcenter]) -> Vcenter:
    return server("vcenter")


@pytest.fixture
def environment(vcenter: Vcenter, monkeypatch: pytest.MonkeyPatch) -> Vcenter:
    """A vCenter that the environment names."""
    for name, value in vcenter.environment.items():
        monkeypatch.setenv(name, value)
    return vcenter
