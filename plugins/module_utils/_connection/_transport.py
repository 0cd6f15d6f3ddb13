# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both transports have in common."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from .. import _values
    from . import _session


class Transport(t.Protocol):
    """Properties and methods of managed objects, in VI/JSON-shaped plain data.

    ``product`` is the product name of the server, or None if the module did not request it. ``accepted`` is True if a
    call with a session has succeeded since the last login. ``last_call`` is the latest call, as Type.member.
    """

    name: str
    product: str | None
    accepted: bool
    last_call: str

    @property
    def release(self) -> str:
        """The release of the API that requests are made in."""

    @property
    def session(self) -> _session.Session:
        """What another connection needs to use the session."""

    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        """The value of a property, None if it is unset."""

    def invoke(self, ref: _values.Ref, method: str, params: _values.Data | None = None, wait: float = 0) -> t.Any:
        """The value of a method, None if it has none; it can take ``wait`` seconds longer than other calls."""

    def manager(self, name: str) -> _values.Ref:
        """A singleton by its name in the ServiceContent."""

    def forget_session(self) -> None:
        """Send no session from now on."""
