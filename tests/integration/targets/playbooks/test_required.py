# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that a playbook cannot do without."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
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


@any_transport
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--extra-vars=vcenters=vcentres"], "vcenters: no host matches vcentres: set it to hosts"),
        (
            ["--extra-vars=vcenters=json.example.com", "--limit=soap.*"],
            "vcenters: no host matches json.example.com and the limit soap.*: add the vCenters to",
        ),
        (["--extra-vars=vcenters=localhost", "--limit=vcenters"], "no host matches localhost and the limit vcenters"),
    ],
    ids=str,
)
def test_a_pattern_without_hosts_is_no_success(site: t.Any, given: list[str], message: str) -> None:
    run = site.run("maintenance_gate", *given, entity="DC0/host/DC0_C0")
    assert run.status != 0, run.output
    assert message in " ".join(run.output.split())
    assert all(vcenter.requests() == [] for vcenter in site.vcenters.values())


@any_transport
@pytest.mark.parametrize("pattern", ["json.*:soap.example.com", ["json.example.com", "soap.example.com"]], ids=str)
def test_a_pattern_can_name_several_hosts(site: t.Any, pattern: t.Any) -> None:
    given = f"--extra-vars={json.dumps({'vcenters': pattern})}"
    run = site.run("maintenance_gate", given, entity="DC0/host/DC0_C0")
    assert (run.status, run.results.keys()) == (0, site.vcenters.keys()), run.output


@any_transport
def test_the_limit_can_be_a_file(site: t.Any, tmp_path: pathlib.Path) -> None:
    limit = tmp_path / "limit"
    limit.write_text("json.example.com\n", encoding="utf-8")
    run = site.run("maintenance_gate", f"--limit=@{limit}", entity="DC0/host/DC0_C0")
    assert (run.status, [*run.results]) == (0, ["json.example.com"]), run.output
