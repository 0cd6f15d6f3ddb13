# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the code in one place at a time, and see whether a unit test fails:

`python tests/tools/mutation.py FOLDER PROCESSES AGAIN PACKAGE…` (AGAIN=1: keep the results of the killed mutants)

mutmut makes the changes in a copy of the collection in FOLDER. `tests/mutation/PACKAGE.txt` lists the mutants that
survive, below the reasons that people have added for them, and docs/reliability.md has the figures.
"""

import ast
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import reliability
import tree

TOP = Path(__file__).parents[2]
RESULTS = TOP / "tests" / "mutation"
COLLECTION = Path("ansible_collections", "vsphere", "tasks")
CODE = COLLECTION / "plugins" / "module_utils"
TESTS = COLLECTION / "tests" / "unit" / "plugins" / "module_utils"
LEAST = 85
# The results have the same copyright and license as this file.
HEADER = Path(__file__).read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0] + "\n"
MOST_MEMORY = 4 << 30
"""Bytes that each process can have."""
UNEXPLAINED = "No reason yet"
# They try all places of an answer, or measure memory, which takes too long for each mutant.
SLOW = (
    "_connection/test_whole_answers.py",
    "_connection/test_bounds.py::test_the_memory_for_a_large_answer_is_limited",
)
# mutmut handles these itself.
BOUND = {"classmethod", "staticmethod"}
KILLED = {"killed", "timeout"}


class Undecorated(ast.NodeTransformer):
    """Write `@decorator def f` as `def f` and `f = decorator(f)`, because mutmut leaves decorated functions out."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | list[ast.AST]:
        self.generic_visit(node)
        decorators = node.decorator_list
        if not decorators or {ast.unparse(each) for each in decorators} <= BOUND:
            return node
        node.decorator_list = []
        calls = [ast.parse(f"{node.name} = {ast.unparse(each)}({node.name})").body[0] for each in reversed(decorators)]
        return [node, *calls]


class Survivor(NamedTuple):
    place: str
    change: str
    """The lines before and after the change."""


class Figures(NamedTuple):
    killed: int
    timed_out: int
    survived: int

    @property
    def mutants(self) -> int:
        return sum(self)

    @property
    def percent(self) -> float:
        return 100 * (self.killed + self.timed_out) / self.mutants


def prepare(folder: Path, package: str) -> None:
    """Copy the collection as git has it, and tell mutmut what to do with it."""
    (folder / COLLECTION).mkdir(parents=True, exist_ok=True)
    tree.mirror(TOP, folder / COLLECTION, folder / "files")
    for file in (folder / CODE / package).glob("*.py"):
        code = ast.unparse(Undecorated().visit(ast.parse(file.read_text(encoding="utf-8"))))
        file.write_text(code, encoding="utf-8")
    settings = {
        "source_paths": [str(CODE / package)],
        "also_copy": [str(COLLECTION)],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "fresh", "-c", str(COLLECTION / "pyproject.toml")],
        "pytest_add_cli_args_test_selection": [str(TESTS / package), *(f"--deselect={TESTS / each}" for each in SLOW)],
        # A mutant that hangs ends after this multiple of the time that its tests need, plus a second.
        "timeout_multiplier": 5.0,
        "track_dependencies": False,
        "use_git_change_detection": False,
    }
    # A value in JSON is one in TOML, too.
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.mutmut]", *lines, ""]), encoding="utf-8")


def forget(folder: Path) -> None:
    """Let mutmut test the mutants again that survived its last run."""
    from mutmut.stats import status_by_exit_code

    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    for file in folder.glob("mutants/**/*.meta"):
        known = json.loads(file.read_text(encoding="utf-8"))
        codes = known["exit_code_by_key"]
        known["exit_code_by_key"] = {
            key: code if status_by_exit_code[code] == "killed" else None for key, code in codes.items()
        }
        file.write_text(json.dumps(known), encoding="utf-8")


def run(folder: Path, processes: str) -> None:
    mutmut = Path(sys.executable).parent / "mutmut"
    environment = {**os.environ, "PYTHONPATH": str(RESULTS)}
    # Without a bound, an endless answer needs all memory, and the kernel can end any process. Now, the test fails.
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    subprocess.run([mutmut, "run", f"--max-children={processes}"], cwd=folder, env=environment, check=True)


def place_of(key: str) -> str:
    """The function of a mutant: module.function, or module.Class.method."""
    module, _dot, name = key.rpartition(".")
    name = name.rpartition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return f"{module.rpartition('.')[2]}.{name}"


def results(folder: Path) -> tuple[Figures, list[Survivor]]:
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code

    found: Counter[str] = Counter()
    survivors = []
    # mutmut reads its files in the current folder.
    os.chdir(folder)
    for file in sorted(Path("mutants").rglob("*.meta")):
        path = file.relative_to("mutants").with_suffix("")
        for key, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            status = status_by_exit_code[code]
            found[status] += 1
            if status not in KILLED:
                lines = get_diff_for_mutant(key, path=path).splitlines()[2:]
                changed = [f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "-+"]
                survivors.append(Survivor(place_of(key), "\n".join(changed)))
    return Figures(found["killed"], found["timeout"], len(survivors)), survivors


def read(text: str) -> tuple[Figures, list[tuple[str, Survivor]]]:
    """The figures and the survivors, with their reasons, of a file of results."""
    _header, figures, *sections = text.split("\n\n")
    known, why = [], UNEXPLAINED
    for section in sections:
        if section.startswith("# "):
            why = section.removeprefix("# ")
        else:
            place, _newline, change = section.rstrip().partition("\n")
            known.append((why, Survivor(place, change)))
    return Figures(*map(int, re.findall(r"\d+", figures)[1:])), known


def written(figures: Figures, survivors: list[Survivor], known: list[tuple[str, Survivor]]) -> str:
    """The file of results. Survivors keep the reasons that are known for them."""
    reasons = {survivor: why for why, survivor in known}
    groups: dict[str, list[Survivor]] = {UNEXPLAINED: [], **{why: [] for why, _survivor in known}}
    for survivor in survivors:
        groups[reasons.get(survivor, UNEXPLAINED)].append(survivor)
    killed, timed_out, survived = figures
    parts = [HEADER + f"\n{figures.mutants} mutants: {killed} killed, {timed_out} timed out, {survived} survived"]
    for why, group in groups.items():
        parts += [f"# {why}", *map("\n".join, group)] if group else []
    return "\n\n".join(parts) + "\n"


def table(files: list[Path]) -> str:
    rows = [
        (file.stem, str(each.mutants), *map(str, each), f"{each.percent:.1f}")
        for file in files
        for each, _known in [read(file.read_text(encoding="utf-8"))]
    ]
    return reliability.table(("package", "mutants", "killed", "timed out", "survived", "per cent"), *rows)


def measure(folder: Path, package: str, processes: str, again: bool) -> bool:
    """Whether enough mutants of a package are killed, and all others have a reason."""
    if again:
        forget(folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    prepare(folder, package)
    run(folder, processes)
    figures, survivors = results(folder)
    file = RESULTS / f"{package}.txt"
    known = read(file.read_text(encoding="utf-8"))[1] if file.exists() else []
    text = written(figures, survivors, known)
    file.write_text(text, encoding="utf-8")
    print(f"{package}: {figures.percent:.1f} % of {figures.mutants} mutants killed; {file} lists the others")
    return figures.percent >= LEAST and UNEXPLAINED not in text


def main(folder: Path, processes: str, again: str, *packages: str) -> int:
    # The current folder changes.
    folder = folder.absolute()
    good = [measure(folder / each, each, processes, again == "1") for each in packages]
    made = {"mutants": table(sorted(RESULTS.glob("_*.txt")))}
    page = reliability.PAGE
    page.write_text(reliability.filled(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
