# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job templates in examples/awx are what AWX takes: its module's argument spec, and its rules for surveys.

`ANSIBLE_COLLECTIONS_PATH=FOLDER python -m pytest tests/awx`, where FOLDER holds ansible_collections/awx/awx.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

TEMPLATES = yaml.safe_load(
    (pathlib.Path(__file__).parents[2] / "examples" / "awx" / "job_templates.yml").read_text(encoding="utf-8")
)["controller_templates"]
TEXTS = ("text", "textarea", "password")
CHOICES = ("multiplechoice", "multiselect")
MEMBERS = {"question_name", "question_description", "variable", "type", "required", "choices", "default", "min", "max"}


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """The argument spec of the module awx.awx.job_template, which it makes when it runs."""
    for folder in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep):
        monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "ansible_collections", raising=False)
    module = importlib.import_module("ansible_collections.awx.awx.plugins.modules.job_template")
    found: dict[str, t.Any] = {}

    def caught(argument_spec: dict[str, t.Any]) -> t.NoReturn:
        found.update(argument_spec)
        raise SystemExit

    monkeypatch.setattr(module, "ControllerAPIModule", caught)
    with pytest.raises(SystemExit):
        module.main()
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["playbook"])
def test_the_module_takes_it(spec: dict[str, t.Any], template: dict[str, t.Any]) -> None:
    assert len(spec) > 50
    assert ArgumentSpecValidator(spec).validate(template).error_messages == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["playbook"])
def test_awx_takes_the_survey(template: dict[str, t.Any]) -> None:
    survey = template["survey_spec"]
    assert survey.keys() == {"name", "description", "spec"}
    questions = survey["spec"]
    assert len({each["variable"] for each in questions}) == len(questions)
    for each in questions:
        assert each.keys() <= MEMBERS
        assert each["question_name"].strip()
        assert isinstance(each["required"], bool)
        default = each["default"]
        if each["type"] in CHOICES:
            assert all(isinstance(choice, str) for choice in each["choices"])
            assert set(default.splitlines()) <= set(each["choices"])
        else:
            assert isinstance(default, str if each["type"] in TEXTS else int)
            size = len(default) if each["type"] in TEXTS else default
            assert each["min"] <= size <= each["max"]
        # AWX starts no job with a required answer that its template does not have, unless a user gives it.
        assert default != "" or not each["required"] or each["variable"].endswith("_entity")
