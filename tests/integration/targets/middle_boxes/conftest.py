# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Toxiproxy, which disturbs connections, and mitmproxy, which ends TLS, in front of the test vCenter."""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
import threading
import typing as t

import pytest
import requests
from front_ends import SERVER, UPSTREAM, free_port
from vcenters import CONTROL, PROGRAMS, until


@contextlib.contextmanager
def running(command: list[str], pattern: str, count: int = 1) -> t.Iterator[list[str]]:
    """Run a program. Gives the matches of the pattern in its output, as soon as there are that many."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        output, found = "", list[str]()
        while len(found) < count:
            line = process.stdout.readline()
            assert line, output
            output += line
            found = re.findall(pattern, output)
        # Later output must not fill the pipe.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield found
        finally:
            process.kill()


class Network:
    """The address of the test vCenter behind Toxiproxy."""

    def __init__(self, api: str) -> None:
        self._proxy = f"{api}/proxies/vcenter"
        created = CONTROL.post(
            f"{api}/proxies", json={"name": "vcenter", "listen": "127.0.0.1:0", "upstream": UPSTREAM, "enabled": True}
        )
        self.port = int(created.json()["listen"].rpartition(":")[2])

    @contextlib.contextmanager
    def disturbed(self, kind: str, *streams: str, **how: int) -> t.Iterator[None]:
        """Disturb the requests (upstream) and answers (downstream) of the server in this way, within the block."""
        for stream in streams:
            toxic = {"name": stream, "type": kind, "stream": stream, "attributes": how}
            CONTROL.post(f"{self._proxy}/toxics", json=toxic).raise_for_status()
        try:
            yield
        finally:
            for stream in streams:
                CONTROL.delete(f"{self._proxy}/toxics/{stream}").raise_for_status()


@pytest.fixture(scope="module")
def network() -> t.Iterator[Network]:
    port = free_port()
    command = [PROGRAMS["toxiproxy"], "-host", "127.0.0.1", "-port", str(port)]
    with running(command, "Starting HTTP server"):
        api = f"http://127.0.0.1:{port}"

        def answers() -> bool:
            with contextlib.suppress(requests.ConnectionError):
                return CONTROL.get(f"{api}/version", timeout=10).ok
            return False

        until(answers)
        yield Network(api)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, dict[str, t.Any]]]:
    """The options that lead through a proxy that inspects TLS, and to a server in front of vCenter."""
    folder = tmp_path_factory.mktemp("mitmproxy")
    with running(mitmdump(folder, "regular", f"reverse:https://{UPSTREAM}"), r"listening at \S+:(\d+)", 2) as ports:
        ca_path = str(folder / "mitmproxy-ca-cert.pem")
        yield {
            "proxy": {"proxy_host": "127.0.0.1", "proxy_port": int(ports[0]), "ca_path": ca_path},
            "front end": {"port": int(ports[1]), "ca_path": ca_path},
        }


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[str, str]]:
    """The address of a proxy that requires a password, and its CA."""
    folder = tmp_path_factory.mktemp("mitmproxy")
    command = [*mitmdump(folder, "regular"), "--proxyauth", "someone:Pr0xy"]
    with running(command, r"listening at \S+:(\d+)") as ports:
        yield f"127.0.0.1:{ports[0]}", str(folder / "mitmproxy-ca-cert.pem")


def mitmdump(folder: pathlib.Path, *modes: str) -> list[str]:
    settings = {"confdir": str(folder), "ssl_verify_upstream_trusted_ca": SERVER["ca"], "termlog_verbosity": "info"}
    return [
        PROGRAMS["mitmdump"],
        *(f"--mode={mode}@127.0.0.1:{free_port()}" for mode in modes),
        *(f"--set={name}={value}" for name, value in settings.items()),
    ]
