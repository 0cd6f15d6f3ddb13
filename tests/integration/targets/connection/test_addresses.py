# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names with several addresses. Some of these do not answer."""

from __future__ import annotations

import contextlib
import socket
import time
import typing as t

import pytest
from vcenters import any_transport

NAME = "several.example.com"
SILENT = ("127.0.0.2", "127.0.0.3")

pytestmark = any_transport


@pytest.fixture
def addresses(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[list[str]]:
    """The addresses of the name, to set. Those in SILENT accept no connection, and do not refuse any."""
    port, found = vcenter.address["port"], list[str]()
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str, *others: t.Any) -> list[t.Any]:
        hosts = found if host == NAME else [host]
        return [each for host in hosts for each in look_up(host, *others)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with contextlib.ExitStack() as sockets:
        for address in SILENT:
            sockets.enter_context(socket.create_server((address, port), backlog=0))
            for _place in range(3):
                caller = sockets.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex((address, port))
        yield found


def test_a_name_is_reached_by_any_of_its_addresses(vcenter: t.Any, addresses: list[str]) -> None:
    addresses[:] = [*SILENT, "127.0.0.1"]
    # A busy machine needs some time for the handshake, too.
    result = vcenter.run("info", hostname=NAME, validate_certs=False, request_timeout=6)
    assert not result["failed"], result


def test_all_addresses_together_have_the_time_of_one(vcenter: t.Any, addresses: list[str]) -> None:
    addresses[:] = SILENT
    began = time.monotonic()
    result = vcenter.run("info", hostname=NAME, validate_certs=False, request_timeout=4)
    seconds = time.monotonic() - began
    port = vcenter.address["port"]
    assert result["msg"].startswith(f"{NAME}:{port} was not reachable within 4 s: check hostname, port, and firewall")
    assert seconds < 4 * len(SILENT) - 1


def test_the_certificate_is_that_of_the_name(vcenter: t.Any, addresses: list[str]) -> None:
    addresses[:] = ["127.0.0.1"]
    assert "mismatch" in vcenter.run("info", hostname=NAME)["msg"]
