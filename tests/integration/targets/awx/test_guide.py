# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import yaml
from vcenters import ROOT, any_transport


@any_transport
def test_the_example_with_a_survey_runs(environment: t.Any, tmp_path: pathlib.Path) -> None:
    page = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    _credential, survey = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    plays = [
        {"hosts": "localhost", "gather_facts": False, "vars": answers, "tasks": yaml.safe_load(survey)}
        for answers in ({}, {"survey_users": ""}, {"survey_users": "alice\nVSPHERE.LOCAL\\bob\n"})
    ]
    (tmp_path / "play.yml").write_text(json.dumps(plays), encoding="utf-8")
    environment.play(tmp_path / "play.yml")
