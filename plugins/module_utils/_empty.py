# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options with empty parts.

A variable that is empty by mistake, such as a field of a survey, must not select, cancel, or start more than the user
wants. Ignoring the part would do so.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from . import _context


def empty_parts(spec: _context.Spec, given: _context.Params) -> list[str]:
    """The problems: null and blanks in the parts of options with that spec.

    ``given`` is the input of the user, because AnsibleModule fills in null for each missing part. An option that is
    null as a whole counts as missing, as everywhere in Ansible.
    """
    return [problem for name, option in spec.items() for problem in _problems(name, option, given.get(name))]


def _problems(name: str, option: dict[str, t.Any], value: t.Any) -> list[str]:
    try:
        return list(_parts(name, option, value))
    except (TypeError, ValueError):
        # AnsibleModule rejects a value of another type. If the option has parts, it would fail before it masks secrets.
        if "options" not in option:
            return []
        what = "a dictionary" if option["type"] == "dict" else "a list of dictionaries"
        return [f"{name} is not {what}: set the parts {', '.join(option['options'])} that you need"]


def nulls(path: str, value: t.Any) -> t.Iterator[str]:
    """The problems of a value of any depth that must not contain null."""
    if value is None:
        yield f"{path} is null: set a value, or omit it with default(omit)"
    items = value.items() if isinstance(value, dict) else ()
    for name, part in items:
        yield from nulls(f"{path}.{name}", part)
    for place, part in enumerate(value if isinstance(value, list) else ()):
        yield from nulls(f"{path}[{place}]", part)


def _parts(path: str, option: _context.Params, value: t.Any) -> t.Iterator[str]:
    """The problems of the parts of an option."""
    if value is None:
        return
    if option["type"] == "list":
        item = {"type": option["elements"], "options": option.get("options", {})}
        for each in check_type_list(value):
            if _is_empty(each):
                yield (
                    f"{path} contains {'null' if each is None else 'an empty string'}: set a value, or remove the item"
                )
            else:
                yield from _parts(path, item, each)
    elif option["type"] == "dict":
        parts = option.get("options", {})
        if parts and _is_empty(value):
            yield f"{path} is empty: set its parts, or omit it with default(omit)"
            return
        for name, part in check_type_dict(value).items():
            # Of any type means that null is a value like others.
            if name not in parts or parts[name]["type"] == "raw":
                continue
            if _is_empty(part):
                what = "null" if part is None else "empty"
                yield f"{path}.{name} is {what}: set a value, or omit it with default(omit)"
            else:
                yield from _parts(f"{path}.{name}", parts[name], part)


def _is_empty(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
