# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook wait."""

from __future__ import annotations

import functools
import typing as t

import pytest
from vcenters import WAITED, any_transport

pytestmark = any_transport

GOOD, BAD = "json.example.com", "soap.example.com"


def end(vcenter: t.Any, task_ids: list[str], ends: dict[str, t.Any]) -> None:
    for task_id in task_ids:
        vcenter.control("PATCH", f"/tasks/{task_id}", **ends)


def test_a_failed_task_of_a_vcenter_is_a_failure_after_all_waits(site: t.Any, tag: str) -> None:
    operation = f"com.example.{tag}"
    tasks = {}
    for name, vcenter in site.vcenters.items():
        tasks[name] = vcenter.create_many(2, description_id=operation)
        ends = {"state": "success"} if name == GOOD else {"state": "error", "error": {"_typeName": "DatabaseError"}}
        vcenter.during(WAITED, functools.partial(end, vcenter, tasks[name], ends), 1)
        # The playbook does not wait for these two, because of the operation of one and the state of the other.
        vcenter.create()
        vcenter.create(description_id=operation, state="error", error={"_typeName": "DatabaseError"})
    run = site.run(
        "wait",
        "--check",
        operations=f"com.example.other\r\n{operation}\r\n",
        entity=" DC0/vm/DC0_H0_VM0 ",
        users=" \n",
        timeout="60",
        appear_timeout=None,
    )
    assert run.status == 2, run.output
    assert set(run.results[GOOD]["succeeded_task_ids"]) == set(tasks[GOOD])
    assert run.results[GOOD]["report"] == ["2 succeeded, 0 failed, 0 have not ended"]
    assert set(run.results[BAD]["failed_task_ids"]) == set(tasks[BAD])
    assert "DatabaseError" in run.results[BAD]["report"][0]
    # The progress names the vCenter.
    assert f"[{GOOD}] {tasks[GOOD][0]}" in run.output
    assert "WARNING" not in run.output


def test_an_unknown_variable_is_rejected(site: t.Any) -> None:
    run = site.run("wait", "--extra-vars=vsphere_wait_user=me", f"--limit={GOOD}")
    assert run.status == 2, run.output
    [report] = run.results[GOOD]["report"]
    assert report.startswith("vsphere_wait_user: the playbook has no such variable; its variables are vsphere_wait_")
    assert site.vcenters[GOOD].requests() == []


def test_a_wrong_object_has_the_message_of_the_module(site: t.Any) -> None:
    run = site.run("wait", f"--limit={GOOD}", entity="Vm:vm-12")
    assert run.status == 2, run.output
    [report] = run.results[GOOD]["report"]
    assert report.startswith("entity.type Vm is not an inventory type: set one of ClusterComputeResource, ")


def test_a_space_at_the_end_of_a_password_belongs_to_it(site: t.Any, tag: str) -> None:
    wrong = {"vcenter_password": site.vcenters[GOOD].address["password"] + " "}
    # Tasks of other tests can still be running.
    selected = f"--extra-vars=vsphere_wait_operations=com.example.{tag}"
    ran = site.play("vsphere.tasks.wait", selected, by_host={GOOD: wrong, BAD: {}})
    [wrong_host, right_host] = [site.results(ran.stdout, "wait")[name]["report"][0] for name in (GOOD, BAD)]
    assert "(InvalidLogin)" in wrong_host
    assert right_host.startswith("0 succeeded")


def test_tasks_with_an_unknown_outcome_are_in_the_result(site: t.Any, hidden_task: str) -> None:
    run = site.run("wait", f"--limit={GOOD}", task_ids=hidden_task, on_error="return")
    assert run.status == 0, run.output
    assert run.results[GOOD]["forbidden_task_ids"] == [hidden_task]
    assert run.results[GOOD]["report"] == ["0 succeeded, 0 failed, 0 have not ended, the outcome of 1 is unknown"]


def test_another_strategy_does_not_repeat_the_report(site: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_STRATEGY", "ansible.builtin.free")
    run = site.run("wait", "--extra-vars=vsphere_wait_user=me")
    reports = run.output.partition("PLAY [Bring the results together]")[2].partition("TASK [Hand the results on")[0]
    assert reports.count("ok: [") == 1, run.output
