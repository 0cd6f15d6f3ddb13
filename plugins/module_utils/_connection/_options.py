# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: their argument spec, and the checked values that a connection is made from.

Names, aliases, environment variables and defaults are those of ``vmware.vmware`` and of AWX's VMware credential. The
documentation is in ``plugins/doc_fragments/connection.py``.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .. import _context, _errors, _values


def _environment(name: str) -> str:
    """The value of a variable of the environment. An empty one counts as not set, as in credentials of AWX."""
    value = str(env_fallback(name))
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


CONNECTION_SPEC: _context.Spec = {
    "hostname": {"type": "str", "fallback": (_environment, ["VMWARE_HOST"])},
    "username": {"type": "str", "aliases": ["user", "admin"], "fallback": (_environment, ["VMWARE_USER"])},
    "password": {
        "type": "str",
        "aliases": ["pass", "pwd"],
        "no_log": True,
        "fallback": (_environment, ["VMWARE_PASSWORD"]),
    },
    "session_id": {"type": "str", "no_log": True, "fallback": (_environment, ["VMWARE_SESSION_ID"])},
    "port": {"type": "int", "default": 443, "fallback": (_environment, ["VMWARE_PORT"])},
    "validate_certs": {"type": "bool", "default": True, "fallback": (_environment, ["VMWARE_VALIDATE_CERTS"])},
    "ca_path": {"type": "path", "fallback": (_environment, ["VMWARE_CA_PATH"])},
    "proxy_host": {"type": "str", "fallback": (_environment, ["VMWARE_PROXY_HOST"])},
    "proxy_port": {"type": "int", "fallback": (_environment, ["VMWARE_PROXY_PORT"])},
    "transport": {
        "type": "str",
        "choices": ["auto", "json", "soap"],
        "default": "auto",
        "fallback": (_environment, ["VMWARE_TRANSPORT"]),
    },
    "request_timeout": {"type": "int", "default": 60, "fallback": (_environment, ["VMWARE_REQUEST_TIMEOUT"])},
    "max_response_size": {"type": "int", "default": 64, "fallback": (_environment, ["VMWARE_MAX_RESPONSE_SIZE"])},
    "locale": {"type": "str", "fallback": (_environment, ["VMWARE_LOCALE"])},
}


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """The options of one connection, checked: times in seconds, sizes in megabytes, IPv6 literals without brackets."""

    hostname: str
    username: str | None
    password: str | None = dataclasses.field(repr=False)
    session_id: str | None = dataclasses.field(repr=False)
    port: int
    validate_certs: bool
    ca_path: str | None
    proxy_host: str | None
    proxy_port: int | None
    transport: str
    request_timeout: int
    max_response_size: int
    locale: str | None

    @classmethod
    def from_params(cls, params: _context.Params) -> ConnectionOptions:
        given = {field.name: params[field.name] for field in dataclasses.fields(cls)}
        wrong = [
            f"{name} is missing: set the option {name} or {CONNECTION_SPEC[name]['fallback'][1][0]} in the environment"
            for name in ("hostname",) + (() if given["session_id"] else ("username", "password"))
            if not given[name]
        ]
        for name in ("hostname", "proxy_host"):
            given[name] = re.sub(r"^\[(.*)\]$", r"\1", given[name] or "")
            problem = _wrong_with(given[name])
            # The part before an @ can be a password.
            shown = re.sub(".*@", "…@", given[name])
            wrong += [f"{name} {shown!r} {problem}"] if problem else []
        wrong += [
            f"{name} {_values.unsendable(given[name])}"
            for name in ("username", "password")
            if given[name] and _values.unsendable(given[name])
        ]
        wrong += [
            f"{name} {given[name]} is not a port: set it to a number from 1 to 65535"
            for name in ("port", "proxy_port")
            if given[name] is not None and not 0 < given[name] < 65536
        ]
        if bool(given["proxy_host"]) != bool(given["proxy_port"]):
            wrong.append("proxy_host and proxy_port require each other: set both or neither")
        if given["password"] and not given["username"] and given["session_id"]:
            wrong.append("password requires username: set both, or set session_id instead")
        if not 0 < given["request_timeout"] <= 3600:
            wrong.append(f"request_timeout must be between 1 and 3600 seconds, got {given['request_timeout']}")
        if not 0 < given["max_response_size"] <= 4096:
            wrong.append(f"max_response_size must be between 1 and 4096 megabytes, got {given['max_response_size']}")
        if given["locale"] and not re.fullmatch(r"[A-Za-z]{2,8}([_-][A-Za-z0-9]{2,8})*", given["locale"]):
            wrong.append(f"locale {given['locale']!r} is not a locale: use a value such as en_US, de, or ja_JP")
        if wrong:
            raise _errors.VsphereError("; ".join(wrong))
        return cls(**given)


def in_url(host: str) -> str:
    """The host as a URL has it: an IPv6 literal in brackets."""
    return f"[{host}]" if ":" in host else host


def _wrong_with(host: str) -> str:
    """The problem of a host, or an empty string."""
    if "%" in host:
        return "is an address with a zone, which URLs do not support: use a name, or an address that is not link-local"
    if not host or re.fullmatch(r"[\w.-]+", host) or _is_ipv6(host):
        return ""
    return (
        "is not a host name or address: omit scheme, port, and path, as in vcenter.example.com, and use the separate "
        "option for the port"
    )


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
