# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of the collection on an inventory of two vCenters, started in the way of AWX with answers to a survey."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from vcenters import PLAYBOOK, ROOT, Vcenter

TEMPLATES = DataLoader().load_from_file(str(ROOT / "examples" / "awx" / "job_templates.yml"))["controller_templates"]


class Run(t.NamedTuple):
    """The end of a run: its status, its output, and its result for each vCenter."""

    status: int
    output: str
    results: dict[str, dict[str, t.Any]]


class Site:
    """Two vCenters: one with VI/JSON, and one with SOAP only."""

    def __init__(self, json_: Vcenter, soap: Vcenter, folder: pathlib.Path) -> None:
        self.vcenters = {"json.example.com": json_, "soap.example.com": soap}
        self._folder = folder

    def inventory(self, by_host: dict[str, dict[str, t.Any]]) -> pathlib.Path:
        """The vCenters, or the given hosts with their own variables, which all stand for the first vCenter."""
        first = next(iter(self.vcenters.values()))
        own = {name: (first, variables) for name, variables in by_host.items()}
        vcenters = own or {name: (vcenter, {}) for name, vcenter in self.vcenters.items()}
        hosts = {
            name: {
                "vcenter_hostname": vcenter.address["host"],
                "vcenter_port": str(vcenter.address["port"]),
                "vcenter_username": vcenter.address["user"],
                "vcenter_password": vcenter.address["password"],
                "vcenter_ca_path": vcenter.address["ca"],
                **variables,
            }
            for name, (vcenter, variables) in vcenters.items()
        }
        return self.write("inventory.json", {"all": {"children": {"vcenters": {"hosts": hosts}}}})

    def run(
        self, playbook: str, *arguments: str, by_host: dict[str, dict[str, t.Any]] | None = None, **answers: t.Any
    ) -> Run:
        """Run a playbook with the defaults of its survey, all of them texts, and these answers.

        The answers in ``by_host`` are variables of a host.
        """
        [template] = [each for each in TEMPLATES if each["playbook"] == f"{playbook}.yml"]
        prefix = f"vsphere_{playbook}_"
        variables = {each["variable"]: str(each["default"]) for each in template["survey_spec"]["spec"]}
        variables.update({prefix + name: answer for name, answer in answers.items()})
        hosts = {host: {prefix + name: own[name] for name in own} for host, own in (by_host or {}).items()}
        # A variable of the command line overrides that of a host.
        variables = {name: value for name, value in variables.items() if not any(name in own for own in hosts.values())}
        extra = f"--extra-vars=@{self.write('variables.json', variables)}"
        ran = self.play(f"vsphere.tasks.{playbook}", extra, *arguments, by_host=hosts)
        return Run(ran.returncode, ran.stdout, self.results(ran.stdout, playbook))

    def play(
        self, playbook: str, *arguments: str, by_host: dict[str, dict[str, t.Any]] | None = None
    ) -> subprocess.CompletedProcess[str]:
        with self.start(playbook, *arguments, by_host=by_host) as process:
            output = process.communicate()[0]
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def start(
        self, playbook: str, *arguments: str, by_host: dict[str, dict[str, t.Any]] | None = None
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PLAYBOOK, playbook, f"--inventory={self.inventory(by_host or {})}", *arguments],
            env={**os.environ, "ANSIBLE_SHOW_CUSTOM_STATS": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @staticmethod
    def results(output: str, playbook: str) -> dict[str, dict[str, t.Any]]:
        """The results for each vCenter in the output of a run."""
        stats = re.search(r"^\tRUN: (.*)$", output, re.MULTILINE)
        return t.cast("dict[str, dict[str, t.Any]]", json.loads(stats[1])[f"vsphere_{playbook}"]) if stats else {}

    def write(self, name: str, data: t.Any) -> pathlib.Path:
        file = self._folder / name
        file.write_text(json.dumps(data), encoding="utf-8")
        return file


@pytest.fixture
def site(server: t.Callable[[str], Vcenter], tmp_path: pathlib.Path) -> Site:
    return Site(server("vcenter"), server("vcenter7"), tmp_path)
