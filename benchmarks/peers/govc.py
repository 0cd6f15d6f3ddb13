# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""govc: a process for each wait, which ends as govc's commands end. The program is in tests/govc."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

from control import Control, difference


def govc_environment(variables: dict[str, str]) -> dict[str, str]:
    """The variables, with those that lead govc to the same vCenter."""
    return {
        **variables,
        "GOVC_URL": f"https://{variables['VMWARE_HOST']}:{variables['VMWARE_PORT']}",
        "GOVC_USERNAME": variables["VMWARE_USER"],
        "GOVC_PASSWORD": variables["VMWARE_PASSWORD"],
        "GOVC_TLS_CA_CERTS": variables["VMWARE_CA_PATH"],
        "GOVC_PERSIST_SESSION": "false",
    }


def warm_up(control: Control) -> None:
    wait(control, lambda: control.tasks(state="success")[0])


def wait(control: Control, make_task: Callable[[], str]) -> dict[str, Any]:
    start = control.stats()
    command = [os.environ["BENCH_GOVC"], "task.wait", make_task()]
    output = subprocess.run(
        command, env=govc_environment(dict(os.environ)), capture_output=True, check=True, text=True
    ).stdout
    said = json.loads(output.splitlines()[-1])
    return {
        "returned": said["returned"],
        "complete": said["complete"],
        "wait": difference(*said["stats"]),
        "session": difference(start, control.stats()),
    }
