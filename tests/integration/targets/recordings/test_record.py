# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traces that become recordings, which contain no personal data and can be replayed."""

from __future__ import annotations

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest
import requests
import trustme
import urllib3
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from recording import Data, Recording
from replay import serving

ROOT = pathlib.Path(_reader.__file__).parents[3]
CONFIG = pathlib.Path(__file__).parents[2] / "integration_config.yml"

# The traces in this file contain all of this, and the recordings must not.
PERSONAL = (
    "vc.ams.acmecorp.com",
    "acmecorp",
    "jane.doe",
    "Jane Doe",
    "P4ss w0rd!",
    "10.20.30.40",
    "fd12:3456:789a::1",
    "d5e07bef-bd58-42ca-b7bd-1830de407daf",
    "7bea48466ca72276d54d979e86c48fb254b0f4ec",
    "payroll-db-01",
    "Nightly of Jane",
    "00:50:56:ab:cd:ef",
    "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D",
    "56 4d 11 22 33 44 55 66-77 88 99 aa bb cc dd ee",
    "CZ3012ABCD",
    "esx-17",
    "ask jane before you touch it",
    "Project X",
)


@pytest.fixture
def make(tmp_path: pathlib.Path) -> t.Callable[..., Recording]:
    """Makes a recording from a trace, with the tool for users."""

    def make(trace: pathlib.Path, *words: str) -> Recording:
        made = subprocess.run(
            [sys.executable, ROOT / "tests" / "tools" / "record.py", trace, "a trace", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        file = tmp_path / "recordings" / "made.yml"
        file.parent.mkdir()
        file.write_text(made.stdout, encoding="utf-8")
        shutil.copytree(ROOT / "tests" / "recordings" / "defaults", file.parent / "defaults")
        return Recording(file)

    return make


@pytest.fixture
def replay(tmp_path: pathlib.Path, run_module: t.Callable[[str, bool, Data], Data]) -> t.Callable[..., Data]:
    """Runs a module against a recording, which must contain all its requests."""

    def run(recorded: Recording, module: str, **options: t.Any) -> Data:
        ca, ca_path = trustme.CA(), tmp_path / "ca.pem"
        ca.cert_pem.write_to_path(str(ca_path))
        with serving(recorded, ca) as (server, port):
            address = {"hostname": "127.0.0.1", "port": port, "ca_path": str(ca_path), **recorded.login}
            result = run_module(module, False, {**address, **options})
            assert server.wrong == []
        return result

    return run


def text_of(recorded: Recording, folder: pathlib.Path) -> str:
    return (folder / "recordings" / f"{recorded.name}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["folder", "text"])
def test_a_trace_of_govc_can_be_replayed(
    server: t.Callable[[str], t.Any],
    form: str,
    make: t.Callable[..., Recording],
    replay: t.Callable[..., Data],
    tmp_path: pathlib.Path,
) -> None:
    # govc reads the oldest tasks first, and this server keeps only as many.
    vcenter = server("wrapped")
    address, transport = vcenter.address, vcenter.transport
    task_id = vcenter.create(state="success")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "GOVC_URL": f"https://{address['host']}:{address['port']}",
        "GOVC_USERNAME": address["user"],
        "GOVC_PASSWORD": address["password"],
        "GOVC_TLS_CA_CERTS": address["ca"],
        "GOVC_PERSIST_SESSION": "false",
        **({"GOVC_VI_JSON": "1", "GOVC_VIM_VERSION": "8.0.3.0"} if transport == "json" else {}),
    }
    command = [json.loads(CONFIG.read_text(encoding="utf-8"))["govc"], "tasks", "-n", "1000"]
    if form == "folder":
        own = {"GOVC_DEBUG": "true", "GOVC_DEBUG_PATH": str(tmp_path), "GOVC_DEBUG_PATH_RUN": "run"}
        subprocess.run(command, env={**environment, **own}, capture_output=True, check=True)
        trace = tmp_path / "debug" / "run"
    else:
        trace = tmp_path / "trace.txt"
        ran = subprocess.run([*command, "-trace"], env=environment, capture_output=True, check=True)
        trace.write_bytes(ran.stderr)
    recorded = make(trace)
    text = text_of(recorded, tmp_path)
    for personal in (address["host"], address["user"], "DC0_H0_VM0"):
        assert personal not in text
    assert recorded.protocols == [transport]
    found = replay(recorded, "info", transport=transport)
    assert task_id in [task["id"] for task in found["tasks"]]
    assert found["api"]["product"] == recorded.product == address["product"]


def test_a_recording_contains_no_personal_data(
    make: t.Callable[..., Recording], replay: t.Callable[..., Data], tmp_path: pathlib.Path
) -> None:
    trace = tmp_path / "trace.har"
    trace.write_text(json.dumps(har()), encoding="utf-8")
    recorded = make(trace, "Project X")
    text = text_of(recorded, tmp_path)
    assert [personal for personal in PERSONAL if personal.lower() in text.lower()] == []
    found = replay(recorded, "wait", task_ids=["task-77"], timeout=20)
    # Equal names have equal replacements.
    assert "tasks" in found, found["msg"]
    [task] = found["tasks"]
    assert task["state"] == "error"
    assert task["entity_name"] in task["error"]["message"]
    assert task["reason"]["user_name"].startswith("VSPHERE.LOCAL\\user-")
    assert found["api"] == {"transport": "json", "release": "8.0.3.0", "product": "VMware vCenter Server 8.0.3 build-1"}


@pytest.mark.parametrize("module", ["info", "wait"])
def test_a_trace_of_a_module_can_be_replayed_to_it(
    transport: str, module: str, make: t.Callable[..., Recording], replay: t.Callable[..., Data], tmp_path: pathlib.Path
) -> None:
    entries = []
    send = requests.Session.request

    def traced(session: requests.Session, method: str, url: str, **how: t.Any) -> requests.Response:
        response = send(session, method, url, **how)
        sent = (how["data"] or b"").decode()
        headers = [{"name": name, "value": value} for name, value in response.headers.items()]
        answer = {"status": response.status_code, "headers": headers, "content": {"text": response.text}}
        entries.append({"request": {"method": method, "url": url, "postData": {"text": sent}}, "response": answer})
        # The client reads the body itself.
        response.raw = urllib3.HTTPResponse(io.BytesIO(response.content), preload_content=False)
        response.headers.pop("Content-Encoding", None)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    options = {"task_ids": ["task-4711"], "transport": transport}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "request", traced)
        first = replay(Recording(ROOT / "tests" / "recordings" / "vcenter-8.0U3.yml"), module, **options)
    trace = tmp_path / "trace.har"
    trace.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    second = replay(make(trace), module, **options)
    names = ("id", "state", "operation", "state_label", "description_id", "entity", "complete_time")
    [before], [after] = first["tasks"], second["tasks"]
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    assert before["entity_name"] != after["entity_name"]


def har() -> Data:
    """The trace that mitmproxy writes of a wait for a failing task, on a company's server."""
    base = "/sdk/vim25/8.0.3.0"
    key = "d5e07bef-bd58-42ca-b7bd-1830de407daf"
    task = {"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-77"}
    info: Data = {
        "_typeName": "TaskInfo",
        "key": "task-77",
        "task": task,
        "description": {"_typeName": "LocalizableMessage", "key": "com.acmecorp.backup", "message": "Project X"},
        "descriptionId": "com.acmecorp.backup.run",
        "entity": {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"},
        "entityName": "payroll-db-01",
        "state": "running",
        "cancelled": False,
        "cancelable": False,
        "reason": {"_typeName": "TaskReasonUser", "userName": "VSPHERE.LOCAL\\jane.doe"},
        "queueTime": "2026-05-04T08:00:00.1Z",
        "eventChainId": 1,
    }
    why = {
        "_typeName": "GenericVmConfigFault",
        "reason": "disk of payroll-db-01",
        "faultstring": "esx-17.ams.acmecorp.com (10.20.30.40, fd12:3456:789a::1) lost payroll-db-01.",
    }
    over = {**info, "state": "error", "error": why, "completeTime": "2026-05-04T08:00:02.1Z"}
    machine = {
        "_typeName": "VirtualMachineConfigInfo",
        "name": "payroll-db-01",
        "annotation": "ask jane before you touch it",
        "serialNumber": "CZ3012ABCD",
        "uuid": "56 4d 11 22 33 44 55 66-77 88 99 aa bb cc dd ee",
        "macAddress": "00:50:56:ab:cd:ef",
        "sslThumbprint": "0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:0A:1B:2C:3D",
        "host": {"hostName": "esx-17.ams.acmecorp.com"},
        "alarmName": "Nightly of Jane",
    }
    about = {"_typeName": "AboutInfo", "fullName": "VMware vCenter Server 8.0.3 build-1", "apiVersion": "8.0.3.0"}
    content = {"_typeName": "ServiceContent", "about": about}

    def reference(type_: str, name: str) -> Data:
        return {"_typeName": "ManagedObjectReference", "type": type_, "value": f"session[{key}]{name}"}

    def seen(ref: Data, values: Data, **frame: t.Any) -> Data:
        pairs = [{"_typeName": "DynamicProperty", "name": name, "val": value} for name, value in values.items()]
        return {"_typeName": "ObjectContent", "obj": ref, "propSet": pairs, **frame}

    def look(version: str, state: Data) -> Data:
        changes = [{"_typeName": "PropertyChange", "name": "info", "op": "assign", "val": state}]
        update = {"_typeName": "ObjectUpdate", "kind": "enter", "obj": task, "changeSet": changes}
        part = {"_typeName": "PropertyFilterUpdate", "filter": reference("PropertyFilter", "f"), "objectSet": [update]}
        return {"_typeName": "UpdateSet", "version": version, "filterSet": [part]}

    vm = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-7"}
    instance = {"_typeName": "ManagedObjectReference", "type": "ServiceInstance", "value": "ServiceInstance"}
    found = {
        "_typeName": "RetrieveResult",
        "objects": [
            seen(instance, {"content.about.fullName": {"_typeName": "string", "_value": about["fullName"]}}),
            seen(vm, {"config": machine}),
        ],
    }
    collector = f"{base}/PropertyCollector/session%5B{key}%5Dc"
    login = {"userName": "jane.doe@acmecorp.com", "password": "P4ss w0rd!"}
    session = {
        "_typeName": "UserSession",
        "key": key,
        "userName": "VSPHERE.LOCAL\\jane.doe",
        "fullName": "Jane Doe",
        "ipAddress": "10.20.30.40",
        "locale": "en",
    }
    calls = [
        ("POST", "/api/vcenter/system?action=hello", {"api_releases": ["8.0.3.0"]}, {"api_release": "8.0.3.0"}, {}),
        ("GET", f"{base}/ServiceInstance/ServiceInstance/content", None, content, {}),
        (
            "POST",
            f"{base}/SessionManager/SessionManager/Login",
            login,
            session,
            {"vmware-api-session-id": "7bea48466ca72276d54d979e86c48fb254b0f4ec"},
        ),
        ("POST", f"{base}/PropertyCollector/propertyCollector/RetrievePropertiesEx", {}, found, {}),
        (
            "POST",
            f"{base}/PropertyCollector/propertyCollector/CreatePropertyCollector",
            None,
            reference("PropertyCollector", "c"),
            {},
        ),
        ("POST", f"{collector}/CreateFilter", {}, reference("PropertyFilter", "f"), {}),
        ("POST", f"{collector}/WaitForUpdatesEx", {"version": ""}, look("1", info), {}),
        ("POST", f"{collector}/WaitForUpdatesEx", {"version": "1"}, look("2", over), {}),
        ("POST", f"{collector}/DestroyPropertyCollector", None, None, {}),
        ("GET", f"{base}/TaskManager/TaskManager/recentTask", None, [task], {}),
        ("GET", f"{base}/ExtensionManager/ExtensionManager/extensionList", None, [], {}),
        ("GET", f"{base}/SessionManager/SessionManager/currentSession", None, session, {}),
        ("POST", f"{base}/SessionManager/SessionManager/Logout", None, None, {}),
    ]
    entries = [
        {
            "request": {
                "method": verb,
                "url": f"https://vc.ams.acmecorp.com{path}",
                "headers": [],
                "postData": {"text": json.dumps(sent)} if sent is not None else None,
            },
            "response": {
                "status": 204 if answer is None else 200,
                "headers": [{"name": name, "value": value} for name, value in headers.items()],
                "content": {"mimeType": "application/json", "text": "" if answer is None else json.dumps(answer)},
            },
        }
        for verb, path, sent, answer, headers in calls
    ]
    return {"log": {"version": "1.2", "entries": entries}}
