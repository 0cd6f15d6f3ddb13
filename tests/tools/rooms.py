# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of `plugins` and what each imports from the others, drawn from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGINS = ROOT / "plugins"
COLLECTION = "ansible_collections.vsphere.tasks.plugins"
GROUND = "ground"


def room(file: Path) -> str:
    """The package of a file in `plugins`. Files without a package form the ground below all others."""
    kind, *folders = file.relative_to(PLUGINS).parts[:-1]
    if folders:
        return f"{kind}/{folders[0]}"
    if kind == "module_utils" and file.stem != "_run":
        return f"{kind}/{GROUND}"
    return f"{kind}/{file.stem}" if kind.endswith("_utils") else kind


def imported(file: Path) -> Iterator[Path]:
    """The files of `plugins` that a file imports, including imports only for types."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.level or str(node.module).startswith(COLLECTION)):
            start = file.parents[node.level - 1] if node.level else PLUGINS
            folder = start.joinpath(*(node.module or "").removeprefix(COLLECTION).strip(".").split("."))
            files = [folder / f"{alias.name}.py" for alias in node.names]
            yield from (each for each in (*files, folder.with_suffix(".py")) if each.is_file())


def imports() -> dict[str, set[str]]:
    """For each package those that it imports."""
    found: dict[str, set[str]] = {}
    for file in sorted(PLUGINS.rglob("*.py")):
        found.setdefault(room(file), set()).update(map(room, imported(file)))
    return {each: others - {each} for each, others in found.items() if others - {each} or "utils" in each}


def drawing() -> str:
    """The packages as a Mermaid diagram, without an arrow if another path exists."""
    found = imports()

    def reach(start: str) -> set[str]:
        return found[start].union(*map(reach, found[start]))

    lines = []
    for each, others in sorted(found.items()):
        indirect = set().union(*map(reach, others))
        lines += [f'    {name(each)}["{each}"] --> {name(other)}["{other}"]' for other in sorted(others - indirect)]
    return "\n".join(["```mermaid", "graph TD", *lines, "```", ""])


def name(package: str) -> str:
    return package.replace("/", ".")
