# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON schema of the events, from the documentation of the tasks that vsphere_task_info returns."""

import json
from pathlib import Path

import role_options
import specs
import yaml
from specs import ROOT, Data

SCHEMA = ROOT / "extensions" / "eda" / "task_event.schema.json"
INFO = specs.PLUGINS / "modules" / "vsphere_task_info.py"
TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}


def files() -> dict[Path, str]:
    """The current schema."""
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    follow = specs.load("module_utils._follow._follow_options")
    task = specs.documentation(INFO, "RETURN")["tasks"]["contains"]
    # Members with a separate condition require an option that the event source does not have.
    members = {name: value for name, value in task.items() if "returned" not in value}
    properties = {
        "event": {"description": "What happened to the task.", "enum": follow.EVENTS},
        "vcenter": {"description": "The hostname of the server, as in the rulebook.", "type": "string"},
        **{name: member(value) for name, value in members.items()},
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{repository}/blob/main/{SCHEMA.relative_to(ROOT)}",
        "title": "Event of vsphere.tasks.tasks",
        "description": "ansible-rulebook adds meta.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }
    return {SCHEMA: json.dumps(schema, indent=2) + "\n"}


def member(value: Data) -> Data:
    """A returned value, which can be null."""
    schema: Data = {"description": " ".join(map(plain, role_options.paragraphs(value)))}
    if value["type"] in TYPES:
        schema["type"] = [TYPES[value["type"]], "null"]
    if value.get("elements"):
        schema["items"] = {"type": TYPES[value["elements"]]}
    if "contains" in value:
        schema["properties"] = {name: member(part) for name, part in value["contains"].items()}
    return schema


def plain(text: str) -> str:
    """A text without its markup."""
    written = ""
    for part in role_options.parsed(text):
        words = [getattr(part, name, None) for name in ("name", "value", "text", "fqcn")]
        written += str(next(filter(None, words), part.source))
    return written
