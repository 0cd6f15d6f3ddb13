# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty parts of options, which must not select more than intended."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._empty import drop_unusable, empty_parts, nulls

SPEC: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "anything": {"type": "raw"},
    "entity": {
        "type": "dict",
        "options": {"type": {"type": "str"}, "equals": {"type": "raw"}, "tags": {"type": "list", "elements": "str"}},
    },
    "types": {
        "type": "list",
        "elements": "dict",
        "options": {"id": {"type": "str", "required": True}, "labels": {"type": "dict"}},
    },
    "unless": {"type": "dict", "options": {"exists": {"type": "dict", "options": {"moid": {"type": "str"}}}}},
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
        {"types": [{"labels": "German"}]},
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
        ({"types": [{"id": "x"}, {"id": ""}]}, ["types.id is empty: set a value"]),
        ({"types": ["x"]}, ["types is not a list of dictionaries: set the parts id, labels that you need"]),
        ({"types": ["x", "y"]}, ["types is not a list of dictionaries: set the parts id, labels that you need"]),
        ({"types": ""}, ["types is empty: set its parts, or omit it with default(omit)"]),
        ({"entity": " "}, ["entity is empty: set its parts, or omit it with default(omit)"]),
        ({"types": 7}, ["types is not a list of dictionaries: set the parts id, labels that you need"]),
        ({"unless": {"exists": "x"}}, ["unless.exists is not a dictionary: set the parts moid that you need"]),
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


def nested(levels: int) -> t.Any:
    value: t.Any = "x"
    for _level in range(levels):
        value = [value]
    return value


NUMBERS: dict[str, dict[str, t.Any]] = {
    "one": {"type": "int"},
    "many": {"type": "list", "elements": "int"},
    "parts": {"type": "list", "elements": "dict", "options": {"port": {"type": "int"}}},
}


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("any", nested(100), ""),
        ("any", nested(101), "any has more than 100 levels"),
        ("any", {"a": [nested(99)]}, "any has more than 100 levels"),
        ("any", "a\ud800", "any contains U+D800, which is only a half of a character"),
        ("any", ["a\ud800", float("inf"), True], ""),
        ("one", 2**62, ""),
        ("one", "soon", ""),
        ("one", None, ""),
        ("one", "-Infinity", "one is not a whole number that fits into 64 bits"),
        ("one", 10**400, "one is not a whole number"),
        ("one", True, "one is not a whole number"),
        ("one", [0, [4, 4, 3], 0], "one is not a whole number"),
        ("many", float("nan"), "many is not a whole number"),
        ("many", [1, "inf"], "many is not a whole number"),
        ("many", [1, "2"], ""),
        ("parts", [{"port": 1}, {"port": "inf"}], "parts is not a whole number"),
        ("parts", {"host": "infinity"}, ""),
    ],
)
def test_values_that_ansible_cannot_handle_are_dropped(name: str, value: t.Any, problem: str) -> None:
    given = {name: value, "other": 1}
    problems = drop_unusable(NUMBERS, given)
    assert (len(problems) == 1) == bool(problem)
    assert "".join(problems).startswith(problem)
    assert given == {name: None if problem else value, "other": 1}
