# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in VI/JSON form, and their form for users.

Inside an Any, VI/JSON boxes primitives, enums and arrays: ``{"_typeName": "string", "_value": "x"}``. Data objects and
references carry their own ``_typeName`` and are not boxed.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import re
import typing as t

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

Data = dict[str, t.Any]
"""A data object in VI/JSON form, or a dictionary of a user's with values of any kind."""

Ref = Data
"""A managed object reference: ``{"_typeName": "ManagedObjectReference", "type": "Task", "value": "task-1"}``."""


def reference(type_: str, value: str) -> Ref:
    return {"_typeName": "ManagedObjectReference", "type": type_, "value": value}


@functools.cache
def snake(name: str) -> str:
    """A member's name as users see it: ``queueTime`` is ``queue_time``."""
    return str(next(iter(camel_dict_to_snake_dict({name: None}))))


def is_reference(value: t.Any) -> bool:
    """Whether it is a managed object reference in VI/JSON form."""
    return isinstance(value, dict) and value.get("_typeName") == "ManagedObjectReference"


def plain(value: t.Any) -> t.Any:
    """A VI/JSON value as users see it: unboxed, references as {type, moid}; other data objects stay as they are."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        if "_value" in value:
            return plain(value["_value"])
        if is_reference(value):
            return {"type": plain(value.get("type")), "moid": plain(value.get("value"))}
    return value


def unboxed(value: t.Any) -> t.Any:
    """The same with the members of other data objects unboxed too: within an Any, some servers box each of them."""
    value = plain(value)
    if isinstance(value, list):
        return [unboxed(item) for item in value]
    if not isinstance(value, dict):
        return value
    # A server can omit the contents of an empty list.
    is_empty = value.keys() == {"_typeName"} and str(value["_typeName"]).startswith("ArrayOf")
    return [] if is_empty else {name: unboxed(member) for name, member in value.items()}


def release_numbers(release: str) -> list[int]:
    """A release such as 8.0.2.0 as what can be compared."""
    # LooseVersion does the same for 13 kB, which each run would compile.
    return [int(number) for number in re.findall(r"\d+", release)]


def utc(time: datetime.datetime) -> str:
    """The one form in which times are sent and returned: a later one is a greater text."""
    return time.astimezone(datetime.timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(given: str) -> datetime.datetime:
    """ISO 8601 with a zone, else ValueError. Python before 3.11 reads fractions of six digits only, and no Z."""
    time = datetime.datetime.fromisoformat(
        re.sub(r"\.\d+", lambda fraction: fraction[0][:7].ljust(7, "0"), given).replace("Z", "+00:00")
    )
    if time.tzinfo is None:
        raise ValueError(given)
    return time


def time_of(value: t.Any) -> datetime.datetime | None:
    """A time from the server, boxed or not, or None if it is unreadable."""
    try:
        # A time at the edge of the calendar might not exist in UTC.
        return parse_time(plain(value)).astimezone(datetime.timezone.utc)
    except (OverflowError, TypeError, ValueError):
        return None


DEEPEST = 100
"""Levels of lists and objects in an answer. A tree of 32 snapshots, the maximum, has less than 80."""

_LONGEST = 20_000
# Ansible takes a dictionary with one of these names for its own value.
_RESERVED = frozenset(("__ansible_type", "__ansible_unsafe", "__ansible_vault"))


def clean(text: object) -> str:
    """Text from the server in one line of limited length, without characters that steer a terminal or reorder others.

    All messages, warnings, and lines pass through it, but not the data of results.
    """
    text = str(text)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    return printable(text)


def printable(text: str) -> str:
    """The text in one line, without characters that steer a terminal or reorder others."""
    if text.isprintable():
        return text
    # Every space except the plain one counts as not printable.
    return "".join(each if each.isprintable() else " " if each.isspace() else "" for each in text)


def object_name(ref: Ref) -> str:
    """A managed object in a sentence, by its reference in either form; the id of a manager is often its type."""
    type_, moid = ref.get("type"), ref.get("value", ref.get("moid"))
    return str(type_) if type_ == moid else f"{type_} {moid}"


def some_of(texts: list[str], most: int) -> str:
    """The first texts, and the number of the others."""
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")


# Characters that XML, and therefore SOAP, do not support, or in the case of the carriage return only if the sender
# writes it as a code. The API does not document whether a vCenter does so. VI/JSON must behave the same.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def unsendable(given: str) -> str:
    """The reason why a text cannot be sent unchanged, or an empty string."""
    found = NOT_IN_XML.search(given.replace("\r", ""))
    if not found:
        return ""
    return f"contains the character U+{ord(found[0]):04X}, which XML and therefore SOAP do not support: remove it"


def was_data(given: str) -> bool:
    """Whether a text given for an id was a dictionary or a list before Ansible made a text of it."""
    return given[:1] in ("{", "[")


def problem_of(given: str, is_id: bool = False) -> str:
    """The reason why a text cannot be a value of an option, or an empty string."""
    if not given.strip():
        return "is empty: set a value, or omit it if it is optional"
    if is_id and was_data(given):
        return "is a dictionary or a list: set only the ID or key"
    return unsendable(given)


def is_too_deep(value: t.Any) -> bool:
    """Whether a value has too many levels for Ansible and Python."""
    level: list[t.Any] = [[value]]
    for _level in range(DEEPEST + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if each.__class__ is dict else each)
            # Less time than isinstance: this looks at every value of each answer.
            if inner.__class__ is dict or inner.__class__ is list
        ]
        if not level:
            return False
    return True


def _unreserved(data: Data) -> Data:
    if not _RESERVED.isdisjoint(data):
        raise ValueError("Ansible reserves the name")
    return data


def from_any(value: t.Any) -> t.Any:
    """The user's value that ``to_any`` converted to this value. Values of other programs use the same rules.

    A text stays a text if Ansible could not return its value, and with it all others.
    """
    value = plain(value)
    if isinstance(value, str) and value[:1] in ("{", "[", '"'):
        with contextlib.suppress(RecursionError, ValueError):
            found = json.loads(value, object_hook=_unreserved)
            if not is_too_deep(found):
                # The half of a character has no encoding.
                json.dumps(found, ensure_ascii=False).encode()
                return found
    return value
