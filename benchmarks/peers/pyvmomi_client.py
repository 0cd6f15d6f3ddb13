# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common base of the waiters on pyVmomi: a connection, and a task and a clock around the wait."""

import contextlib
import os
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

from control import Control, difference
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim


@contextlib.contextmanager
def connected() -> Iterator[Any]:
    instance = SmartConnect(
        host=os.environ["VMWARE_HOST"],
        port=int(os.environ["VMWARE_PORT"]),
        user=os.environ["VMWARE_USER"],
        pwd=os.environ["VMWARE_PASSWORD"],
        sslContext=ssl.create_default_context(cafile=os.environ["VMWARE_CA_PATH"]),
    )
    try:
        yield instance
    finally:
        Disconnect(instance)


def measure(control: Control, make_task: Callable[[], str], wait: Callable[[Any, Any], object]) -> dict[str, Any]:
    """Connect, create a task, call ``wait(task, service instance)``. Return the time of its return, and the
    counters.
    """
    start = control.stats()
    with connected() as instance:
        before = control.stats()
        task: Any = vim.Task(make_task(), instance._stub)
        wait(task, instance)
        returned = time.time()
        after = control.stats()
        complete = task.info.completeTime.timestamp()
    return {
        "returned": returned,
        "complete": complete,
        "wait": difference(before, after),
        "session": difference(start, control.stats()),
    }


def warm_up(control: Control, wait: Callable[[Any, Any], object]) -> None:
    measure(control, lambda: control.tasks(state="success")[0], wait)
