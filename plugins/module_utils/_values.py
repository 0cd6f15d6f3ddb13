# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in VI/JSON form, and what a user gets for them.

Inside an Any, VI/JSON boxes primitives, enums and arrays: ``{"_typeName": "string", "_value": "x"}``. Data objects and
references carry their own ``_typeName`` and are not boxed.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import functools
import json
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


def release_numbers(release: str) -> list[int]:
    """A release such as 8.0.2.0 as what can be compared."""
    # LooseVersion does the same for 13 kB, which each run would compile.
    return [int(number) for number in re.findall(r"\d+", release)]


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


# What XML, and so SOAP, does not hold, or in the case of the carriage return only where the sender writes it as a code;
# whether a vCenter does is not published. VI/JSON shall be the same.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def unsendable(given: str) -> str:
    """Why a text that is to stay what it is cannot be sent; empty where it can."""
    found = NOT_IN_XML.search(given.replace("\r", ""))
    if not found:
        return ""
    return f"has the character U+{ord(found[0]):04X}, which XML, and so SOAP, does not hold: take it out"


def was_data(given: str) -> bool:
    """Whether a text given for an id was a dictionary or a list before Ansible made a text of it."""
    return given[:1] in ("{", "[")


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


def from_any(value: t.Any) -> t.Any:
    """The user's value that ``to_any`` made this of; what other programs have set is read the same way."""
    value = plain(value)
    if isinstance(value, str) and value[:1] in ("{", "[", '"'):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return value
