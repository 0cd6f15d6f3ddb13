# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that a playbook cannot do without."""

from __future__ import annotations

import typing as t

from vcenters import any_transport

REQUIRED = {
    "cancel_stuck": "older_than",
    "finish_stale": "older_than",
    "maintenance_gate": "entity",
    "report": "path",
}


@any_transport
def test_a_missing_variable_is_named_before_anything_is_done(site: t.Any) -> None:
    processes = {name: site.start(f"vsphere.tasks.{name}") for name in REQUIRED}
    for name, process in processes.items():
        output = process.communicate()[0]
        assert f"vsphere_{name}_{REQUIRED[name]}: the playbook requires this variable" in output
    assert {name: process.returncode for name, process in processes.items()} == dict.fromkeys(REQUIRED, 2)
    assert all(vcenter.requests() == [] for vcenter in site.vcenters.values())
