# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that are a text, such as the answer to a survey of AWX.

Ansible only splits such a text at its commas.
"""

from __future__ import annotations

import json
import typing as t

from . import _context


def from_texts(spec: _context.Spec, params: _context.Params) -> _context.Params:
    """The options, with a list instead of each text for an option whose type in the spec is list."""
    lists = {name for name, option in spec.items() if option["type"] == "list"}
    return {name: from_text(value) if name in lists else value for name, value in params.items()}


def from_text(value: t.Any) -> t.Any:
    """The list in a text: a JSON list, or items separated by commas or line ends. Other values stay as they are."""
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        try:
            return json.loads(value)
        except (RecursionError, ValueError):
            # A name can start like a list.
            pass
    # Blank lines are a matter of layout, but an empty item between commas is a mistake.
    lines = [line for line in value.splitlines() if line.strip()] or [value]
    return [item.strip() for line in lines for item in line.split(",")]
