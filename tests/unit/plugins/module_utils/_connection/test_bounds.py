# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that never end, or do not fit into memory: each is an error, in time, and with limited memory.

The costs are the figures in docs/reliability.md.
"""

from __future__ import annotations

import contextlib
import gzip
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost, NotUnderstood, TimedOut, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers, feeder

TASK = reference("Task", "task-1")
MEGABYTES = 2
"""max_response_size in these tests."""
SECONDS = 0.2
"""request_timeout in these tests."""
A_LITTLE = 0.3
LEVELS = 50_000
JSON, XML, ENDS = "Content-Type: application/json", "Content-Type: text/xml", "Connection: close"


def compressed(size: int) -> bytes:
    body = gzip.compress(bytes(size), 1)
    return feeder.head(JSON, "Content-Encoding: gzip", f"Content-Length: {len(body)}") + body


def filled(type_: str, begin: str, middle: str, end: str) -> feeder.Parts:
    """An answer that has almost the maximum size."""
    body = begin + middle * ((MEGABYTES * 1_000_000 - 1000) // len(middle)) + end
    return lambda: [feeder.head(type_, f"Content-Length: {len(body)}") + body.encode()]


VALUE = (
    '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><FetchResponse xmlns="urn:vim25"><returnval>',
    "</returnval></FetchResponse></Body></Envelope>",
)
ENVELOPE = '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><{0}Response xmlns="urn:vim25">'.format
# The answers of a server, each with the pause between two parts.
SLOW: dict[str, tuple[feeder.Parts, float]] = {
    "nothing": (lambda: [b""], 9),
    "a header, a byte at a time": (feeder.forever(b"a", b"HTTP/1.1 200 OK\r\nX: "), 0.01),
    "a body, a byte at a time": (feeder.forever(b" ", feeder.head(JSON, ENDS)), 0.01),
    "a compressed body, a byte at a time": (
        feeder.forever(b"\0", feeder.head(JSON, ENDS, "Content-Encoding: gzip")),
        0.01,
    ),
    "chunks, a byte at a time": (feeder.forever(b"1\r\n \r\n", feeder.head(JSON, "Transfer-Encoding: chunked")), 0.01),
    "100 Continue, one at a time": (feeder.forever(feeder.head(status="100 Continue")), 0.01),
}
LARGE: dict[str, feeder.Parts] = {
    "100 Continue without end": feeder.forever(feeder.head(status="100 Continue") * 1000),
    "a body without end": feeder.forever(b" " * 65536, feeder.head(JSON, ENDS)),
    "a redirect without end": feeder.forever(b" " * 65536, feeder.head("Location: /", ENDS, status="302 Found")),
    "chunks without end": feeder.forever(b"4\r\n    \r\n" * 9000, feeder.head(JSON, "Transfer-Encoding: chunked")),
    "a body with a length of 1 TB": feeder.forever(b" " * 65536, feeder.head(JSON, "Content-Length: 1000000000000")),
    "100 MB in a compressed body of 0.4 MB": lambda: [compressed(100_000_000)],
    "JSON of empty lists": filled(JSON, "[[]", ",[]", "]"),
    "JSON of small objects": filled(JSON, "[1", ',{"a":1.5}', "]"),
    "XML of empty elements": filled(XML, ENVELOPE("CancelTask"), "<a/>", ""),
    "XML of attributes": filled(XML, ENVELOPE("CancelTask"), ' b=""', ""),
}
BROKEN: dict[str, feeder.Parts] = {
    "a line without end": feeder.forever(b"a" * 65536, b"HTTP/1.1 200 OK\r\nX: "),
    "headers without end": feeder.forever(b"X: a\r\n" * 1000, b"HTTP/1.1 200 OK\r\n"),
    "the size of a chunk without end": feeder.forever(b"0" * 65536, feeder.head(JSON, "Transfer-Encoding: chunked")),
    "trailers without end": feeder.forever(b"a" * 65536, feeder.head(JSON, "Transfer-Encoding: chunked") + b"0\r\n"),
    "an unreadable compression": lambda: [feeder.head(JSON, "Content-Encoding: gzip", "Content-Length: 4") + b"abcd"],
}

# Almost as many values as an answer can have.
FULL = {
    "JSON of many values": filled(JSON, "[1", ',{"abc":"an odd value"}'.ljust(32), "]"),
    "XML of many values": filled(XML, VALUE[0], "<a>an odd value</a>".ljust(32), VALUE[1]),
    "XML of one text": filled(XML, VALUE[0] + "<name>", "0123456789", "</name>" + VALUE[1]),
    "XML of characters that it does not support": filled(XML, VALUE[0] + "<name>", "&#1; \0", "</name>" + VALUE[1]),
}
DEEP: dict[str, feeder.Parts] = {
    "JSON of 50,000 levels": lambda: [answers.json("[" * LEVELS + "]" * LEVELS)],
    "JSON of 101 levels": lambda: [answers.json("[" * 101 + "]" * 101)],
    "XML of 50,000 levels": lambda: [
        feeder.head(XML, ENDS),
        f"{VALUE[0]}{'<a>' * LEVELS}{'</a>' * LEVELS}{VALUE[1]}".encode(),
    ],
    "XML of 101 levels": lambda: [
        feeder.head(XML, ENDS),
        f"{VALUE[0]}{'<a>' * 101}{'</a>' * 101}{VALUE[1]}".encode(),
    ],
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[feeder.Feeder]:
    with contextlib.closing(feeder.Feeder(monkeypatch)) as server:
        yield server


@pytest.fixture
def cost(
    monkeypatch: pytest.MonkeyPatch, server: feeder.Feeder, record_property: t.Callable[[str, object], None]
) -> t.Callable[..., tuple[str, feeder.Cost]]:
    """The message of the error for an answer, and its cost, which is recorded under the name."""

    def ask(name: str, parts: feeder.Parts, error: type[VsphereError], seconds: float = 20) -> t.Any:
        transport = "soap" if "XML" in name else "json"
        ready = parts()
        server.parts = lambda: ready
        with answers.connected(transport, max_response_size=MEGABYTES) as connection:
            monkeypatch.setattr(connection._http, "_timeout", seconds)
            with pytest.raises(error) as caught, feeder.measured() as costs:
                connection._transport.get(TASK, "info")
        record_property("cost", (name, *costs[0]))
        return caught.value.message, costs[0]

    return ask


@pytest.mark.parametrize("name", SLOW)
def test_an_answer_without_end_is_over_after_request_timeout(
    server: feeder.Feeder, cost: t.Callable[..., t.Any], name: str
) -> None:
    parts, server.pause = SLOW[name]
    message, spent = cost(name, parts, TimedOut, SECONDS)
    assert "did not answer within" in message
    assert spent.seconds < SECONDS + A_LITTLE
    assert server.connections == 1


@pytest.mark.parametrize("name", LARGE)
def test_an_answer_that_is_too_large_is_an_error(
    server: feeder.Feeder, cost: t.Callable[..., t.Any], name: str
) -> None:
    message, spent = cost(name, LARGE[name], NotUnderstood)
    assert "answered with too much data" in message
    assert "raise max_response_size" in message
    assert spent.megabytes < 5 * MEGABYTES
    assert server.connections == 1


def test_an_answer_through_a_proxy_has_the_same_limit(server: feeder.Feeder) -> None:
    server.parts = LARGE["a body without end"]
    options = {"proxy_host": "proxy.example.com", "proxy_port": 3128}
    with (
        answers.connected("json", max_response_size=MEGABYTES, **options) as connection,
        pytest.raises(NotUnderstood, match="answered with too much data"),
    ):
        connection._transport.get(TASK, "info")


@pytest.mark.parametrize("name", BROKEN)
def test_a_part_without_end_is_an_error(cost: t.Callable[..., t.Any], name: str) -> None:
    message, spent = cost(name, BROKEN[name], Lost)
    assert "vcenter.example.com:443" in message
    assert spent.megabytes < MEGABYTES


@pytest.mark.parametrize("name", DEEP)
def test_an_answer_that_is_too_deep_is_an_error(cost: t.Callable[..., t.Any], name: str) -> None:
    message, spent = cost(name, DEEP[name], NotUnderstood)
    assert ("more than 100 levels" if "101" in name else "unreadable") in message
    assert spent.megabytes < 10 * MEGABYTES


@pytest.mark.parametrize("name", FULL)
def test_the_memory_for_a_large_answer_is_limited(
    server: feeder.Feeder, record_property: t.Callable[[str, object], None], name: str
) -> None:
    ready = FULL[name]()
    server.parts = lambda: ready
    transport = "soap" if "XML" in name else "json"
    with answers.connected(transport, max_response_size=MEGABYTES) as connection, feeder.measured() as costs:
        assert connection._transport.get(TASK, "latestPage" if transport == "json" else "availableField")
    record_property("cost", (name, *costs[0]))
    assert costs[0].megabytes < 12 * MEGABYTES
