# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that outlives a module: a single text with all that another module requires to continue with it."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import re

from .. import _errors


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
            if session.transport not in ("json", "soap") or not re.fullmatch(r"[\d.]+", session.release):
                raise ValueError(session.release)
            return session
        except (binascii.Error, TypeError, ValueError) as error:
            raise _errors.VsphereError(
                "session_id does not come from vsphere.tasks.vsphere_session: register the result of that module and "
                "use its session_id"
            ) from error
