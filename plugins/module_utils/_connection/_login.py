# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in, and logging in again after a session was lost, within bounds."""

from __future__ import annotations

import time
import typing as t

from .. import _errors

if t.TYPE_CHECKING:
    from . import _options, _transport

SPARE_RENEWALS = 2
"""Maximum number of sessions to lose in quick succession, for example during a restart of services. After that, one per
minute.
"""


class Login:
    """The logins of one connection: accounts get locked, and session tables full."""

    def __init__(self, options: _options.ConnectionOptions, host: str) -> None:
        self._options = options
        self._host = host
        self._began = time.monotonic()
        self._renewals = 0
        self._refusal: _errors.VsphereError | None = None

    @property
    def user(self) -> str:
        """The name of the user, for messages."""
        return self._options.username or "the owner of the session"

    def log_in(self, transport: _transport.Transport) -> None:
        """Open a session."""
        login = {"userName": self._options.username, "password": self._options.password}
        if self._options.locale:
            login["locale"] = self._options.locale
        try:
            transport.invoke(transport.manager("sessionManager"), "Login", login)
        except _errors.Fault as fault:
            # Servers hand out a cookie with a rejection, too.
            transport.forget_session()
            sentences = {
                "InvalidLogin": f"rejects the login of {self.user} (InvalidLogin): check username and password",
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
        self.log_in(transport)
        self._renewals += 1

    def refused_at_once(self, fault: _errors.Fault) -> _errors.VsphereError:
        """The error for a server that rejects a session right after a successful login."""
        return _errors.VsphereError(
            f"{self._host} rejects the session right after a successful login of {self.user} (NotAuthenticated): "
            "check for a device between controller and server, such as a load balancer that changes servers or drops "
            "cookies and headers",
            **fault.result,
        )
