# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Power a virtual machine off and on: `python -m peers.power_operations COUNT SECONDS`.

The operations begin that many seconds apart. The output has the ID and the time of the end of each task.
"""

import json
import sys
import time
from typing import Any

from pyVim.task import WaitForTask
from pyVmomi import vim

from peers.pyvmomi_client import connected


def main(count: int, pitch: float) -> None:
    tasks: list[dict[str, Any]] = []
    with connected() as instance:
        content = instance.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        machine = view.view[0]
        began = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, began + number * pitch - time.monotonic()))
            is_on = machine.runtime.powerState == "poweredOn"
            task = machine.PowerOffVM_Task() if is_on else machine.PowerOnVM_Task()
            WaitForTask(task)
            tasks.append({"id": task._moId, "complete": task.info.completeTime.timestamp()})
    print(json.dumps(tasks))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
