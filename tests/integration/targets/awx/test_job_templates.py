# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job templates, valid for AWX's module and its rules for surveys. The target playbooks runs them."""

from __future__ import annotations

import typing as t

TEXTS = ("text", "textarea", "password")
CHOICES = ("multiplechoice", "multiselect")
MEMBERS = {"question_name", "question_description", "variable", "type", "required", "choices", "default", "min", "max"}


def test_the_module_accepts_them(check_awx: t.Callable[..., None], example: t.Callable[[str], t.Any]) -> None:
    for template in example("job_templates.yml")["controller_templates"]:
        check_awx("job_template", template)


def test_the_surveys_follow_the_rules(example: t.Callable[[str], t.Any]) -> None:
    for template in example("job_templates.yml")["controller_templates"]:
        survey = template["survey_spec"]
        assert survey.keys() == {"name", "description", "spec"}
        questions = survey["spec"]
        assert len({each["variable"] for each in questions}) == len(questions)
        for each in questions:
            check_question(each)


def check_question(question: dict[str, t.Any]) -> None:
    assert question.keys() <= MEMBERS
    assert question["question_name"].strip()
    assert isinstance(question["required"], bool)
    default = question["default"]
    if question["type"] in CHOICES:
        assert all(isinstance(choice, str) for choice in question["choices"])
        assert set(default.splitlines()) <= set(question["choices"])
        return
    size = default
    if question["type"] in TEXTS:
        assert isinstance(default, str)
        size = len(default)
    assert isinstance(size, int)
    assert question["min"] <= size <= question["max"]
