# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file with the delivered events: written as a whole, and used by one process at a time."""

from __future__ import annotations

import datetime
import pathlib
import resource
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda import _cursor
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._cursor import Cursor

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


def unfinished(folder: pathlib.Path, host: str = "host:443") -> list[str]:
    with Cursor(str(folder), host) as cursor:
        return cursor.seen.unfinished


def test_another_process_continues_with_the_file(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "new" / "folder"
    with Cursor(str(folder), "[::1]:443") as first:
        for task_id in ("task-1", "task-2"):
            first.seen.begin({task_id: "running"}, NOW)
            first.save()
    assert sorted(file.name for file in folder.iterdir()) == ["___1__443.json", "___1__443.lock"]
    assert unfinished(folder, "[::1]:443") == ["task-2"]
    assert unfinished(folder, "other:443") == []


def test_without_a_folder_nothing_is_written(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Cursor(None, "host:443") as cursor:
        cursor.save()
    assert list(tmp_path.iterdir()) == []


def test_a_second_process_waits_for_the_first_and_gives_up(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    monkeypatch.setattr("time.monotonic", lambda: 3.0 * len(pauses))
    refusal = r"another event source uses \S+: set a separate cursor_path for each source"
    with Cursor(str(tmp_path), "host:443") as first:
        with pytest.raises(VsphereError, match=refusal):
            unfinished(tmp_path)
        assert pauses == [_cursor.LOOK_EVERY] * 4
        monkeypatch.setattr("time.sleep", lambda seconds: first.__exit__())
        assert unfinished(tmp_path) == []


def test_a_full_disk_is_an_error_and_leaves_the_file_as_it_was(tmp_path: pathlib.Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Cursor(str(tmp_path), "host:443") as cursor:
        cursor.seen.begin({"task-1": "running"}, NOW)
        cursor.save()
        cursor.seen.begin({"task-2": "running"}, NOW)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5, before[1]))
        try:
            with pytest.raises(VsphereError, match=r"cursor_path: File too large: \S+host_443\.new"):
                cursor.save()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert unfinished(tmp_path) == ["task-1"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"start": null, "contact": null, "tasks": {"task-1": 1}}',
        '{"start": null, "contact": null, "tasks": []}',
    ],
)
def test_other_content_is_rejected(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "host_443.json").write_text(text, encoding="utf-8")
    for _again in range(2):
        with pytest.raises(VsphereError, match="is not a cursor of this collection: remove the file"):
            unfinished(tmp_path)


def test_a_folder_that_cannot_be_created_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(VsphereError) as raised:
        unfinished(tmp_path / "file" / "folder")
    assert raised.value.message.startswith("cursor_path: Not a directory: ")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_unused: object, **_how: t.Any) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    with Cursor(str(tmp_path), "host:443") as cursor:
        cursor.seen.begin({"task-1": "running"}, NOW)
        cursor.save()
        cursor.seen.begin({}, NOW)
        monkeypatch.setattr(pathlib.Path, "write_text", fail)
        with pytest.raises(VsphereError, match="cursor_path: No space left on device"):
            cursor.save()
    assert unfinished(tmp_path) == ["task-1"]
