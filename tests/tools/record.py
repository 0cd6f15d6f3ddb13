# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a recording for tests/recordings of a trace of a server: `python tests/tools/record.py TRACE KIND [WORD…] >FILE`

TRACE is the folder in GOVC_DEBUG_PATH, the output of `govc -trace`, or a HAR file of a browser or mitmproxy. KIND is
the description of the server in the recording. The script replaces all personal data, and the WORDs.
"""

import copy
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from anonymize import Anonymizer
from traces import Data, Exchange, read

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
# The headers of an answer that describe the server. The script omits all others.
HEADERS = ("content-type", "set-cookie", "vmware-api-session-id")
READS = ("RetrieveProperties", "RetrievePropertiesEx", "ContinueRetrievePropertiesEx", "WaitForUpdatesEx")
FREE = ("Login", "RetrieveServiceContent")
# Values that an earlier look at a task could not contain.
LATE = ("progress", "completeTime", "error", "result")


def without_namespaces(text: str) -> ET.Element:
    """XML with the names that recordings have; what says the type of an element keeps its prefix."""
    root = ET.fromstring(text)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if XSI_TYPE in element.attrib:
            type_ = element.attrib.pop(XSI_TYPE)
            prefix, _colon, name = type_.rpartition(":")
            element.attrib["xsi:type"] = f"xsd:{name}" if prefix else name
    return root


def written(elements: Iterator[ET.Element] | list[ET.Element]) -> str:
    lines = [""]
    for part in re.split(r"(?<=>)(?=<)", "".join(ET.tostring(each, encoding="unicode") for each in elements)):
        if len(lines[-1]) + len(part) > 100:
            lines.append("")
        lines[-1] += part
    # A block of YAML ends with a line end.
    return "\n".join(filter(None, lines)) + ("\n" if lines[-1] else "")


class Maker:
    """Puts exchanges together to a recording."""

    def __init__(self) -> None:
        self.exchanges: list[Data] = []
        self.releases: list[str] = []
        self.protocols: list[str] = []
        # By protocol and object, the values that each property had, one after the other.
        self._stages: dict[str, dict[str, list[Data]]] = {}

    def take(self, each: Exchange) -> None:
        vijson = re.fullmatch(r"/sdk/vim25/([\d.]+)/(\w+)/([^/]+)/(\w+)", each.path)
        if vijson and each.status != 404 and not each.answer.lstrip().startswith("<"):
            self._note("json", vijson[1])
            self._take_json(each, *vijson.groups()[1:])
        elif each.path == "/sdk" and each.request:
            self._note("soap")
            self._take_soap(each)
        else:
            form: Data = {"text": each.answer}
            if "json" in each.headers.get("content-type", "") and each.answer:
                form = {"json": json.loads(each.answer)}
            self._add(f"{each.verb} {each.path}", each, form)

    def _note(self, protocol: str, release: str = "") -> None:
        if protocol not in self.protocols:
            self.protocols.append(protocol)
        if release and release not in self.releases:
            self.releases.append(release)

    def _take_json(self, each: Exchange, type_: str, id_: str, member: str) -> None:
        data = json.loads(each.answer) if each.answer else None
        ref = f"{type_} {id_}"
        if each.status in (200, 204):
            if member == "RetrieveServiceContent":
                self._see("json", ref, {"content": data})
            elif each.verb == "GET":
                self._see("json", ref, {member: data})
            elif member in READS:
                for content in contents(data):
                    target = f"{content['obj']['type']} {content['obj']['value']}"
                    pairs = content.get("propSet", []) + content.get("changeSet", [])
                    self._see("json", target, {pair["name"]: unboxed(pair["val"]) for pair in pairs if "val" in pair})
            if each.verb == "GET" or member in (*READS, "RetrieveServiceContent"):
                return
        self._add(f"json {type_}/{own(id_)}/{member}", each, {"json": data} if data is not None else {})

    def _take_soap(self, each: Exchange) -> None:
        call = without_namespaces(each.request).find("Body/*")
        answer = without_namespaces(each.answer).find("Body/*")
        if call is None or answer is None:
            return
        this = call.find("_this")
        type_, id_ = (str(this.get("type")), str(this.text)) if this is not None else ("", "")
        member = call.tag if call.tag != "Fetch" else str(call.findtext("prop"))
        if each.status == 200:
            if member == "RetrieveServiceContent":
                value = answer.find("returnval")
                self._see("soap", f"{type_} {id_}", {"content": typed(value, "ServiceContent")})
            elif call.tag == "Fetch":
                self._see("soap", f"{type_} {id_}", {member: answer.find("returnval")})
            elif member in READS:
                for content in (found for found in answer.iter() if found.find("obj") is not None):
                    obj = content.find("obj")
                    pairs = [*content.findall("propSet"), *content.findall("changeSet")]
                    values = {str(pair.findtext("name")): pair.find("val") for pair in pairs}
                    if obj is not None:
                        self._see("soap", f"{obj.get('type')} {obj.text}", values)
            if member in (*READS, "RetrieveServiceContent") or call.tag == "Fetch":
                return
        # Use a fault unchanged, with the prefixes of its frame.
        fault = re.search(r"<(\w+:)?Fault>.*</(\w+:)?Fault>", each.answer, re.DOTALL)
        body = written(list(answer)) if each.status == 200 else fault[0] if fault else ""
        self._add(f"soap {type_}/{own(id_)}/{member}", each, {"soap": body})

    def _add(self, call: str, each: Exchange, form: Data) -> None:
        before = [known for known in self.exchanges if known["call"] == call]
        headers = {name.title(): each.headers[name] for name in HEADERS if name in each.headers}
        if form.keys() & {"json", "soap"}:
            headers.pop("Content-Type", None)
        if "Vmware-Api-Session-Id" in headers:
            headers["vmware-api-session-id"] = headers.pop("Vmware-Api-Session-Id")
        answer = {"status": each.status, **({"headers": headers} if headers else {}), **form}
        if before and before[-1]["answer"] == answer:
            return
        for known in before:
            # A later repetition of a request gets a different answer.
            known.setdefault("times", 1)
        free = {"session": False} if call.rpartition("/")[2] in FREE else {}
        self.exchanges.append({"call": call, **free, "source": "a trace", "answer": answer})

    def _see(self, protocol: str, ref: str, values: Data) -> None:
        """Note properties of an object: a further stage of it after a change."""
        stages = self._stages.setdefault(ref, {}).setdefault(protocol, [{}])
        now = copy.deepcopy(stages[-1])
        for path, value in values.items():
            if value is not None:
                put(now, path, value)
        known = stages[-1]
        if any(name in known and comparable(known[name]) != comparable(now[name]) for name in now) and state(
            known
        ) != state(now):
            stages.append(now)
        else:
            stages[-1] = now

    def add_negotiation(self) -> None:
        """Have the recording answer what this collection asks before anything else, should the trace not show it."""
        hello = "POST /api/vcenter/system?action=hello"
        if not any(known["call"] == hello for known in self.exchanges):
            answer = {"status": 200, "json": {"api_release": self.releases[0]}} if self.releases else {"status": 404}
            self.exchanges.append({"call": hello, "belief": "not in the trace", "answer": answer})
        if not self.releases:
            answer = {"status": 404, "text": "Not Found"}
            self.exchanges.append({"call": "* /sdk/vim25/*", "belief": "not in the trace", "answer": answer})

    def objects(self) -> list[Data]:
        found = []
        for ref, forms in self._stages.items():
            entry: Data = {"object": ref, "source": "a trace"}
            for protocol, stages in forms.items():
                backfill(stages)
                shown = [stage if protocol == "json" else soap_text(stage) for stage in stages]
                entry[protocol] = shown if len(shown) > 1 else shown[0]
            found.append(entry)
        return found


def contents(data: Any) -> Iterator[Data]:
    """What stands around an object in an answer of a PropertyCollector, wherever it is."""
    if isinstance(data, dict):
        if "obj" in data and data.keys() & {"propSet", "changeSet"}:
            yield data
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from contents(each)


def unboxed(value: Any) -> Any:
    return value["_value"] if isinstance(value, dict) and "_value" in value else value


def own(id_: str) -> str:
    """An id in a call; that of a session's own object is another one each time."""
    return "*" if re.match(r"session(\[|%5B)", id_, re.IGNORECASE) else id_


def typed(value: ET.Element | None, type_: str) -> ET.Element | None:
    if value is not None:
        value.set("xsi:type", type_)
    return value


def put(properties: Data, path: str, value: Any) -> None:
    """Set the target of a property path, also within a property that is otherwise unknown."""
    first, *rest = re.findall(r'(\w+)(?:\["([^"]+)"\])?', path)
    if not rest:
        properties[first[0]] = value
        return
    xml = isinstance(value, ET.Element)
    if first[0] not in properties:
        properties[first[0]] = ET.Element(first[0]) if xml else {}
    at = properties[first[0]]
    for number, (name, key) in enumerate(rest):
        last = number == len(rest) - 1
        at = (
            put_element(at, name, key, value if last else None)
            if xml
            else put_member(at, name, key, value if last else None)
        )


def put_element(at: ET.Element, name: str, key: str, value: ET.Element | None) -> ET.Element:
    found = next((each for each in at.findall(name) if not key or each.findtext("key") == key), None)
    if found is None:
        found = ET.SubElement(at, name)
        if key:
            ET.SubElement(found, "key").text = key
    if value is not None:
        found.text = value.text
        found[:] = list(value)
        found.attrib.update({name: type_ for name, type_ in value.attrib.items() if not type_.startswith("xsd:")})
    return found


def put_member(at: Data, name: str, key: str, value: Any) -> Any:
    if key:
        elements = at.setdefault(name, [])
        found = next((each for each in elements if each["key"] == key), None)
        if found is None:
            found = {"key": key}
            elements.append(found)
        return found
    if value is not None:
        at[name] = value
    return at.setdefault(name, {})


def comparable(value: Any) -> Any:
    return ET.tostring(value) if isinstance(value, ET.Element) else value


def state(properties: Data) -> Any:
    """The state of a task, whose changes create stages. None for other objects."""
    info = properties.get("info")
    return info.findtext("state") if isinstance(info, ET.Element) else (info or {}).get("state")


def backfill(stages: list[Data]) -> None:
    """Copy values that only the last look at a task contains to the earlier looks, if they were valid then."""
    last: Any = stages[-1].get("info")
    for stage in stages[:-1]:
        info: Any = stage.get("info")
        if isinstance(info, dict):
            stage["info"] = {**{name: value for name, value in last.items() if name not in LATE}, **info}
        elif isinstance(info, ET.Element):
            info.extend(copy.deepcopy(each) for each in last if each.tag not in LATE and info.find(each.tag) is None)
            info.attrib.update(last.attrib)


def soap_text(stage: Data) -> str:
    elements = []
    for name, value in stage.items():
        value.tag = name
        if name == "info":
            value.set("xsi:type", "TaskInfo")
        elements.append(value)
    return written(elements)


def recording(exchanges: list[Exchange], kind: str) -> Data:
    maker = Maker()
    for each in exchanges:
        maker.take(each)
    objects = maker.objects()
    products = [
        found[1] for each in exchanges for found in re.finditer(r'fullName\W{1,4}([^<"]* build-\d+)', each.answer)
    ]
    maker.add_negotiation()
    return {
        "kind": kind,
        "trace": True,
        "product": products[0] if products else kind,
        "protocols": sorted(maker.protocols),
        **({"releases": maker.releases} if maker.releases else {}),
        "exchanges": maker.exchanges,
        "objects": objects,
        "runs": [{"name": "recent tasks", "module": "info", "expect": {"failed": False}}],
    }


def as_text(dumper: Any, text: str) -> Any:
    """XML as a readable block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "<" in text else None)


class Dumper(yaml.SafeDumper):
    """Writes YAML like handwritten YAML: lists are indented, and repeated values are written again."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        base: Any = super()
        base.increase_indent(flow, False)


Dumper.yaml_representers = {**Dumper.yaml_representers, str: as_text}


def main(trace: str, kind: str, *words: str) -> int:
    pairs = read(Path(trace))
    if not pairs:
        raise SystemExit(
            f"{trace} holds no exchange: give a folder of GOVC_DEBUG_PATH, the output of govc -trace, or a HAR file"
        )
    texts = [text for each, _host in pairs for text in (each.path, each.request, each.answer, *each.headers.values())]
    clean = Anonymizer(texts, {host for _exchange, host in pairs if host}, words)
    exchanges = [
        each._replace(
            path=clean(each.path),
            request=clean(each.request),
            headers={name: clean(value) for name, value in each.headers.items()},
            answer=clean(each.answer),
        )
        for each, _host in pairs
    ]
    # A recording has the same copyright and license as this file.
    licence = Path(__file__).read_text(encoding="utf-8").split("\n\n")[0]
    made = yaml.dump(recording(exchanges, kind), Dumper=Dumper, sort_keys=False, width=120, allow_unicode=True)
    print(f"{licence}\n\n---\n{made}", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
