# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generate files that repeat other sources; docs/decisions/generated.md lists them.

`python tests/tools/generate.py` writes the files. With `--check`, it shows the changes, and fails if it finds any.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import event_schema
import guides
import outcomes
import role_options
import rooms
import specs
import yaml
from antsibull_docs_parser import dom
from role_options import Role
from specs import CALLBACK, EVENT_SOURCE, FILTERS, MODULES, ROOT, Data

# The others are parts of them.
PLAYBOOKS = sorted((ROOT / "playbooks").glob("[a-z]*.yml"))
HTTP = specs.PLUGINS / "module_utils" / "_connection" / "_http.py"
MARKED = re.compile(r"(<!-- begin ([a-z ]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """The current pages: with each table between the marks of its name."""
    tables = {
        ROOT / "README.md": {"contents": contents()},
        ROOT / "docs" / "architecture.md": {"packages": rooms.drawing()},
    }
    for role in role_options.ROLES:
        parts = {"selection": specs.spec_of(specs.SELECTION), "connection": specs.spec_of(specs.CONNECTION)}
        options = {**parts, "wait": role.extra_spec()}
        made = {f"{name} options": option_table(role, spec) for name, spec in options.items()}
        tables[role.page] = {**made, "report options": table(own_rows(role))}
    return {page: filled(page, made) for page, made in tables.items()}


def filled(page: Path, tables: dict[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        begin, name, end = match.groups()
        return begin + (tables.get(name) or sys.exit(f"{begin.strip()}: unknown table")) + end

    return MARKED.sub(fill, page.read_text(encoding="utf-8"))


def galaxy() -> Data:
    data: Data = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return data


def user_agent() -> dict[Path, str]:
    """The code that has the version of the collection, which a module on a managed host cannot look up."""
    code = HTTP.read_text(encoding="utf-8")
    return {HTTP: re.sub(r'(?m)^(USER_AGENT = ".*/).*"$', rf'\g<1>{galaxy()["version"]}"', code)}


def contents() -> str:
    """All plugins, roles, and playbooks, with links that also work on Galaxy, which does not support relative ones."""
    base = f"{galaxy()['repository']}/blob/main"
    plugins = (
        *(("module", file) for file in MODULES),
        ("callback", CALLBACK),
        ("event source", EVENT_SOURCE),
        *(("filter", file) for file in FILTERS),
    )
    found = [(kind, file.stem, file, specs.documentation(file)) for kind, file in plugins]
    found += [("role", role.folder.name, role.page, role.main_specs()) for role in role_options.ROLES]
    for file in PLAYBOOKS:
        [play] = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.append(("playbook", file.stem, file, {"short_description": play["name"]}))
    rows = [
        f"| {kind} | [`{name}`]({base}/{file.relative_to(ROOT)}) | {documentation['short_description']} |"
        for kind, name, file, documentation in found
    ]
    return "\n".join(["| kind | name | purpose |", "| --- | --- | --- |", *rows, ""])


def option_table(role: Role, spec: Data) -> str:
    """The options of the role for those of the module, each with the first paragraph about it and its values."""
    module_names = {variable: name for name, variable in role.names().items()}

    def rows() -> Iterator[tuple[str, str]]:
        for variable, option in role.options().items():
            if module_names.get(variable) in spec:
                texts = role_options.paragraphs(option)[0], *role_options.values(spec[module_names[variable]])
                yield variable, " ".join(texts)

    return table(rows())


def own_rows(role: Role) -> Iterator[tuple[str, str]]:
    """The options that only the role has, each with everything about it."""
    for variable, option in role.options().items():
        if variable not in role.names().values():
            yield variable, " ".join(role_options.paragraphs(option))


def table(rows: Iterator[tuple[str, str]]) -> str:
    lines = [f"| `{variable}` | {markdown(text)} |" for variable, text in rows]
    return "\n".join(["| option | purpose |", "| --- | --- |", *lines, ""])


def markdown(text: str) -> str:
    """A text as a cell of a table."""
    written = ""
    for part in role_options.parsed(text):
        if isinstance(part, dom.OptionNamePart):
            written += f"`{part.name}`" if part.value is None else f"`{part.name}: {part.value}`"
        elif isinstance(part, dom.OptionValuePart):
            written += f"`{part.value}`"
        elif isinstance(part, dom.EnvVariablePart):
            written += f"`{part.name}`"
        elif isinstance(part, dom.ModulePart):
            written += f"`{part.fqcn}`"
        elif isinstance(part, dom.CodePart):
            written += f"`{part.text}`"
        else:
            written += part.source or ""
    # It ends a cell, even in code.
    return written.replace("|", r"\|")


def main(is_check: bool) -> int:
    stale = put(is_check, specs.plugins() | role_options.files() | pages() | outcomes.files())
    # The guides contain tables of the above.
    stale |= put(is_check, guides.files() | event_schema.files() | user_agent())
    return int(is_check and bool(stale))


def put(is_check: bool, texts: dict[Path, str]) -> dict[Path, str]:
    """Write the texts that have changed, or only show how. Returns them."""
    written = {file: file.read_text(encoding="utf-8") if file.exists() else "" for file in texts}
    stale = {file: text for file, text in texts.items() if text != written[file]}
    for file, text in stale.items():
        if is_check:
            name = str(file.relative_to(ROOT))
            lines = written[file].splitlines(True), text.splitlines(True)
            sys.stdout.writelines(difflib.unified_diff(*lines, name, f"{name} after make format"))
        else:
            file.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
