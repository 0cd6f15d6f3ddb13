# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server whose answers never end, or do not fit into memory, and the cost of reading them."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
import tracemalloc
import typing as t

import pytest
import urllib3.connection

Parts = t.Callable[[], t.Iterable[bytes]]


class Feeder:
    """Sends these parts on each connection, with a pause after each, until the client closes it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connections = 0
        self._pairs: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self.parts: Parts = lambda: ()
        self.pause = 0.0

        def connect(connection: t.Any) -> None:
            connection.sock, end = socket.socketpair()
            connection.is_verified = True
            self.connections += 1
            self.serve(end)

        monkeypatch.setattr(urllib3.connection.HTTPSConnection, "connect", connect)

    def serve(self, end: socket.socket) -> None:
        self._pairs.append(end)
        thread = threading.Thread(target=self._feed, args=(end,))
        self._threads.append(thread)
        thread.start()

    def _feed(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for part in self.parts():
                end.sendall(part)
                if self.pause and self._over.wait(self.pause):
                    return
            end.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._over.set()
        for end in self._pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in self._pairs:
            end.close()


class Cost(t.NamedTuple):
    """The seconds that something took, and the maximum of its memory in megabytes."""

    seconds: float
    megabytes: float


@contextlib.contextmanager
def measured() -> t.Iterator[list[Cost]]:
    """Measures the block. The list has its cost at the end."""
    costs: list[Cost] = []
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield costs
    finally:
        seconds = time.monotonic() - began
        costs.append(Cost(seconds, tracemalloc.get_traced_memory()[1] / 1e6))
        tracemalloc.stop()


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def forever(part: bytes, first: bytes = b"") -> Parts:
    return lambda: itertools.chain([first], itertools.repeat(part))
