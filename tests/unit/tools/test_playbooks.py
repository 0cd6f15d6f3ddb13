# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the playbooks, which their guide and their job templates share."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader

ROOT = pathlib.Path(__file__).parents[3]
PLAYBOOKS = sorted(file for file in (ROOT / "playbooks").glob("*.yml") if not file.stem.startswith("_"))
GUIDE = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
AWX = ROOT / "examples" / "awx"
TEMPLATES = {
    pathlib.Path(each["playbook"]).stem: each
    for each in DataLoader().load_from_file(str(AWX / "job_templates.yml"))["controller_templates"]
}


def test_every_playbook_has_a_section_a_template_and_a_file_in_the_project() -> None:
    names = [file.stem for file in PLAYBOOKS]
    assert sorted(re.findall(r"^\| `vsphere\.tasks\.(\w+)` \| \[", GUIDE, re.MULTILINE)) == names
    assert sorted(TEMPLATES) == names
    assert sorted(file.stem for file in (AWX / "project").glob("*.yml")) == names
    for name in names:
        assert f"\n## {name}\n" in GUIDE
        [play] = DataLoader().load_from_file(str(AWX / "project" / f"{name}.yml"))
        assert play["ansible.builtin.import_playbook"] == f"vsphere.tasks.{name}"


@pytest.mark.parametrize("file", PLAYBOOKS, ids=lambda file: file.stem)
def test_the_variables_are_the_same_everywhere(file: pathlib.Path) -> None:
    [play] = DataLoader().load_from_file(str(file))
    own = play["vars"]
    assert own["vsphere_tasks__playbook"] == file.stem
    prefix = f"vsphere_{file.stem}_"
    known = [prefix + name for name in own["vsphere_tasks__options"]]
    assert re.findall(rf"^#   ({prefix}\w+): ", file.read_text(encoding="utf-8"), re.MULTILINE) == known
    section = GUIDE.partition(f"\n## {file.stem}\n")[2].partition("\n## ")[0]
    assert re.findall(rf"^\| `({prefix}\w+)` \| ", section, re.MULTILINE) == known
    asked = [each["variable"] for each in TEMPLATES[file.stem]["survey_spec"]["spec"]]
    assert [name for name in known if name in asked] == asked
    used = "".join(each.read_text(encoding="utf-8") for each in (file.parent / "tasks").glob(f"{file.stem}*.yml"))
    assert sorted(set(re.findall(rf"\b{prefix}\w+", used)) & {*known, *asked}) == sorted(known)


def test_an_answer_that_must_not_be_empty_is_required() -> None:
    for file in PLAYBOOKS:
        [play] = DataLoader().load_from_file(str(file))
        never: t.Iterable[str] = (f"vsphere_{file.stem}_{name}" for name in play["vars"]["vsphere_tasks__never_empty"])
        required = {each["variable"] for each in TEMPLATES[file.stem]["survey_spec"]["spec"] if each["required"]}
        assert set(never) <= required
