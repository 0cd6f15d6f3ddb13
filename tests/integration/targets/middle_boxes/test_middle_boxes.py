# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slow networks, connections that end, and proxies: they change no result, and nothing is sent twice."""

from __future__ import annotations

import contextlib
import functools
import pathlib
import typing as t
import uuid

import front_ends
import pytest
from vcenters import WAITED

TYPE = "com.vmware.govmomi.simulator.test"
# Toxiproxy's units: milliseconds, kilobytes per second, bytes, and microseconds for the delay of the slicer.
SLOW = {
    "latency": {"latency": 40, "jitter": 20},
    "bandwidth": {"rate": 500},
    "slicer": {"average_size": 100, "size_variation": 50, "delay": 100},
    "slow_close": {"delay": 300},
}


def uses(vcenter: t.Any, tag: str, **options: t.Any) -> None:
    """Find tasks, wait for one, and cancel another one."""
    waited, canceled, *_others = created = vcenter.create_many(20, change_tag=tag, cancelable=True)
    found = vcenter.run("info", tags=[tag], **options)
    assert sorted(task["id"] for task in found["tasks"]) == sorted(created), found
    vcenter.control("DELETE", "/log")
    end = functools.partial(vcenter.control, "PATCH", f"/tasks/{waited}", state="success")
    vcenter.during(WAITED, end)
    assert vcenter.run("wait", task_ids=[waited], timeout=60, **options)["succeeded_task_ids"] == [waited]
    assert vcenter.run("cancel", task_ids=[canceled], **options)["cancelled_task_ids"] == [canceled]
    assert vcenter.requests().count("Task.CancelTask") == 1


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_network_changes_no_result(vcenter: t.Any, network: t.Any, tag: str, kind: str) -> None:
    with network.disturbed(kind, "upstream", "downstream", **SLOW[kind]):
        uses(vcenter, tag, port=network.port)


def test_a_wait_survives_a_device_that_ends_its_connections(vcenter: t.Any, network: t.Any) -> None:
    task_id = vcenter.create()
    after = contextlib.ExitStack()

    def advance(step: int = 1) -> None:
        """Let each call that waits return with a change."""
        if step == 1:
            # Enough for a few answers.
            after.enter_context(network.disturbed("limit_data", "downstream", bytes=8000))
        change = {"progress": step} if step < 30 else {"state": "success"}
        vcenter.control("PATCH", f"/tasks/{task_id}", **change)
        if step < 30:
            vcenter.during(WAITED, lambda: advance(step + 1), step + 1)

    vcenter.during(WAITED, advance, 1)
    before = vcenter.stats["connections"]
    with after:
        result = vcenter.run("wait", task_ids=[task_id], timeout=60, port=network.port)
    assert result["succeeded_task_ids"] == [task_id], result
    assert vcenter.stats["connections"] > before + 3
    assert vcenter.stats["logins"] == 1
    # A logout that the device cuts off can leave the session.
    vcenter.control("POST", "/sessions/expire")


@pytest.mark.parametrize(
    ("kind", "stream", "how"),
    [
        *(("limit_data", "downstream", {"bytes": size}) for size in (200, 2500, 4000, 6000, 9000)),
        *(("limit_data", "upstream", {"bytes": size}) for size in (200, 1500, 2500, 4000)),
        *(("reset_peer", "downstream", {"timeout": milliseconds}) for milliseconds in (10, 40, 80)),
    ],
)
def test_a_change_is_sent_once_wherever_the_connection_ends(
    vcenter: t.Any, network: t.Any, kind: str, stream: str, how: dict[str, int]
) -> None:
    options = {"task_type": TYPE, "activation_id": str(uuid.uuid4())}
    with network.disturbed(kind, stream, **how):
        result = vcenter.run("create", port=network.port, **options)
    made = vcenter.run("info", activation_ids=[options["activation_id"]])["tasks"]
    assert vcenter.requests().count("TaskManager.CreateTask") == len(made) <= 1
    if result["failed"]:
        assert not made or "the outcome of CreateTask of TaskManager is unknown" in result["msg"]
    else:
        assert [task["id"] for task in made] == [result["task"]["id"]]
    for task in made:
        vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")
    vcenter.control("POST", "/sessions/expire")


@pytest.mark.parametrize("box", ["proxy", "front end"])
def test_a_proxy_that_ends_tls_changes_no_result(vcenter: t.Any, boxes: t.Any, tag: str, box: str) -> None:
    uses(vcenter, tag, **boxes[box])


@pytest.mark.parametrize("program", ["nginx", "haproxy"])
def test_a_front_end_that_ends_tls_changes_no_result(
    vcenter: t.Any, tmp_path: pathlib.Path, tag: str, program: str
) -> None:
    with front_ends.front_end(tmp_path, program) as options:
        uses(vcenter, tag, **options)


def test_a_wait_survives_a_front_end_that_ends_idle_connections(vcenter: t.Any, tmp_path: pathlib.Path) -> None:
    task_id = vcenter.create()
    end = functools.partial(vcenter.control, "PATCH", f"/tasks/{task_id}", state="success")
    vcenter.during(WAITED, end, 4)
    with front_ends.front_end(tmp_path, "haproxy", "500ms") as options:
        result = vcenter.run("wait", task_ids=[task_id], timeout=60, **options)
    assert result["succeeded_task_ids"] == [task_id], result
    assert vcenter.stats["logins"] == 1


def test_a_proxy_that_inspects_tls_needs_its_ca(vcenter: t.Any, boxes: t.Any) -> None:
    result = vcenter.run("info", **{**boxes["proxy"], "ca_path": vcenter.options["ca_path"]})
    assert result["failed"]
    assert "ca_path" in result["msg"]
    assert vcenter.requests() == []


def test_a_proxy_can_require_a_password(
    vcenter: t.Any, guarded: tuple[str, str], tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, ca_path = guarded
    monkeypatch.setenv("HTTPS_PROXY", f"http://someone:Pr0xy@{address}")
    monkeypatch.setenv("no_proxy", "")
    uses(vcenter, tag, ca_path=ca_path)
    monkeypatch.setenv("HTTPS_PROXY", f"http://someone:Wr0ng@{address}")
    vcenter.control("DELETE", "/log")
    result = vcenter.run("info", ca_path=ca_path)
    assert result["failed"]
    assert "407" in result["msg"]
    assert "Wr0ng" not in str(result)
    assert vcenter.requests() == []
