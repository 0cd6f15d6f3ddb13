# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vCenter with few tasks instead of the network. It checks the address of each request."""

from __future__ import annotations

import io
import json
import re
import typing as t
from urllib.parse import urlsplit

import urllib3

if t.TYPE_CHECKING:
    import requests

Data = dict[str, t.Any]

HOST = "vcenter.example.com"
SEGMENT = r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+"
PATH = re.compile(rf"/sdk|/api/vcenter/system|/sdk/vim25/[0-9.]+/({SEGMENT})/({SEGMENT})/(\w+)")


def ref(type_: str, value: str) -> Data:
    return {"_typeName": "ManagedObjectReference", "type": type_, "value": value}


def info(number: int) -> Data:
    """The TaskInfo of a running task."""
    return {
        "_typeName": "TaskInfo",
        "key": f"key-{number}",
        "task": ref("Task", f"task-{number}"),
        "descriptionId": "VirtualMachine.clone",
        "state": "running",
        "cancelled": False,
        "cancelable": True,
        "entity": ref("VirtualMachine", f"vm-{number}"),
        "entityName": f"web-{number}",
        "reason": {"_typeName": "TaskReasonUser", "userName": f"EXAMPLE\\user{number}"},
        "queueTime": "2026-01-02T03:04:05Z",
        "startTime": "2026-01-02T03:04:05Z",
        "eventChainId": number,
    }


TASKS = {f"task-{number}": info(number) for number in (1, 2, 3)}
VOID = re.compile("Logout|Destroy|Reset|SetCollectorPageSize|FindBy|FindExtension|Read(Next|Previous)")


class Server:
    """Answers requests over VI/JSON. Everything that changes something is a fault, after it was noted."""

    def __init__(self, host: str, port: int, proxy: str | None) -> None:
        self._place = (host, port, proxy)
        self.calls: list[str] = []
        self.cancelled: list[str] = []
        self.filters: list[Data] = []

    def send(self, adapter: requests.adapters.HTTPAdapter, request: t.Any, **how: t.Any) -> requests.Response:
        """The replacement of HTTPAdapter.send."""
        url = urlsplit(request.url)
        assert (url.scheme, url.username, url.fragment) == ("https", None, "")
        assert (url.hostname, url.port or 443, (how["proxies"] or {}).get("https")) == self._place
        assert url.query in ("", "action=hello"), url.query
        found = PATH.fullmatch(url.path)
        assert found, url.path
        assert not {".", ".."} & set(url.path.split("/"))
        headers = {"Content-Type": "application/json"}
        status, data = self._answer(found[1], found[2], found[3], request, headers)
        body = b"" if data is None else json.dumps(data).encode()
        headers["Content-Length"] = str(len(body))
        raw = urllib3.HTTPResponse(io.BytesIO(body), headers, status, preload_content=False)
        return adapter.build_response(request, raw)

    def _answer(
        self, type_: str | None, moid: str | None, member: str | None, request: t.Any, headers: dict[str, str]
    ) -> tuple[int, t.Any]:
        body = json.loads(request.body or b"null")
        if not (type_ and moid and member):
            return 200, {"api_release": "9.0.0.0"}
        self.calls.append(member)
        if member == "content":
            return 200, {"about": {"fullName": "vCenter", "apiType": "VirtualCenter"}, "rootFolder": ref("Folder", "f")}
        if member == "Login":
            headers["vmware-api-session-id"] = "the session of the login"
            return 200, {"_typeName": "UserSession", "key": "key", "userName": "me"}
        if member == "RetrievePropertiesEx":
            return 200, {"_typeName": "RetrieveResult", "objects": list(_objects(body["specSet"][0]["objectSet"]))}
        if member == "CurrentTime":
            return 200, "2026-01-02T04:00:00Z"
        if member == "latestPage":
            return 200, []
        if member == "CreateCollectorForTasks":
            self.filters.append(body["filter"])
        if member.startswith("Create") and member not in ("CreateTask",):
            return 200, ref(member.removeprefix("Create"), "made")
        if member == "CancelTask":
            self.cancelled.append(moid)
            return 204, None
        return (204, None) if VOID.match(member) else (500, {"_typeName": "NotSupported", "faultstring": "no"})


def _objects(wanted: list[Data]) -> t.Iterator[Data]:
    for spec in wanted:
        ids: t.Iterable[str] = [spec["obj"]["value"]] if spec["obj"]["type"] == "Task" else ()
        if "recentTask" in [each.get("path") for each in spec.get("selectSet", ())]:
            ids = TASKS
        for task_id in ids:
            if task_id in TASKS:
                yield {"obj": ref("Task", task_id), "propSet": [{"name": "info", "val": TASKS[task_id]}]}
