# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Series of answers that never end or never advance: each ends with an error, or at the time limit without haste.

The numbers of requests are the figures in docs/reliability.md.
"""

from __future__ import annotations

import itertools
import json
import re
import time
import tracemalloc
import typing as t

import pytest
import requests
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http, _properties
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._recovery import GRACE
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import NotUnderstood, TimedOut, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _filter, _history
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import Watch

from .. import answers
from ..builders import COLLECTOR, HISTORY, OPERATION, info, task, whole
from ..wire import Clock, reader_of

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection

TASK = reference("Task", "task-1")
MEDIA_TYPES = {"json": "application/json", "soap": "text/xml"}
SIZE = 2
"""The megabytes that an answer can have."""
EVERYTHING = _filter.Filter({"_typeName": "TaskFilterSpec"}, [])


def element(name: str, value: t.Any) -> str:
    """A value of VI/JSON in the XML of SOAP."""
    if isinstance(value, list):
        return "".join(element(name, each) for each in value)
    if isinstance(value, bool):
        return element(name, str(value).lower())
    if not isinstance(value, dict):
        return f"<{name}>{value}</{name}>"
    if value.get("_typeName") == "ManagedObjectReference":
        return f'<{name} xsi:type="ManagedObjectReference" type="{value["type"]}">{value["value"]}</{name}>'
    type_ = f' xsi:type="{value["_typeName"]}"' if "_typeName" in value else ""
    members = {member: each for member, each in value.items() if member != "_typeName"}
    content = members.get("_value") or "".join(element(*member) for member in members.items())
    return f"<{name}{type_}>{content}</{name}>"


def body_of(method: str, value: t.Any, transport: str) -> bytes:
    if transport == "json":
        return json.dumps(value).encode()
    returned = "" if value is None else element("returnval", value)
    return answers.soap(f'<{method}Response xmlns="urn:vim25">{returned}</{method}Response>').partition(b"\r\n\r\n")[2]


class Server:
    """Answers each method with the result of a function, which gets the number of the call. Others return nothing."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, record: t.Callable[[str, object], None], transport: str
    ) -> None:
        self.make: dict[str, t.Callable[[int], t.Any]] = {
            "CreatePropertyCollector": lambda number: COLLECTOR,
            "CreateFilter": lambda number: COLLECTOR,
            "CreateCollectorForTasks": lambda number: HISTORY,
        }
        self.requests: dict[str, int] = {}
        self.record = record
        tracemalloc.start()
        self.transport = transport

        def request(http: _http.Http, _method: str, path: str, body: bytes | None, *_others: t.Any) -> _http.Answer:
            method = member = path.rpartition("/")[2]
            if transport == "soap":
                [(method, property_)] = re.findall(r"Body><(\w+)[^/]*/_this>(?:<prop>(\w+))?", (body or b"").decode())
                member = property_ or method
            number = self.requests[member] = self.requests.get(member, 0) + 1
            value = self.make[member](number) if member in self.make else None
            headers = requests.structures.CaseInsensitiveDict({"Content-Type": MEDIA_TYPES[transport]})
            if value is None and transport == "json":
                return _http.Answer(204, headers, b"", True)
            content = body_of(method, value, transport)
            http.received += len(content)
            return _http.Answer(200, headers, content, True)

        monkeypatch.setattr(_http.Http, "request", request)

    def connected(self) -> Connection:
        return answers.connected(self.transport, max_response_size=SIZE)

    def total(self, name: str, answers: int = 1) -> int:
        """The number of all requests, which is recorded under the name, with the memory of the result."""
        total, megabytes = sum(self.requests.values()), tracemalloc.get_traced_memory()[1] / 1e6
        self.record("requests", ((name, self.transport), total, megabytes))
        assert megabytes < 10 * SIZE * answers
        return total


@pytest.fixture(params=list(MEDIA_TYPES))
def server(
    monkeypatch: pytest.MonkeyPatch, record_property: t.Callable[[str, object], None], request: pytest.FixtureRequest
) -> t.Iterator[Server]:
    yield Server(monkeypatch, record_property, request.param)
    tracemalloc.stop()


def objects(number: int, token: str, size: int = 1) -> t.Any:
    """A page of a reading."""
    val = {"_typeName": "string", "_value": "x" * size}
    return {
        "objects": [{"obj": reference("Task", f"task-{number}"), "propSet": [{"name": "x", "val": val}]}],
        "token": token,
    }


READINGS: dict[str, t.Callable[[int], t.Any]] = {
    "a token that leads back": lambda number: objects(1, "1"),
    "pages of objects without end": lambda number: objects(number, str(number)),
    "large pages without end": lambda number: objects(number, str(number), 100_000),
}


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_ends(server: Server, name: str) -> None:
    server.make.update(RetrievePropertiesEx=READINGS[name], ContinueRetrievePropertiesEx=READINGS[name])
    error = "too much data" if "large" in name else "its pages do not end"
    with server.connected() as connection, pytest.raises(NotUnderstood, match=error):
        connection.retrieve([_properties.object_spec(TASK)], [_properties.property_spec("Task", "x")])
    assert server.total(name) <= (25 if "large" in name else 1010)


def updates(version: object, task_id: str = "task-1", **members: t.Any) -> t.Any:
    state = whole(info(task_id, progress=7))
    return {"_typeName": "UpdateSet", "version": str(version), "filterSet": [{"objectSet": [state]}], **members}


SERIES: dict[str, tuple[t.Callable[[int], t.Any], str]] = {
    "truncated, with the same version": (lambda number: updates(1, truncated=True), "repeats the same changes"),
    "truncated, with new versions": (lambda number: updates(number, truncated=True), "its pages do not end"),
    "truncated, with new objects": (
        lambda number: updates(number, f"task-{number}", truncated=True),
        "its pages do not end",
    ),
    "changes with the same version": (lambda number: updates(1), "repeats the same changes"),
}


def watch(connection: Connection, seconds: float) -> None:
    Watch(reader_of(connection), ["task-1"]).until(lambda: False, time.monotonic() + seconds)


@pytest.mark.parametrize("name", SERIES)
def test_updates_that_never_advance_are_an_error(server: Server, name: str) -> None:
    make, error = SERIES[name]
    server.make["WaitForUpdatesEx"] = make
    with server.connected() as connection, pytest.raises(NotUnderstood, match=error):
        watch(connection, 3600)
    assert server.total(name) <= 1010


@pytest.mark.parametrize("name", ["immediate changes without end", "immediate answers without changes"])
def test_updates_without_end_are_read_without_haste(monkeypatch: pytest.MonkeyPatch, server: Server, name: str) -> None:
    Clock(monkeypatch)
    server.make["WaitForUpdatesEx"] = lambda number: (
        None if "without changes" in name and number > 1 else updates(number)
    )
    with server.connected() as connection:
        watch(connection, 60)
    assert server.total(f"{name}, in 60 s") <= 60 / 0.1 + 30


def read(connection: Connection, seconds: float) -> None:
    connection.retrieve([], [], deadline=time.monotonic() + seconds)


@pytest.mark.parametrize(
    ("method", "work"), [("WaitForUpdatesEx", watch), ("ContinueRetrievePropertiesEx", read)], ids=["updates", "pages"]
)
def test_slow_pages_without_end_end_soon_after_the_time_limit(
    monkeypatch: pytest.MonkeyPatch, server: Server, method: str, work: t.Callable[[Connection, float], None]
) -> None:
    clock = Clock(monkeypatch)
    began = clock.now

    def page(number: int) -> t.Any:
        clock.now += 0.9
        return updates(number, truncated=True) if work is watch else objects(number, str(number))

    server.make.update({method: page, "RetrievePropertiesEx": page})
    with server.connected() as connection, pytest.raises(TimedOut, match="one part of its answer after the other"):
        work(connection, 60)
    assert clock.now - began < 60 + GRACE + 3
    server.total(f"a page each 0.9 s ({method}), in 60 s")


PAGES: dict[str, t.Callable[[int], t.Any]] = {
    "a history page that repeats": lambda number: [info("task-1"), info("task-2")],
    "history pages in a circle": lambda number: [info(f"task-{number % 7}")],
    "history pages without end, and a limit of 100": lambda number: [info(f"task-{number}")],
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("newest_first", [False, True])
def test_a_history_ends(monkeypatch: pytest.MonkeyPatch, server: Server, name: str, newest_first: bool) -> None:
    monkeypatch.setattr(_history, "MOST_PAGES", 100)
    server.make.update(ReadNextTasks=PAGES[name], ReadPreviousTasks=PAGES[name], latestPage=lambda number: [])
    error = "its pages do not end" if "end" in name else "its pages lead in a circle"
    with server.connected() as connection, pytest.raises(NotUnderstood, match=error):
        reader_of(connection, OPERATION).history(EVERYTHING, _history.Scroll(newest_first=newest_first))
    assert server.total(name) <= 110


@pytest.mark.parametrize("kept", [True, False])
def test_the_tasks_of_large_history_pages_stay_within_a_bound(
    monkeypatch: pytest.MonkeyPatch, server: Server, kept: bool
) -> None:
    monkeypatch.setattr(_history, "MOST_PAGES", 200)
    server.make["ReadNextTasks"] = lambda number: [info(f"task-{number}", name="x" * 100_000)]
    wanted = EVERYTHING.narrowed(lambda task: kept)
    error = "too much data" if kept else "its pages do not end"
    with server.connected() as connection, pytest.raises(NotUnderstood, match=error):
        reader_of(connection, OPERATION).history(wanted, _history.Scroll())
    name = f"large history pages without end, with {'wanted' if kept else 'unwanted'} tasks"
    assert server.total(name, answers=_history.MOST_ANSWERS if kept else 1) <= (100 if kept else 210)


def test_a_page_can_be_equal_once(server: Server) -> None:
    pages = [["task-1", "task-2"], ["task-1", "task-2"], ["task-3"], []]
    server.make["ReadNextTasks"] = lambda number: [info(each) for each in pages[number - 1]] or None
    with server.connected() as connection:
        tasks = reader_of(connection, OPERATION).history(EVERYTHING, _history.Scroll())
    assert [task["id"] for task in tasks] == ["task-1", "task-2", "task-3"]


CHILDREN: dict[str, t.Callable[[int], t.Any]] = {
    "children of children, one at a time": lambda number: [info(f"task-{number}", parentTaskKey=f"task-{number - 1}")],
    "children of children, all in one page": lambda number: [
        info(f"task-{each}", parentTaskKey=f"task-{each - 1}") for each in range(1, 100)
    ],
}


@pytest.mark.parametrize("name", CHILDREN)
def test_children_have_a_last_level(server: Server, name: str) -> None:
    make = CHILDREN[name]
    # The first search, for all tasks of the chain, finds none with two requests. Each of the others has one page.
    server.make["ReadNextTasks"] = lambda number: make(number // 2) if number % 2 and number > 1 else None
    with (
        server.connected() as connection,
        pytest.raises(VsphereError, match="the children of the tasks have more than 40 levels"),
    ):
        reader_of(connection, OPERATION).tree([task("task-0")], 100)
    assert server.total(name) <= 200


@pytest.mark.parametrize("kind", ["all", "late"])
def test_a_front_end_that_always_refuses_the_session_leaves_none(
    monkeypatch: pytest.MonkeyPatch, record_property: t.Callable[[str, object], None], kind: str
) -> None:
    Clock(monkeypatch)
    logins, open_sessions = itertools.count(1), set[str]()
    logged_in: list[str] = []
    free = ("CreatePropertyCollector", "CreateFilter") if kind == "late" else ()

    def request(http: _http.Http, _method: str, path: str, *others: t.Any) -> _http.Answer:
        member = path.rpartition("/")[2]
        given = requests.structures.CaseInsensitiveDict({"Content-Type": "application/json"})
        if member == "Login":
            logged_in.append(f"key {next(logins)}")
            open_sessions.add(logged_in[-1])
            http.take_head({"vmware-api-session-id": logged_in[-1]}, {})
            return _http.Answer(200, given, b"{}", True)
        if member == "Logout":
            open_sessions.discard(others[1]["vmware-api-session-id"])
            return _http.Answer(204, given, b"", True)
        if "hello" in path:
            return _http.Answer(200, given, b'{"api_release":"9.0.0.0"}', True)
        if member in free:
            return _http.Answer(200, given, json.dumps(COLLECTOR).encode(), True)
        return _http.Answer(401, given, b"", True)

    monkeypatch.setattr(_http.Http, "request", request)
    with pytest.raises(VsphereError, match="NotAuthenticated"), answers.unconnected("auto").open() as connection:
        watch(connection, 3600)
    record_property("logins", (kind, len(logged_in)))
    assert len(logged_in) <= 4
    assert not open_sessions
