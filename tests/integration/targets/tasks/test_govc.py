# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selections that are equal to those of `govc tasks`, for the options of both."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import typing as t

import pytest
from vcenters import additional

MACHINE = "/DC0/vm/DC0_H0_VM0"
CONFIG = pathlib.Path(__file__).parents[2] / "integration_config.yml"
GOVC = json.loads(CONFIG.read_text(encoding="utf-8"))["govc"]


def govc(vcenter: t.Any, *arguments: str) -> list[str]:
    """The IDs that `govc tasks` lists, in its order, over the same protocol."""
    address = vcenter.address
    environment = {
        **os.environ,
        "GOVC_URL": f"https://{address['host']}:{address['port']}",
        "GOVC_USERNAME": address["user"],
        "GOVC_PASSWORD": address["password"],
        "GOVC_TLS_CA_CERTS": address["ca"],
        "GOVC_PERSIST_SESSION": "false",
        **({"GOVC_VI_JSON": "1", "GOVC_VIM_VERSION": "8.0.3.0"} if vcenter.transport == "json" else {}),
    }
    command = [GOVC, "tasks", "-json", "-n", "1000", *arguments]
    output = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout
    # The output contains a document for each page.
    decoder, ids = json.JSONDecoder(), []
    while output.strip():
        document, end = decoder.raw_decode(output.lstrip())
        ids += [task["task"]["value"] for task in document["tasks"]]
        output = output.lstrip()[end:]
    return ids


@pytest.fixture
def fresh(transport: str) -> t.Iterator[t.Any]:
    """A vCenter without tasks of other tests, which can become too old between the two searches."""
    # Over VI/JSON, govc reads only wrapped faults.
    with additional(transport, "--wrapped-faults") as vcenter:
        yield vcenter


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], {}),
        ([MACHINE], {"entity": {"path": MACHINE}}),
        (["-s", "error"], {"states": ["error"], "begin_time": "-10m"}),
        (["-s", "queued", "-s", "running", "-b", "2h"], {"states": ["queued", "running"], "begin_time": "-2h"}),
        (["-b", "2h", "-e", "30m"], {"begin_time": "-2h", "end_time": "-30m"}),
        (["-b", "2h", MACHINE], {"begin_time": "-2h", "entity": {"path": MACHINE}}),
        (["-b", "2h", "-r", "/DC0/vm"], {"begin_time": "-2h", "entity": {"path": "/DC0/vm", "recursion": "all"}}),
        (["-b", "2h", "-r", "/DC0"], {"begin_time": "-2h", "entity": {"path": "DC0", "recursion": "all"}}),
    ],
)
def test_a_selection_is_equal_to_that_of_govc(fresh: t.Any, arguments: list[str], options: dict[str, t.Any]) -> None:
    vcenter = fresh
    vcenter.create(state="error", error={"_typeName": "NotSupported"})
    vcenter.create(state="queued")
    vcenter.create(entity={"type": "Folder", "value": "group-d1"})
    hour = vcenter.ago(hours=1)
    vcenter.create(state="success", queue_time=hour, start_time=hour, complete_time=hour)
    expected = govc(vcenter, *arguments)
    found = vcenter.run("info", order="oldest", time_type="started", **options)["tasks"]
    assert expected
    assert [task["id"] for task in found] == expected
