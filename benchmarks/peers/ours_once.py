# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsphere_task_wait in a separate process, with its cost: `python -m peers.ours_once`.

Reads the module's arguments as JSON. Writes the measurements, and the processor time and the peak memory of the whole
process, including the start of Python and the imports.
"""

import json
import os
import re
import resource
import sys
from pathlib import Path

from control import Control


def main() -> None:
    arguments = json.load(sys.stdin)
    # Ignore the output of the module.
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from peers import ours

    measured = ours.run(Control(os.environ["BENCH_CONTROL"]), arguments)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Do not use ru_maxrss, which starts with the memory of the parent process.
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    measured.update(cpu=used.ru_utime + used.ru_stime, memory=int(peak[1]) * 1024 if peak else None)
    os.write(out, json.dumps(measured).encode())


if __name__ == "__main__":
    main()
