# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The context that a run of a module gives to its work."""

from __future__ import annotations

import dataclasses
import typing as t

Spec = dict[str, dict[str, t.Any]]
"""The argument spec of options, by name."""

Params = dict[str, t.Any]
"""Options of a module, as AnsibleModule has validated them: an option without a value is None."""

Result = dict[str, t.Any]
"""The result of a module."""


@dataclasses.dataclass(frozen=True)
class Context:
    """The run of a module, as far as the work needs it.

    ``warn`` shows a warning to the user. ``check_wanted`` ends the run if Ansible does not wait for it anymore.
    ``known`` is part of the result, even if the run fails later. ``done`` lists the completed changes.
    """

    check_mode: bool = False
    warn: t.Callable[[str], object] = lambda sentence: None
    check_wanted: t.Callable[[], object] = lambda: None
    known: Result = dataclasses.field(default_factory=dict)
    done: list[str] = dataclasses.field(default_factory=list)
