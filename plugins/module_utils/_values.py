# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in VI/JSON form, and what a user gives and gets for them.

Inside an Any, VI/JSON boxes primitives, enums and arrays: ``{"_typeName": "string", "_value": "x"}``. Data objects and
references carry their own ``_typeName`` and are not boxed.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import functools
import json
import math
import re
import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

Ref = dict[str, t.Any]
"""A managed object reference: ``{"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-1"}``."""


def reference(type_: str, value: str) -> Ref:
    """The reference to the managed object of that type and id."""
    return {"_typeName": "ManagedObjectReference", "type": type_, "value": value}


@functools.cache
def snake(name: str) -> str:
    """A member's name as users see it: ``queueTime`` is ``queue_time``."""
    return str(next(iter(camel_dict_to_snake_dict({name: None}))))


def plain(value: t.Any) -> t.Any:
    """A VI/JSON value as users see it: unboxed, references as {type, moid}; other data objects stay as they are."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        if "_value" in value:
            return plain(value["_value"])
        if value.get("_typeName") == "ManagedObjectReference":
            return {"type": value["type"], "moid": value["value"]}
    return value


def fields(data: dict[str, t.Any], leave_out: t.Container[str] = ()) -> dict[str, t.Any]:
    """The members of a data object, with names and values as users see them."""
    return {snake(k): plain(v) for k, v in data.items() if k != "_typeName" and k not in leave_out}


def utc(time: datetime.datetime) -> str:
    """The one form in which times are sent and returned: a later one is a greater text."""
    return time.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(given: str) -> datetime.datetime:
    """ISO 8601 with a zone; ValueError for anything else. Python 3.10 reads fractions of six digits only, and no Z."""
    time = datetime.datetime.fromisoformat(
        re.sub(r"\.\d+", lambda fraction: fraction[0][:7].ljust(7, "0"), given).replace("Z", "+00:00")
    )
    if time.tzinfo is None:
        raise ValueError(given)
    return time


# --- texts ---

# What XML, and so SOAP, does not hold, or in the case of the carriage return not as it is. VI/JSON shall be the same.
_LOST = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
QUOTE_IT = "takes {}, and is a boolean here, which YAML makes of words such as on, off, yes and no: quote it"


def xml_text(given: object) -> str:
    """A text for people, without the characters that XML does not hold."""
    return _LOST.sub("", str(given))


def unsendable(given: str) -> str:
    """Why a text that is to stay what it is cannot be sent; empty where it can."""
    found = _LOST.search(given.replace("\r", ""))
    if not found:
        return ""
    return f"has the character U+{ord(found[0]):04X}, which XML, and so SOAP, does not hold: take it out"


def text(value: t.Any) -> str:
    """The text that a text or a number stands for; ValueError for anything else."""
    if isinstance(value, bool):
        raise ValueError(QUOTE_IT.format("a text"))
    if not isinstance(value, (str, int, float)):
        raise ValueError(f"takes a text, not {shown(value)}")
    why = unsendable(str(value))
    if why:
        raise ValueError(why)
    return str(value)


def shown(value: t.Any) -> str:
    """A value in a message; what is inside of one may be a secret, and only its kind is said."""
    if isinstance(value, dict):
        return "a dictionary"
    return "a list" if isinstance(value, list) else repr(value)


# --- faults inside data ---

_OF_EVERY_FAULT = ("faultCause", "faultMessage", "faultstring")
_TAKEN = ("type", "message")


def error(data: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    """A fault inside data as users see it: {type, message, and the fault's own fields}.

    The published API and 8.0.3 have the bare fault; the types of govmomi, and by report 9.x, wrap it into a
    LocalizedMethodFault. An own field that is called type or message is given as field_type or field_message.
    """
    if not data:
        return None
    localized = ""
    if data.get("_typeName") == "LocalizedMethodFault":
        localized, data = data.get("localizedMessage", ""), data["fault"]
    texts = [localized, data.get("faultstring")] + [m.get("message") for m in data.get("faultMessage") or ()]
    own = fields(data, leave_out=_OF_EVERY_FAULT)
    own = {(f"field_{name}" if name in _TAKEN else name): value for name, value in own.items()}
    return {"type": data["_typeName"], "message": next((x for x in texts if x), data["_typeName"]), **own}


# --- plain values in an Any ---


def boxed(value: t.Any) -> t.Any:
    """A plain value as an Any holds it: a scalar, a list of texts or {type, moid}; None where no VI type fits it.

    ValueError where it is out of the range of any, or cannot be sent.
    """
    if isinstance(value, bool):
        return {"_typeName": "boolean", "_value": value}
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueError(f"{value} does not fit into 64 bits: give it as a text")
        return {"_typeName": "int" if -(2**31) <= value < 2**31 else "long", "_value": value}
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number that JSON or XML could hold: give it as a text")
        return {"_typeName": "double", "_value": value}
    if isinstance(value, str):
        return {"_typeName": "string", "_value": text(value)}
    if isinstance(value, dict) and set(value) == {"type", "moid"} and all(isinstance(x, str) for x in value.values()):
        return reference(value["type"], value["moid"])
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return {"_typeName": "ArrayOfString", "_value": [text(item) for item in value]}
    return None


# --- a task's result ---


def to_any(value: t.Any) -> t.Any:
    """A user's value for a task's result: what ``boxed`` has a VI type for and XML holds, all else as JSON text."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    lost = any(isinstance(each, str) and _LOST.search(each) for each in held)
    data = None if lost else boxed(value)
    # A text that reads like JSON text is packed once more, so that it comes back as the text it was.
    if data is None or (isinstance(value, str) and from_any(data) != value):
        return {"_typeName": "string", "_value": json.dumps(value)}
    return data


def from_any(value: t.Any) -> t.Any:
    """The user's value that ``to_any`` made this of; what other programs have set is read the same way."""
    value = plain(value)
    if isinstance(value, str) and value[:1] in ("{", "[", '"'):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return value
