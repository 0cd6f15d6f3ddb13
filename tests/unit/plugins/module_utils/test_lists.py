# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists in the form of texts, for example from surveys."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _lists


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("task-1", ["task-1"]),
        ("task-1,task-2", ["task-1", "task-2"]),
        (" task-1, task-2 ", ["task-1", "task-2"]),
        ("task-1\ntask-2\n", ["task-1", "task-2"]),
        ("task-1\r\n\r\ntask-2, task-3\r\n", ["task-1", "task-2", "task-3"]),
        ('["task-1", "task-2"]', ["task-1", "task-2"]),
        (' [1, "2", null]\n', [1, "2", None]),
        ('[{"name": "backup"}]', [{"name": "backup"}]),
        ("[web] 01", ["[web] 01"]),
        ("one,,two", ["one", "", "two"]),
        ("", [""]),
        (" \n ", [""]),
        (["task-1, task-2"], ["task-1, task-2"]),
        (5, 5),
        (None, None),
    ],
)
def test_a_text_is_split_and_other_values_stay(given: t.Any, expected: t.Any) -> None:
    assert _lists.from_text(given) == expected


def test_only_options_that_are_lists_are_split() -> None:
    spec = {"users": {"type": "list", "elements": "str"}, "alarm": {"type": "str"}}
    params = {"users": "a\nb", "alarm": "a\nb", "_ansible_check_mode": True}
    assert _lists.from_texts(spec, params) == {**params, "users": ["a", "b"]}
