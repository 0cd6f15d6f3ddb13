# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that the tests start on a virtual machine."""

from __future__ import annotations

import itertools
import typing as t

VM = "DC0/vm/DC0_H0_VM0"
NUMBERS = itertools.count()
CLONE = {"folder": "group-v3", "name": "x", "spec": {"location": {}, "powerOn": False, "template": False}}


def start(vcenter: t.Any, method: str = "PowerOnVM_Task", **options: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", vcenter.run("start", **{"object": {"path": VM}, "method": method, **options}))


def started(vcenter: t.Any) -> list[str]:
    """The called methods that return a task."""
    return [call for call in vcenter.requests() if call.endswith("_Task")]


def clone(vcenter: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """Clone the machine. The result contains the name of the clone."""
    name = f"clone-{vcenter.transport}-{next(NUMBERS)}"
    params = {**CLONE, "folder": {"path": "DC0/vm"}, "name": name}
    result = start(vcenter, "CloneVM_Task", **{"params": params, "wait": True, **options})
    return {**result, "name": name}
