# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the role wait_for_task, made from the specs and the documentation of the module that it runs."""

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import specs
import yaml
from antsibull_docs_parser import dom
from antsibull_docs_parser.parser import Context, parse
from specs import Data

ROLE = specs.ROOT / "roles" / "wait_for_task"
ARGUMENT_SPECS = ROLE / "meta" / "argument_specs.yml"
DEFAULTS = ROLE / "defaults" / "main.yml"
MODULE = specs.PLUGINS / "modules" / "vsphere_task_wait.py"
# The only option whose type and text are the role's own.
OWN = "wait_for_task_ids"
# The options of the module that only its action plugin gives.
INTERNAL = {"progress_file", "progress_round"}


def main_specs() -> Data:
    """The existing argument specs of the role."""
    data: Data = yaml.load(ARGUMENT_SPECS.read_text(encoding="utf-8"), yaml.CSafeLoader)["argument_specs"]["main"]
    return data


def names() -> dict[str, str]:
    """For each option of the module the variable of the role."""
    return {option: name for name, option in specs.load("plugin_utils._role").OPTIONS.items()}


def wait_spec() -> Data:
    """The options that the role has a default for."""
    spec: Data = specs.load("module_utils._wait._wait_options").TASK_WAIT_SPEC
    return spec


def options() -> Data:
    """The current argument specs of the role's options."""
    known = {**specs.module_spec(MODULE), **specs.spec_of(specs.CONNECTION)}
    variables = names()
    missing = known.keys() - variables.keys() - INTERNAL
    if missing:
        sys.exit(f"{', '.join(sorted(missing))}: the role has no variable for this option of {MODULE.stem}")
    documented = {name: option for name, option in specs.documented(MODULE).items() if name in variables}
    made = {variables[name]: _option(option, known[name], variables) for name, option in documented.items()}
    return {**made, OWN: main_specs()["options"][OWN]}


def _option(option: Data, spec: Data, variables: dict[str, str]) -> Data:
    texts = [_text(text, variables) for text in paragraphs(option)]
    description = [*texts, *values(spec)]
    made: Data = {"description": description if len(description) > 1 else description[0]}
    made.update((key, spec[key]) for key in ("type", "elements", "no_log") if spec.get(key))
    if "options" in spec:
        parts = option["suboptions"]
        made["options"] = {each: _option(parts[each], spec["options"][each], variables) for each in parts}
    return made


def values(spec: Data) -> Iterator[str]:
    """The choices and the default, as a text.

    With them, Ansible rejects null, which means an unset option in a variable of the role.
    """
    said = []
    if "choices" in spec:
        *others, last = (f"V({each})" for each in spec["choices"])
        said.append(f"Can be {', '.join(others)}{',' * (len(others) > 1)} or {last}.")
    if "default" in spec:
        said.append(f"Defaults to V({specs.shown(spec['default'])}).")
    if said:
        yield " ".join(said)


def _text(text: str, variables: dict[str, str]) -> str:
    """The text of the module about an option, in the words of the role."""
    module = dom.PluginIdentifier(f"vsphere.tasks.{MODULE.stem}", "module")
    changed = ""
    for part in parsed(text, module):
        source = part.source or ""
        if isinstance(part, dom.TextPart):
            changed += re.sub(r"\b(the|this) module\b", r"\1 role", source, flags=re.IGNORECASE)
        elif isinstance(part, dom.OptionNamePart) and part.plugin == module:
            changed += source.replace(part.link[0], variables[part.link[0]], 1)
        elif isinstance(part, dom.ReturnValuePart) and part.plugin == module:
            changed += f"C(wait_for_task_result.{part.name})"
        else:
            changed += source
    return changed


def paragraphs(option: Data) -> list[str]:
    description: str | list[str] = option["description"]
    return [description] if isinstance(description, str) else description


def parsed(text: str, plugin: dom.PluginIdentifier | None = None) -> dom.Paragraph:
    return parse(text, Context(current_plugin=plugin), errors="exception", add_source=True)[0]


def files() -> dict[Path, str]:
    """The current files of the role that Ansible reads."""
    made, waiting, variables = options(), wait_spec(), names()
    defaults = {variables[name]: spec["default"] for name, spec in waiting.items()}
    return {
        ARGUMENT_SPECS: _headed(ARGUMENT_SPECS, {"argument_specs": {"main": {**main_specs(), "options": made}}}),
        DEFAULTS: _headed(DEFAULTS, defaults),
    }


def _headed(file: Path, data: Data) -> str:
    """The data below the comments that the file begins with."""
    lines = file.read_text(encoding="utf-8").splitlines(True)
    return "".join(itertools.takewhile(lambda line: line[0] in "#-\n", lines)) + specs.dump(data)
