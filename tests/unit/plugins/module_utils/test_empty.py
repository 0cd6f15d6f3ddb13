# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty parts of options, which must not select more than intended."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._empty import empty_parts, nulls

SPEC: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "anything": {"type": "raw"},
    "entity": {
        "type": "dict",
        "options": {"type": {"type": "str"}, "equals": {"type": "raw"}, "tags": {"type": "list", "elements": "str"}},
    },
    "types": {"type": "list", "elements": "dict", "options": {"id": {"type": "str"}, "labels": {"type": "dict"}}},
}


@pytest.mark.parametrize(
    "given",
    [
        {},
        # An option that is empty as a whole counts as missing, or has its own checks.
        {"name": None, "names": None, "entity": None, "types": None},
        {"name": "", "names": [], "entity": {}, "types": []},
        {"names": "a,b", "entity": "type=Folder"},
        {"names": ["a", 0, False]},
        {"anything": {"a": None}},
        {"entity": {"equals": None}},
        {"entity": {"unknown": None}},
        # The labels are data, not options.
        {"types": [{"id": "x", "labels": {"en": None}}]},
        # AnsibleModule rejects values of other types.
        {"names": {"a": None}},
        {"unknown": [None]},
    ],
    ids=repr,
)
def test_other_input_has_no_empty_parts(given: dict[str, t.Any]) -> None:
    assert empty_parts(SPEC, given) == []


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"names": ["a", None]}, ["names contains null: set a value, or remove the item"]),
        ({"names": "a, "}, ["names contains an empty string: set a value, or remove the item"]),
        ({"entity": {"type": None}}, ["entity.type is null: set a value, or omit it with default(omit)"]),
        ({"entity": {"type": " \n"}}, ["entity.type is empty: set a value, or omit it with default(omit)"]),
        ({"entity": {"tags": [""]}}, ["entity.tags contains an empty string: set a value, or remove the item"]),
        ({"types": [None]}, ["types contains null: set a value, or remove the item"]),
        ({"types": [{"id": "x"}, {"id": ""}]}, ["types.id is empty: set a value, or omit it with default(omit)"]),
        (
            {"names": [None, " "], "entity": {"type": "", "tags": None}},
            [
                "names contains null: set a value, or remove the item",
                "names contains an empty string: set a value, or remove the item",
                "entity.type is empty: set a value, or omit it with default(omit)",
                "entity.tags is null: set a value, or omit it with default(omit)",
            ],
        ),
    ],
)
def test_each_empty_part_is_named_with_its_remedy(given: dict[str, t.Any], problems: list[str]) -> None:
    assert empty_parts(SPEC, given) == problems


def test_null_is_found_at_any_depth() -> None:
    value = {"a": None, "b": [{"c": None}, 0, "", False], "d": [[None]]}
    assert [problem.partition(" is null: ")[0] for problem in nulls("params", value)] == [
        "params.a",
        "params.b[0].c",
        "params.d[0][0]",
    ]
    assert list(nulls("params", None)) == ["params is null: set a value, or omit it with default(omit)"]
