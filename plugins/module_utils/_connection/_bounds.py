# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bounds of an answer: its time, and its size.

requests only limits the pause between two bytes, and nothing limits the size. Therefore, every read from the socket
passes through this file: for the head of the answer, for interim answers, for those of a proxy, and for the body. So
does every new connection, because urllib3 gives each address of a name the whole time.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
import typing as t
import zlib

if t.TYPE_CHECKING:
    import requests

_CHUNK = 1 << 16
SIZE_OF_VALUE = 16
"""Bytes of each value in a large answer. Python needs a multiple of it in memory, so short ones count more."""
_BEGINNINGS = (b"[", b"{", b",", b"<", b'="')
_GZIP = 16 + zlib.MAX_WBITS


class Bounds:
    """The bounds of the present answer, which ``begin`` sets. Beyond its size, ``too_large`` is raised."""

    def __init__(self, size: int, too_large: t.Callable[[], Exception]) -> None:
        self.size = size
        self._too_large = too_large
        self._deadline = math.inf
        self._left = size

    def begin(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._left = self.size

    def seconds_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left

    def count(self, received: int) -> None:
        self._left -= received
        if self._left < 0:
            raise self._too_large()

    def check_values(self, content: bytes) -> None:
        """Limit the number of values in JSON or XML, which determines the memory that they need."""
        most = self.size // SIZE_OF_VALUE
        if len(content) > most and sum(map(content.count, _BEGINNINGS)) > most:
            raise self._too_large()

    def decompressed(self, body: bytes) -> bytes | None:
        """The contents of a compressed body, or None if its end is missing. ValueError if it is unreadable."""
        decoder = zlib.decompressobj(_GZIP)
        try:
            content = decoder.decompress(body, self.size + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if len(content) > self.size:
            raise self._too_large()
        return content if decoder.eof else None


class _Source(io.RawIOBase):
    """The bytes from a socket, as far as the bounds reach."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._sock = sock
        self._bytes = sock.makefile("rb", buffering=0)
        self._bounds = bounds

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        self._sock.settimeout(self._bounds.seconds_left())
        received = self._bytes.readinto(buffer) or 0
        self._bounds.count(received)
        return received

    def close(self) -> None:
        self._bytes.close()
        super().close()


def session(bounds: Bounds) -> requests.Session:
    """A session of requests whose answers stay within the bounds, also through a proxy."""
    # The error about a missing library comes from elsewhere.
    import requests
    from requests import adapters

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Follow none. Even without following it, requests would read the whole answer."""

    class Adapter(adapters.HTTPAdapter):
        def init_poolmanager(self, *arguments: t.Any, **others: t.Any) -> None:
            super().init_poolmanager(*arguments, **others)
            _bind(self.poolmanager, bounds)

        def proxy_manager_for(self, proxy: str, **others: t.Any) -> t.Any:
            # Each request gets it from here, and would add another layer of classes.
            return self.proxy_manager.get(proxy) or _bind(super().proxy_manager_for(proxy, **others), bounds)

    made = Session()
    made.mount("https://", Adapter())
    return made


def _bind(manager: t.Any, bounds: Bounds) -> t.Any:
    """Have the manager of connections make those with the bounds. Its kind of proxy determines their classes."""
    from urllib3 import connection, exceptions

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: t.Any, *arguments: t.Any, **others: t.Any) -> None:
            super().__init__(t.cast("socket.socket", _Source(sock, bounds)), *arguments, **others)

    pool = manager.pool_classes_by_scheme["https"]
    kind = pool.ConnectionCls

    def connect(made: t.Any) -> None:
        try:
            kind.connect(made)
            # A request that is sent after its time would never get its answer.
            bounds.seconds_left()
        except socket.timeout as error:
            raise exceptions.ConnectTimeoutError(made, str(error)) from error

    members: dict[str, t.Any] = {"response_class": Response, "connect": connect}
    # A SOCKS proxy can find the addresses itself.
    if kind._new_conn is connection.HTTPSConnection._new_conn:
        members["_new_conn"] = lambda made: _reached(made, kind._new_conn, bounds)
    bound = type("Pool", (pool,), {"ConnectionCls": type("Connection", (kind,), members)})
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": bound}
    return manager


def _reached(connection: t.Any, connect: t.Callable[[t.Any], socket.socket], bounds: Bounds) -> socket.socket:
    """A socket to the first address of the name that can be reached. Each has an equal share of the time."""
    from urllib3 import exceptions
    from urllib3.util.connection import allowed_gai_family

    name, most = connection._dns_host, connection.timeout
    try:
        found = socket.getaddrinfo(name.strip("[]"), connection.port, allowed_gai_family(), socket.SOCK_STREAM)
    except UnicodeError:
        # urllib3 has an error for it.
        return connect(connection)
    try:
        for number, (*_kind, address) in enumerate(found, 1):
            # With its zone, if it has one.
            connection._dns_host, _port = socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
            connection.timeout = min(most, bounds.seconds_left() / (len(found) - number + 1))
            try:
                made = connect(connection)
                break
            except (exceptions.ConnectTimeoutError, exceptions.NewConnectionError):
                if number == len(found):
                    raise
    finally:
        connection._dns_host, connection.timeout = name, most
    # The handshake has the rest.
    made.settimeout(bounds.seconds_left())
    return made


def read(response: t.Any) -> bytes:
    """The whole body of an answer, still compressed."""
    body = bytearray()
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        body += chunk
    return bytes(body)
