# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure everything and write it down, as `make bench` does:

`python benchmarks/run.py GO TREE PART VCENTER GOVC RULEBOOK`

GO is the compiler, and TREE is a folder with a copy of the collection to change. The last three are programs. With a
PART, as in `make bench PART=events`, measure only that, and keep the other results.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests" / "tools"))

import cost  # noqa: E402 (it requires the lines above)
import events  # noqa: E402
import history  # noqa: E402
import lateness  # noqa: E402
import machine  # noqa: E402
import many  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import scaling  # noqa: E402
import walltime  # noqa: E402
from setup import Setup  # noqa: E402


def main(go: str, tree: str, part: str, *programs: str) -> None:
    began = time.monotonic()
    vcenter, govc, rulebook = (str(Path(program).absolute()) for program in programs)
    setup = Setup(vcenter, govc, rulebook, Path(tree).resolve())
    parts: dict[str, Callable[[], Any]] = {
        "machine": lambda: machine.describe(setup.govc, str(Path(go).absolute())),
        "walltime": lambda: walltime.measure(setup),
        "history": lambda: history.measure(setup),
        "scaling": lambda: scaling.measure(setup),
        "many": lambda: many.measure(setup),
        "cost": lambda: cost.measure(setup),
        "events": lambda: events.measure(setup),
        "lateness": lambda: lateness.measure(setup),
    }
    results = json.loads(report.RESULTS.read_text(encoding="utf-8")) if part else {}
    results.update((name, parts[name]()) for name in ([part] if part else parts))
    report.RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    plots.main()
    report.main()
    print(f"Wrote benchmarks/RESULTS.md after {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main(*sys.argv[1:])
