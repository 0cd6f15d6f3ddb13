# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failed requests: the cause that the message names, and the option that helps."""

from __future__ import annotations

import socket
import ssl
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http_errors import explain
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost, TimedOut, Unreachable, VsphereError
from requests import exceptions as of_requests
from urllib3 import exceptions as of_urllib3
from urllib3.util.ssl_match_hostname import CertificateError

ATTEMPT: dict[str, t.Any] = {
    "name": "vc:443",
    "host": "vc",
    "proxy": "",
    "verify": True,
    "connecting": 7,
    "answering": 60,
    "remedy": "raise request_timeout",
}
REFUSED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed:"
UNKNOWN_CA = f"{REFUSED} unable to get local issuer certificate"
MISMATCH = f"{REFUSED} Hostname mismatch, certificate is not valid"
NO_TLS = "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)"


RFC = (
    ": replace the certificate, or that of its CA, by one that meets RFC 5280 (Python 3.13 and later check most "
    "of its rules), or set validate_certs to false"
)


def strict(code: int, reason: str) -> ssl.SSLError:
    """A rejected certificate, with the code that OpenSSL has for the reason."""
    error = ssl.SSLCertVerificationError(1, f"{REFUSED} {reason}")
    error.verify_code = code
    return error


def new(error: Exception) -> Exception:
    """A connection that failed, as requests reports it."""
    failed = of_urllib3.NewConnectionError(t.cast("t.Any", None), "failed")
    failed.__context__ = error
    return of_requests.ConnectionError(of_urllib3.MaxRetryError(t.cast("t.Any", None), "/sdk", failed))


@pytest.mark.parametrize(
    ("error", "changes", "kind", "message"),
    [
        (
            of_requests.ProxyError(of_urllib3.ProxyError("no", OSError("Tunnel connection failed: 403"))),
            {"proxy": "http://proxy:3128"},
            Unreachable,
            "the proxy http://proxy:3128 on the way to vc:443 failed (Tunnel connection failed: 403): check proxy_host",
        ),
        (
            of_requests.ConnectionError(of_urllib3.ProxyError("no", OSError("refused"))),
            {},
            Unreachable,
            "the proxy of the environment on the way to vc:443 failed (refused)",
        ),
        (of_requests.ProxyError("no"), {}, Unreachable, "the proxy of the environment on the way to vc:443 failed"),
        (of_requests.InvalidSchema("Missing SOCKS"), {}, Unreachable, "the proxy of the environment on the way"),
        # urllib3 1 blames the proxy for every error behind it.
        (
            of_requests.ProxyError(of_urllib3.ProxyError("no", ConnectionResetError("reset"))),
            {"proxy": "http://proxy:3128"},
            Lost,
            "the connection to vc:443 through the proxy http://proxy:3128 broke (reset)",
        ),
        (
            OSError("[X509: NO_CERTIFICATE_OR_CRL_FOUND]"),
            {"verify": "/ca.pem"},
            Unreachable,
            "ca_path does not contain a certificate",
        ),
        (
            OSError("[X509: NO_CERTIFICATE_OR_CRL_FOUND]"),
            {},
            Unreachable,
            "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment does not contain a certificate",
        ),
        (of_requests.ReadTimeout(), {}, TimedOut, "vc:443 did not answer within 60 s: raise request_timeout if the"),
        (
            of_requests.ConnectionError(of_urllib3.ReadTimeoutError(t.cast("t.Any", None), "/", "slow")),
            {},
            TimedOut,
            "vc:443 did not answer within 60 s",
        ),
        (
            of_requests.ConnectTimeout(),
            {},
            Unreachable,
            "vc:443 was not reachable within 7 s: check hostname, port, and firewall, or raise request_timeout",
        ),
        (new(socket.gaierror(-2, "unknown")), {}, Unreachable, "cannot resolve the name vc ([Errno -2] unknown)"),
        (
            new(ConnectionRefusedError(111, "refused")),
            {},
            Unreachable,
            "cannot connect to vc:443 ([Errno 111] refused): check hostname, port, and firewall",
        ),
        (of_requests.InvalidURL("bad"), {}, VsphereError, "vc:443 is not an address to connect to (bad)"),
        (
            of_requests.RequestException(of_urllib3.LocationParseError("bad")),
            {},
            VsphereError,
            "vc:443 is not an address to connect to",
        ),
        (
            OSError("Could not find a CA"),
            {"verify": "/no"},
            VsphereError,
            "ca_path is not usable (Could not find a CA)",
        ),
        (
            of_requests.SSLError(of_urllib3.SSLError(PermissionError(13, "Permission denied"))),
            {},
            VsphereError,
            "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment is not usable ([Errno 13] Permission denied)",
        ),
        (
            of_requests.ConnectionError(ConnectionResetError("reset")),
            {},
            Lost,
            "the connection to vc:443 broke (reset)",
        ),
        (of_requests.ConnectionError(OSError()), {}, Lost, "the connection to vc:443 broke (OSError)"),
        (
            of_requests.ConnectionError(of_urllib3.ProtocolError("aborted", ConnectionResetError("reset"))),
            {},
            Lost,
            "the connection to vc:443 broke (reset)",
        ),
    ],
)
def test_each_cause_is_named_with_the_option_that_helps(
    error: Exception, changes: dict[str, t.Any], kind: type[Exception], message: str
) -> None:
    explained = explain(error, **{**ATTEMPT, **changes})
    assert explained.__class__ is kind
    assert explained.message.startswith(message)


@pytest.mark.parametrize(
    ("error", "verify", "message"),
    [
        (ssl.SSLError(1, NO_TLS), True, "vc:443 does not support TLS: check port"),
        (
            ssl.SSLError(1, UNKNOWN_CA),
            True,
            ": set ca_path to the CA that signed its certificate, or set validate_certs",
        ),
        (
            ssl.SSLError(1, UNKNOWN_CA),
            "/ca.pem",
            ": ca_path /ca.pem does not contain the CA that signed its certificate",
        ),
        (ssl.SSLError(1, f"{REFUSED} EE certificate key too weak"), "/ca.pem", ": replace the certificate by one with"),
        (strict(85, "Missing Authority Key Identifier"), "/ca.pem", RFC),
        (strict(78, "Subject signature algorithm and issuer public key algorithm inconsistent"), "/ca.pem", RFC),
        (strict(79, "invalid CA certificate"), "/ca.pem", RFC),
        (strict(80, "Path length invalid for non-CA cert"), True, RFC),
        (strict(94, "Certificate public key has explicit ECC parameters"), True, RFC),
        (strict(102, "empty Authority Key Identifier"), True, RFC),
        (strict(103, "Authority Key Identifier with an issuer only"), True, RFC),
        (strict(101, "another reason"), True, ": set ca_path to the CA"),
        (strict(104, "a later reason"), True, ": set ca_path to the CA"),
        (strict(95, "Raw public key untrusted"), True, ": set ca_path to the CA"),
        (strict(77, "Subject signature algorithm and issuer public key algorithm mismatch"), True, ": set ca_path"),
        (strict(64, "IP address mismatch, certificate is not valid for '10.0.0.1'"), True, ": set hostname to a name"),
        (ssl.SSLError(1, "[SSL: UNSUPPORTED_PROTOCOL] x"), "/ca.pem", "x): the server supports only versions of TLS"),
        (ssl.SSLError(1, "[SSL: NO_SHARED_CIPHER] x"), "/ca.pem", "x): the server and Python have no cipher in common"),
        (ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] x"), True, "x): the server and Python have no cipher"),
        (ssl.SSLError(1, f"{REFUSED} certificate has expired"), True, ": renew the certificate, or correct the clock"),
        (ssl.SSLError(1, f"{REFUSED} certificate is not yet valid"), True, ": correct the clock of the host that runs"),
        (
            ssl.SSLError(1, "[SSL] odd"),
            "/ca.pem",
            "odd): check port, the devices between this host and the server, and its number of connections",
        ),
        (ssl.SSLError(1, MISMATCH), "/ca.pem", ": set hostname to a name in the certificate, or set validate_certs to"),
    ],
)
@pytest.mark.parametrize("in_handshake", [True, False])
def test_tls_is_to_blame_only_in_its_handshake(
    monkeypatch: pytest.MonkeyPatch, error: ssl.SSLError, verify: bool | str, message: str, *, in_handshake: bool
) -> None:
    def do_handshake(connection: object = None) -> t.NoReturn:
        raise error

    if in_handshake:
        monkeypatch.setattr(ssl.SSLSocket, "do_handshake", do_handshake)
    with pytest.raises(ssl.SSLError):
        do_handshake()
    explained = explain(of_requests.SSLError(of_urllib3.SSLError(error)), **{**ATTEMPT, "verify": verify})
    assert explained.__class__ is (Unreachable if in_handshake else Lost)
    assert (message in explained.message) == in_handshake


@pytest.mark.parametrize("kind", [of_requests.SSLError, of_urllib3.SSLError, ssl.SSLError])
def test_each_error_of_a_handshake_counts(monkeypatch: pytest.MonkeyPatch, kind: type[Exception]) -> None:
    def do_handshake() -> t.NoReturn:
        raise kind("odd")

    monkeypatch.setattr(ssl.SSLSocket, "do_handshake", do_handshake)
    with pytest.raises(kind) as caught:
        do_handshake()
    assert "the TLS connection to vc:443 failed" in explain(caught.value, **ATTEMPT).message


def test_a_wrong_name_that_urllib3_finds_itself_is_the_fault_of_the_certificate() -> None:
    error = of_requests.SSLError(of_urllib3.SSLError(CertificateError("hostname 'vc' doesn't match 'other'")))
    explained = explain(error, **ATTEMPT)
    assert explained.__class__ is Unreachable
    assert "'other'): set hostname to a name in the certificate, or set validate_certs to" in explained.message


def test_an_error_that_was_being_handled_is_not_the_cause() -> None:
    error = ConnectionResetError("reset")
    error.__context__ = ValueError("other")
    assert explain(error, **ATTEMPT).message == "the connection to vc:443 broke (reset)"
