# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts, numbers, times and the like: from what YAML and templates make of them to their VI type."""

from __future__ import annotations

import base64
import binascii
import math
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from .. import _errors, _values
from . import _given, _registry

_BITS = {"byte": 8, "short": 16, "int": 32, "long": 64}


def build(declared: _registry.ViType, value: t.Any) -> t.Any:
    """The value as a simple type or an enum. ValueError describes the valid values."""
    kind = _registry.kind(declared)
    if kind == "enum":
        return _enum(declared, value)
    if kind in _BITS:
        return _integer(kind, value)
    if kind in _OTHERS:
        return _OTHERS[kind](value)
    result = _given.text(value)
    if kind == "TypeName" and _registry.find_type(result) is None:
        raise ValueError(f"must be the name of a type, but {_registry.registry_name()} does not know {result}")
    return result


def _enum(declared: _registry.ViType, value: t.Any) -> str:
    values = _registry.values_of(declared)
    choices = f"one of {', '.join(values)}"
    if isinstance(value, bool):
        raise ValueError(_given.QUOTE_IT.format(choices))
    if str(value) not in values:
        raise ValueError(f"must be {choices}, not {_given.shown(value)}{_errors.nearest(str(value), values)}")
    return str(value)


def _integer(kind: str, value: t.Any) -> int:
    if isinstance(value, float) and value.is_integer():
        # The result of a division of whole numbers in a template.
        value = int(value)
    if isinstance(value, bool) or not re.fullmatch(r"\s*[+-]?\d+\s*", str(value)):
        raise ValueError(f"must be a whole number ({kind}), not {_given.shown(value)}")
    number = int(value)
    limit = 2 ** (_BITS[kind] - 1)
    if not -limit <= number < limit:
        raise ValueError(f"must be a number of {_BITS[kind]} bits ({kind}), but {number} does not fit")
    return number


def _number(value: t.Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"must be a number, not {_given.shown(value)}") from None
    if not math.isfinite(number):
        raise ValueError(f"must be a number in JSON and XML, not {value}")
    return number


def _boolean(value: t.Any) -> bool:
    try:
        if not isinstance(value, (bool, str)):
            raise TypeError
        return bool(boolean(value))
    except TypeError:
        raise ValueError(f"must be true or false, not {_given.shown(value)}") from None


def _time(value: t.Any) -> str:
    example = "as in 2026-01-31T18:00:00Z or 2026-01-31T18:00:00+02:00"
    try:
        return _values.utc(_values.parse_time(str(value)))
    except (OverflowError, ValueError):
        raise ValueError(f"must be a time with a time zone, {example}, not {_given.shown(value)}") from None


def _binary(value: t.Any) -> str:
    try:
        return base64.b64encode(base64.b64decode(_given.text(value), validate=True)).decode()
    except binascii.Error:
        raise ValueError("must be bytes in Base64: use the filter b64encode") from None


_OTHERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "dateTime": _time,
    "binary": _binary,
}
