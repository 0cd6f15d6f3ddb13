# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading and watching recorded objects through a PropertyCollector.

A recording contains the objects. Clients can request any of their properties, together or one by one. The frames of
the answers follow the published API.
"""

from __future__ import annotations

import threading
import typing as t
import xml.etree.ElementTree as ET

import recording

Found = tuple[recording.Ref, list[str]]
"""An object, and the requested paths."""

_ENTITIES = ("Datacenter", "Folder", "ClusterComputeResource", "ComputeResource", "HostSystem", "VirtualMachine")


class Fault(Exception):
    """The object does not exist."""

    def __init__(self, ref: recording.Ref) -> None:
        super().__init__(ref)
        self.ref = ref


class Collector:
    """The objects of a recording over one protocol, with the filters on them."""

    def __init__(self, recorded: recording.Recording, protocol: str) -> None:
        self.objects = {
            ref: recording.Object(data, protocol) for ref, data in recorded.objects.items() if protocol in data
        }
        self._forms: type[_Json | _Soap] = _Json if protocol == "json" else _Soap
        self._filters: dict[str, list[recording.Data]] = {}
        self._version = 0

    def answer(self, ref: recording.Ref, member: str, body: recording.Data) -> t.Any:
        """The answer of the server, or None if an exchange contains it."""
        if ref[0] == "PropertyCollector":
            if member in ("RetrievePropertiesEx", "RetrieveProperties"):
                return self._forms.result(
                    member, [self._content(*each) for each in self._asked(_list(body["specSet"]))]
                )
            if member == "CreateFilter":
                self._asked([body["spec"]])
                self._filters.setdefault(ref[1], []).append(body["spec"])
            if member == "WaitForUpdatesEx":
                return self._updates(ref[1], body)
            if member == "DestroyPropertyCollector":
                self._filters.pop(ref[1], None)
            return None
        found = self.objects.get(ref)
        if member == "RetrieveServiceContent":
            return self._forms.members(found.get("content")) if found else None
        if found and not found.is_gone and member[0].islower():
            value = found.boxed(member) if self._forms is _Soap else found.get(member)
            return None if value is None else self._forms.value(value)
        return None

    def _asked(self, specs: list[recording.Data]) -> list[Found]:
        """The objects that the filters select, each once, with the requested paths of its type."""
        found: dict[recording.Ref, list[str]] = {}
        for spec in specs:
            properties = {each["type"]: _list(each.get("pathSet")) for each in _list(spec["propSet"])}
            for each in _list(spec["objectSet"]):
                ref = (each["obj"]["type"], each["obj"]["value"])
                if self._is_known(ref):
                    refs = self._selected(ref, _list(each.get("selectSet")), {})
                    refs += [] if _true(each.get("skip")) else [ref]
                elif _true(spec.get("reportMissingObjectsInResults")):
                    continue
                else:
                    raise Fault(ref)
                for one in refs:
                    for type_, paths in properties.items():
                        if one[0] == type_ or (type_ == "ManagedEntity" and one[0] in _ENTITIES):
                            found.setdefault(one, []).extend(path for path in paths if path not in found[one])
        return list(found.items())

    def _is_known(self, ref: recording.Ref) -> bool:
        return ref in self.objects and not self.objects[ref].is_gone

    def _selected(
        self, ref: recording.Ref, selections: list[recording.Data], named: dict[str, recording.Data]
    ) -> list[recording.Ref]:
        refs = []
        named = {**named, **{each["name"]: each for each in selections if "name" in each and "path" in each}}
        for given in selections:
            each = given if "path" in given else named[given["name"]]
            for target in filter(self._is_known, self.objects[ref].refs(each["path"])):
                refs += [target, *self._selected(target, _list(each.get("selectSet")), named)]
        return refs

    def _content(self, ref: recording.Ref, paths: list[str]) -> t.Any:
        return self._forms.content(ref, *self._properties(ref, paths))

    def _properties(self, ref: recording.Ref, paths: list[str]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The properties with a value, by path, and the faults of the unreadable ones."""
        found = self.objects[ref]
        missing = {
            path: found.unreadable[path.split(".")[0]] for path in paths if path.split(".")[0] in found.unreadable
        }
        values = {path: found.boxed(path) for path in paths if path not in missing}
        return {path: value for path, value in values.items() if value is not None}, missing

    def _updates(self, collector: str, body: recording.Data) -> t.Any:
        """The first answer contains everything. Each later one moves every object to its next stage."""
        specs = self._filters.get(collector, [])
        asked = self._asked(specs)
        first = not body.get("version")
        changed = [ref for ref, _paths in asked if first or self.objects[ref].move()]
        wanted = [(each["obj"]["type"], each["obj"]["value"]) for spec in specs for each in _list(spec["objectSet"])]
        gone = [ref for ref in wanted if not self._is_known(ref) and (first or ref in changed)]
        if not changed and not gone:
            seconds = float((body.get("options") or {}).get("maxWaitSeconds", 0))
            threading.Event().wait(seconds)
            return self._forms.nothing()
        self._version += 1
        kind = "enter" if first else "modify"
        updates = [
            self._forms.update(kind, ref, *self._properties(ref, paths))
            for ref, paths in asked
            if ref in changed and ref not in gone
        ]
        return self._forms.updates(self._version, updates, gone)


def _list(value: t.Any) -> list[t.Any]:
    """The items of an element that can be missing or occur several times."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _true(value: t.Any) -> bool:
    return value in (True, "true", "1")


class _Json:
    """The frames of VI/JSON."""

    @staticmethod
    def _ref(ref: recording.Ref) -> recording.Data:
        return {"_typeName": "ManagedObjectReference", "type": ref[0], "value": ref[1]}

    @staticmethod
    def nothing() -> t.Any:
        return ""

    @staticmethod
    def value(value: t.Any) -> t.Any:
        return value

    members = value

    @classmethod
    def _missing(cls, missing: dict[str, t.Any]) -> recording.Data:
        entries = [{"_typeName": "MissingProperty", "path": path, "fault": fault} for path, fault in missing.items()]
        return {"missingSet": entries} if entries else {}

    @classmethod
    def content(cls, ref: recording.Ref, values: dict[str, t.Any], missing: dict[str, t.Any]) -> t.Any:
        properties = [{"_typeName": "DynamicProperty", "name": path, "val": val} for path, val in values.items()]
        found = {"propSet": properties} if properties else {}
        return {"_typeName": "ObjectContent", "obj": cls._ref(ref), **found, **cls._missing(missing)}

    @classmethod
    def result(cls, method: str, contents: list[t.Any]) -> t.Any:
        if method == "RetrieveProperties":
            return contents
        return {"_typeName": "RetrieveResult", "objects": contents} if contents else cls.nothing()

    @classmethod
    def update(cls, kind: str, ref: recording.Ref, values: dict[str, t.Any], missing: dict[str, t.Any]) -> t.Any:
        changes = [
            {"_typeName": "PropertyChange", "name": path, "op": "assign", "val": val} for path, val in values.items()
        ]
        found = {"changeSet": changes} if changes else {}
        return {"_typeName": "ObjectUpdate", "kind": kind, "obj": cls._ref(ref), **found, **cls._missing(missing)}

    @classmethod
    def updates(cls, version: int, updates: list[t.Any], gone: list[recording.Ref]) -> t.Any:
        part: recording.Data = {
            "_typeName": "PropertyFilterUpdate",
            "filter": cls._ref(("PropertyFilter", "session[filter]")),
        }
        if updates:
            part["objectSet"] = updates
        if gone:
            part["missingSet"] = [
                {
                    "_typeName": "MissingObject",
                    "obj": cls._ref(ref),
                    "fault": {
                        "_typeName": "ManagedObjectNotFound",
                        "obj": cls._ref(ref),
                        "faultstring": "The object has already been deleted or has not been completely created",
                    },
                }
                for ref in gone
            ]
        return {"_typeName": "UpdateSet", "version": str(version), "filterSet": [part]}


class _Soap:
    """The frames of SOAP."""

    @staticmethod
    def nothing() -> t.Any:
        return ""

    @staticmethod
    def _ref(name: str, ref: recording.Ref) -> str:
        return f'<{name} type="{ref[0]}">{ref[1]}</{name}>'

    @staticmethod
    def value(value: ET.Element) -> str:
        value.tag = "returnval"
        return ET.tostring(value, encoding="unicode")

    @staticmethod
    def members(value: ET.Element) -> str:
        return "<returnval>" + "".join(ET.tostring(each, encoding="unicode") for each in value) + "</returnval>"

    @staticmethod
    def _missing(missing: dict[str, str]) -> str:
        return "".join(
            f"<missingSet><path>{path}</path><fault>{fault}</fault></missingSet>" for path, fault in missing.items()
        )

    @classmethod
    def content(cls, ref: recording.Ref, values: dict[str, ET.Element], missing: dict[str, str]) -> str:
        properties = "".join(
            f"<propSet><name>{path.replace(chr(34), '&quot;')}</name>{ET.tostring(val, encoding='unicode')}</propSet>"
            for path, val in values.items()
        )
        return f"{cls._ref('obj', ref)}{properties}{cls._missing(missing)}"

    @classmethod
    def result(cls, method: str, contents: list[str]) -> str:
        if method == "RetrieveProperties":
            return "".join(f"<returnval>{each}</returnval>" for each in contents)
        objects = "".join(f"<objects>{each}</objects>" for each in contents)
        return f"<returnval>{objects}</returnval>" if objects else cls.nothing()

    @classmethod
    def update(cls, kind: str, ref: recording.Ref, values: dict[str, ET.Element], missing: dict[str, str]) -> str:
        changes = "".join(
            f"<changeSet><name>{path}</name><op>assign</op>{ET.tostring(val, encoding='unicode')}</changeSet>"
            for path, val in values.items()
        )
        return f"<objectSet><kind>{kind}</kind>{cls._ref('obj', ref)}{changes}{cls._missing(missing)}</objectSet>"

    @classmethod
    def updates(cls, version: int, updates: list[str], gone: list[recording.Ref]) -> str:
        missing = "".join(
            f'<missingSet>{cls._ref("obj", ref)}<fault><fault xsi:type="ManagedObjectNotFound">{cls._ref("obj", ref)}'
            "</fault><localizedMessage>The object has already been deleted or has not been completely created"
            "</localizedMessage></fault></missingSet>"
            for ref in gone
        )
        filter_ = cls._ref("filter", ("PropertyFilter", "session[filter]"))
        part = f"<filterSet>{filter_}{''.join(updates)}{missing}</filterSet>"
        return f"<returnval><version>{version}</version>{part}</returnval>"
