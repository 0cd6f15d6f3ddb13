# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reason for a missing answer, with the option that solves the problem."""

from __future__ import annotations

import socket
import ssl
import traceback
import typing as t

from .. import _errors

_AGAINST_RFC_5280 = {*range(78, 95), 102, 103}
"""The codes for its rules in x509_vfy.h of OpenSSL. It checks most of them only with VERIFY_X509_STRICT."""

_SET_BUNDLE = "set it to a file with CA certificates in PEM format"


def explain(  # noqa: C901 (a list of cases)
    error: Exception,
    *,
    name: str,
    host: str,
    proxy: str,
    verify: bool | str,
    connecting: float,
    answering: float,
    remedy: str,
) -> _errors.VsphereError:
    """Name the cause of a failed request, and what helps. ``remedy`` is the advice for one that took too long."""
    # Every request can raise them.
    from requests import exceptions as of_requests
    from urllib3 import exceptions as of_urllib3

    causes = list(_chain(error))
    last = causes[-1]
    text = str(last) or type(last).__name__

    def met(*types: type[BaseException]) -> bool:
        return any(isinstance(cause, types) for cause in causes)

    is_new = met(of_urllib3.NewConnectionError)
    # After sending the request, urllib3 1 blames the proxy for every error behind it.
    broke = isinstance(last, ConnectionError) and not is_new
    # The last one is the message of requests about an unknown kind of proxy.
    if met(of_requests.ProxyError, of_urllib3.ProxyError, of_requests.InvalidSchema) and not broke:
        return _errors.Unreachable(
            f"the proxy {proxy or 'of the environment'} on the way to {name} failed ({text}): check proxy_host "
            "and proxy_port, or HTTPS_PROXY and NO_PROXY in the environment"
        )
    if text.startswith("[X509"):
        return _errors.Unreachable(f"{_bundle(verify)} does not contain a certificate: {_SET_BUNDLE}")
    # Only for a file that cannot be read, urllib3 takes another error for one of TLS.
    is_unreadable = met(of_urllib3.SSLError) and isinstance(last, OSError) and not isinstance(last, ssl.SSLError)
    # The second one is the check that requests makes itself.
    if is_unreadable or [type(cause) for cause in causes] == [OSError]:
        return _errors.VsphereError(f"{_bundle(verify)} is not usable ({text}): {_SET_BUNDLE}")
    # urllib3 1 compares the names itself, after the handshake.
    is_wrong_name = type(last).__name__ == "CertificateError"
    if is_wrong_name:
        text = f"CERTIFICATE_VERIFY_FAILED, name mismatch: {text}"
    # Later on, the request has been sent.
    if is_wrong_name or any(map(_is_in_handshake, causes)):
        if "WRONG_VERSION_NUMBER" in text:
            return _errors.Unreachable(f"{name} does not support TLS: check port")
        if met(of_requests.SSLError, of_urllib3.SSLError, ssl.SSLError):
            return _errors.Unreachable(f"the TLS connection to {name} failed ({text}): {_advice(verify, last, text)}")
    through = f" through the proxy {proxy}" if proxy else ""
    # The second alone is of the body.
    if met(of_requests.ReadTimeout, of_urllib3.ReadTimeoutError):
        return _errors.TimedOut(f"{name} did not answer within {answering:.0f} s: {remedy} if the server is only slow")
    if met(of_requests.ConnectTimeout):
        return _errors.Unreachable(
            f"{name} was not reachable within {connecting:.0f} s{through}: check hostname, port, and firewall, or "
            f"{remedy}"
        )
    if met(socket.gaierror):
        return _errors.Unreachable(f"cannot resolve the name {host} ({text}): check hostname")
    if is_new:
        return _errors.Unreachable(f"cannot connect to {name} ({text}): check hostname, port, and firewall")
    if met(of_requests.InvalidURL, of_urllib3.LocationParseError):
        return _errors.VsphereError(f"{name} is not an address to connect to ({text}): check hostname and proxy_host")
    return _errors.Lost(f"the connection to {name}{through} broke ({text})")


def _is_in_handshake(error: BaseException) -> bool:
    """Whether it comes from the handshake of TLS."""
    handshake = ssl.SSLSocket.do_handshake.__code__
    return any(frame.f_code is handshake for frame, _line in traceback.walk_tb(error.__traceback__))


def _bundle(verify: bool | str) -> str:
    """The origin of the CA certificates."""
    return "ca_path" if isinstance(verify, str) else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment"


def _advice(verify: bool | str, error: BaseException, text: str) -> str:
    """What helps against a failed handshake. An error about the certificate is one only if it is validated."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"{_trust(verify, error, text)}, or set validate_certs to false if you accept any certificate"
    if "PROTOCOL" in text:
        return "the server supports only versions of TLS that are too old for Python: enable TLS 1.2 on the server"
    if "HANDSHAKE_FAILURE" in text or "CIPHER" in text:
        return "the server and Python have no cipher in common: enable current ciphers on the server"
    # An Envoy in front of the server closes further connections (Broadcom KB 344920).
    return "check port, the devices between this host and the server, and its number of connections"


def _trust(verify: bool | str, error: BaseException, text: str) -> str:
    """What makes the server's certificate a valid one."""
    if getattr(error, "verify_code", 0) in _AGAINST_RFC_5280:
        return (
            "replace the certificate, or that of its CA, by one that meets RFC 5280 (Python 3.13 and later check most "
            "of its rules)"
        )
    if any(mismatch in text for mismatch in ("name mismatch", "address mismatch")):
        return "set hostname to a name in the certificate"
    if "expired" in text:
        return "renew the certificate, or correct the clock of the host that runs the module"
    if "not yet valid" in text:
        return "correct the clock of the host that runs the module, or of the server that created the certificate"
    if "too weak" in text:
        return "replace the certificate by one with a longer key and a current signature algorithm"
    if isinstance(verify, str):
        return f"ca_path {verify} does not contain the CA that signed its certificate: set it to another file"
    return "set ca_path to the CA that signed its certificate"


def _chain(error: BaseException | None) -> t.Iterator[BaseException]:
    """An exception and what lies behind it, the cause last; libraries keep that in the arguments, or as reason.

    urllib3 1 wraps the reason of a failed connection in a text only. For other errors, the handled exceptions say
    nothing.
    """
    from urllib3.exceptions import NewConnectionError

    while error is not None:
        yield error
        wrapped = [inner for inner in (*error.args, getattr(error, "reason", None)) if isinstance(inner, BaseException)]
        behind = error.__context__ if isinstance(error, NewConnectionError) else error.__cause__
        error = wrapped[-1] if wrapped else behind
