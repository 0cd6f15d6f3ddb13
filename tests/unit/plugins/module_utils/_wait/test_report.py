# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that a wait appends its progress to."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._report import to_file
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import Watched

if t.TYPE_CHECKING:
    import pathlib


def watched(task_id: str) -> Watched:
    return Watched(task_id, {"info.state": "running", "info.progress": 5, "info.entityName": "wéb"})


def test_each_task_is_a_line_after_those_that_are_there(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    path.write_text("{}\n", encoding="utf-8")
    report = to_file(str(path))
    report([watched("task-1"), watched("task-2")])
    report([watched("task-3")])
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line.get("id") for line in lines] == [None, "task-1", "task-2", "task-3"]
    assert lines[1] == {"id": "task-1", "operation": None, "entity": "wéb", "state": "running", "progress": 5}


def test_a_file_that_was_removed_is_not_made_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    report = to_file(str(path))
    path.unlink()
    report([watched("task-1")])
    assert not path.exists()


def test_a_file_that_cannot_be_made_is_an_error_of_the_option(tmp_path: pathlib.Path) -> None:
    with pytest.raises(VsphereError, match=r"progress_file .*No such file or directory"):
        to_file(str(tmp_path / "none" / "progress"))
