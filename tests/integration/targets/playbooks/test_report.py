# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook report: one report of all vCenters."""

from __future__ import annotations

import json
import pathlib
import typing as t

from vcenters import any_transport

pytestmark = any_transport


def test_all_vcenters_are_in_one_report(site: t.Any, tmp_path: pathlib.Path, tag: str) -> None:
    operation = f"com.example.{tag}"
    made = {name: set(vcenter.create_many(2, description_id=operation)) for name, vcenter in site.vcenters.items()}
    page = tmp_path / "tasks.html"
    run = site.run(
        "report",
        path=f" {page}\n",
        formats='["html", "json"]',
        operations=f"{operation}\r\n",
        states="queued\nrunning",
        entity="DC0/vm/DC0_H0_VM0",
        limit="10",
    )
    assert run.status == 0, run.output
    written = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert tag in page.read_text(encoding="utf-8")
    expected = {(name, task_id) for name, ids in made.items() for task_id in ids}
    assert {(task["server"], task["id"]) for task in written["tasks"]} == expected
    assert run.results.keys() == site.vcenters.keys()
    for result in run.results.values():
        assert result["files"] == [str(page), str(page.with_suffix(".json"))]
        assert result["by_state"]["running"] == 2
        assert result["report"][0].startswith("2 tasks in ")
    # In check mode, the playbook changes nothing, and names the vCenter that it could not read.
    page.unlink()
    unreachable: dict[str, dict[str, t.Any]] = {
        "json.example.com": {},
        "other.example.com": {"entity": "nothing", "states": ""},
        "wrong.example.com": {"odd": "misspelled"},
    }
    run = site.run("report", "--check", path=str(page), by_host=unreachable)
    assert run.status == 2, run.output
    assert not page.exists()
    assert "nothing" in run.results["other.example.com"]["report"][0]
    assert "failed" not in run.results["json.example.com"]
    run = site.run("report", path=str(page), formats="json", by_host=unreachable)
    written = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert {each["name"] for each in written["servers"]} == unreachable.keys()
    # The role rejects a format that it does not have.
    run = site.run("report", path=str(page), formats="htm, json", by_host={"json.example.com": {}})
    assert "Got no match for: htm" in run.results["json.example.com"]["report"][0]


def test_a_report_that_cannot_be_written_is_a_failure_of_each_vcenter(site: t.Any, tmp_path: pathlib.Path) -> None:
    run = site.run("report", path=str(tmp_path / "missing" / "tasks.html"))
    assert run.status == 2, run.output
    reports = [result["report"][0] for result in run.results.values()]
    message = "the file of vsphere_report_path could not be written: Dest"
    assert [each.startswith(message) for each in reports] == [True, True], run.output


def test_an_empty_group_is_no_success(vcenter: t.Any, tmp_path: pathlib.Path) -> None:
    inventory = tmp_path / "inventory.json"
    inventory.write_text('{"vcenters": {"hosts": {}}}', encoding="utf-8")
    path = str(tmp_path / "tasks.html")
    shown = vcenter.play("vsphere.tasks.report", f"--inventory={inventory}", status=2, vsphere_report_path=path)
    assert "hostname is missing" in shown
