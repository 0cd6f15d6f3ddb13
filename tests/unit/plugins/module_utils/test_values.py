# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values in VI/JSON, and their form for users."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _values

VM = {"_typeName": "ManagedObjectReference", "type": "VirtualMachine", "value": "vm-1"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("key", "key"),
        ("queueTime", "queue_time"),
        ("descriptionId", "description_id"),
        ("eventChainId", "event_chain_id"),
    ],
)
def test_names_become_snake_case(name: str, expected: str) -> None:
    assert _values.snake(name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ({"_typeName": "string", "_value": "x"}, "x"),
        ({"_typeName": "TaskInfoState", "_value": "running"}, "running"),
        ({"_typeName": "int", "_value": 0}, 0),
        (VM, {"type": "VirtualMachine", "moid": "vm-1"}),
        ({"_typeName": "ArrayOfManagedObjectReference", "_value": [VM]}, [{"type": "VirtualMachine", "moid": "vm-1"}]),
        ({"_typeName": "KeyValue", "key": "a", "value": "b"}, {"_typeName": "KeyValue", "key": "a", "value": "b"}),
    ],
)
def test_values_become_plain(value: object, expected: object) -> None:
    assert _values.plain(value) == expected


def test_boxed_members_are_unboxed_at_any_depth() -> None:
    boxed = {"_typeName": "KeyValue", "key": {"_typeName": "string", "_value": "a"}, "value": VM, "empty": None}
    unboxed = {"_typeName": "KeyValue", "key": "a", "value": {"type": "VirtualMachine", "moid": "vm-1"}, "empty": None}
    assert _values.unboxed(boxed) == unboxed
    assert _values.unboxed({"_typeName": "ArrayOfKeyValue", "_value": [boxed]}) == [unboxed]
    assert _values.unboxed({"a": {"b": [boxed]}}) == {"a": {"b": [unboxed]}}
    assert _values.unboxed({"_typeName": "ArrayOfKeyValue"}) == []
    assert _values.unboxed({"_typeName": "KeyValue"}) == {"_typeName": "KeyValue"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"_typeName": "string", "_value": '{"a": [1, null]}'}, {"a": [1, None]}),
        ('["a", 1]', ["a", 1]),
        ('"quoted"', "quoted"),
        ("[broken", "[broken"),
        ("7", "7"),
        (7, 7),
        ("", ""),
        (None, None),
    ],
)
def test_only_json_text_is_unpacked(value: object, expected: object) -> None:
    assert _values.from_any(value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[" * 101 + "]" * 101,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" * 100_000,
        *(f'[{{"a": {{"{name}": "x"}}}}]' for name in ("__ansible_type", "__ansible_unsafe", "__ansible_vault")),
        r'{"\u005f_ansible_type": []}',
        r'["\ud800"]',
        r'{"\udfff": 1}',
    ],
    ids=lambda text: text[:30],
)
def test_json_text_that_ansible_could_not_return_stays_a_text(text: str) -> None:
    assert _values.from_any({"_typeName": "string", "_value": text}) == text


def test_json_text_of_many_levels_is_unpacked() -> None:
    value: t.Any = ["\U0001f600 __ansible_type"]
    for _level in range(99):
        value = [value]
    assert _values.from_any(json.dumps(value)) == value


def test_the_levels_of_a_value_are_limited() -> None:
    value: t.Any = 1
    for level in range(_values.DEEPEST + 1):
        assert not _values.is_too_deep(value)
        value = [value] if level % 2 else {"a": value, "b": 1}
    assert _values.is_too_deep(value)


@pytest.mark.parametrize("text", ["2026-11-22T01:13:10Z", "2026-11-22T01:13:10.0Z", "2026-11-22T02:13:10.000000+01:00"])
def test_times_with_and_without_a_fraction(text: str) -> None:
    assert _values.parse_time(text) == datetime.datetime(2026, 11, 22, 1, 13, 10, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-22T01:13:10.5Z", "2026-11-22T01:13:10.500000Z"),
        ({"_typeName": "dateTime", "_value": "2026-11-22T01:13:10Z"}, "2026-11-22T01:13:10.000000Z"),
        ("2026-11-22T01:13:10", None),
        ("soon", None),
        ("0001-01-01T00:00:00+01:00", None),
        (1795310000, None),
        ({"_typeName": "dateTime"}, None),
        (["2026-11-22T01:13:10Z"], None),
        (None, None),
    ],
)
def test_a_time_that_cannot_be_read_is_none(value: object, text: str | None) -> None:
    time = _values.time_of(value)
    assert (time and _values.utc(time)) == text


def test_a_reference_can_lack_a_part_or_contain_it_boxed() -> None:
    boxed = {"_typeName": "string", "_value": "vm-1"}
    ref = {"_typeName": "ManagedObjectReference", "value": boxed}
    assert _values.plain(ref) == {"type": None, "moid": "vm-1"}


@pytest.mark.parametrize(
    ("release", "numbers"), [("8.0.2.0", [8, 0, 2, 0]), ("10.1", [10, 1]), ("v9", [9]), ("dev", [])]
)
def test_releases_compare_by_their_numbers(release: str, numbers: list[int]) -> None:
    assert _values.release_numbers(release) == numbers


def test_a_text_of_the_server_becomes_one_line_without_control_characters() -> None:
    assert _values.clean("a\nb\x1b[31mc\u202ed\u2028e\x07\xa0ü漢") == "a b[31mcd e ü漢"
    assert _values.clean("x" * 20_001) == "x" * 20_000 + "..."


@pytest.mark.parametrize(
    ("most", "text"), [(1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c"), (4, "a, b, c")]
)
def test_many_texts_are_cut_to_the_first_ones_and_the_number_of_others(most: int, text: str) -> None:
    assert _values.some_of(["a", "b", "c"], most) == text


def test_a_manager_is_called_by_its_type_and_other_objects_by_their_ids_too() -> None:
    assert _values.object_name(_values.reference("TaskManager", "TaskManager")) == "TaskManager"
    assert _values.object_name(_values.reference("Task", "task-1")) == "Task task-1"
    assert _values.object_name({"type": "Task", "moid": "task-1"}) == "Task task-1"


@pytest.mark.parametrize(("text", "code"), [("a\x00", "U+0000"), ("\ufffe", "U+FFFE"), ("a\r\n\tb\u20ac", "")])
def test_characters_that_xml_does_not_allow_cannot_be_sent(text: str, code: str) -> None:
    assert code in _values.unsendable(text)
    assert bool(_values.unsendable(text)) == bool(code)


@pytest.mark.parametrize(
    ("text", "is_id", "problem"),
    [
        ("a", True, ""),
        (" \n", False, "is empty: set a value"),
        ("{'a': 1}", True, "is a dictionary or a list: set only the ID or key"),
        ("[1]", True, "is a dictionary or a list"),
        ("[1]", False, ""),
        ("a\x00", True, "contains the character U+0000"),
    ],
)
def test_a_text_that_cannot_be_a_value_has_a_reason(text: str, is_id: bool, problem: str) -> None:
    found = _values.problem_of(text, is_id)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
