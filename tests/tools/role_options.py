# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the roles, made from the specs and the documentation of the module that each runs."""

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import specs
import yaml
from antsibull_docs_parser import dom
from antsibull_docs_parser.parser import Context, parse
from specs import Data


class Role:
    """A role, whose options are those of a module, except the role's own, which are written manually."""

    def __init__(self, name: str, module: str, own: set[str], internal: set[str]) -> None:
        self.folder = specs.ROOT / "roles" / name
        self.page = self.folder / "README.md"
        self.argument_specs = self.folder / "meta" / "argument_specs.yml"
        self._name = name
        self._module = specs.PLUGINS / "modules" / f"{module}.py"
        self._own = own
        self._internal = internal

    @property
    def _role(self) -> Any:
        return getattr(specs.load("plugin_utils._role"), self._name.upper())

    def main_specs(self) -> Data:
        """The existing argument specs of the role."""
        data: Data = yaml.safe_load(self.argument_specs.read_text(encoding="utf-8"))["argument_specs"]["main"]
        return data

    def names(self) -> dict[str, str]:
        """For each option of the module the variable of the role."""
        return {option: name for name, option in self._role.options.items()}

    def extra_spec(self) -> Data:
        """The options of the module that the role has a default for."""
        spec: Data = self._role.extra
        return spec

    def options(self) -> Data:
        """The current argument specs of the role's options."""
        known = {**specs.module_spec(self._module), **specs.spec_of(specs.CONNECTION)}
        variables = self.names()
        missing = known.keys() - variables.keys() - self._internal
        if missing:
            sys.exit(f"{', '.join(sorted(missing))}: the role has no variable for this option of {self._module.stem}")
        documented = {name: option for name, option in specs.documented(self._module).items() if name in variables}
        made = {variables[name]: self._option(option, known[name]) for name, option in documented.items()}
        existing = self.main_specs()["options"]
        own = {name: existing[name] for name in existing if name in self._own}
        return {**{name: option for name, option in own.items() if name not in made}, **made, **own}

    def _option(self, option: Data, spec: Data) -> Data:
        texts = [self._text(text) for text in paragraphs(option)]
        description = [*texts, *values(spec)]
        made: Data = {"description": description if len(description) > 1 else description[0]}
        made.update((key, spec[key]) for key in ("type", "elements", "no_log") if spec.get(key))
        if "version_added" in option:
            made["version_added"] = option["version_added"]
        if "options" in spec:
            parts = option["suboptions"]
            made["options"] = {each: self._option(parts[each], spec["options"][each]) for each in parts}
        return made

    def _text(self, text: str) -> str:
        """The text of the module about an option, in the words of the role."""
        module = dom.PluginIdentifier(f"vsphere.tasks.{self._module.stem}", "module")
        variables = self.names()
        changed = ""
        for part in parsed(text, module):
            source = part.source or ""
            if isinstance(part, dom.TextPart):
                changed += re.sub(r"\b(the|this) module\b", r"\1 role", source, flags=re.IGNORECASE)
            elif isinstance(part, dom.OptionNamePart) and part.plugin == module:
                changed += source.replace(part.link[0], variables[part.link[0]], 1)
            elif isinstance(part, dom.ReturnValuePart) and part.plugin == module:
                changed += f"C({self._name}_result.{part.name})"
            else:
                changed += source
        return changed

    def files(self) -> dict[Path, str]:
        """The current files of the role that Ansible reads."""
        data = {"argument_specs": {"main": {**self.main_specs(), "options": self.options()}}}
        made = {self.argument_specs: _headed(self.argument_specs, data)}
        variables = self.names()
        defaults = {variables[name]: spec["default"] for name, spec in self.extra_spec().items()}
        if defaults:
            file = self.folder / "defaults" / "main.yml"
            made[file] = _headed(file, defaults)
        return made


WAIT_FOR_TASK = Role(
    "wait_for_task",
    "vsphere_task_wait",
    own={"wait_for_task_ids"},
    # Only the action plugin of the module gives them.
    internal={"progress_file", "progress_round"},
)
TASK_REPORT = Role(
    "task_report",
    "vsphere_task_info",
    own={f"task_report_{name}" for name in ("path", "formats", "title", "mode")},
    # The report does not show custom values, and always shows the hosts.
    internal={"custom_values", "hosts"},
)
ROLES = (TASK_REPORT, WAIT_FOR_TASK)


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


def paragraphs(option: Data) -> list[str]:
    description: str | list[str] = option["description"]
    return [description] if isinstance(description, str) else description


def parsed(text: str, plugin: dom.PluginIdentifier | None = None) -> dom.Paragraph:
    return parse(text, Context(current_plugin=plugin), errors="exception", add_source=True)[0]


def files() -> dict[Path, str]:
    """The current files of all roles that Ansible reads."""
    return {file: text for role in ROLES for file, text in role.files().items()}


def _headed(file: Path, data: Data) -> str:
    """The data below the comments that the file begins with."""
    lines = file.read_text(encoding="utf-8").splitlines(True)
    return "".join(itertools.takewhile(lambda line: line[0] in "#-\n", lines)) + specs.dump(data)
