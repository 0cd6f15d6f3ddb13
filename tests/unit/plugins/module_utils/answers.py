# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that sends the bytes of a test to the real client, over either protocol."""

from __future__ import annotations

import dataclasses
import gzip
import socket
import typing as t

import pytest
import urllib3.connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session

from .wire import OPTIONS

FRAMINGS = ("length", "chunked", "gzip", "gzip chunked", "close", "gzip close")
"""The ways in which HTTP marks the end of a body, with and without compression."""


class Server:
    """Sends one answer on each connection, in order, and closes it. The last answer is repeated."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[bytes] = []
        self.connections = 0
        self.stalls = False
        self._ends: list[socket.socket] = []

        def connect(connection: t.Any) -> None:
            # No TLS, which would end a cut off answer in the same way.
            connection.sock, end = socket.socketpair()
            connection.is_verified = True
            end.sendall(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            if not self.stalls:
                end.shutdown(socket.SHUT_WR)
            self.connections += 1
            self.close()
            self._ends = [end]

        monkeypatch.setattr(urllib3.connection.HTTPSConnection, "connect", connect)

    def last_request(self) -> bytes:
        """The request on the last connection, which is there already."""
        return self._ends[-1].recv(1 << 16, socket.MSG_DONTWAIT)

    def close(self) -> None:
        for end in self._ends:
            end.close()


def answer(head: str, body: str, framing: str = "length") -> bytes:
    """An answer with the status line, headers, and framing."""
    content, headers = body.encode(), [head]
    if "gzip" in framing:
        content = gzip.compress(content, mtime=0)
        headers.append("Content-Encoding: gzip")
    if "chunked" in framing:
        headers.append("Transfer-Encoding: chunked")
        half = len(content) // 2
        content = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (content[:half], content[half:], b""))
    elif "close" not in framing:
        headers.append(f"Content-Length: {len(content)}")
    return "\r\n".join([f"HTTP/1.1 {headers[0]}", *headers[1:], "", ""]).encode() + content


def json(body: str, framing: str = "length", status: str = "200 OK") -> bytes:
    return answer(f"{status}\r\nContent-Type: application/json" if body else status, body, framing)


def soap(body: str, framing: str = "length", status: str = "200 OK") -> bytes:
    """An answer whose SOAP body contains the element."""
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>\n"
    )
    return answer(f"{status}\r\nContent-Type: text/xml; charset=utf-8", envelope, framing)


def unconnected(transport: str) -> Connection:
    """A connection without a session, to a server whose first answer identifies it."""
    return Connection(dataclasses.replace(OPTIONS, transport=transport), lambda secret: None)


def connected(transport: str, **changes: t.Any) -> Connection:
    """A connection in an existing session, so that the first request is that of the test."""
    names = ("extensionManager", "propertyCollector", "sessionManager", "taskManager")
    managers = {name: (name[0].upper() + name[1:], name) for name in names}
    session = Session(transport, "9.0.0.0" if transport == "json" else "8.0.3.0", "a key", managers=managers)
    options = dataclasses.replace(OPTIONS, session_id=session.to_text(), **changes)
    return Connection(options, lambda secret: None).open()
