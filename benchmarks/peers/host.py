# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that runs one kind of waiter: `python -m peers.host MODULE`, in the folder above.

For each line of its input, `{"duration": seconds}`, it forks a child that connects, makes a task of that length, waits
for it and answers with a line. Forking spares each wait the start of Python and the imports, so that the waits of many
processes do not disturb each other on few cores.
"""

import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from control import Control

MakeTask = Callable[[], str]


def answer(module: Any, job: dict[str, Any]) -> dict[str, Any]:
    control = Control(os.environ["BENCH_CONTROL"])
    began = time.time()
    result = module.wait(control, lambda: control.tasks(duration=job["duration"])[0])
    return {"began": began, **result}


def child(module: Any, job: dict[str, Any], out: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        result = answer(module, job)
    except BaseException:  # noqa: BLE001 (the report contains every error)
        result = {"failed": traceback.format_exc()[-2000:]}
    os.write(out, json.dumps({**job, **result}).encode() + b"\n")
    os._exit(0)


def main(name: str) -> None:
    # Ignore the output of a waiter, but keep that of a module open.
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    module = importlib.import_module(f"peers.{name}")
    module.warm_up(Control(os.environ["BENCH_CONTROL"]))
    os.write(out, b"ready\n")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ""):
        if os.fork() == 0:
            child(module, json.loads(line), out)


if __name__ == "__main__":
    main(sys.argv[1])
