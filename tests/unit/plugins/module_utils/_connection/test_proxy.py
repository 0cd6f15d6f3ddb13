# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxy of the environment: its password is never in an error."""

from __future__ import annotations

import dataclasses
import traceback

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection, _http, _proxy
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError

from ..wire import OPTIONS

UNUSABLE = [
    "http://user:S3cret@proxy:notaport",
    "http://user:S3cret@proxy:99999",
    "http://user:S3cret@proxy:65536",
    "http://user:S3cret@proxy:0",
    "http://user:S3/cr?et@proxy:3128",
    "http://user:S3cret@",
    "http://user:S3cret@[::1:3128",
    "http://user:S3cret@bad host:3128",
    "http://user:S3cr\u20acet@proxy:3128",
    "http:/user:S3cret@proxy:3128",
    "user:S3cret@proxy:3128",
    "user:S3cret",
    "ftp://user:S3cret@proxy:3128",
]


@pytest.mark.parametrize("url", UNUSABLE)
def test_a_proxy_that_is_not_a_url_is_an_error_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    beginning = r"^the proxy of the environment \(HTTPS_PROXY or ALL_PROXY\) is not a URL "
    with pytest.raises(VsphereError, match=beginning) as error:
        _http.Http(OPTIONS)
    assert "S3" not in "".join(traceback.format_exception(error.type, error.value, None))
    # Another proxy applies.
    _http.Http(dataclasses.replace(OPTIONS, proxy_host="proxy", proxy_port=3128))


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("proxy", set()),
        ("proxy:3128", set()),
        ("http://proxy:1", set()),
        ("http://proxy:65535", set()),
        ("http://proxy:3128/", set()),
        ("http://[::1]:3128", set()),
        ("http://user@proxy", {"user"}),
        ("http://user:@proxy", set()),
        ("http://user:S3cret@proxy", {"S3cret"}),
        ("HTTPS://user:S3c%2fr%40t@proxy:3128", {"S3c%2fr%40t", "S3c/r@t"}),
        ("socks5h://user:S3:c@ret@proxy:3128", {"S3:c@ret"}),
    ],
)
def test_the_password_of_a_proxy_is_a_secret(monkeypatch: pytest.MonkeyPatch, url: str, secrets: set[str]) -> None:
    _proxy.check(url)
    monkeypatch.setenv("https_proxy", url)
    assert _http.Http(OPTIONS).secrets == secrets
    monkeypatch.setenv("NO_PROXY", "*")
    assert _http.Http(OPTIONS).secrets == set()


def test_a_connection_keeps_the_password_of_its_proxy_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:S3cret@proxy:3128")
    secrets: list[str] = []
    _connection.Connection(OPTIONS, secrets.append)
    assert secrets == ["S3cret"]


def test_a_password_in_a_url_without_a_scheme_is_a_secret() -> None:
    assert set(_proxy.secrets("user:S3cret@proxy:3128")) == {"S3cret"}
