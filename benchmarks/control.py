# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API of a test vCenter: create tasks, read counters.

Used by the benchmark and, inside their processes, by the waiters that are measured: so it imports little.
"""

import http.client
import json
import urllib.parse
from typing import Any

Stats = dict[str, Any]


class Control:
    def __init__(self, url: str) -> None:
        self.url = url

    def tasks(self, count: int = 1, **fields: Any) -> list[str]:
        """Make tasks of an operation of vSphere itself that are alike; their ids."""
        fields = {"description_id": "VirtualMachine.powerOn", **fields}
        ids: list[str] = self._call("POST", "/tasks", {"count": count, **fields})["ids"]
        return ids

    def stats(self) -> Stats:
        answer: Stats = self._call("GET", "/stats")
        return answer

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
            return json.loads(text)
        finally:
            connection.close()


def difference(before: Stats, after: Stats) -> dict[str, Any]:
    """The differences between two reports: requests by call, and bytes in both directions together."""
    calls: dict[str, int] = {}
    for protocol, by_call in after["requests"].items():
        for call, count in by_call.items():
            calls[call] = calls.get(call, 0) + count - before["requests"][protocol].get(call, 0)
    calls = {call: count for call, count in calls.items() if count}
    size = sum(after[name] - before[name] for name in ("bytes_in", "bytes_out"))
    return {"calls": calls, "requests": sum(calls.values()), "bytes": size}
