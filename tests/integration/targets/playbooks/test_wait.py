# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook wait."""

from __future__ import annotations

import typing as t

from vcenters import any_transport

pytestmark = any_transport


def test_it_waits_on_each_vcenter_and_fails_at_the_end(site: t.Any) -> None:
    good, bad = site.vcenters.values()
    migration = {"description_id": "VirtualMachine.migrate", "duration": 1}
    succeeding = good.create_many(2, **migration)
    failing = bad.create(error={"_typeName": "DatabaseError"}, **migration)
    # Neither the operation, nor the state: these are not waited for.
    for vcenter in site.vcenters.values():
        vcenter.create(duration=600)
        vcenter.create(description_id="VirtualMachine.migrate", state="error", error={"_typeName": "DatabaseError"})
    run = site.run(
        "wait",
        "--check",
        operations="VirtualMachine.clone\r\nVirtualMachine.migrate\r\n",
        entity=" DC0/vm/DC0_H0_VM0 ",
        users=" \n",
        timeout="60",
        appear_timeout=None,
    )
    assert run.status == 2, run.output
    assert set(run.results["json.example.com"]["succeeded_task_ids"]) == set(succeeding)
    assert run.results["json.example.com"]["report"] == ["2 succeeded, 0 failed, 0 have not ended"]
    assert run.results["soap.example.com"]["failed_task_ids"] == [failing]
    assert "DatabaseError" in run.results["soap.example.com"]["report"][0]
    # The progress names the vCenter.
    assert f"[json.example.com] {succeeding[0]}" in run.output
    assert "WARNING" not in run.output


def test_an_unknown_variable_is_refused(site: t.Any) -> None:
    run = site.run("wait", "--extra-vars=vsphere_wait_user=me", "--limit=json.example.com")
    assert run.status == 2, run.output
    [report] = run.results["json.example.com"]["report"]
    assert report.startswith("vsphere_wait_user: the playbook has no such variable; its variables are vsphere_wait_")
    assert site.vcenters["json.example.com"].requests() == []
