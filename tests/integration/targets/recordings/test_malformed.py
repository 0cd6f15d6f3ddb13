# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Malformed answers of a recorded server: modules ignore places that they do not need, or fail with a clear message.

The cases are a sample of all places of all answers, and all wrong values at each place. The variable MALFORMED_EVERY is
the distance between two cases of the recording. `make reliability` runs more of them. MALFORMED_CASES is their number
for each answer of the test vCenter.
"""

from __future__ import annotations

import collections
import http.cookies
import os
import re
import time
import types
import typing as t

import collecting
import malformed
import pytest
import requests
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
from recording import Data
from replay import Replay, encoded, read
from test_recordings import RECORDINGS

EVERY = int(os.environ.get("MALFORMED_EVERY", "211"))
MOST_REQUESTS = 400
MOST_CASES = int(os.environ.get("MALFORMED_CASES", "3"))
RECORDED = next(each for each in RECORDINGS if each.name == "vcenter-8.0U3")

MALFORMED = "malformed data"
# The call, the place in the answer, and the value there.
PLACE = re.compile(rf"to \w+\.\w+ with {MALFORMED}: (the value|[a-z]\w*(\[\d+\]|\.\w+)*) (is|has) \w")


def names_place(message: str) -> bool:
    """Whether a message about malformed data names their place. Others are about their consequences."""
    return MALFORMED not in message or bool(PLACE.search(message))


class Wire:
    """Answers requests from the recording, one of them with another body, and moves the clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.replay = Replay(RECORDED)
        self.now = 1000.0
        self.altered: tuple[int, bytes] = (-1, b"")
        self.bodies: list[tuple[str, bytes]] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self._pass)
        event = types.SimpleNamespace(wait=self._pass)
        monkeypatch.setattr(collecting, "threading", types.SimpleNamespace(Event=lambda: event))

        def answer(http: _http.Http, *arguments: t.Any) -> _http.Answer:
            # All but the additional seconds of a request that waits.
            return self._answer(http.take_head, *arguments[:4])

        monkeypatch.setattr(_http.Http, "request", answer)

    def reset(self, number: int = -1, body: bytes = b"") -> None:
        """Start anew. The answer with that number gets that body."""
        self.replay.reset()
        self.altered, self.bodies = (number, body), []

    def _pass(self, seconds: float) -> None:
        self.now += seconds

    def _answer(
        self, take_head: _http.TakeHead, verb: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> _http.Answer:
        self._pass(0.01)
        request = read(RECORDED, verb, path, headers, body or b"")
        answer = self.replay.answer(request)
        type_, content = encoded(answer, request.member)
        number, other = self.altered
        if len(self.bodies) == number:
            content = other
        self.bodies.append((type_, content))
        assert len(self.bodies) <= MOST_REQUESTS
        given = requests.structures.CaseInsensitiveDict({"Content-Type": type_, **answer.get("headers", {})})
        cookies = http.cookies.SimpleCookie(given.get("Set-Cookie", ""))
        take_head(given, {name: cookie.coded_value for name, cookie in cookies.items()})
        return _http.Answer(answer["status"], given, content, True)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def run(run_module: t.Callable[[str, bool, Data], Data], steps: Data, options: Data, before: Data) -> Data:
    """The result of the last module that ran. After a failure, no other module runs."""
    own = {
        name: before[value[1:-1]] if isinstance(value, str) and value[1:-1] in before else value
        for name, value in steps.get("options", {}).items()
    }
    result = run_module(steps["module"], False, {**options, **own})
    for following in steps.get("then", ()):
        if not result["failed"]:
            result = run(run_module, following, options, result)
    return result


@pytest.mark.parametrize("protocol", RECORDED.protocols)
def test_malformed_answers(
    wire: Wire,
    run_module: t.Callable[[str, bool, Data], Data],
    record_property: t.Callable[[str, object], None],
    protocol: str,
) -> None:
    options = {"hostname": "127.0.0.1", "transport": protocol, **RECORDED.login}
    ends: collections.Counter[str] = collections.Counter()
    turn = 0
    for steps in RECORDED.runs:
        wire.reset()
        run(run_module, steps, options, {})
        for number, (type_, body) in enumerate(wire.bodies):
            cases: list[malformed.Case] = []
            if body and "html" not in type_:
                cases = malformed.of_json(body) if "json" in type_ else malformed.of_xml(body)
            for name, make in cases:
                turn += 1
                if turn % EVERY:
                    continue
                wire.reset(number, make())
                result = run(run_module, steps, options, {})
                where = f"{steps['name']}, answer {number}: {name}"
                assert "exception" not in result, where
                assert names_place(result.get("msg", "")), f"{where}: {result['msg']}"
                ends["failed" if result["failed"] else "succeeded"] += 1
    record_property("cases", (protocol, ends["succeeded"], ends["failed"]))
    assert ends["succeeded"]
    assert ends["failed"]


# Runs whose answers the recording does not have: objects by name and path, their properties, custom values, and hosts.
MACHINE = {"type": "VirtualMachine", "name": "DC0_H0_VM0"}
RUNS: list[tuple[str, bool, Data]] = [
    (
        "start",
        True,
        {
            "object": MACHINE,
            "method": "ResetVM_Task",
            "unless": {"property": "runtime.powerState", "equals": "suspended"},
        },
    ),
    (
        "start",
        True,
        {
            "object": {"path": "DC0/vm/DC0_H0_VM0", "property": "runtime.host"},
            "method": "RebootHost_Task",
            "params": {"force": False},
        },
    ),
    (
        "start",
        True,
        {"object": MACHINE, "method": "ResetVM_Task", "unless": {"exists": {"type": "Folder", "name": "nothing"}}},
    ),
    (
        "start",
        True,
        {
            "object": MACHINE,
            "method": "ResetVM_Task",
            "unless": {
                "property": "guestHeartbeatStatus",
                "equals": "red",
                "object": {**MACHINE, "name": "DC0_H0_VM1"},
            },
        },
    ),
    (
        "start",
        True,
        {
            "object": {"type": "VirtualDiskManager"},
            "method": "DeleteVirtualDisk_Task",
            "params": {"name": "[LocalDS_0] odd.vmdk"},
        },
    ),
    ("start", True, {"object": {**MACHINE, "name": "DC0_H0_VM"}, "method": "ResetVM_Task"}),
    ("info", False, {"entity": MACHINE, "source": "recent", "hosts": True, "custom_values": True, "children": True}),
    ("create", True, {"task_type": "com.vmware.govmomi.simulator.test", "entity": MACHINE}),
]


@pytest.mark.parametrize(("module", "check", "options"), RUNS)
def test_malformed_objects(
    monkeypatch: pytest.MonkeyPatch,
    vcenter: t.Any,
    module: str,
    check: bool,
    options: Data,
) -> None:
    send = _http.Http.request
    bodies: list[tuple[str, bytes]] = []
    altered: list[tuple[int, bytes]] = []

    def request(http: _http.Http, *arguments: t.Any) -> _http.Answer:
        answer = send(http, *arguments)
        bodies.append((answer.content_type, answer.body))
        assert len(bodies) <= MOST_REQUESTS
        same = altered and altered[0][0] == len(bodies) - 1
        return answer._replace(body=altered[0][1]) if same else answer

    if options.get("hosts"):
        vcenter.create()
    monkeypatch.setattr(_http.Http, "request", request)
    vcenter.run(module, check, **options)
    answers = bodies.copy()
    count = 0
    for number, (type_, body) in enumerate(answers):
        cases = (malformed.of_json if "json" in type_ else malformed.of_xml)(body) if body else []
        for name, make in cases[:: max(1, len(cases) // MOST_CASES)]:
            count += 1
            bodies.clear()
            altered[:] = [(number, make())]
            result = vcenter.run(module, check, **options)
            where = f"answer {number}: {name}"
            assert "exception" not in result, where
            assert names_place(result.get("msg", "")), f"{where}: {result['msg']}"
    assert count >= 10
