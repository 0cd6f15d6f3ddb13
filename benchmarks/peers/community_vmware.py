# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The waiter of community.vmware's modules, called as they call it: wait_for_task(task)."""

from collections.abc import Callable
from typing import Any

from ansible_collections.community.vmware.plugins.module_utils.vmware import wait_for_task
from control import Control

from peers import pyvmomi_client


def waiter(task: Any, instance: Any) -> None:
    wait_for_task(task)


def warm_up(control: Control) -> None:
    pyvmomi_client.warm_up(control, waiter)


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    return pyvmomi_client.measure(control, make_task, waiter)
