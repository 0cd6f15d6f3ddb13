# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plots, from the results: `python benchmarks/plots.py` draws them again."""

import json
import statistics
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
# The same results give the same file.
mpl.rcParams["svg.hashsalt"] = "vsphere.tasks"
mpl.rcParams["svg.fonttype"] = "none"
NO_DATE = {"Date": None, "Creator": None}


def save(figure: Any, name: str) -> None:
    figure.tight_layout()
    file = HERE / name
    figure.savefig(file, metadata=NO_DATE)
    text = "\n".join(line.rstrip() for line in file.read_text(encoding="utf-8").splitlines())
    file.write_text(f"{text}\n", encoding="utf-8")


def lateness(results: dict[str, Any]) -> None:
    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    lengths = [int(length) for length in results]
    lines = []
    for number, name in enumerate(next(iter(results.values()))["waiters"]):
        medians = [statistics.median(each["waiters"][name]["returned"]) for each in results.values()]
        ours = name.startswith("vsphere.tasks")
        style = {"linewidth": 2.5, "zorder": 3} if ours else {"linewidth": 1.2, "linestyle": "--"}
        lines += axes.plot(lengths, medians, marker="osD^v<>"[number], label=name, **style)
    axes.set(xscale="log", yscale="log", xlabel="length of the task", ylim=(0.004, 30))
    axes.set_title("Time from the end of a task until the wait returns (median)", fontsize="medium", loc="left")
    axes.set_xticks(lengths, [f"{length} s" for length in lengths])
    axes.set_yticks([0.01, 0.1, 1, 10], ["10 ms", "100 ms", "1 s", "10 s"])
    axes.minorticks_off()
    axes.grid(visible=True, alpha=0.3)
    # Between both groups of lines. The legend has the same order as the plot, latest on top.
    lines.sort(key=lambda line: -line.get_ydata()[-1])
    axes.legend(handles=lines, loc="center right", bbox_to_anchor=(1, 0.42), fontsize="small")
    save(figure, "lateness.svg")


def scaling(results: dict[str, Any]) -> None:
    figure, grid = pyplot.subplots(2, 2, figsize=(8, 6))
    panels = {
        "requests": ("requests", 1),
        "bytes": ("MB, both directions", 1e6),
        "cpu": ("processor seconds", 1),
        "memory": ("peak of memory [MB]", 1e6),
    }
    for axes, (key, (label, unit)) in zip(grid.flat, panels.items(), strict=True):
        for transport, name in (("json", "VI/JSON"), ("soap", "SOAP")):
            runs = results[transport]["session"]
            axes.plot([int(n) for n in runs], [each[key] / unit for each in runs.values()], marker="o", label=name)
        axes.set(xlabel="tasks", ylabel=label, ylim=(0, None))
        axes.grid(visible=True, alpha=0.3)
    grid[0, 0].legend(fontsize="small")
    save(figure, "scaling.svg")


def main() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    lateness(results["lateness"])
    scaling(results["scaling"])


if __name__ == "__main__":
    main()
