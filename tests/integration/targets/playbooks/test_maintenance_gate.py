# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook maintenance_gate: it waits until an object is free, holds it, and releases it."""

from __future__ import annotations

import typing as t

from vcenters import any_transport

pytestmark = any_transport

ENTITY = {"entity": "DC0/host/DC0_H0"}


def tasks(vcenter: t.Any) -> list[dict[str, t.Any]]:
    found = vcenter.run("info", states=["queued", "running"], entity={"path": ENTITY["entity"]}, source="recent")
    return t.cast("list[dict[str, t.Any]]", found["tasks"])


def test_it_waits_holds_and_releases(site: t.Any, tag: str) -> None:
    ref = {}
    for name, vcenter in site.vcenters.items():
        with vcenter.connection() as connection:
            from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
            from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._find import find_entity

            found = find_entity(connection, Entity.from_text("entity", ENTITY["entity"]))
        ref[name] = {"type": found["type"], "value": found["value"]}
        first = vcenter.create(entity=ref[name], duration=2)
        # It appears while the playbook waits for the first one.
        vcenter.during("Task.info" if name.startswith("x") else "PropertyCollector.WaitForUpdatesEx", lambda vcenter=vcenter, name=name: vcenter.create(entity=ref[name], duration=3), 1)
    run = site.run("maintenance_gate", hold=tag, reason="Change 4711", **ENTITY)
    assert run.status == 0, run.output
    for name, vcenter in site.vcenters.items():
        [hold] = tasks(vcenter)
        assert run.results[name]["hold_task_id"] == hold["id"]
        assert (hold["state"], hold["activation_id"], hold["description"]["message"]) == ("running", tag, "Change 4711")
    again = site.run("maintenance_gate", "--limit=json.example.com", hold=tag, reason="Change 4711", **ENTITY)
    assert "changed=0" in again.output
    waiting = site.run("maintenance_gate", "--limit=soap.example.com", timeout="1", **ENTITY)
    assert waiting.status == 2
    assert run.results["soap.example.com"]["hold_task_id"] in waiting.results["soap.example.com"]["report"][0]
    released = site.run("maintenance_gate", hold=tag, release="true", **ENTITY)
    assert released.status == 0, released.output
    for name, vcenter in site.vcenters.items():
        assert tasks(vcenter) == []
