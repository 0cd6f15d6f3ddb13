# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of the collection on an inventory of two vCenters, as AWX starts them: with the answers to a survey."""

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
    """The end of a run: its status, its output, and by vCenter the result that it hands on."""

    status: int
    output: str
    results: dict[str, dict[str, t.Any]]


class Site:
    """Two vCenters: one with VI/JSON, and one that has only SOAP."""

    def __init__(self, json_: Vcenter, soap: Vcenter, folder: pathlib.Path) -> None:
        self.vcenters = {"json.example.com": json_, "soap.example.com": soap}
        self._folder = folder

    def inventory(self) -> pathlib.Path:
        hosts = {
            name: {
                "vcenter_hostname": vcenter.address["host"],
                "vcenter_port": str(vcenter.address["port"]),
                "vcenter_username": vcenter.address["user"],
                "vcenter_password": vcenter.address["password"],
                "vcenter_ca_path": vcenter.address["ca"],
            }
            for name, vcenter in self.vcenters.items()
        }
        return self._write("inventory.json", {"all": {"children": {"vcenters": {"hosts": hosts}}}})

    def run(self, playbook: str, *arguments: str, **answers: t.Any) -> Run:
        """Run a playbook with the defaults of its survey, all of them texts, and these answers."""
        [template] = [each for each in TEMPLATES if each["playbook"] == f"{playbook}.yml"]
        prefix = f"vsphere_{playbook}_"
        questions = {each["variable"].removeprefix(prefix): each for each in template["survey_spec"]["spec"]}
        assert answers.keys() <= questions.keys()
        variables = {prefix + name: str(each["default"]) for name, each in questions.items()}
        variables.update({prefix + name: answer for name, answer in answers.items()})
        extra = f"--extra-vars=@{self._write('variables.json', variables)}"
        ran = self.play(f"vsphere.tasks.{playbook}", extra, *arguments)
        stats = re.search(r"^\tRUN: (.*)$", ran.stdout, re.MULTILINE)
        results = json.loads(stats[1])[f"vsphere_{playbook}"] if stats else {}
        return Run(ran.returncode, ran.stdout, results)

    def play(self, playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PLAYBOOK, playbook, f"--inventory={self.inventory()}", *arguments],
            env={**os.environ, "ANSIBLE_SHOW_CUSTOM_STATS": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _write(self, name: str, data: t.Any) -> pathlib.Path:
        file = self._folder / name
        file.write_text(json.dumps(data), encoding="utf-8")
        return file


@pytest.fixture
def site(server: t.Callable[[str], Vcenter], tmp_path: pathlib.Path) -> Site:
    return Site(server("vcenter"), server("vcenter7"), tmp_path)
