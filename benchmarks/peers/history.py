# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the whole history once, in a separate process: `python -m peers.history ours|pyvmomi newest|oldest`.

The measurement lies between login and logout, with typical handwritten code for pyVmomi. Only the peak memory is that
of the whole process.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from control import Control, difference

PAGE = 100


def read_with_pyvmomi(newest: bool) -> dict[str, Any]:
    from pyVmomi import vim

    from peers.pyvmomi_client import connected

    with connected() as instance:

        def read() -> int:
            manager = instance.content.taskManager
            collector = manager.CreateCollectorForTasks(vim.TaskFilterSpec())
            tasks = {}
            step = collector.ReadNextTasks
            if newest:
                collector.SetCollectorPageSize(PAGE)
                tasks = {info.key: info for info in collector.latestPage}
                collector.ResetCollector()
                step = collector.ReadPreviousTasks
            while page := step(PAGE):
                tasks.update({info.key: info for info in page})
            collector.DestroyCollector()
            labels = {each.key: each.label for each in manager.description.methodInfo}
            return len([labels[info.descriptionId] for info in tasks.values()])

        return measured(read)


def read_with_ours(newest: bool) -> dict[str, Any]:
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
        CONNECTION_SPEC,
        ConnectionOptions,
    )
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._search import Search
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection

    order = "newest" if newest else "oldest"
    given = {"source": "history", "order": order, "page_size": PAGE, "limit": 1000000}
    params = ArgumentSpecValidator({**CONNECTION_SPEC, **SELECTION_SPEC}).validate(given).validated_parameters
    selection = Selection.from_params(params)
    with Connection(ConnectionOptions.from_params(params), lambda secret: None).open() as connection:
        return measured(lambda: len(Search(TaskReader(connection), selection).find().tasks))


def measured(read: Callable[[], int]) -> dict[str, Any]:
    control = Control(os.environ["BENCH_CONTROL"])
    before, wall, cpu = control.stats(), time.perf_counter(), time.process_time()
    count = read()
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    counted = difference(before, control.stats())
    return {"tasks": count, **spent, "requests": counted["requests"], "bytes": counted["bytes"]}


def main(reader: str, order: str) -> None:
    read = {"ours": read_with_ours, "pyvmomi": read_with_pyvmomi}[reader]
    result = read(order == "newest")
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps({**result, "memory": int(peak[1]) * 1024 if peak else None}))


if __name__ == "__main__":
    main(*sys.argv[1:])
