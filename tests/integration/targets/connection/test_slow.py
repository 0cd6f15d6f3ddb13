# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers and proxies that send a byte at a time, below TLS too: a request ends after request_timeout.

Unit tests cover other answers.
"""

from __future__ import annotations

import contextlib
import pathlib
import socket
import ssl
import threading
import time
import typing as t

import pytest
import trustme

PAUSE = 0.05
# hello, and one more request without its answer.
MOST_SECONDS = 2 * 1 + 1


class Slow:
    """A server on a free port that begins with an answer of a kind, and then sends a byte at a time."""

    def __init__(self, kind: str, folder: pathlib.Path) -> None:
        self._begin: t.Callable[[socket.socket], bytes] = getattr(self, f"_{kind}")
        ca = trustme.CA()
        self.ca_path = folder / "ca.pem"
        ca.cert_pem.write_to_path(str(self.ca_path))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("127.0.0.1").configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for each in self._threads:
            each.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._threads.append(threading.Thread(target=self._serve, args=self._listener.accept()))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket, _address: object) -> None:
        with connection, contextlib.suppress(OSError):
            for byte in self._begin(connection):
                connection.sendall(bytes([byte]))
                if self._over.wait(PAUSE):
                    return

    @staticmethod
    def _handshake(connection: socket.socket) -> bytes:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        return bytes(9999)

    @staticmethod
    def _proxy(connection: socket.socket) -> bytes:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        return b"a" * 9999

    def _record(self, connection: socket.socket) -> bytes:
        """One record of TLS, which is an answer of HTTP."""
        received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._tls.wrap_bio(received, sent, server_side=True)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(sent.read())
                received.write(connection.recv(65536))
        connection.sendall(sent.read())
        tls.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b" " * 9999)
        return sent.read()


@pytest.mark.parametrize("kind", ["handshake", "proxy", "record"])
def test_a_byte_at_a_time_does_not_extend_request_timeout(
    run_module: t.Callable[..., dict[str, t.Any]], tmp_path: pathlib.Path, kind: str
) -> None:
    with contextlib.closing(Slow(kind, tmp_path)) as slow:
        options: dict[str, t.Any] = {"hostname": "127.0.0.1", "port": slow.port, "ca_path": str(slow.ca_path)}
        if kind == "proxy":
            options.update(proxy_host="127.0.0.1", proxy_port=slow.port)
        began = time.monotonic()
        result = run_module(
            "wait",
            False,
            {**options, "username": "x", "password": "S3cret!", "task_ids": ["task-1"], "request_timeout": 1},
        )
        seconds = time.monotonic() - began
    assert result["failed"]
    assert f"127.0.0.1:{slow.port}" in result["msg"]
    assert seconds < MOST_SECONDS, result["msg"]
    # Nothing was sent before.
    assert ("was not reachable within 1 s" in result["msg"]) == (kind != "record")
