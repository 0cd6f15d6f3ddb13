# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of users for vSphere: the form in VI/JSON, or the reason for an error."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _values
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _given, _pyvmomi

REF = {"type": "VirtualMachine", "moid": "vm-1"}


@pytest.mark.parametrize(
    ("value", "expected"), [("a b", "a b"), ("", ""), (0, "0"), (1.5, "1.5"), ("\r\n\t", "\r\n\t")]
)
def test_a_text_or_a_number_stands_for_its_text(value: t.Any, expected: str) -> None:
    assert _given.text(value) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "must be a string, but YAML reads words such as on, off, yes, and no as booleans: quote the value"),
        (None, "must be a string, not None"),
        (["a secret"], "must be a string, not a list"),
        ({"a": "secret"}, "must be a string, not a dictionary"),
        ("a\x00", "contains the character U+0000"),
    ],
)
def test_other_values_are_rejected_as_a_text(value: t.Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        _given.text(value)


def test_the_visible_parts_of_a_value_are_its_texts_and_numbers() -> None:
    assert list(_given.texts({"a": ["x", "", None, True, 0], "b": {"c": 1.5}})) == ["x", "0", "1.5"]


def test_a_text_for_people_loses_only_the_characters_that_xml_does_not_hold() -> None:
    assert _given.xml_text("\x1b[1mé\ta\r\nb\ud800\uffff") == "[1mé\ta\nb"
    assert _given.xml_text(7) == "7"


@pytest.mark.parametrize(
    ("value", "shown"), [({"a": "secret"}, "a dictionary"), (["secret"], "a list"), ("x", "'x'"), (None, "None")]
)
def test_a_message_shows_a_nested_value_only_by_its_kind(value: t.Any, shown: str) -> None:
    assert _given.shown(value) == shown


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (True, "boolean"),
        (0, "int"),
        (2**31 - 1, "int"),
        (2**31, "long"),
        (-(2**31), "int"),
        (-(2**31) - 1, "long"),
        (2**63 - 1, "long"),
        (-(2**63), "long"),
        (1.5, "double"),
        ("x", "string"),
        ("", "string"),
        (["a", "b"], "ArrayOfString"),
    ],
)
def test_a_plain_value_is_boxed_as_the_smallest_type_that_holds_it(value: t.Any, type_name: str) -> None:
    assert _given.boxed(value) == {"_typeName": type_name, "_value": value}


def test_type_and_moid_are_a_reference() -> None:
    assert _given.boxed(REF) == _values.reference("VirtualMachine", "vm-1")


@pytest.mark.parametrize(
    "value",
    [None, [], ["a", 1], [["a"]], {}, {"a": 1}, {"type": "VirtualMachine"}, {**REF, "x": "y"}, {**REF, "moid": 1}],
)
def test_a_value_without_a_vi_type_is_not_boxed(value: t.Any) -> None:
    assert _given.boxed(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**63, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        (float("nan"), "nan is not a number in JSON or XML"),
        (float("-inf"), "-inf is not a number"),
        ("a\x00", r"U\+0000"),
        (["a", "a\x00"], r"U\+0000"),
    ],
)
def test_a_value_that_cannot_be_sent_is_rejected(value: t.Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _given.boxed(value)


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ("text", "string"),
        (True, "boolean"),
        (2**31, "long"),
        (1.5, "double"),
        (["a", "b"], "ArrayOfString"),
        (REF, None),
        ([], "string"),
        (["a", 1], "string"),
        ({"a": {"b": [1, None]}}, "string"),
        ({**REF, "moid": 1}, "string"),
        ('{"a": 1}', "string"),
        ("[broken", "string"),
        ('"quoted"', "string"),
        ('""twice""', "string"),
        (None, "string"),
    ],
)
def test_a_result_comes_back_as_it_was_given(value: t.Any, type_name: str | None) -> None:
    data = _given.to_any(value)
    assert data["_typeName"] == (type_name or "ManagedObjectReference")
    if value is not None:
        assert _values.from_any(data) == value


def test_a_text_that_does_not_read_like_json_is_sent_as_it_is() -> None:
    assert _given.to_any("text") == {"_typeName": "string", "_value": "text"}


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("one\r\ntwo", r'"one\r\ntwo"'),
        (["a\r"], r'["a\r"]'),
        ({"a": "\x00"}, r'{"a": "\u0000"}'),
        ({"type": "Task", "moid": "a\r"}, r'{"type": "Task", "moid": "a\r"}'),
    ],
)
def test_a_result_with_characters_that_xml_does_not_keep_is_sent_as_json_text(value: t.Any, sent: str) -> None:
    data = _given.to_any(value)
    assert data == {"_typeName": "string", "_value": sent}
    assert _values.from_any(data) == value


CONNECTION = {"password": "of the user", "session_id": "of a session"}
HIDDEN = {"name": "web", "password": "p1", "user": "of the user", "session": "of a session"}


def test_only_what_is_found_stays_secret_after_a_value_is_understood() -> None:
    secrets = {"older"}
    with _given.hidden(HIDDEN, secrets, CONNECTION) as found:
        assert secrets == {"older", *HIDDEN.values()}
        found.add("p1")
    assert secrets == {"older", "p1", "of the user", "of a session"}


@pytest.mark.parametrize(("installed", "visible"), [(True, {"web"}), (False, set())])
def test_possible_secrets_stay_secret_after_an_error(
    monkeypatch: pytest.MonkeyPatch, installed: bool, visible: set[str]
) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "" if installed else "Traceback")
    secrets: set[str] = set()

    def fail() -> None:
        with _given.hidden({**HIDDEN, "key": "k1"}, secrets, CONNECTION) as found:
            found.add("k1")
            raise VsphereError("no")

    with pytest.raises(VsphereError):
        fail()
    assert secrets == {"k1", *HIDDEN.values()} - visible
