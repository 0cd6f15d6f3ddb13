# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users give for values of vSphere: in VI/JSON form, or why it cannot be sent."""

from __future__ import annotations

import contextlib
import json
import math
import typing as t

from .. import _context, _errors, _values

QUOTE_IT = "must be {}, but YAML reads words such as on, off, yes, and no as booleans: quote the value"


def texts(value: t.Any) -> t.Iterator[str]:
    """All visible parts of a value: its texts and numbers, at any depth."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif value not in (None, "") and not isinstance(value, bool):
        yield str(value)


@contextlib.contextmanager
def hidden(value: t.Any, secrets: set[str], params: _context.Params) -> t.Iterator[set[str]]:
    """Everything in the value is one of the ``secrets`` until the block has found the real ones.

    After an error, possible secrets remain as well. The secrets of the connection always remain.
    """
    found: set[str] = set()
    kept = {params["password"], params["session_id"]}
    masked = set(texts(value))
    secrets |= masked
    try:
        yield found
    except _errors.VsphereError:
        # Without pyVmomi, which knows the names of secrets, all of it remains hidden.
        with contextlib.suppress(_errors.MissingLibrary):
            from . import _builder

            secrets -= masked - found - _builder.possible_secrets(value) - kept
        raise
    secrets -= masked - found - kept


def xml_text(given: object) -> str:
    """A text for people, without the characters that XML does not hold."""
    return _values.NOT_IN_XML.sub("", str(given))


def text(value: t.Any) -> str:
    """The text that a text or a number stands for; ValueError for anything else."""
    if isinstance(value, bool):
        raise ValueError(QUOTE_IT.format("a string"))
    if not isinstance(value, (str, int, float)):
        raise ValueError(f"must be a string, not {shown(value)}")
    why = _values.unsendable(str(value))
    if why:
        raise ValueError(why)
    return str(value)


def shown(value: t.Any) -> str:
    """A value in a message. The contents of a nested value could be a secret, so the message contains only its kind."""
    if isinstance(value, dict):
        return "a dictionary"
    return "a list" if isinstance(value, list) else repr(value)


def boxed(value: t.Any) -> t.Any:
    """A plain value in the form of an Any: a scalar, a list of texts, or {type, moid}. None if no VI type matches.

    ValueError if it is out of range, or cannot be sent.
    """
    if isinstance(value, bool):
        return {"_typeName": "boolean", "_value": value}
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueError(f"{value} does not fit into 64 bits: use a string")
        return {"_typeName": "int" if -(2**31) <= value < 2**31 else "long", "_value": value}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number in JSON or XML: use a string")
        return {"_typeName": "double", "_value": value}
    if isinstance(value, str):
        return {"_typeName": "string", "_value": text(value)}
    if isinstance(value, dict) and set(value) == {"type", "moid"} and all(isinstance(x, str) for x in value.values()):
        return _values.reference(value["type"], value["moid"])
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return {"_typeName": "ArrayOfString", "_value": [text(item) for item in value]}
    return None


def to_any(value: t.Any) -> t.Any:
    """A user's value for a task's result: what ``boxed`` has a VI type for and XML holds, all else as JSON text."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    lost = any(isinstance(each, str) and _values.NOT_IN_XML.search(each) for each in held)
    data = None if lost else boxed(value)
    # A text that reads like JSON text is packed once more, so that it comes back as the text it was.
    if data is None or (isinstance(value, str) and _values.from_any(data) != value):
        return {"_typeName": "string", "_value": json.dumps(value)}
    return data
