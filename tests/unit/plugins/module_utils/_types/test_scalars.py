# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts, numbers, and times of YAML and templates as simple VI types."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _registry, _scalars


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("int", "12", 12),
        ("int", " -3 ", -3),
        ("int", "+3", 3),
        ("int", 4.0, 4),
        ("int", 2**31 - 1, 2**31 - 1),
        ("int", -(2**31), -(2**31)),
        ("byte", "127", 127),
        ("short", -(2**15), -(2**15)),
        ("long", 2**40, 2**40),
        ("double", "1.5", 1.5),
        ("float", 2, 2.0),
        ("string", 12, "12"),
        ("string", 1.5, "1.5"),
        ("anyURI", "https://x/", "https://x/"),
        ("boolean", "False", False),
        ("boolean", "yes", True),
        ("boolean", True, True),
        ("dateTime", "2026-01-31T18:00:00+02:00", "2026-01-31T16:00:00.000000Z"),
        ("dateTime", "2026-01-31T18:00:00.250000Z", "2026-01-31T18:00:00.250000Z"),
        ("binary", "YWJj", "YWJj"),
        ("TaskInfoState", "running", "running"),
        ("TypeName", "VirtualMachine", "VirtualMachine"),
    ],
)
def test_a_value_becomes_its_type(type_name: str, value: t.Any, expected: t.Any) -> None:
    built = _scalars.build(_registry.find_type(type_name), value)
    assert (built, type(built)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("type_name", "value", "problem"),
    [
        ("int", 2**31, "must be a number of 32 bits (int), but 2147483648 does not fit"),
        ("int", -(2**31) - 1, "must be a number of 32 bits (int)"),
        ("byte", 128, "must be a number of 8 bits"),
        ("short", 2**15, "must be a number of 16 bits"),
        ("long", 2**63, "must be a number of 64 bits"),
        ("int", True, "must be a whole number (int), not True"),
        ("int", 1.5, "must be a whole number (int), not 1.5"),
        ("int", "1_000", "must be a whole number (int), not '1_000'"),
        ("int", [1], "must be a whole number (int), not a list"),
        ("double", "inf", "must be a number in JSON and XML, not inf"),
        ("double", False, "must be a number, not False"),
        ("double", "a", "must be a number, not 'a'"),
        ("double", None, "must be a number, not None"),
        ("double", 10**400, "must be a number, not"),
        ("boolean", "maybe", "must be true or false, not 'maybe'"),
        ("boolean", 1, "must be true or false, not 1"),
        ("string", False, "must be a string, but YAML reads words such as on, off, yes, and no as booleans"),
        ("TaskInfoState", True, "must be one of queued, running, success, error, but YAML reads words"),
        ("TaskInfoState", "runing", "must be one of queued, running, success, error, not 'runing'; did you mean runni"),
        ("dateTime", "2026-01-31T18:00:00", "must be a time with a time zone"),
        ("dateTime", "0001-01-01T00:00:00+02:00", "must be a time with a time zone"),
        (
            "dateTime",
            "tomorrow",
            "must be a time with a time zone, as in 2026-01-31T18:00:00Z or 2026-01-31T18:00:00+02:00, not 'tomorrow'",
        ),
        ("binary", "###", "must be bytes in Base64"),
        ("binary", "YWJ\n", "must be bytes in Base64"),
        ("TypeName", "Foo", "must be the name of a type, but pyVmomi"),
    ],
)
def test_a_value_that_does_not_fit_is_explained(type_name: str, value: t.Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        _scalars.build(_registry.find_type(type_name), value)
