# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook finish_stale: it ends old tasks of playbooks, and no others."""

from __future__ import annotations

import typing as t

from vcenters import any_transport

pytestmark = any_transport

BY_CALLBACK = "vsphere.tasks.playbook"
OWN = "com.example.ansible.stale"


def test_only_old_tasks_of_playbooks_are_ended(site: t.Any, tag: str) -> None:
    stale, others = {}, {}
    for name, vcenter in site.vcenters.items():
        old = {"queue_time": vcenter.ago(days=2), "change_tag": tag}
        stale[name] = {
            vcenter.create(description_id=BY_CALLBACK, **old),
            vcenter.create(description_id=OWN, activation_id="awx-1", state="queued", **old),
        }
        others[name] = {
            vcenter.create(description_id=BY_CALLBACK, change_tag=tag),
            vcenter.create(description_id=OWN, **old),
            vcenter.create(description_id="VirtualMachine.clone", activation_id="awx-1", **old),
        }

    def unfinished(vcenter: t.Any) -> set[str]:
        return {task["id"] for task in vcenter.run("info", states=["queued", "running"], tags=[tag])["tasks"]}

    types = {"task_types": f"{BY_CALLBACK}, {OWN}"}
    shown = site.run("finish_stale", "--check", dry_run="false", **types)
    assert shown.status == 0, shown.output
    for name, vcenter in site.vcenters.items():
        assert stale[name] <= set(shown.results[name]["finished_task_ids"])
        assert unfinished(vcenter) == stale[name] | others[name]
    few = site.run("finish_stale", "--check", limit="2", **types)
    assert {result["report"][-1].partition(":")[0] for result in few.results.values()} == {"there can be more"}
    run = site.run("finish_stale", dry_run="false", **types)
    assert run.status == 0, run.output
    for name, vcenter in site.vcenters.items():
        assert unfinished(vcenter) == others[name]
        [error] = {task["error"]["fault_type_id"] for task in vcenter.run("info", task_ids=list(stale[name]))["tasks"]}
        assert error == "vsphere.tasks.stale"
    # A second run has nothing to do.
    again = site.run("finish_stale", "--limit=json.example.com", dry_run="false", activation_ids=["*"], **types)
    assert again.results["json.example.com"]["report"] == ["ended 0 tasks"]
    assert "changed=0" in again.output


def test_an_empty_answer_ends_nothing(site: t.Any, tag: str) -> None:
    vcenter = site.vcenters["json.example.com"]
    old = vcenter.create(description_id=BY_CALLBACK, queue_time=vcenter.ago(days=2), change_tag=tag)
    by_host = {
        "empty": {"activation_ids": " ", "task_types": BY_CALLBACK},
        "pattern": {"activation_ids": "*", "task_types": "vsphere.*"},
        "age": {"activation_ids": "*", "task_types": BY_CALLBACK, "older_than": "1 day"},
    }
    by_host = {name: {"older_than": "1d", **own} for name, own in by_host.items()}
    run = site.run("finish_stale", by_host=by_host, dry_run="false")
    empty = "vsphere_finish_stale_activation_ids: an empty value does not match everything"
    assert empty in run.results["empty"]["report"][0]
    assert "contains a pattern" in run.results["pattern"]["report"][0]
    assert "vsphere_finish_stale_older_than is not an age" in run.results["age"]["report"][0]
    assert [task["id"] for task in vcenter.run("info", states=["running"], tags=[tag])["tasks"]] == [old]
