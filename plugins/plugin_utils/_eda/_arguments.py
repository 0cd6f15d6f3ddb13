# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of the event source, validated like the options of a module.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
    CONNECTION_SPEC,
    ConnectionOptions,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import FOLLOW_SPEC, FollowOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _validation

Data = dict[str, t.Any]

# Each of several vCenters takes the options that it does not have from the source.
_VCENTER_SPEC = {
    name: {key: value for key, value in spec.items() if key not in ("default", "fallback")}
    for name, spec in CONNECTION_SPEC.items()
}
ARGUMENT_SPEC: Data = {
    **CONNECTION_SPEC,
    "vcenters": {"type": "list", "elements": "dict", "options": _VCENTER_SPEC},
    **FOLLOW_SPEC,
    "cursor_path": {"type": "path"},
}
"""All arguments of the event source."""


def validated(given: Data) -> list[Data]:
    """The complete and valid options of each vCenter. An error like that of a module for anything else."""
    if not isinstance(given.get("vcenters"), (list, type(None))):
        raise VsphereError("vcenters is not a list: write it as a list of dictionaries")
    params = _validation.validated(ARGUMENT_SPEC, given)
    if params["vcenters"] == []:
        raise VsphereError("vcenters is empty and would follow nothing: add a vCenter, or omit it")
    several = [
        {name: value for name, value in each.items() if value is not None} for each in params["vcenters"] or [{}]
    ]
    shared = {_names().get(name, name): value for name, value in given.items() if name != "vcenters"}
    found = [_validation.validated(ARGUMENT_SPEC, {**shared, **own}) for own in several]
    for each in found:
        ConnectionOptions.from_params(each)
        FollowOptions.from_params(each)
    places = [(each["hostname"], each["port"]) for each in found]
    twice = [f"{host}:{port}" for host, port in dict.fromkeys(places) if places.count((host, port)) > 1]
    if twice:
        raise VsphereError(f"vcenters contains {', '.join(twice)} more than once: remove the repetitions")
    return found


def _names() -> dict[str, str]:
    """The name of an option by its aliases."""
    return {alias: name for name, spec in CONNECTION_SPEC.items() for alias in spec.get("aliases", ())}
