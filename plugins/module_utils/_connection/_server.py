# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The product name that the server reports."""

from __future__ import annotations

from .. import _values
from . import _properties, _transport

_PRODUCT = "content.about.fullName"


class Server:
    """The name and version of the product; each result has it, so another request brings it along.

    ``product`` is None until it is known, or if the server does not report it.
    """

    def __init__(self, product: str | None) -> None:
        self.product = product

    def add_to(self, objects: list[_values.Data], properties: list[_values.Data]) -> None:
        """Have a reading bring the product along, unless it is known."""
        if self.product is None:
            objects.append(_properties.object_spec(_properties.SERVICE_INSTANCE))
            properties.append(_properties.property_spec("ServiceInstance", _PRODUCT))

    def take_from(self, found: list[_properties.Object]) -> list[_properties.Object]:
        """Note the product, if it was read; return everything else that was read."""
        for each in found:
            if each.ref["type"] == "ServiceInstance":
                # A user who cannot read it can still read the ServiceContent, like everyone.
                self.product = _values.plain(each.properties.get(_PRODUCT))
        return [each for each in found if each.ref["type"] != "ServiceInstance"]

    def ask(self, transport: _transport.Transport) -> None:
        """Read the product; no session is needed for this."""
        self.product = transport.get(_properties.SERVICE_INSTANCE, "content")["about"]["fullName"]
