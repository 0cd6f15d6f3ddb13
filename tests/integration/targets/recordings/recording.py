# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of tests/recordings, as its README.md describes it: exchanges with servers, and their objects."""

from __future__ import annotations

import copy
import fnmatch
import pathlib
import re
import typing as t
import xml.etree.ElementTree as ET

import yaml

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = f"{{{XSI}}}type"
NAMESPACES = (
    'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{XSI}"'
)
ET.register_namespace("xsi", XSI)

LOGIN = {"username": "automation@vsphere.local", "password": "S3cret!"}

FAULTS = "defaults/faults.yml"

Data = dict[str, t.Any]
Ref = tuple[str, str]
"""The type and ID of a managed object."""

# The types of paths within a TaskInfo. All other paths that are read in this way are strings.
_MEMBERS = {
    "state": "TaskInfoState",
    "progress": "int",
    "cancelable": "boolean",
    "cancelled": "boolean",
    "queueTime": "dateTime",
    "startTime": "dateTime",
    "completeTime": "dateTime",
}


def differs(expected: t.Any, found: t.Any, where: str = "") -> str:
    """The place and kind of the first difference, or an empty text.

    A dictionary can have more members than expected. An expected text that begins with ``~`` is a regular expression.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        problems = (differs(value, found.get(name), f"{where}.{name}") for name, value in expected.items())
        return next(filter(None, problems), "")
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        problems = (differs(each, found[number], f"{where}[{number}]") for number, each in enumerate(expected))
        return next(filter(None, problems), "")
    if isinstance(expected, str) and expected.startswith("~"):
        fits = isinstance(found, str) and bool(re.search(expected[1:], found, re.DOTALL))
    else:
        fits = expected == found
    return "" if fits else f"{where.lstrip('.')} is {found!r}, not {expected!r}"


class Exchange(t.NamedTuple):
    """A request, by its call and the significant part of its body, and the answer to it."""

    call: str
    body: Data
    needs_session: bool
    times: float
    moves: list[Ref]
    answer: Data

    @classmethod
    def from_data(cls, data: Data) -> Exchange:
        return cls(
            data["call"],
            data.get("with", {}),
            data.get("session", True),
            data.get("times", float("inf")),
            [ref(each) for each in data.get("moves", ())],
            data["answer"],
        )

    def fits(self, call: str, body: t.Any) -> bool:
        return fnmatch.fnmatchcase(call, self.call) and not differs(self.body, body)


class Recording:
    """The exchanges and objects of one server, and the expected results of modules."""

    def __init__(self, path: pathlib.Path) -> None:
        data = _load(path)
        base = Recording(path.with_name(f"{data['like']}.yml")) if "like" in data else None
        self.name = path.stem
        self.product: str = data["product"]
        self.protocols: list[str] = data.get("protocols") or (base.protocols if base else [])
        self.releases: list[str] = data.get("releases") or (base.releases if base else [])
        self.login: Data = data.get("login") or (base.login if base else LOGIN)
        self.transfer: Data = data.get("transfer") or (base.transfer if base else {})
        self.is_trace: bool = data.get("trace", False)
        self.faults: Data = {**(base.faults if base else _load(path.parent / FAULTS)), **data.get("faults", {})}
        # The exchanges of the server itself take precedence.
        self.exchanges = [Exchange.from_data(each) for each in data.get("exchanges", ())]
        self.exchanges += base.exchanges if base else []
        self.objects: dict[Ref, Data] = copy.deepcopy(base.objects) if base else {}
        for each in data.get("objects", ()):
            self.objects.setdefault(ref(each["object"]), {}).update(each)
        self.runs: list[Data] = data.get("runs", [])
        named = {run["name"] for run in self.runs}
        self.runs = [*self.runs, *(run for run in (base.runs if base else ()) if run["name"] not in named)]


def _load(path: pathlib.Path) -> Data:
    return t.cast("Data", yaml.safe_load(path.read_text(encoding="utf-8")))


def ref(text: str) -> Ref:
    """The reference in a text such as ``Task task-1``."""
    type_, value = text.split(" ", 1)
    return type_, value


class Object:
    """A managed object in one form of the wire, at one of its stages."""

    def __init__(self, data: Data, protocol: str) -> None:
        stages = data.get(protocol, {})
        self._stages = stages if isinstance(stages, list) else [stages]
        self._form: type[Json | Soap] = Json if protocol == "json" else Soap
        self._stage = 0
        self.unreadable: dict[str, t.Any] = data.get("unreadable", {}).get(protocol, {})

    @property
    def is_gone(self) -> bool:
        return self._stages[self._stage] is None

    def move(self) -> bool:
        """Move to the next stage. Returns False at the last one."""
        if self._stage + 1 == len(self._stages):
            return False
        self._stage += 1
        return True

    def get(self, path: str) -> t.Any:
        """A property, or the value at a path within one, or None if it is unset."""
        value = self._form.root(self._stages[self._stage])
        for name, key in re.findall(r'(\w+)(?:\["([^"]+)"\])?', path):
            value = None if value is None else self._form.member(value, name)
            if key and value is not None:
                value = self._form.element(value, key)
        return value

    def refs(self, path: str) -> list[Ref]:
        """The objects that a property refers to."""
        value = self.get(path)
        return [] if value is None else self._form.refs(value)

    def boxed(self, path: str) -> t.Any:
        """A property as an Any holds it."""
        value = self.get(path)
        return None if value is None else self._form.boxed(path, value)


class Json:
    """Values in the form of VI/JSON."""

    @staticmethod
    def root(stage: t.Any) -> t.Any:
        return stage

    @staticmethod
    def member(value: t.Any, name: str) -> t.Any:
        return value.get(name)

    @staticmethod
    def element(value: t.Any, key: str) -> t.Any:
        return next((each for each in value if each["key"] == key), None)

    @staticmethod
    def refs(value: t.Any) -> list[Ref]:
        return [(each["type"], each["value"]) for each in (value if isinstance(value, list) else [value])]

    @staticmethod
    def boxed(path: str, value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return value
        type_ = _MEMBERS.get(path.rpartition(".")[2], "string")
        if isinstance(value, list):
            type_ = f"ArrayOf{value[0]['_typeName']}" if value else "ArrayOfAnyType"
        return {"_typeName": type_, "_value": value}


class Soap:
    """Values as XML elements."""

    @staticmethod
    def root(stage: str) -> ET.Element:
        return fragment(stage)

    @staticmethod
    def member(value: ET.Element, name: str) -> t.Any:
        found = value.findall(name)
        return found[0] if len(found) == 1 else found or None

    @staticmethod
    def element(value: t.Any, key: str) -> ET.Element | None:
        elements = [value] if isinstance(value, ET.Element) else value
        return next((each for each in elements if each.findtext("key") == key), None)

    @staticmethod
    def refs(value: ET.Element) -> list[Ref]:
        elements = list(value) if str(value.get(XSI_TYPE, "")).startswith("ArrayOf") else [value]
        return [(str(each.get("type")), str(each.text)) for each in elements]

    @staticmethod
    def boxed(path: str, value: ET.Element) -> ET.Element:
        boxed = copy.deepcopy(value)
        boxed.tag = "val"
        if XSI_TYPE not in boxed.attrib:
            type_ = _MEMBERS.get(path.rpartition(".")[2], "string")
            boxed.set(XSI_TYPE, type_ if type_ == "TaskInfoState" else f"xsd:{type_}")
        return boxed


def fragment(text: str) -> ET.Element:
    """The elements in a text, below an arbitrary root."""
    return ET.fromstring(f"<root {NAMESPACES}>{dense(text)}</root>")


def dense(text: str) -> str:
    """XML in the form that servers send: without line breaks between elements."""
    return re.sub(r">\s+<", "><", text.strip())
