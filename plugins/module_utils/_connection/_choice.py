# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The choice of the transport, once for each connection."""

from __future__ import annotations

import typing as t

from .. import _errors
from . import _http, _options, _session, _transport


def choose(
    options: _options.ConnectionOptions, http: _http.Http, keep_secret: t.Callable[[str], object]
) -> _transport.Transport:
    """The transport of the session, or the result of the negotiation with the server."""
    if options.session_id:
        session = _session.Session.from_text(options.session_id)
        keep_secret(session.key)
        if options.transport not in ("auto", session.transport):
            raise _errors.VsphereError(
                f"session_id belongs to a session over {session.transport}: set transport to {session.transport} or "
                "auto"
            )
    else:
        from . import _negotiation

        session = _negotiation.negotiate(http, options.transport)
    # Each run imports only the necessary modules, because importing pyVmomi takes longer than a request.
    if session.transport == "json":
        from . import _vijson

        return _vijson.ViJson(http, keep_secret, session)
    from . import _soap

    return _soap.Soap(http, keep_secret, session)
