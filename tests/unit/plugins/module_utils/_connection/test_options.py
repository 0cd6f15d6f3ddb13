# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the connection options."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
    CONNECTION_SPEC,
    ConnectionOptions,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError

GOOD: dict[str, t.Any] = {
    "hostname": "vcenter.example.com",
    "username": "someone",
    "password": "a secret",
    "session_id": None,
    "port": 443,
    "validate_certs": True,
    "ca_path": None,
    "proxy_host": None,
    "proxy_port": None,
    "transport": "auto",
    "request_timeout": 60,
    "max_response_size": 64,
    "locale": None,
}


@pytest.mark.parametrize("host", ["vcenter.example.com", "192.0.2.1", "::1", "[2001:db8::1]"])
def test_names_and_addresses_are_taken(host: str) -> None:
    options = ConnectionOptions.from_params({**GOOD, "hostname": host, "proxy_host": host, "proxy_port": 3128})
    assert options.hostname == options.proxy_host == host.strip("[]")


@pytest.mark.parametrize(
    "changes",
    [
        {"port": 1, "request_timeout": 1, "max_response_size": 1, "locale": "de"},
        {"port": 65535, "request_timeout": 3600, "max_response_size": 4096, "locale": "zh-Hans_CN"},
        {"username": None, "password": None, "session_id": "a session"},
        {"session_id": "a session"},
    ],
)
def test_values_within_the_limits_are_taken(changes: dict[str, t.Any]) -> None:
    assert ConnectionOptions.from_params({**GOOD, **changes}) == ConnectionOptions(
        **{**GOOD, "proxy_host": "", **changes}
    )


@pytest.mark.parametrize(("value", "taken"), [("vc", True), ("", False), (" ", False), (None, False)])
def test_an_empty_variable_of_the_environment_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch, value: str | None, taken: bool
) -> None:
    monkeypatch.delenv("VMWARE_HOST", raising=False)
    if value is not None:
        monkeypatch.setenv("VMWARE_HOST", value)
    function, [name] = CONNECTION_SPEC["hostname"]["fallback"]
    with contextlib.nullcontext() if taken else pytest.raises(AnsibleFallbackNotFound):
        assert function(name) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hostname": None}, "hostname is missing: set the option hostname or VMWARE_HOST"),
        ({"username": ""}, "username is missing"),
        ({"password": None}, "password is missing: set the option password or VMWARE_PASSWORD"),
        ({"hostname": "https://vcenter.example.com/ui"}, "omit scheme, port, and path"),
        ({"hostname": "vcenter.example.com:443"}, "omit scheme, port, and path"),
        ({"hostname": "user:secret@vcenter"}, "^hostname '…@vcenter' is not a host name"),
        ({"hostname": "127.0.0.1:443"}, "omit scheme, port, and path"),
        (
            {"hostname": "fe80::1%eth0"},
            "hostname 'fe80::1%eth0' is an address with a zone, which URLs do not support: use a name, or an address",
        ),
        ({"proxy_host": "[fe80::1%1]", "proxy_port": 3128}, "proxy_host 'fe80::1%1' is an address with a zone"),
        ({"proxy_host": "http://proxy", "proxy_port": 3128}, "proxy_host 'http://proxy' is not a host name or address"),
        ({"proxy_host": "proxy:3128", "proxy_port": 3128}, "omit scheme, port, and path"),
        ({"username": "a\x1b"}, "username contains the character U\\+001B, which XML"),
        ({"port": 0}, "port 0 is not a port"),
        ({"port": 65536}, "from 1 to 65535"),
        ({"proxy_host": "proxy"}, "^proxy_host and proxy_port require each other: set both or neither$"),
        ({"proxy_port": 3128}, "require each other"),
        ({"max_response_size": 0}, "max_response_size must be between 1 and 4096 megabytes, got 0"),
        ({"max_response_size": 4097}, "max_response_size must be between 1 and 4096 megabytes, got 4097"),
        ({"request_timeout": 0}, "request_timeout must be between 1 and 3600 seconds, got 0"),
        ({"request_timeout": 3601}, "request_timeout must be between 1 and 3600 seconds, got 3601"),
        ({"username": None, "session_id": "a session"}, "^password requires username: set both, or set session_id"),
        ({"locale": "de "}, "^locale 'de ' is not a locale: use a value such as en_US"),
        ({"locale": "d"}, "locale 'd' is not a locale"),
    ],
)
def test_an_invalid_option_is_named(changes: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        ConnectionOptions.from_params({**GOOD, **changes})


def test_all_problems_are_reported_together() -> None:
    with pytest.raises(VsphereError) as caught:
        ConnectionOptions.from_params({**GOOD, "hostname": None, "username": None, "port": -1})
    assert [each.partition(" is")[0] for each in caught.value.message.split("; ")] == [
        "hostname",
        "username",
        "port -1",
    ]


def test_the_password_is_not_in_the_representation() -> None:
    assert "a secret" not in repr(ConnectionOptions.from_params(GOOD))
