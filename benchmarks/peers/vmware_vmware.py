# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The waiter of vmware.vmware's modules, called as they call it: RunningTaskMonitor(task).wait_for_completion()."""

from collections.abc import Callable
from typing import Any

from ansible_collections.vmware.vmware.plugins.module_utils._vsphere_tasks import RunningTaskMonitor
from control import Control

from peers import pyvmomi_client


def waiter(task: Any, instance: Any) -> None:
    RunningTaskMonitor(task).wait_for_completion()


def warm_up(control: Control) -> None:
    pyvmomi_client.warm_up(control, waiter)


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    return pyvmomi_client.measure(control, make_task, waiter)
