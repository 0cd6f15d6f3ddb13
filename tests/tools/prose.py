# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the texts that people read with Vale and the rules of tests/vale:

`python tests/tools/prose.py .build/vale`

Vale reads Markdown by itself. From Python and YAML files, this script hands it the comments, docstrings, messages, and
documentation, each paragraph as a line. In tests, strings are data, so it hands over only the comments and docstrings.
"""

import ast
import io
import json
import re
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "tests" / "vale" / "vale.ini"
FILES = re.compile(
    r".*\.md"
    r"|(?:benchmarks|extensions|plugins|tests)/.*\.py"
    r"|(?:changelogs/fragments|examples|extensions|meta|playbooks|roles)/.*\.yml"
)
TESTS = re.compile("tests/(?!tools/)")
# Markup, placeholders, and names of things in code are not words of a sentence.
CODE = re.compile(r"``?[^`]+``?|\b(?:[CEMOV]|RV)\((?:\\.|[^)\\])*\)|\{\{.*?\}\}|\{[^{}]*\}|\S+[/_=]\S*")

# Texts of others.
HEADER = re.compile("SPDX-|GNU General Public License|/")


class Text(NamedTuple):
    """A paragraph, and the line of the file on which it starts."""

    line: int
    text: str


class Finding(NamedTuple):
    """A violation of a rule."""

    file: str
    line: int
    message: str


def paragraphs(line: int, text: str) -> Iterator[Text]:
    for match in re.finditer(r"\S.*?(?=\n\s*\n|\Z)", text, re.DOTALL):
        words = " ".join(CODE.sub("code", match[0]).split())
        # Otherwise, Vale can take the next paragraph for the end of this sentence.
        yield Text(line + text.count("\n", 0, match.start()), f"{words.rstrip('.')}!")


def comments(lines: Iterable[tuple[int, str]]) -> Iterator[Text]:
    """Comments, which can continue on the next line."""
    begin, parts = 0, [""]
    for line, text in lines:
        if HEADER.match(text):
            continue
        if line != begin + len(parts):
            yield from paragraphs(begin, "\n".join(parts))
            begin, parts = line, []
        parts.append(text)
    yield from paragraphs(begin, "\n".join(parts))


def from_yaml(source: str, first: int = 1) -> Iterator[Text]:
    """The comments, and all values of more than one word."""
    lines = enumerate(source.split("\n"), first)
    yield from comments((line, text.lstrip("# ")) for line, text in lines if text.lstrip().startswith("#"))
    nodes = [yaml.compose(source, Loader=yaml.SafeLoader)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            nodes += [value for _key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif node and " " in node.value:
            yield from paragraphs(first + node.start_mark.line, node.value)


def remarks(source: str) -> Iterator[Text]:
    """The comments of a Python file."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return comments((each.start[0], each.string.lstrip("# ")) for each in tokens if each.type == tokenize.COMMENT)


def from_test(source: str) -> Iterator[Text]:
    """The comments and the docstrings."""
    yield from remarks(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from paragraphs(node.lineno, node.value.value)


def from_python(source: str) -> Iterator[Text]:
    """The comments, the docstrings, the messages, and the documentation, which is YAML."""
    yield from remarks(source)
    seen: set[ast.AST] = set()
    # Parents come before their children.
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            seen.update(ast.walk(node))
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield from paragraphs(node.lineno, "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value and node not in seen:
            is_yaml = node.value.startswith("\n")
            yield from (from_yaml(node.value, node.lineno) if is_yaml else paragraphs(node.lineno, node.value))


def texts(file: str, source: str) -> Iterator[Text]:
    if file.endswith(".yml"):
        return from_yaml(source)
    return from_test(source) if TESTS.match(file) else from_python(source)


def findings(vale: str, folder: Path) -> dict[str, list[tuple[int, str]]]:
    """What Vale finds in the files of the folder, by file: the line and the message."""
    command = [vale, "--config", str(RULES), "--output", "JSON", "--no-exit", "."]
    output = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {file: [(each["Line"], each["Message"]) for each in found] for file, found in json.loads(output).items()}


def check(vale: str, root: Path, files: Iterable[str]) -> list[Finding]:
    """The violations in those of the files that hold texts."""
    lines: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as name:
        for file in filter(FILES.fullmatch, files):
            source = (root / file).read_text(encoding="utf-8")
            copy = Path(name, file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if copy.suffix == ".md":
                copy.write_text(source, encoding="utf-8")
                continue
            found = sorted(texts(file, source))
            copy = copy.with_name(copy.name + ".txt")
            copy.write_text("".join(f"{text}\n\n" for _line, text in found), encoding="utf-8")
            lines[file + ".txt"] = [line for line, _text in found for _twice in range(2)]
        return sorted(
            Finding(file.removesuffix(".txt"), lines[file][line - 1] if file in lines else line, message)
            for file, violations in findings(vale, Path(name)).items()
            for line, message in violations
        )


def main() -> int:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    # git also lists files that are removed and not committed yet.
    found = check(sys.argv[1], ROOT, [file for file in listed.splitlines() if (ROOT / file).is_file()])
    for each in found:
        print(f"{each.file}:{each.line}: {each.message}")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
