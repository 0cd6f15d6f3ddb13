# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file to which a wait appends its progress."""

from __future__ import annotations

import json
import resource
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _report
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._watch import Watched

if t.TYPE_CHECKING:
    import pathlib


def line(task_id: str) -> dict[str, t.Any]:
    return Watched(task_id, {"info.state": "running", "info.progress": 5, "info.entityName": "wéb"}).line()


def test_each_task_is_appended_as_a_line(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    path.write_text("{}\n", encoding="utf-8")
    report = _report.to_file(str(path))
    report([line("task-1"), line("task-2")])
    report([line("task-3")])
    lines = [json.loads(each) for each in path.read_text(encoding="utf-8").splitlines()]
    assert [each.get("id") for each in lines] == [None, "task-1", "task-2", "task-3"]
    assert lines[1] == {"id": "task-1", "operation": None, "entity": "wéb", "state": "running", "progress": 5}


def test_a_removed_file_is_not_created_again(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    report = _report.to_file(str(path))
    path.unlink()
    report([line("task-1")])
    assert not path.exists()


def test_without_space_only_the_latest_reports_are_kept(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_report, "MOST", 2)
    path = tmp_path / "progress"
    report = _report.to_file(str(path))
    path.unlink()
    report([line("task-1"), line("task-2")])
    path.touch()
    report([line("task-3")])
    assert [json.loads(each)["id"] for each in path.read_text(encoding="utf-8").splitlines()] == ["task-2", "task-3"]


@pytest.mark.parametrize(("name", "why"), [("none/x", "No such file or directory"), ("a\0b", "embedded null byte")])
def test_a_file_that_cannot_be_created_is_an_error_of_the_option(tmp_path: pathlib.Path, name: str, why: str) -> None:
    with pytest.raises(VsphereError, match=rf"^progress_file .* is not writable \({why}\)"):
        _report.to_file(str(tmp_path / name))


def test_a_full_disk_delays_reports_and_leaves_no_half_lines(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "progress"
    report = _report.to_file(str(path))
    report([line("task-1")])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Some more characters, and then none.
    for more in (10, 0):
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + more, before[1]))
        try:
            report([line(f"task-with-{more}")])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert [json.loads(each)["id"] for each in path.read_text(encoding="utf-8").splitlines()] == ["task-1"]
    report([line("task-2")])
    lines = [json.loads(each)["id"] for each in path.read_text(encoding="utf-8").splitlines()]
    assert lines == ["task-1", "task-with-10", "task-with-0", "task-2"]
