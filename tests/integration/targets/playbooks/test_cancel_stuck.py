# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook cancel_stuck: it shows the tasks first, and an empty answer cancels nothing."""

from __future__ import annotations

import json
import typing as t

import pytest
from vcenters import any_transport

pytestmark = any_transport

OPERATION = "VirtualMachine.relocate"
AGE = "vsphere_cancel_stuck_older_than is not an age: set a text such as 90m, 2h, or 1d12h"


def make(vcenter: t.Any, **task: t.Any) -> str:
    """A migration that has run for three hours."""
    old = vcenter.ago(hours=3)
    given = {"description_id": OPERATION, "queue_time": old, "start_time": old, "cancelable": True, **task}
    return t.cast("str", vcenter.create(**given))


def unfinished(vcenter: t.Any) -> set[str]:
    found = vcenter.run("info", states=["queued", "running"], description_ids=[OPERATION], source="recent")
    return {task["id"] for task in found["tasks"]}


@pytest.fixture(autouse=True)
def no_others(site: t.Any) -> None:
    for vcenter in site.vcenters.values():
        for task_id in unfinished(vcenter):
            vcenter.control("DELETE", f"/tasks/{task_id}")


def test_old_tasks_are_shown_and_approved_ones_canceled(site: t.Any) -> None:
    stuck, others = {}, {}
    for name, vcenter in site.vcenters.items():
        stuck[name] = make(vcenter)
        young = vcenter.ago(minutes=59)
        others[name] = {
            make(vcenter, cancelable=False),
            make(vcenter, queue_time=young, start_time=young),
            make(vcenter, start_time=young),
            make(vcenter, user="VSPHERE.LOCAL\\somebody"),
        }
    answers = {
        "older_than": "0w0d1h0m0s\n",
        "operations": f'["{OPERATION}", "com.example.other"]',
        "users": site.vcenters["json.example.com"].address["principal"],
        "entity": '{"type": "VirtualMachine", "name": "DC0_H0_VM0"}',
    }
    shown = site.run("cancel_stuck", dry_run=None, **answers)
    assert shown.status == 0, shown.output
    for name, vcenter in site.vcenters.items():
        result = shown.results[name]
        assert (result["dry_run"], result["cancelled_task_ids"]) == (True, [stuck[name]])
        assert [each["reason"] for each in result["skipped_tasks"]] == ["it is not cancelable"]
        assert result["report"][0] == "would cancel 1 task"
        assert result["report"][1].startswith(f"{stuck[name]} ")
        assert unfinished(vcenter) == {stuck[name], *others[name]}
        # The user has not seen this task.
        others[name].add(make(vcenter))
    # In a workflow, the result of the first job is a variable of the second one.
    approved = "{{ vsphere_cancel_stuck[inventory_hostname].cancelled_task_ids | default([]) }}"
    hand_over = f"--extra-vars={json.dumps({'vsphere_cancel_stuck': shown.results})}"
    run = site.run("cancel_stuck", hand_over, dry_run="no", task_ids=approved, **answers)
    assert run.status == 0, run.output
    for name, vcenter in site.vcenters.items():
        assert (run.results[name]["dry_run"], run.results[name]["cancelled_task_ids"]) == (False, [stuck[name]])
        assert unfinished(vcenter) == others[name]
    assert "WARNING" not in shown.output + run.output


def test_an_empty_list_of_tasks_cancels_nothing(site: t.Any) -> None:
    """The second job of a workflow, for vCenters on which the first one found nothing or failed."""
    vcenter = site.vcenters["json.example.com"]
    stuck = make(vcenter)
    first = {"none": {"cancelled_task_ids": []}, "failed": {"failed": True, "report": ["unreachable"]}}
    ids = "{{ vsphere_cancel_stuck[inventory_hostname].cancelled_task_ids | default([]) }}"
    by_host = {"none": {"task_ids": ids}, "failed": {"task_ids": ids}, "text": {"task_ids": " "}}
    hand_over = f"--extra-vars={json.dumps({'vsphere_cancel_stuck': first})}"
    answers = {"older_than": "1h", "operations": OPERATION, "users": "*", "dry_run": "false"}
    run = site.run("cancel_stuck", hand_over, by_host=by_host, **answers)
    assert [run.results[name]["report"] for name in first] == [["canceled 0 tasks"]] * 2
    assert "vsphere_cancel_stuck_task_ids: an empty value" in run.results["text"]["report"][0]
    assert unfinished(vcenter) == {stuck}


def test_wrong_answers_are_rejected(site: t.Any) -> None:
    vcenter = site.vcenters["json.example.com"]
    stuck = make(vcenter)
    answers = {"operations": OPERATION, "users": "*", "dry_run": "false"}
    messages = {
        "empty": "vsphere_cancel_stuck_users: an empty value does not match everything",
        "null": "vsphere_cancel_stuck_operations: an empty value does not match everything",
        "all": "the variables match all tasks: set vsphere_cancel_stuck_operations",
        "wide": "set task_ids, a single object",
        "odd": "vsphere_cancel_stuck_dry_run is neither true nor false",
        "short": "vsphere_cancel_stuck_dry_run is neither true nor false",
        "stars": "the variables match all tasks: set vsphere_cancel_stuck_operations",
        "ended": "vsphere_cancel_stuck_since is neither started nor queued",
        "number": AGE,
        "negative": AGE,
        "word": AGE,
    }
    by_host: dict[str, dict[str, t.Any]] = {
        "empty": {**answers, "users": " "},
        "null": {**answers, "operations": None},
        "all": {**answers, "operations": "*"},
        "wide": {**answers, "operations": "VirtualMachine.*"},
        "odd": {**answers, "dry_run": "maybe"},
        # Ansible takes it for true as a keyword of a task, but for false in a template.
        "short": {**answers, "dry_run": "y"},
        # Lists that match everything.
        "stars": {**answers, "operations": ["*"], "users": ["*"], "task_ids": ["*"], "entity": "*"},
        "ended": {**answers, "since": "completed"},
        "number": {**answers, "older_than": 2},
        "negative": {**answers, "older_than": "-2h"},
        "word": {**answers, "older_than": "2hours"},
    }
    by_host = {name: {"older_than": "1h", **own} for name, own in by_host.items()}
    run = site.run("cancel_stuck", by_host=by_host)
    assert run.status == 2, run.output
    assert run.results.keys() == messages.keys()
    for host, message in messages.items():
        assert message in run.results[host]["report"][0]
    assert unfinished(vcenter) == {stuck}
