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
    figure, axes = pyplot.subplots(figsize=(8, 5))
    lengths = [int(length) for length in results]
    for number, name in enumerate(next(iter(results.values()))["waiters"]):
        medians = [statistics.median(each["waiters"][name]["returned"]) for each in results.values()]
        axes.plot(lengths, medians, marker="osD^v<>"[number], label=name, linestyle="--" if "govc" in name else "-")
    axes.set(xscale="log", yscale="log", xlabel="length of the task [s]", ylabel="returned after its end [s], median")
    axes.set_xticks(lengths, [str(length) for length in lengths])
    axes.minorticks_off()
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")
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
