# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session that outlives a module: what others need to go on with it, as one text."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import re

from .. import _errors

PROVE_NOTHING = ("Login", "RetrievePropertiesEx", "content", "CurrentTime")
"""What works without a session: of what needs one, the second only says that it cannot be read."""


@dataclasses.dataclass(frozen=True)
class Session:
    """What has been negotiated with a server, and a session there.

    ``release`` is that of VI/JSON, or the server's own where it speaks SOAP.
    ``key`` is the secret, empty before the login: the value of VI/JSON's session header, or of SOAP's session cookie
    without its quotes. ``product`` is what the server calls itself, empty where that is not known. ``managers`` are the
    singletons of the ServiceContent by name, as (type, id), where the transport cannot know them: over SOAP, which ESXi
    speaks as well.
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
                "session_id is not one that vsphere.tasks.vsphere_session has returned: register that module's result "
                "and give its session_id"
            ) from error
