# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bounds of an answer: its time, and its size.

requests only limits the pause between two bytes, and nothing limits the size. Therefore, every read from the socket
passes through this file: for the head of the answer, for interim answers, for those of a proxy, and for the body.
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

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: t.Any, *arguments: t.Any, **others: t.Any) -> None:
            super().__init__(t.cast("socket.socket", _Source(sock, bounds)), *arguments, **others)

    pool = manager.pool_classes_by_scheme["https"]
    connection = type("Connection", (pool.ConnectionCls,), {"response_class": Response})
    bound = type("Pool", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": bound}
    return manager


def read(response: t.Any) -> bytes:
    """The whole body of an answer, still compressed."""
    body = bytearray()
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        body += chunk
    return bytes(body)
