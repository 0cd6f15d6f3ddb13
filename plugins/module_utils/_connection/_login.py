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
"""How many sessions may be lost at once, for example when services restart; beyond that, one per minute."""


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
        """Who logs in, for messages."""
        return self._options.username or "the owner of the session"

    def log_in(self, transport: _transport.Transport) -> None:
        """Open a session."""
        login = {"userName": self._options.username, "password": self._options.password}
        if self._options.locale:
            login["locale"] = self._options.locale
        try:
            transport.invoke(transport.manager("sessionManager"), "Login", login)
        except _errors.Fault as fault:
            sentences = {
                "InvalidLogin": f"refuses the login of {self.user} (InvalidLogin): check username and password",
                "InvalidLocale": f"does not know the locale {self._options.locale} (InvalidLocale): give another one, "
                "or leave the option out for the server's own language",
            }
            if fault.type not in sentences:
                raise
            self._refusal = _errors.VsphereError(f"{self._host} {sentences[fault.type]}", **fault.result)
            raise self._refusal from fault

    def renew(self, transport: _transport.Transport, fault: _errors.Fault) -> None:
        """Open a session in place of the one that the fault does not know, or raise why that is not done."""
        if self._refusal:
            # Once is enough, wherever that was.
            raise self._refusal
        if not self._options.password:
            raise _errors.VsphereError(
                f"{self._host} does not know the session any more (NotAuthenticated): make a new one with "
                "vsphere_session, or give username and password as well, so that it can be renewed",
                **fault.result,
            ) from fault
        seconds = time.monotonic() - self._began
        if self._renewals >= SPARE_RENEWALS + seconds // 60:
            raise _errors.VsphereError(
                f"{self._host} has ended {self._renewals + 1} sessions of {self.user} within {seconds:.0f} s "
                "(NotAuthenticated): check who ends them, or what stands between",
                **fault.result,
            ) from fault
        transport.forget_session()
        self.log_in(transport)
        self._renewals += 1

    def refused_at_once(self, fault: _errors.Fault) -> _errors.VsphereError:
        """The error for a session that is refused right after a login that has worked."""
        return _errors.VsphereError(
            f"{self._host} refuses the session right after the login of {self.user} has worked (NotAuthenticated): "
            "check what stands between, such as a load balancer that changes servers or drops cookies and headers",
            **fault.result,
        )
