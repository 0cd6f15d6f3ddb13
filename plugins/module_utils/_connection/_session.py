# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: logging in, again after a loss, and the text with which another module continues."""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import json
import re
import signal
import time
import typing as t

from .. import _errors
from . import _options, _transport

RELEASE = r"[0-9]{1,9}(\.[0-9]{1,9})*"
"""The form of a release, which becomes a part of requests."""

SPARE_RENEWALS = 2
"""Maximum number of sessions to lose in quick succession, as in a restart of services. After that, one per minute."""


@dataclasses.dataclass(frozen=True)
class Session:
    """The result of the negotiation with a server, and a session on it.

    ``release`` is that of VI/JSON, or the server's own for SOAP. ``key`` is the secret, which is empty before the
    login: the value of VI/JSON's session header, or of SOAP's session cookie without its quotes. ``product`` is the
    product name of the server, or empty. ``managers`` are the singletons of the ServiceContent by name, as (type, id),
    if the transport cannot know them: over SOAP, because ESXi uses it too.
    """

    transport: str
    release: str
    key: str = dataclasses.field(default="", repr=False)
    product: str = ""
    managers: dict[str, tuple[str, str]] = dataclasses.field(default_factory=dict)

    def to_text(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(dataclasses.asdict(self)).encode()).decode()

    @classmethod
    def from_text(cls, text: str) -> Session:
        try:
            session = cls(**json.loads(base64.urlsafe_b64decode(text)))
            references = [part for name, (type_, moid) in session.managers.items() for part in (name, type_, moid)]
            texts = (session.transport, session.release, session.key, session.product, *references)
            if not all(isinstance(each, str) for each in texts) or session.transport not in ("json", "soap"):
                raise ValueError(session.transport)
            if not re.fullmatch(RELEASE, session.release):
                raise ValueError(session.release)
            return session
        except (AttributeError, binascii.Error, RecursionError, TypeError, ValueError) as error:
            raise _errors.VsphereError(
                "session_id does not come from vsphere.tasks.vsphere_session: register the result of that module and "
                "use its session_id"
            ) from error


@contextlib.contextmanager
def _signals_waiting() -> t.Iterator[None]:
    """Let signals wait for the end of the block, because an interrupted login leaves a session that nothing knows."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGALRM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Login:
    """The logins of one connection: accounts get locked, and session tables full.

    ``failure`` is the error of the last renewal that failed.
    """

    def __init__(self, options: _options.ConnectionOptions, host: str) -> None:
        self.user = options.username or "the owner of the session"
        self._options = options
        self._host = host
        self._began = time.monotonic()
        self._renewals = 0
        self._refusal: _errors.VsphereError | None = None
        self.failure: _errors.VsphereError | None = None

    def log_in(self, transport: _transport.Transport) -> None:
        login = {"userName": self._options.username, "password": self._options.password}
        if self._options.locale:
            login["locale"] = self._options.locale
        try:
            with _signals_waiting():
                transport.invoke(transport.manager("sessionManager"), "Login", login)
        except _errors.Fault as fault:
            # Servers hand out a cookie with a rejection, too.
            transport.forget_session()
            if isinstance(fault, _errors.SessionRefused):
                raise _errors.NotUnderstood(
                    f"{self._host} rejects the login itself (HTTP 401), without an answer of vSphere: check for a "
                    "device in front of it that requires its own login",
                    "HTTP 401",
                ) from fault
            sentences = {
                # vCenter does not tell these accounts from a wrong password (Broadcom KB 341951).
                "InvalidLogin": f"rejects the login of {self.user} (InvalidLogin): check username and password, and "
                "whether the account is locked or its password has expired",
                "PasswordExpired": f"rejects the login of {self.user}, because the password has expired "
                "(PasswordExpired): set a new one on the server, and then here",
                "InvalidLocale": f"does not know the locale {self._options.locale} (InvalidLocale): set another one, "
                "or omit locale to use the language of the server",
            }
            if fault.type not in sentences:
                raise
            self._refusal = _errors.VsphereError(f"{self._host} {sentences[fault.type]}", **fault.result)
            raise self._refusal from fault

    def renew(self, transport: _transport.Transport, fault: _errors.Fault) -> None:
        """Open a new session instead of the one that the fault does not know, or raise the reason not to do so."""
        if self._refusal:
            # Once is enough, wherever that was.
            raise self._refusal
        if not self._options.password:
            raise _errors.VsphereError(
                f"{self._host} no longer knows the session (NotAuthenticated): create a new session with "
                "vsphere_session, or also set username and password, so that the module can renew it",
                **fault.result,
            ) from fault
        seconds = time.monotonic() - self._began
        if self._renewals >= SPARE_RENEWALS + seconds // 60:
            raise _errors.VsphereError(
                f"{self._host} has ended {self._renewals + 1} sessions of {self.user} within {seconds:.0f} s "
                "(NotAuthenticated): check for a client that ends them, or a device between controller and server",
                **fault.result,
            ) from fault
        transport.forget_session()
        try:
            self.log_in(transport)
        except _errors.VsphereError as error:
            self.failure = error
            raise
        self._renewals += 1

    def refused_at_once(self, fault: _errors.Fault) -> _errors.VsphereError:
        """The error for a server that rejects a session right after a successful login."""
        return _errors.VsphereError(
            f"{self._host} rejects the session right after a successful login of {self.user} (NotAuthenticated): "
            "check for a device between controller and server, such as a load balancer that changes servers or drops "
            "cookies and headers",
            **fault.result,
        )
