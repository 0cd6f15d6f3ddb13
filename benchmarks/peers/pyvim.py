# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""pyVmomi's own pyVim.task.WaitForTask: push by the PropertyCollector that the session shares."""

from collections.abc import Callable
from typing import Any

from control import Control
from pyVim.task import WaitForTask

from peers import pyvmomi_client


def waiter(task: Any, instance: Any) -> None:
    WaitForTask(task, si=instance)


def warm_up(control: Control) -> None:
    pyvmomi_client.warm_up(control, waiter)


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    return pyvmomi_client.measure(control, make_task, waiter)
