# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as HTML, JSON, and CSV. tests/browser shows the page in a browser."""

from __future__ import annotations

import csv
import io
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.vsphere.tasks.plugins.filter.task_report import task_report
from ansible_collections.vsphere.tasks.plugins.module_utils._values import printable

TASK = {
    "id": "task-1",
    "key": "task-1",
    "name": "PowerOnVM_Task",
    "operation": "Power On virtual machine",
    "entity": {"type": "VirtualMachine", "moid": "vm-1"},
    "entity_name": "web",
    "state": "error",
    "error": {"type": "NotSupported", "message": "No.", "messages": ["A", "B"]},
    "reason": {"type": "TaskReasonUser", "user_name": "EXAMPLE\\alice"},
}


def embedded(results: list[t.Any], **options: t.Any) -> dict[str, t.Any]:
    page = task_report(results, **options)
    text = page.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]
    return t.cast("dict[str, t.Any]", json.loads(text))


def test_children_are_tasks_too() -> None:
    parent = {**TASK, "children": [{**TASK, "id": "task-2", "children": [{**TASK, "id": "task-3"}]}]}
    found = json.loads(task_report([{"server": "a", "tasks": [parent]}], output="json"))
    assert [task["id"] for task in found["tasks"]] == ["task-1", "task-2", "task-3"]
    assert "children" not in found["tasks"][0]
    assert {task["server"] for task in found["tasks"]} == {"a"}


def test_the_tasks_of_the_role_are_json_text() -> None:
    assert embedded([{"tasks": json.dumps([TASK])}]) == embedded([{"tasks": [TASK]}])


@pytest.mark.parametrize("text", ["</script>", "<!--", "@DATA@", "a & b", "\u2028", "\ud800", "ü", "\x00"])
def test_no_text_ends_the_data(text: str) -> None:
    page = task_report([{"tasks": [{**TASK, "entity_name": text}]}], title=text)
    plain = task_report([{"tasks": [TASK]}])
    assert page.count("<") == plain.count("<")
    page.encode("ascii", "strict")
    assert (
        embedded([{"tasks": [{**TASK, "entity_name": text}]}])["rows"][0][embedded([])["columns"].index("entity_name")]
        == text
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", " =1", '"=1', "\t=1", "\r=1", "\n=1", "\x1b=1"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text: str) -> None:
    report = task_report([{"server": text, "tasks": [{**TASK, "entity_name": text, "duration": -1.0}]}], output="csv")
    (row,) = csv.DictReader(io.StringIO(report, newline=""))
    assert row["server"] == row["entity_name"] == f"'{printable(text)}"
    assert row["duration"] == "-1.0"


def test_each_cell_is_one_line_without_control_characters() -> None:
    report = task_report([{"tasks": [{**TASK, "entity_name": "web\x1b[2J\u202e\n01"}]}], output="csv")
    assert ",web[2J 01," in report


@pytest.mark.parametrize("start", ["=1", '"=1"', "+1", "-1", "@a"])
def test_no_formula_begins_after_a_semicolon(start: str) -> None:
    report = task_report([{"tasks": [{**TASK, "entity_name": f"a;{start};b"}]}], output="csv")
    (row,) = csv.DictReader(io.StringIO(report, newline=""))
    assert row["entity_name"] == f"a;'{start};b"


def test_any_text_has_an_encoding() -> None:
    for output in ("html", "json", "csv"):
        task_report([{"tasks": [{**TASK, "entity_name": "\ud800"}]}], output=output).encode("utf-8")


def test_the_same_tasks_make_the_same_report() -> None:
    assert task_report([{"tasks": [TASK]}]) == task_report([{"tasks": [dict(reversed(TASK.items()))]}])


def test_an_unknown_output_is_rejected() -> None:
    with pytest.raises(AnsibleFilterError, match="html, json, csv, not odd"):
        task_report([], output="odd")
