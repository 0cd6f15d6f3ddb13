# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the cases in which the tests check the outcome of a change, for docs/reliability.md."""

import re
import runpy
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONNECTION = ROOT / "tests" / "integration" / "targets" / "connection"
PAGE = ROOT / "docs" / "reliability.md"
MARKED = re.compile(r"(<!-- begin outcome cases -->\n).*?(<!-- end outcome cases -->)", re.DOTALL)
PROTOCOLS = {"json": "VI/JSON", "soap": "SOAP"}
MOMENTS = {False: "before", True: "after"}


def files() -> dict[Path, str]:
    """The page with the current table. The rest of it has other sources."""
    return {PAGE: MARKED.sub(rf"\g<1>{table()}\g<2>", PAGE.read_text(encoding="utf-8"))}


def table() -> str:
    """The number of cases for each kind of failure, with the server's execution before or after it."""
    module = runpy.run_path(str(CONNECTION / "outcome_cases.py"))
    counts: Counter[tuple[str, str, bool]] = Counter()
    for protocol in PROTOCOLS:
        for method in module["METHODS"]:
            for case in module["cases"](method, protocol):
                counts[case.kind, protocol, case.carried_out] += 1
    columns = [(protocol, moment) for protocol in PROTOCOLS for moment in MOMENTS]
    heads = [f"{PROTOCOLS[protocol]}, {MOMENTS[moment]}" for protocol, moment in columns]
    rows = [["failure of the request", *heads], ["---"] * 5]
    kinds = dict.fromkeys(kind for kind, _protocol, _carried_out in counts)
    rows += [[kind, *(str(counts[kind, protocol, moment]) for protocol, moment in columns)] for kind in kinds]
    sums = [sum(count for key, count in counts.items() if key[1:] == column) for column in columns]
    rows.append([f"all {sum(sums)}", *map(str, sums)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
