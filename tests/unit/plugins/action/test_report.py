# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions and the paths of the files of a report."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.action import vsphere_task_info
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0640", "0640"),
        # As a number, each of them would be another mode.
        ("400", "0400"),
        ("1777", "01777"),
        ("0o640", "0640"),
        (" 640\n", "0640"),
        (0o640, "0640"),
        (0o755, "0755"),
        (0, "0000"),
        ("u=rw,g=r,o=", "u=rw,g=r,o="),
        ("a+X", "a+X"),
        ("g=u-w", "g=u-w"),
    ],
)
def test_a_mode_becomes_a_text_that_no_template_turns_into_a_number(given: t.Any, expected: str) -> None:
    assert vsphere_task_info._mode(given) == expected


@pytest.mark.parametrize(
    "given", ["rw-r--r--", "u=rq", "-640", "x=1", "u=rw, g=r", "u", "", "64", "0940", None, True, 6.4, [640]]
)
def test_any_other_mode_is_rejected(given: t.Any) -> None:
    with pytest.raises(VsphereError, match=r"^task_report_mode .* is not a mode: write it as octal text"):
        vsphere_task_info._mode(given)


@pytest.mark.parametrize(
    ("given", "octal"), [(400, "0620"), (500, "0764"), (640, "1200"), (0o1000, "1000"), (-1, "-001")]
)
def test_a_number_that_is_probably_another_mode_is_rejected(given: int, octal: str) -> None:
    with pytest.raises(VsphereError, match=f"^task_report_mode {given} is {octal} in octal: write the mode as a text"):
        vsphere_task_info._mode(given)


@pytest.mark.parametrize(
    ("path", "formats", "message"),
    [
        ("a.csv", ["html"], "set a path that ends in .html, or task_report_formats to csv"),
        ("a.csv", ["html", "csv"], "set a path that ends in .html, or task_report_formats to csv"),
        ("a.json", ["csv"], "set a path that ends in .csv, or task_report_formats to json"),
    ],
)
def test_a_path_with_the_suffix_of_another_format_is_rejected(path: str, formats: list[str], message: str) -> None:
    with pytest.raises(VsphereError, match=f"task_report_path {path} has the suffix of another format: {message}"):
        vsphere_task_info._files({"path": path, "formats": formats})


def test_each_format_has_the_path_with_its_suffix() -> None:
    assert vsphere_task_info._files({"path": "a.b/c", "formats": ["html", "csv"]}) == {
        "html": "a.b/c",
        "csv": "a.b/c.csv",
    }
    assert vsphere_task_info._files({"path": "a.csv", "formats": ["csv", "json"]}) == {"csv": "a.csv", "json": "a.json"}
