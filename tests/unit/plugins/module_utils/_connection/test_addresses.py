# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections to the addresses of a name, within the time of the request."""

from __future__ import annotations

import socket
import types
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _bounds
from urllib3 import connection, exceptions
from urllib3.util.connection import allowed_gai_family

from ..wire import Clock

FOUND = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


class Attempts:
    """The attempts of a connection, with the outcome and the duration of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: Exception | None, seconds: float = 5) -> None:
        self.clock = Clock(monkeypatch)
        self.made: list[tuple[str, float]] = []
        self.timeouts: list[float] = []
        self.looked_up: list[t.Any] = []
        self.connection = types.SimpleNamespace(_dns_host="[vc]", port=443, timeout=60)
        self._outcomes = list(outcomes)
        self._seconds = seconds
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, *arguments: t.Any) -> list[t.Any]:
        self.looked_up.append(arguments)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in FOUND]

    def connect(self, connection: t.Any) -> t.Any:
        self.made.append((connection._dns_host, connection.timeout))
        self.clock.now += self._seconds
        outcome = self._outcomes.pop(0)
        if outcome:
            raise outcome
        return types.SimpleNamespace(settimeout=self.timeouts.append)

    def run(self) -> t.Any:
        bounds = _bounds.Bounds(1000, ValueError)
        bounds.begin(30)
        return _bounds._reached(self.connection, self.connect, bounds)


SLOW = exceptions.ConnectTimeoutError("slow")
REFUSED = exceptions.NewConnectionError(t.cast("t.Any", None), "refused")


def test_each_address_has_an_equal_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, SLOW, REFUSED, None)
    attempts.run()
    assert attempts.made == [(FOUND[0], 10), (FOUND[1], 12.5), (FOUND[2], 20)]
    assert attempts.looked_up == [("vc", 443, allowed_gai_family(), socket.SOCK_STREAM)]
    # The rest of the time is for the handshake.
    assert attempts.timeouts == [15]
    assert (attempts.connection._dns_host, attempts.connection.timeout) == ("[vc]", 60)


def test_the_first_address_that_answers_is_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, None)
    attempts.connection.timeout = 4
    assert attempts.run().settimeout == attempts.timeouts.append
    assert attempts.made == [(FOUND[0], 4)]


def test_the_error_is_the_one_of_the_last_address(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts(monkeypatch, REFUSED, REFUSED, SLOW)
    with pytest.raises(exceptions.ConnectTimeoutError, match="slow"):
        attempts.run()
    assert [address for address, _timeout in attempts.made] == FOUND
    assert (attempts.connection._dns_host, attempts.connection.timeout) == ("[vc]", 60)


def test_urllib3_has_the_error_for_a_name_that_no_server_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*unused: t.Any) -> t.NoReturn:
        raise UnicodeError

    attempts = Attempts(monkeypatch, None)
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    attempts.run()
    assert attempts.made == [("[vc]", 60)]


class Slow(connection.HTTPSConnection):
    """A connection whose handshake takes too long."""

    def connect(self) -> None:
        raise socket.timeout("slow")


class Socks(Slow):
    """A connection whose proxy finds the addresses."""

    def _new_conn(self) -> t.Any:
        return "through the proxy"


def bound(kind: type[Slow], bounds: t.Any) -> t.Any:
    pools = {"http": "unchanged", "https": type("Pool", (), {"ConnectionCls": kind})}
    manager = types.SimpleNamespace(pool_classes_by_scheme=pools)
    assert _bounds._bind(manager, bounds) is manager
    assert manager.pool_classes_by_scheme["http"] == "unchanged"
    cls: t.Any = manager.pool_classes_by_scheme["https"]
    return cls.ConnectionCls("vc")


def test_a_connection_that_takes_too_long_has_the_error_of_urllib3() -> None:
    made = bound(Slow, _bounds.Bounds(1000, ValueError))
    with pytest.raises(exceptions.ConnectTimeoutError) as caught:
        made.connect()
    assert caught.value.args == (made, "slow")


def test_only_a_proxy_that_finds_the_addresses_itself_keeps_its_way_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds = _bounds.Bounds(1000, ValueError)
    monkeypatch.setattr(_bounds, "_reached", lambda *given: given)
    direct = bound(Slow, bounds)
    assert direct._new_conn() == (direct, Slow._new_conn, bounds)
    assert bound(Socks, bounds)._new_conn() == "through the proxy"
