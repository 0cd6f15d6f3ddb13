# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of a host, which override the inventory: none of them changes the address, the user, or the selection."""

from __future__ import annotations

import typing as t

from vcenters import ROOT, any_transport

ELSEWHERE = "127.0.0.2"

# Ansible lets facts override inventory_hostname and, since ansible-core 2.19, omit as well.
HOSTILE: dict[str, dict[str, t.Any]] = {
    "address": {"vcenter_hostname": ELSEWHERE},
    "connection": {
        "vcenter_port": 9,
        "vcenter_proxy_host": ELSEWHERE,
        "vcenter_proxy_port": 9,
        "vcenter_validate_certs": False,
        "vcenter_ca_path": "/dev/null",
        "vcenter_transport": "soap",
        "vcenter_username": "somebody@vsphere.local",
    },
    "selection": {
        "vsphere_cancel_stuck_operations": "VirtualMachine.powerOn",
        "vsphere_cancel_stuck_dry_run": False,
        "vsphere_tasks__required": [],
    },
    "name": {"inventory_hostname": ELSEWHERE},
    "omission": {"omit": ELSEWHERE},
}


REASON = "facts of the host cannot set variables"


@any_transport
def test_facts_change_nothing(site: t.Any) -> None:
    vcenter = site.vcenters["json.example.com"]
    hosts = {"honest": {"color": "red"}, **HOSTILE}
    answers = {"vsphere_cancel_stuck_operations": "com.example.none", "vsphere_cancel_stuck_older_than": "1h"}
    run = site.play("facts.yml", by_host={host: {**answers, "hostile": facts} for host, facts in hosts.items()})
    results = site.results(run.stdout, "cancel_stuck")
    assert results["honest"]["report"] == ["would cancel 0 tasks"]
    for host, facts in HOSTILE.items():
        names, _colon, reason = results[host]["report"][0].partition(": ")
        assert set(names.split(", ")) == facts.keys()
        assert reason.startswith(REASON)
    # Only for the honest host.
    assert sum(call.endswith(".Login") for call in vcenter.requests()) == 1


@any_transport
def test_each_playbook_rejects_facts(site: t.Any) -> None:
    names = [file.stem for file in (ROOT / "playbooks").glob("[!_]*.yml")]
    hosts = {"address": {"hostile": HOSTILE["address"]}}
    processes = [site.start("facts.yml", f"--extra-vars=playbook={name}", by_host=hosts) for name in names]
    outputs = [process.communicate()[0] for process in processes]
    assert len(names) > 5
    assert [f"vcenter_hostname: {REASON}" in output for output in outputs] == [True] * len(names)
    assert site.vcenters["json.example.com"].requests() == []
