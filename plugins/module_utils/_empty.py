# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options with empty parts, or with parts that AnsibleModule cannot handle.

A variable that is empty by mistake, such as a field of a survey, must not select, cancel, or start more than the user
wants. Ignoring the part would do so.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from . import _context

_LEVELS = 100
"""Maximum depth of a value. Python supports some more, and no type of vSphere needs as many."""

_CHECKS: dict[str, t.Callable[[t.Any], t.Any]] = {"list": check_type_list, "dict": check_type_dict}
"""The types that have parts, and what reads a value of them."""

TOO_DEEP = f"has more than {_LEVELS} levels: remove some of them"


def drop_unusable(spec: _context.Spec, params: _context.Params) -> list[str]:
    """The problems: options that Ansible's validation cannot handle, which are then unset."""
    problems = {name: _unusable(spec.get(name, {}), value) for name, value in params.items()}
    params.update({name: None for name, problem in problems.items() if problem})
    return [f"{name} {problem}" for name, problem in problems.items() if problem]


def _unusable(option: dict[str, t.Any], value: t.Any) -> str:
    # AnsibleModule encodes a text for the log.
    half = re.search("[\ud800-\udfff]", value) if isinstance(value, str) else None
    if half:
        return f"contains U+{ord(half[0]):04X}, which is only a half of a character: remove it"
    if _is_deep(value, _LEVELS):
        return TOO_DEEP
    return "" if _has_numbers(option, value) else "is not a whole number that fits into 64 bits"


def _has_numbers(option: dict[str, t.Any], value: t.Any) -> bool:
    """Whether whole numbers in it are numbers that Python can handle. AnsibleModule reports other texts itself."""
    if isinstance(value, dict) and "options" in option:
        return all(_has_numbers(part, value.get(name)) for name, part in option["options"].items())
    if option.get("type") == "list":
        item = {**option, "type": option.get("elements")}
        return all(_has_numbers(item, each) for each in (value if isinstance(value, list) else [value]))
    if option.get("type") != "int" or value is None:
        return True
    if not isinstance(value, (float, int, str)) or isinstance(value, bool):
        return False
    try:
        return abs(float(value)) < 2**63
    except OverflowError:
        return False
    except ValueError:
        return True


def _is_deep(value: t.Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deep(part, levels - 1) for part in parts)


def empty_parts(spec: _context.Spec, given: _context.Params) -> list[str]:
    """The problems: null and blanks in the parts of options with that spec.

    ``given`` is the input of the user, because AnsibleModule fills in null for each missing part. An option that is
    null as a whole counts as missing, as everywhere in Ansible. Several items of a list can have the same problem.
    """
    problems = (problem for name, option in spec.items() for problem in _parts(name, option, given.get(name)))
    return list(dict.fromkeys(problems))


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
    if value is None or option["type"] not in _CHECKS:
        return
    parts = option.get("options", {})
    if parts and _is_empty(value):
        yield f"{path} is empty: set its parts, or omit it with default(omit)"
        return
    try:
        value = _CHECKS[option["type"]](value)
    except (TypeError, ValueError):
        # AnsibleModule rejects a value of another type. If the option has parts, it would fail before it masks secrets.
        if parts:
            what = "a list of dictionaries" if "elements" in option else "a dictionary"
            yield f"{path} is not {what}: set the parts {', '.join(parts)} that you need"
        return
    yield from _of_items(path, option, value) if option["type"] == "list" else _of_members(path, parts, value)


def _of_items(path: str, option: _context.Params, items: list[t.Any]) -> t.Iterator[str]:
    item = {**option, "type": option["elements"]}
    for each in items:
        if _is_empty(each):
            yield f"{path} contains {'null' if each is None else 'an empty string'}: set a value, or remove the item"
        else:
            yield from _parts(path, item, each)


def _of_members(path: str, parts: _context.Spec, members: dict[str, t.Any]) -> t.Iterator[str]:
    for name, part in members.items():
        # Of any type means that null is a value like others.
        if name not in parts or parts[name]["type"] == "raw":
            continue
        if _is_empty(part):
            what = "null" if part is None else "empty"
            other = "" if parts[name].get("required") else ", or omit it with default(omit)"
            yield f"{path}.{name} is {what}: set a value{other}"
        else:
            yield from _parts(f"{path}.{name}", parts[name], part)


def _is_empty(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
