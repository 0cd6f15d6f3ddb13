# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contents of a vSphere fault: in the form that users get, and in a sentence."""

from __future__ import annotations

import typing as t

from . import _values

Fault = _values.Data
"""A fault as users see it: type, message, messages, cause, and its own fields."""

_OF_EVERY_FAULT = ("_typeName", "faultCause", "faultMessage", "faultstring")
_TAKEN = ("type", "message", "messages", "cause")
# In which members the faults of releases up to 9.0.0.0 have other faults. A bare one need have nothing else that tells
# it from other data: in CannotAccessVmConfig it is the reason, which most faults have as a text.
_HOLDING = (
    "error",
    "errors",
    "failure",
    "fault",
    "faults",
    "hostErrors",
    "hostFaults",
    "reason",
    "rootCause",
    "warnings",
)
_WRAPPING = {"fault", "localizedMessage"}
"""The members of a LocalizedMethodFault."""

_DEEPEST = 20
"""So far down the data of a fault is followed."""

_LONGEST_TEXT = 500
_LONGEST = 1500
_FEW = 3


def bare(data: t.Any) -> _values.Data:
    """A fault in the published form, its text in ``faultstring``, regardless of its original form.

    The published API and 8.0.3 have the bare fault; SOAP, and by report 9.x, wrap it into a LocalizedMethodFault.
    """
    data = _values.plain(data)
    if not isinstance(data, dict):
        # It is not a fault of any release, but its text is the only information.
        return {"faultstring": str(data)}
    if _is_wrapper(data):
        inner = bare(data.get("fault") or {})
        return {**inner, "faultstring": _text(data.get("localizedMessage")) or _text(inner.get("faultstring"))}
    return dict(data)


def _is_wrapper(data: _values.Data) -> bool:
    """Whether it is a LocalizedMethodFault. Over SOAP, one in a fault that pyVmomi does not know has no type."""
    return data.get("_typeName") == "LocalizedMethodFault" or ("fault" in data and not data.keys() - _WRAPPING)


def shape(data: t.Any, depth: int = _DEEPEST) -> Fault:
    """A fault inside data, bare or wrapped, as users see it.

    Omits unreadable members. If a field of the fault has the name of one of the four common members, the new
    name is field_type, and so on.
    """
    data = bare(data)
    # What names no type is at least a MethodFault, which all faults extend.
    type_ = _text(data.get("_typeName")) or "MethodFault"
    messages = _stack(data)
    own = {_values.snake(name): _own(name, value, depth) for name, value in data.items() if name not in _OF_EVERY_FAULT}
    return {
        "type": type_,
        "message": next((text for text in (_text(data.get("faultstring")), *messages) if text), type_),
        "messages": messages,
        "cause": shape(data["faultCause"], depth - 1) if data.get("faultCause") and depth else None,
        **{(f"field_{name}" if name in _TAKEN else name): value for name, value in own.items()},
    }


def _text(value: t.Any) -> str:
    """A text, or an empty string for another value."""
    value = _values.plain(value)
    return value if isinstance(value, str) else ""


def _listed(value: t.Any) -> list[t.Any]:
    """The members of a list. For an unknown type, SOAP does not distinguish a list of one from a single value."""
    value = _values.plain(value)
    return value if isinstance(value, list) else [] if value is None else [value]


def _stack(data: _values.Data) -> list[str]:
    """The texts of ``faultMessage``, each once; of a message without text its key, which the client was to look up."""
    entries = [each if isinstance(each, dict) else {"message": each} for each in _listed(data.get("faultMessage"))]
    texts = [_text(each.get("message")) or _text(each.get("key")) for each in entries]
    return list(dict.fromkeys(text for text in texts if text))


def _own(name: str, value: t.Any, depth: int) -> t.Any:
    """A fault's own member: faults in it have the same form again, other data objects have snake_case."""
    if not depth:
        return None
    if isinstance(value, list):
        return [_own(name, each, depth - 1) for each in value]
    if not isinstance(value, dict):
        return value
    if "_value" in value:
        return _own(name, value["_value"], depth - 1)
    if _values.is_reference(value):
        return _values.plain(value)
    if _is_fault(name, value):
        return shape(value, depth - 1)
    return {(k if k == "_typeName" else _values.snake(k)): _own(k, v, depth - 1) for k, v in value.items()}


def _is_fault(name: str, value: _values.Data) -> bool:
    type_ = value.get("_typeName")
    return (
        _is_wrapper(value)
        or not value.keys().isdisjoint(_OF_EVERY_FAULT[1:])
        or (name in _HOLDING and type_ is not None and type_ != "LocalizableMessage")
    )


def why(fault: Fault, place: _values.Data | None = None) -> str:
    """A fault at the end of a sentence: its message and type, and the additional texts.

    ``place`` is the object, as {type, moid}, that a missing privilege is about where the fault names none.
    """
    lacking = _lacking(fault, place) if fault["type"] == "NoPermission" else ""
    return f"{lacking or _short(fault['message'])} ({fault['type']})" + more(fault)


def more(fault: Fault) -> str:
    """The additions to the message of a fault from its stack of messages, causes, and inner faults, up to a limit."""
    said = [_short(fault["message"])]
    left = 0
    for text in _additions(fault):
        if any(text in each for each in said):
            continue
        if sum(map(len, said)) > _LONGEST:
            left += 1
        else:
            said.append(text)
    return "".join(f". {text}" for text in said[1:]) + (f", and {left} more texts" if left else "")


def _short(text: str) -> str:
    """A text without its full stop or the colon before the stack, cut to a maximum length."""
    text = text.strip().rstrip(".: ")
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "..."


def _additions(fault: Fault) -> list[str]:
    """All texts but the message, from the outermost to the innermost."""
    texts = list(fault.get("messages") or ())
    cause = fault.get("cause")
    if cause:
        texts += [cause["message"], *_additions(cause)]
    return [_short(text) for text in texts] + _parts(fault)


def _parts(fault: Fault) -> list[str]:
    """The faults in a fault's own fields, and their objects, such as the hosts of a NoCompatibleHost."""
    speakers: dict[str, list[str]] = {}
    for name, value in fault.items():
        if name in _TAKEN:
            continue
        parts = _listed(value)
        for i, part in enumerate(parts):
            inner, about = part, fault.get("host")
            if isinstance(about, list):
                # Beside theirs, or of something else.
                about = about[i] if len(about) == len(parts) else None
            if isinstance(part, dict) and not _is_shape(part):
                # As DvsOperationBulkFault has them.
                inner, about = part.get("fault"), part.get("host") or part.get("object_id") or part.get("key")
            if _is_shape(inner):
                text = ". ".join(dict.fromkeys([_short(inner["message"]), *_additions(inner)]))
                speakers.setdefault(text, []).append(str(about.get("moid") if isinstance(about, dict) else about or ""))
    return [_spoken(text, [each for each in names if each]) for text, names in speakers.items()]


def _is_shape(value: t.Any) -> bool:
    return isinstance(value, dict) and value.keys() >= set(_TAKEN)


def _spoken(text: str, names: list[str]) -> str:
    shown = _values.some_of(names, _FEW)
    return f"{shown}: {text}" if shown else text


def _lacking(fault: Fault, place: _values.Data | None) -> str:
    """Which privileges the user lacks and where; empty where the fault does not say.

    ``object`` and ``privilege_id`` are deprecated since 8.0, and can be missing if ``missing_privileges`` exists.
    """
    told = [(fault.get("object"), [fault.get("privilege_id")])]
    told += [
        (each.get("entity"), _listed(each.get("privilege_ids")))
        for each in _listed(fault.get("missing_privileges"))
        if isinstance(each, dict)
    ]
    lacking: dict[str, list[str]] = {}
    for where, privileges in told:
        at = where if isinstance(where, dict) else place
        known = lacking.setdefault(_values.object_name(at) if at else "the object", [])
        known += [each for each in privileges if isinstance(each, str) and each not in known]
    groups = [f"{', '.join(privileges)} on {name}" for name, privileges in lacking.items() if privileges]
    if not groups:
        return ""
    several = sum(map(len, lacking.values())) > 1
    rest = [f"others on {len(groups) - _FEW} more objects"] if len(groups) > _FEW else []
    return f"the user lacks the privilege{'s' * several} {' and '.join(groups[:_FEW] + rest)}"
