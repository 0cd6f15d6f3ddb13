# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The URL of a proxy in the environment, which can contain a password."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from .. import _errors

_URL = re.compile(
    r"((https?|socks4a?|socks5h?)://([^/?#]*@)?)?([^\s/@:?#\[\]]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?/*",
    re.IGNORECASE,
)


def check(url: str) -> None:
    """Reject a URL that the libraries cannot use, because their errors contain it, with its password."""
    found = _URL.fullmatch(url.strip())
    port = int(found["port"] or 1) if found else 0
    try:
        urllib.parse.unquote(url).encode("latin-1")
    except UnicodeEncodeError:
        port = 0
    if not 0 < port < 65536:
        raise _errors.VsphereError(
            "the proxy of the environment (HTTPS_PROXY or ALL_PROXY) is not a URL such as "
            "http://user:password@proxy.example.com:3128: correct it, and percent-encode special characters of the "
            "password"
        )


def secrets(url: str) -> t.Iterator[str]:
    """The texts in it that must not appear in output."""
    user, colon, password = url.rpartition("@")[0].rpartition("://")[2].partition(":")
    # Without a password, the user can be a token.
    secret = password if colon else user
    yield from {secret, urllib.parse.unquote(secret)} - {""}
