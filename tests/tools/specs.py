# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specs, and the documentation that repeats everything in them except texts."""

import importlib
import itertools
import re
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Data = dict[str, Any]

ROOT = Path(__file__).parents[2]
COLLECTION = "ansible_collections.vsphere.tasks"
PLUGINS = ROOT / "plugins"
CALLBACK = PLUGINS / "callback" / "vcenter_task.py"
EVENT_SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "tasks.py"
MODULES = sorted((PLUGINS / "modules").glob("*.py"))
FILTERS = sorted((PLUGINS / "filter").glob("*.py"))
CONNECTION, FOLLOW, SELECTION, WAIT = (
    PLUGINS / "doc_fragments" / f"{name}.py" for name in ("connection", "follow", "selection", "wait")
)
# Each documentation fragment, and the spec that it documents.
FRAGMENTS = {
    SELECTION: ("_tasks._selection", "SELECTION_SPEC"),
    WAIT: ("_wait._wait_options", "WAIT_SPEC"),
    FOLLOW: ("_follow._follow_options", "FOLLOW_SPEC"),
    CONNECTION: ("_connection._options", "CONNECTION_SPEC"),
}
# The parts of an option's documentation that come from its spec. All other parts come from its author.
FACTS = ("type", "elements", "required", "choices", "default", "aliases")
ORDER = ("description", "version_added", *FACTS, "ini", "env", "vars", "suboptions")


class Flow(list[Any]):
    """A list that YAML has on one line."""


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def represent_flow(dumper: Dumper, data: Flow) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


Dumper.add_representer(Flow, represent_flow)


def dump(data: Data) -> str:
    text: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def shown(value: Any) -> str:
    """A default as YAML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def load(module: str) -> Any:
    """Import a plugin or its utils from this checkout, wherever that lies."""
    for name, path in {"ansible_collections": [], "ansible_collections.vsphere": [], COLLECTION: [str(ROOT)]}.items():
        sys.modules.setdefault(name, types.ModuleType(name)).__path__ = path
    return importlib.import_module(f"{COLLECTION}.plugins.{module}")


def spec_of(fragment: Path) -> Data:
    module, name = FRAGMENTS[fragment]
    spec: Data = getattr(load(f"module_utils.{module}"), name)
    return spec


def module_spec(module: Path) -> Data:
    """All options of a module, less those of the connection, or of the event source."""
    spec: Data = load(
        "plugin_utils._eda._arguments" if module == EVENT_SOURCE else f"modules.{module.stem}"
    ).ARGUMENT_SPEC
    return spec


def found(file: Path, part: str = "DOCUMENTATION") -> re.Match[str]:
    """A part of the documentation in the source of a plugin or fragment."""
    match = re.search(rf'(?<={part} = r"""\n).*?(?=""")', file.read_text(encoding="utf-8"), re.DOTALL)
    return match or sys.exit(f"{file} has no {part}")


def documentation(file: Path, part: str = "DOCUMENTATION") -> Data:
    data: Data = yaml.load(found(file, part)[0], yaml.CSafeLoader)
    return data


def documented(module: Path) -> Data:
    """The options of a module with those of its fragments, in the fragments' order."""
    own = documentation(module)
    files = [file for file in FRAGMENTS if f"vsphere.tasks.{file.stem}" in own["extends_documentation_fragment"]]
    return {name: option for file in (*files, module) for name, option in documentation(file)["options"].items()}


def facts(name: str, spec: Data) -> Data:
    """The parts of an option's documentation that come from its spec. None for parts that must not exist."""
    return {key: Flow(spec[key]) if isinstance(spec.get(key), list) else spec.get(key) for key in FACTS}


def callback_facts(name: str, spec: Data) -> Data:
    """The same for the callback plugin, which takes options from several places, and has some without a spec."""
    plugin = CALLBACK.stem
    places = {"ini": [{"section": f"callback_{plugin}", "key": name}], "vars": [{"name": f"{plugin}_{name}"}]}
    if not spec:
        return places
    known = {**facts(name, spec), **places, "aliases": None, "env": [{"name": each} for each in spec["fallback"][1]]}
    # Ansible reads every unknown value as false, so the plugin reads a text.
    return {**known, "type": "str", "default": shown(spec["default"])} if spec["type"] == "bool" else known


def with_facts(file: Path, specs: Data, facts_of: Callable[[str, Data], Data] = facts) -> str:
    """The source with the facts in its documentation. All other lines stay as they are."""
    match = found(file)
    lines = match[0].splitlines()
    document: Any = yaml.compose(match[0], yaml.CSafeLoader)
    (options,) = (value for key, value in document.value if key.value == "options")

    def render(options: Any, end: int, specs: Data) -> Iterator[str]:
        odd = {name.value for name, _option in options.value} ^ specs.keys()
        if odd:
            sys.exit(f"{file}: {', '.join(sorted(odd))}: an option needs a spec and a description")
        for name, option, last in entries(options, end):
            yield lines[name.start_mark.line]
            spec = specs[name.value]
            parts = {}
            for key, value, stop in entries(option, last):
                begin = key.start_mark.line
                parts[key.value] = lines[begin:stop]
                # The value of a YAML alias stands elsewhere.
                if key.value == "suboptions" and value.start_mark.line > begin:
                    parts["suboptions"] = [lines[begin], *render(value, stop, spec["options"])]
            for key, value in facts_of(name.value, spec).items():
                written = textwrap.indent(dump({key: value}), " " * option.start_mark.column)
                parts[key] = [] if value is None else written.splitlines()
            yield from itertools.chain.from_iterable(parts[key] for key in sorted(parts, key=ORDER.index))

    begin, end = options.start_mark.line, options.end_mark.line
    written = "\n".join([*lines[:begin], *render(options, end, specs), *lines[end:], ""])
    return match.string[: match.start()] + written + match.string[match.end() :]


def entries(mapping: Any, end: int) -> Iterator[tuple[Any, Any, int]]:
    """The keys and values of a mapping in YAML, each with the line where the next begins."""
    ends = [*(key.start_mark.line for key, _value in mapping.value[1:]), end]
    return ((key, value, last) for (key, value), last in zip(mapping.value, ends, strict=True))


def plugins() -> dict[Path, str]:
    """The current sources of all plugins and fragments that document options."""
    files = {file: with_facts(file, spec_of(file)) for file in FRAGMENTS}
    for file in (*MODULES, EVENT_SOURCE):
        own = documentation(file)["options"]
        # What its fragments document is theirs, and must not be here as well.
        elsewhere = documented(file).keys() - own
        files[file] = with_facts(
            file, {name: spec for name, spec in module_spec(file).items() if name not in elsewhere}
        )
    connection = spec_of(CONNECTION)
    options = {name: connection.get(name, {}) for name in (*documentation(CALLBACK)["options"], *connection)}
    files[CALLBACK] = with_facts(CALLBACK, options, callback_facts)
    for name, option in documentation(CONNECTION)["options"].items():
        variables = re.findall(r"E\((VMWARE_\w+)\)", str(option["description"]))
        if variables != connection[name]["fallback"][1]:
            sys.exit(f"{CONNECTION}: {name}: the description must name {connection[name]['fallback'][1]}")
    return files
