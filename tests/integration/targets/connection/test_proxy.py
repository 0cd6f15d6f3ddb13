# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies, redirects, and the secrets that neither of them gets."""

from __future__ import annotations

import contextlib
import http.server
import socket
import ssl
import threading
import typing as t

import pytest
import trustme
from vcenters import run_module


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]"])
def test_an_unreachable_proxy_is_named_with_its_options_or_the_environment(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    result = vcenter.run("info", proxy_host=host, proxy_port=1)
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    assert f"the proxy http://{shown}:1 on the way to" in result["msg"]
    assert "proxy_host and proxy_port" in result["msg"]
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    assert "the proxy of the environment on the way to" in vcenter.run("info")["msg"]
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert "the proxy of the environment on the way to" in vcenter.run("info")["msg"]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert not vcenter.run("info")["failed"]


def test_a_server_that_is_not_a_proxy_is_named(vcenter: t.Any) -> None:
    address = {"proxy_host": vcenter.options["hostname"], "proxy_port": vcenter.options["port"]}
    assert "through the proxy http://" in vcenter.run("info", **address)["msg"]


def test_a_password_in_a_host_is_not_shown(vcenter: t.Any) -> None:
    result = vcenter.run("info", hostname="me:hidden@vcenter", proxy_host="me:hidden@proxy")
    assert "hostname '…@vcenter' is not a host name" in result["msg"]
    assert "hidden" not in result["msg"]


def test_netrc_is_not_read(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login from-netrc password from-netrc\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    sent: list[dict[str, str]] = []
    with Pretender(sent.append) as pretender:
        pretender.run("info", vcenter.transport)
    assert sent
    assert not [headers for headers in sent if "authorization" in headers]


class Proxy:
    """A proxy that connects to any server, and can lose its connections."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        self.options = {"proxy_host": "127.0.0.1", "proxy_port": self._listening.getsockname()[1]}

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                host, port = client.recv(10_000).split()[1].decode().split(":")
                server = socket.create_connection((host, int(port)))
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._ends += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(100_000):
                target.sendall(data)

    def lose(self) -> None:
        # New connections can be added at any time.
        ends, self._ends = self._ends, []
        self._end(ends)

    def close(self) -> None:
        self._end([self._listening, *self._ends])

    @staticmethod
    def _end(ends: list[socket.socket]) -> None:
        for end in ends:
            # Another thread that reads from the socket would not notice that it is closed.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def test_a_proxy_that_loses_the_answer_to_a_cancellation_is_told(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault("delay", "CancelTask$", seconds=20)
    with contextlib.closing(Proxy()) as proxy:
        vcenter.during("Task.CancelTask", proxy.lose, times=1)
        result = vcenter.run("cancel", task_ids=[task_id], **proxy.options)
    assert f"after the module sent CancelTask, {task_id} (" in result["msg"]
    assert "check proxy_host" not in result["msg"]
    assert vcenter.requests().count("Task.CancelTask") == 1


class Pretender:
    """A TLS server, but not a vCenter: it redirects every request to another host."""

    def __init__(self, look: t.Callable[[dict[str, str]], object]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                look({name.lower(): value for name, value in self.headers.items()})
                self.send_response(302)
                self.send_header("Location", "https://other.example.com/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 (the base class has these names)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> Pretender:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def run(self, module: str, transport: str) -> dict[str, t.Any]:
        options = {
            "hostname": "127.0.0.1",
            "port": self._server.server_port,
            "username": "someone",
            "password": "secret-word",
            "validate_certs": False,
            "transport": transport,
        }
        return run_module(module, False, options)


def test_a_redirect_is_not_followed(vcenter: t.Any) -> None:
    with Pretender(lambda headers: None) as pretender:
        result = pretender.run("info", vcenter.transport)
    assert "redirects to https://other.example.com/" in result["msg"]
    assert "hostname and port" in result["msg"]
