# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""RESULTS.md, from the results: `python benchmarks/report.py` writes it again."""

import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
REFERENCE = "pyVim.task.WaitForTask"
HEAD = """# Results

`make bench` writes this page. [README.md](README.md) describes the measurements. Server and clients share one machine.
govc is its own frame with an additional command that waits for a task, because the Go proxy does not offer its module,
but offers the packages that it consists of.
"""
Results = dict[str, Any]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---", *(["---:"] * (len(names) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def events(results: Results) -> str:
    text = """## Rules that fire

Milliseconds from the completeTime of a task until ansible-rulebook runs the action of a rule. The event source of
vmware.vmware reads vCenter's events every 60 s, which is its default.

"""
    head = ["event source", "median", "fastest", "slowest"]
    rows = [
        [name, *(milliseconds(each) for each in (statistics.median(late), min(late), max(late)))]
        for name, late in results.items()
    ]
    return f"{text}{table(head, rows)}\n{len(next(iter(results.values())))} operations, which all sources follow.\n"


def machine(facts: dict[str, str]) -> str:
    return "## Machine and versions\n\n" + "".join(f"- {name}: {value}\n" for name, value in facts.items())


def lateness(results: Results) -> str:
    text = """## Lateness

Milliseconds from the task's completeTime to the return of the waiter's function, median (worst) of the waits. For
vsphere.tasks, also until the module notices the end, which it reports as progress. The update that reports the end
contains the whole TaskInfo, and the logout removes the collector. The waiters of vmware.vmware and community.vmware
sleep longer and longer between their looks, with up to a random second, so their lateness depends on the position of
the end in that sleep.

![Lateness against the length of the task](lateness.svg)

"""
    waiters = next(iter(results.values()))["waiters"]
    head = ["waiter", *(f"task of {length} s" for length in results)]
    rows, ratios = [], []
    for name, moments in waiters.items():
        for moment in moments:
            late = [each["waiters"][name][moment] for each in results.values()]
            label = name if moment == "returned" else f"{name}: {moment}"
            rows.append([label, *(f"{milliseconds(statistics.median(x))} ({milliseconds(max(x))})" for x in late)])
            base = [statistics.median(each["waiters"][REFERENCE]["returned"]) for each in results.values()]
            pairs = zip(late, base, strict=True)
            ratios.append([label, *(f"{statistics.median(x) / reference:,.2f}" for x, reference in pairs)])
    samples = len(next(iter(waiters.values()))["returned"])
    busy = ", ".join(f"{each['busy']:.0%} ({length} s)" for length, each in results.items())
    return (
        f"{text}{table(head, rows)}\nThe same as a ratio to {REFERENCE}:\n\n{table(head, ratios)}\n"
        f"{samples} waits of each kind and length. The processors were busy for {busy} of the time.\n"
    )


def cost(results: Results) -> str:
    text = """## Requests and bytes of one wait

During the wait / including the connection around it (login, logout if the waiter does it, and for the waiters on
pyVmomi one reading of the task after the wait, for its completeTime). Bytes in both directions, inside TLS.

"""
    head = ["waiter", *(f"{what}, {length} s" for length in results for what in ("requests", "bytes"))]
    rows = []
    for name in next(iter(results.values())):
        cells = [name]
        for each in results.values():
            wait, session = each[name]["wait"], each[name]["session"]
            cells += [f"{wait[what]:,} / {session[what]:,}" for what in ("requests", "bytes")]
        rows.append(cells)
    return text + table(head, rows)


def scaling(results: Results) -> str:
    text = """## Many tasks

One vsphere_task_wait for all of them, in a separate process, measured from the start of Python to its end. The tasks
end at up to 50 moments within two seconds. The table shows the requests of WaitForUpdatesEx and all others separately.
A ratio is to the row above.

![Cost against the number of tasks](scaling.svg)

"""
    sizes = [column for name in ("MB", "CPU s", "memory MB") for column in (name, "*ratio*")]
    head = ["tasks", "requests", "WaitForUpdatesEx", "others", *sizes]
    for transport, name in (("json", "VI/JSON"), ("soap", "SOAP")):
        rows = []
        above: Results = {}
        for count, run in results[transport]["session"].items():
            rows.append(scaling_row(f"{int(count):,}", run, above))
            above = run
        rows += [scaling_row(f"{int(n):,}, no session", run, {}) for n, run in results[transport]["cold"].items()]
        rows += [
            scaling_row(f"{int(n):,}, `return_tasks: false`", run, {}) for n, run in results[transport]["ids"].items()
        ]
        text += f"Over {name}, with a session unless said otherwise:\n\n{table(head, rows)}\n"
    ratios = [
        f"{label} {runs['soap']['cpu'] / runs['json']['cpu']:.2f}"
        for label, runs in (
            (f"{int(count):,} tasks" + more, {transport: results[transport][kind][count] for transport in results})
            for kind, more in (("session", ""), ("ids", " with `return_tasks: false`"))
            for count in results["json"][kind]
        )
    ]
    return f"{text}CPU time over SOAP as a ratio to that over VI/JSON: {', '.join(ratios)}.\n"


def scaling_row(label: str, run: Results, above: Results) -> list[str]:
    cells = [label, f"{run['requests']}", f"{run['updates']}", f"{run['requests'] - run['updates']}"]
    for what, unit, form in (("bytes", 1e6, ".3f"), ("cpu", 1, ".2f"), ("memory", 1e6, ".1f")):
        cells.append(format(run[what] / unit, form))
        cells.append(f"*{run[what] / above[what]:.1f}*" if above else "")
    return cells


def history(results: Results) -> str:
    text = f"""## A long history

{results["tasks"]:,} tasks in pages of 100, from both ends. Wall time, CPU time, requests, and bytes are those between
login and logout. Memory is the peak of the process. All figures are medians. A ratio is to handwritten pyVmomi code,
which keeps the objects in their original form, while vsphere.tasks returns them in the form of all tasks.

"""
    head = ["reader", "order", "requests", "MB", "wall s", "*ratio*", "CPU s", "*ratio*", "memory MB"]
    rows = []
    for order, readers in results["readers"].items():
        middle = {
            name: {what: statistics.median(run[what] for run in runs) for what in runs[0]}
            for name, runs in readers.items()
        }
        for name, run in middle.items():
            cells = [name, order, f"{run['requests']:.0f}", f"{run['bytes'] / 1e6:.1f}"]
            for what in ("wall", "cpu"):
                cells += [f"{run[what]:.2f}", f"*{run[what] / middle['pyVmomi'][what]:.2f}*"]
            rows.append([*cells, f"{run['memory'] / 1e6:.0f}"])
    rounds = len(results["govc"])
    govc = statistics.median(results["govc"])
    return (
        f"{text}{table(head, rows)}\n{rounds} rounds of all in turn. For information, `govc tasks -json`, which reads "
        f"pages of ten: {govc:.2f} s from start to end.\n"
    )


def many(results: Results) -> str:
    count, single = results["vcenters"], results["single"]
    text = f"""## Many vCenters

The playbook `vsphere.tasks.wait` on {count} test vCenters, each a separate process on the same machine, with
{results["tasks"]:,} tasks on each. The tasks have ended, so that the figures show the work, and no waiting. CPU seconds
are those of Ansible and all modules, and memory is the peak of all these processes together, in which a page that
several processes share counts once. The memory of a fork includes its module. With many forks on few processors, not
all of them reach their peak at the same time.

"""
    head = (
        "forks",
        "CPU s",
        "CPU s for each vCenter",
        "memory MB",
        "MB of the first process",
        "MB of a fork",
    )
    rows = []
    for forks, run in results["forks"].items():
        each = (run["cpu"] - single["cpu"]) / (count - 1)
        fork = (run["memory"] - run["first"]) / int(forks)
        memory = [f"{size:,.0f}" for size in (run["memory"], run["first"], fork)]
        rows.append([forks, f"{run['cpu']:.0f}", f"{each:.2f}", *memory])
    alone = (
        f"{single['cpu']:.1f} s of CPU, and {single['memory']:.0f} MB, {single['first']:.0f} MB in the first process"
    )
    return f"{text}{table(head, rows)}\nThe same on a single vCenter: {alone}.\n"


def walltime(results: Results) -> str:
    text = """## Wall time of a module

`ansible localhost -m …`. *Empty* is a module of the collection that only imports the library: requests for VI/JSON, and
pyVmomi for SOAP. *Session*: with `VMWARE_SESSION_ID`. CPU seconds are those of all processes of a run, which depend
less on other work of the machine. The other columns are ratios of medians.

"""
    head = ("run", "median s", "fastest s", "to ping", "to empty", "CPU s", "CPU to empty")
    rows = []
    for name, run in results.items():
        transport = "soap" if ", soap" in name else "json"
        wall, cpu = (statistics.median(run[what]) for what in ("wall", "cpu"))
        ping = statistics.median(results["ping"]["wall"])
        empty, empty_cpu = (statistics.median(results[f"empty, {transport}"][what]) for what in ("wall", "cpu"))
        ratios = [f"{wall / ping:.2f}", f"{wall / empty:.2f}"]
        figures = [f"{wall:.3f}", f"{min(run['wall']):.3f}", *ratios, f"{cpu:.3f}", f"{cpu / empty_cpu:.2f}"]
        rows.append([name, *figures])
    rounds = min(len(run["wall"]) for run in results.values())
    often = [name for name, run in results.items() if len(run["wall"]) > rounds]
    return (
        f"{text}{table(head, rows)}\n{rounds} rounds of all runs in turn. These ran {len(results[often[0]]['wall'])} "
        f"times: {'; '.join(often)}.\n"
    )


def main() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    parts = [
        readme[: readme.index("# ")] + HEAD,
        lateness(results["lateness"]),
        events(results["events"]),
        cost(results["cost"]),
        scaling(results["scaling"]),
        history(results["history"]),
        many(results["many"]),
        walltime(results["walltime"]),
        machine(results["machine"]),
    ]
    (HERE / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
