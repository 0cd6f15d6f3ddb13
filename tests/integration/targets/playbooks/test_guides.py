# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The play in docs/many_vcenters.md, with the task for surveys in docs/playbooks.md."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

from ansible.parsing.dataloader import DataLoader
from vcenters import ROOT, any_transport

pytestmark = any_transport


def blocks(page: str) -> list[t.Any]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [DataLoader().load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


def test_the_play_works_with_all_vcenters(site: t.Any, tmp_path: pathlib.Path) -> None:
    [inventory, [play]] = blocks("many_vcenters.md")
    assert [*inventory] == ["vcenters"]
    tasks = blocks("playbooks.md")[-1]
    # Each test vCenter has its own certificate.
    connection = {name: f"{{{{ vcenter_{name} }}}}" for name in ("port", "ca_path")}
    play["module_defaults"]["group/vsphere.tasks.vsphere"].update(connection)
    play["tasks"] += tasks
    file = tmp_path / "play.yml"
    file.write_text(json.dumps([play]), encoding="utf-8")
    ran = site.play(str(file), "--extra-vars={survey_object: DC0/vm/DC0_H0_VM0, survey_users: ' '}")
    assert ran.returncode == 0, ran.stdout
    assert len(re.findall(r"^(?:json|soap)\.example\.com +: ok=2 ", ran.stdout, re.MULTILINE)) == 2
