# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guides in docs/*.md as the RST pages that docs.ansible.com shows; docs/docsite/extra-docs.yml lists them.

A link to another guide leads to its page there, every other relative link to the repository.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pypandoc
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LABEL = "ansible_collections.vsphere.tasks.docsite"

# An element of pandoc's tree: its type is "t", its content "c".
Element = dict[str, Any]


def files() -> dict[Path, str]:
    """The current RST pages."""
    index = yaml.safe_load((DOCS / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    guides = [Guide(name) for section in index["sections"] for name in section["toctree"]]
    labels = {target: label for guide in guides for target, label in guide.labels.items()}
    return {DOCS / "docsite" / "rst" / f"{guide.name}.rst": guide.page(labels) for guide in guides}


class Guide:
    def __init__(self, name: str) -> None:
        self.name = name
        self.tree = json.loads(pypandoc.convert_file(DOCS / f"{name}.md", "json", "gfm"))
        self.labels = {f"{name}.md": f"{LABEL}.{name}"}
        for block in self.tree["blocks"]:
            if is_a(block, "Header"):
                anchor = block["c"][1][0]
                self.labels[f"{name}.md#{anchor}"] = f"{LABEL}.{name}.{anchor}"

    def page(self, labels: dict[str, str]) -> str:
        licence, title, *blocks = self.tree["blocks"]
        notice = licence["c"][1].splitlines()[1:-1]
        comment = "\n   ".join(["..", *notice, f"make format generates this page from docs/{self.name}.md."])
        title["c"][1][0] = labels[f"{self.name}.md"]
        for block in blocks:
            if is_a(block, "Header"):
                block["c"][1][0] = labels[f"{self.name}.md#{block['c'][1][0]}"]
        # Raw parts of the Markdown are comments.
        kept = [self.linked(block, labels) for block in (title, *blocks) if not is_a(block, "RawBlock")]
        tree = json.dumps({**self.tree, "blocks": kept})
        return f"{comment}\n\n{pypandoc.convert_text(tree, 'rst', 'json', ['--columns=120'])}"

    def linked(self, part: Any, labels: dict[str, str]) -> Any:
        """A part of the tree with its links as Sphinx takes them."""
        if is_a(part, "Link"):
            return self.link(part, labels)
        if is_a(part, "Image"):
            return self.image(part)
        if isinstance(part, list):
            return [self.linked(each, labels) for each in part]
        if isinstance(part, dict):
            return {key: self.linked(value, labels) for key, value in part.items()}
        return part

    def link(self, element: Element, labels: dict[str, str]) -> Element:
        attributes, content, (target, title) = element["c"]
        # RST has no markup inside of a link.
        text = plain(content)
        path, anchor = target.partition("#")[::2]
        path = path or f"{self.name}.md"
        if path in labels:
            label = labels.get(f"{path}#{anchor}" if anchor else path)
            if label is None:
                raise SystemExit(self.refusal(target))
            return {"t": "RawInline", "c": ["rst", f":ref:`{text} <{label}>`"]}
        if "://" not in target:
            target = f"{self.address(path, 'blob')}{'#' if anchor else ''}{anchor}"
        return {"t": "Link", "c": [attributes, [{"t": "Str", "c": text}], [target, title]]}

    def image(self, element: Element) -> Element:
        attributes, content, (target, title) = element["c"]
        return {"t": "Image", "c": [attributes, content, [self.address(target, "raw"), title]]}

    def address(self, path: str, view: str) -> str:
        """The address of a file in the repository."""
        file = (DOCS / path).resolve()
        if not file.exists():
            sys.exit(self.refusal(path))
        galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
        return f"{galaxy['repository']}/{view}/main/{file.relative_to(ROOT)}"

    def refusal(self, target: str) -> str:
        return f"docs/{self.name}.md: {target}: a link to nothing"


def plain(part: Any) -> str:
    """The text alone."""
    if is_a(part, "Str"):
        return str(part["c"])
    if is_a(part, "Code"):
        return str(part["c"][1])
    if isinstance(part, list):
        return "".join(map(plain, part))
    # Elements with parts have them at the end. A space or a line break does not have parts.
    return plain(part["c"][-1]) if isinstance(part.get("c"), list) else " "


def is_a(part: Any, kind: str) -> bool:
    return isinstance(part, dict) and part.get("t") == kind
