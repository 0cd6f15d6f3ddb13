# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty thousand tasks stay usable."""

from __future__ import annotations

import sys

from pages import Open
from samples import many

FIRST_PAINT, FILTER, OTHERS = 2000, 200, 500  # milliseconds


def test_twenty_thousand_tasks(open_report: Open) -> None:
    results = [{"server": f"vc{number}", "tasks": many(5000, seed=number)} for number in range(1, 5)]
    page = open_report(results=results).page
    assert page.locator("#count").inner_text() == "20,000 tasks"
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    times = {
        "search": """() => { const search = document.getElementById("search"); search.value = "web-0";
            search.dispatchEvent(new Event("input", { bubbles: true })); }""",
        "outcome": """() => document.querySelector("#outcomes input[value=success]").click()""",
        "clear": """() => document.getElementById("clear").click()""",
        "group": """() => { const group = document.getElementById("group"); group.value = "user";
            group.dispatchEvent(new Event("change", { bubbles: true })); }""",
        "sort": """() => document.querySelector("#tasks-table th button").click()""",
        "zoom": """() => document.getElementById("zoom-in").click()""",
    }
    # Until what it changes is painted.
    measure = """async (act) => {
        const begin = performance.now();
        act();
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - begin;
    }"""
    # Other programs can disturb a run, but none makes one faster.
    runs = [{name: round(page.evaluate(f"({measure})({act})")) for name, act in times.items()} for _run in range(3)]
    measured = {name: min(run[name] for run in runs) for name in times}
    sys.stderr.write(
        f"20,000 tasks: first paint {paint:.0f} ms, {', '.join(f'{name} {ms} ms' for name, ms in measured.items())}\n"
    )
    assert paint < FIRST_PAINT
    assert max(measured[name] for name in ("search", "outcome", "clear")) < FILTER, measured
    assert max(measured.values()) < OTHERS, measured
