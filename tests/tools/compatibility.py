# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of docs/compatibility.md anew, from what tests/recordings says of itself:

`python tests/tools/compatibility.py`
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Data = dict[str, Any]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "compatibility.md"
MARK = "<!-- from tests/recordings -->"


class Fact(NamedTuple):
    """A fact about a kind of server, and its source or the reason for the assumption."""

    text: str
    kind: str
    source: str
    belief: str


def recordings() -> list[Data]:
    files = sorted((ROOT / "tests" / "recordings").glob("*.yml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


def entries(recorded: Data) -> Iterator[Data]:
    """All parts of a recording that contain their source."""
    yield from recorded.get("exchanges", ())
    yield from recorded.get("objects", ())
    yield from (fault for fault in recorded.get("faults", {}).values() if "shows" in fault)
    if "transfer" in recorded:
        yield recorded["transfer"]


def facts() -> list[Fact]:
    return [
        Fact(entry["shows"], recorded["kind"], entry.get("source", ""), entry.get("belief", ""))
        for recorded in recordings()
        for entry in entries(recorded)
        if "shows" in entry
    ]


def servers() -> str:
    rows = []
    for recorded in recordings():
        known = [*entries(recorded)]
        sourced = sum("source" in entry for entry in known)
        protocols = recorded.get("protocols") or next(
            each["protocols"] for each in chain(recorded) if "protocols" in each
        )
        like = next((each["kind"] for each in chain(recorded)), "")
        names = " and ".join({"json": "VI/JSON", "soap": "SOAP"}[each] for each in protocols)
        rows.append(f"| {recorded['kind']} | {names} | {sourced} | {len(known) - sourced} | {like} |")
    heads = "| server | protocols | exchanges and objects with a source | assumptions | otherwise like |"
    return "\n".join([heads, "| --- | --- | --- | --- | --- |", *rows])


def chain(recorded: Data) -> Iterator[Data]:
    """The recordings that this one adds to, the nearest first."""
    while "like" in recorded:
        file = ROOT / "tests" / "recordings" / f"{recorded['like']}.yml"
        recorded = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield recorded


def proven() -> str:
    rows = [f"| {fact.text} | {fact.kind} | {fact.source} |" for fact in ordered() if fact.source]
    return "\n".join(["| fact | server | recorded in |", "| --- | --- | --- |", *rows])


def believed() -> str:
    rows = [f"| {fact.text} | {fact.kind} | {fact.belief} |" for fact in ordered() if fact.belief]
    return "\n".join(["| assumption | server | reason |", "| --- | --- | --- |", *rows])


def ordered() -> list[Fact]:
    return sorted(facts(), key=lambda fact: (fact.text.lstrip("`").lower(), fact.kind))


def page(text: str) -> str:
    """The page with its tables as they should be."""
    parts = re.split(rf"({MARK}\n).*?(?=\n\n|\Z)", text, flags=re.DOTALL)
    tables = iter((servers(), proven(), believed()))
    return "".join(part + next(tables) if part == f"{MARK}\n" else part for part in parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
