# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure everything and write it down: `python benchmarks/run.py VCENTER GOVC GO TREE`, as `make bench` does.

VCENTER and GOVC are programs, GO is the compiler, and TREE is a folder with a copy of the collection to change.
"""

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests" / "tools"))

import cost  # noqa: E402 (it requires the lines above)
import history  # noqa: E402
import lateness  # noqa: E402
import machine  # noqa: E402
import many  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import scaling  # noqa: E402
import walltime  # noqa: E402
from setup import Setup  # noqa: E402


def main(vcenter: str, govc: str, go: str, tree: str) -> None:
    began = time.monotonic()
    setup = Setup(str(Path(vcenter).resolve()), str(Path(govc).resolve()), Path(tree).resolve())
    results = {
        "machine": machine.describe(setup.govc, str(Path(go).absolute())),
        "walltime": walltime.measure(setup),
        "history": history.measure(setup),
        "scaling": scaling.measure(setup),
        "many": many.measure(setup),
        "cost": cost.measure(setup),
        "lateness": lateness.measure(setup),
    }
    report.RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    plots.main()
    report.main()
    print(f"Wrote benchmarks/RESULTS.md after {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main(*sys.argv[1:])
