# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options outside of modules: complete and in their types, or one error with all problems."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._validation import validated

SPEC: dict[str, dict[str, t.Any]] = {
    "port": {"type": "int", "default": 443},
    "names": {"type": "list", "elements": "str"},
    "parts": {"type": "dict", "options": {"name": {"type": "str"}}},
    "free": {"type": "dict"},
}
DEEP = "[" * 102 + "]" * 102


def test_options_get_their_types_and_defaults() -> None:
    given = {"names": "a,b", "parts": '{"name": 1}'}
    expected = {"port": 443, "names": ["a", "b"], "parts": {"name": "1"}, "free": None}
    assert validated(SPEC, given) == expected
    # The caller's options stay as they are.
    assert given == {"names": "a,b", "parts": '{"name": 1}'}


@pytest.mark.parametrize("text", ["a, b", "a\nb\n", '["a", "b"]'])
def test_a_list_can_be_a_text_like_in_modules(text: str) -> None:
    assert validated(SPEC, {"names": text})["names"] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"port": "soon"}, "port"),
        ({"port": float("inf"), "names": [None]}, "port is not a whole number .*; names contains null"),
        ({"other": 1}, "unsupported arguments: other"),
        ({"parts": False}, "parts is not a dictionary"),
        ({"names": json.loads(DEEP)}, "names has more than 100 levels"),
        ({"free": f'{{"a": {DEEP}}}'}, "free has more than 100 levels"),
    ],
)
def test_problems_are_one_error(given: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(VsphereError, match=problem):
        validated(SPEC, given)
