# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes with servers whose certificate or TLS is wrong: no request is sent, and the advice fits the cause."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import socket
import ssl
import threading
import typing as t

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Run = t.Callable[[str, bool, dict[str, t.Any]], dict[str, t.Any]]

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
CA, OTHER_CA = trustme.CA(), trustme.CA()
ACCEPT = ", or set validate_certs to false if you accept any certificate"


class Server:
    """A server that keeps all requests."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.received = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        # A connection without TLS ends it.
        with contextlib.suppress(OSError), self._listening:
            while True:
                connection, _address = self._listening.accept()
                with connection:
                    if connection.recv(1, socket.MSG_PEEK) == b".":
                        return
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(connection, server_side=True) as encrypted:
            self.received += encrypted.recv(65536)
            encrypted.sendall(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b".")
        self._thread.join()


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def good() -> ssl.SSLContext:
    return context(CA.issue_cert("localhost", "127.0.0.1"))


def only_name() -> ssl.SSLContext:
    return context(CA.issue_cert("localhost"))


def only_address() -> ssl.SSLContext:
    return context(CA.issue_cert("127.0.0.1"))


def expired() -> ssl.SSLContext:
    return context(CA.issue_cert("127.0.0.1", not_before=NOW - 2 * DAY, not_after=NOW - DAY))


def not_yet_valid() -> ssl.SSLContext:
    return context(CA.issue_cert("127.0.0.1", not_before=NOW + DAY, not_after=NOW + 2 * DAY))


def old_tls() -> ssl.SSLContext:
    made = good()
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version, made.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return made


def old_ciphers() -> ssl.SSLContext:
    made = good()
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("kRSA")
    return made


def self_signed(folder: pathlib.Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "self.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "self.key").write_bytes(key.private_bytes(*form))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "self.pem", folder / "self.key")
    return made


@pytest.fixture
def connect(
    run_module: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> t.Iterator[t.Callable[..., tuple[str, bool]]]:
    """Runs a module with a server. Returns the message, and whether the server received a request.

    A name of a file is one in the folder of the test.
    """
    CA.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    OTHER_CA.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    (tmp_path / "empty").touch()
    (tmp_path / "garbage").write_bytes(bytes(range(256)))
    # Even root cannot read it. The path of a socket must be short.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as unreadable:
        unreadable.bind("unreadable")
    with contextlib.ExitStack() as servers:

        def run(
            made: ssl.SSLContext, ca_path: str | None = "ca.pem", bundle: str = "", **options: t.Any
        ) -> tuple[str, bool]:
            server = Server(made)
            servers.callback(server.close)
            for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
                monkeypatch.setenv(variable, str(tmp_path / bundle) if bundle else "")
            address = {"hostname": "127.0.0.1", "port": server.port, "username": "me", "password": "secret"}
            path = ca_path and str(tmp_path / ca_path)
            given = {**address, "ca_path": path, "transport": "json", "request_timeout": 10, **options}
            result = run_module("info", False, given)
            assert result["failed"]
            return result["msg"], bool(server.received)

        yield run


def accepted(answer: tuple[str, bool]) -> bool:
    message, received = answer
    assert ("TLS" in message) == (not received)
    return received


def advice(answer: tuple[str, bool]) -> str:
    """The end of the message about a failed handshake."""
    message, received = answer
    assert not received
    assert message.startswith("the TLS connection to ")
    return message.rpartition("): ")[2]


Connect = t.Callable[..., tuple[str, bool]]


def test_valid_certificates_are_accepted(connect: Connect, tmp_path: pathlib.Path) -> None:
    assert accepted(connect(good()))
    assert accepted(connect(only_name(), hostname="localhost"))
    assert accepted(connect(only_address()))
    assert accepted(connect(self_signed(tmp_path), "self.pem", hostname="localhost"))
    assert accepted(connect(good(), None, bundle="ca.pem"))
    assert accepted(connect(good(), bundle="missing"))


def test_any_certificate_is_accepted_on_request(connect: Connect) -> None:
    assert accepted(connect(expired(), None, bundle="missing", validate_certs=False))
    assert accepted(connect(only_name(), "missing", validate_certs=False))


def test_the_advice_fits_the_certificate(connect: Connect, tmp_path: pathlib.Path) -> None:
    wrong_name = "set hostname to a name in the certificate" + ACCEPT
    assert advice(connect(only_name())) == wrong_name
    assert advice(connect(only_address(), hostname="localhost")) == wrong_name
    clock = "correct the clock of the host that runs the module"
    assert advice(connect(expired())) == f"renew the certificate, or {clock}{ACCEPT}"
    assert advice(connect(not_yet_valid())).startswith(clock)
    another_ca = " does not contain the CA that signed its certificate: set it to another file" + ACCEPT
    assert advice(connect(good(), "other.pem")) == f"ca_path {tmp_path / 'other.pem'}{another_ca}"
    assert advice(connect(self_signed(tmp_path), hostname="localhost")).endswith(another_ca)
    for bundle in ("", "other.pem"):
        unknown_ca = "set ca_path to the CA that signed its certificate" + ACCEPT
        assert advice(connect(good(), None, bundle=bundle)) == unknown_ca


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("validate_certs", [True, False])
def test_the_advice_about_old_tls_is_not_about_certificates(connect: Connect, *, validate_certs: bool) -> None:
    too_old = "the server supports only versions of TLS that are too old for Python: enable TLS 1.2 on the server"
    assert advice(connect(old_tls(), validate_certs=validate_certs)) == too_old
    ciphers = "the server and Python have no cipher in common: enable current ciphers on the server"
    assert advice(connect(old_ciphers(), validate_certs=validate_certs)) == ciphers


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("missing", "is not usable (Could not find a suitable TLS CA certificate bundle, invalid path: "),
        ("unreadable", "is not usable ([Errno 6] No such device or address): set it to a file with CA certificates in"),
        ("empty", "does not contain a certificate: set it to a file with CA certificates in PEM format"),
        ("garbage", "does not contain a certificate: set it to a file with CA certificates in PEM format"),
    ],
)
def test_a_file_without_certificates_is_named_by_its_origin(connect: Connect, file: str, problem: str) -> None:
    message, received = connect(good(), file, bundle="ca.pem")
    assert message.startswith(f"ca_path {problem}")
    assert not received
    message, received = connect(good(), None, bundle=file)
    assert message.startswith(f"REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment {problem}")
    assert not received
