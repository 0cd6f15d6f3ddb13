# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventory objects as texts, which become options of modules."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.vsphere.tasks.plugins.filter.entity import FilterModule

entity = FilterModule().filters()["entity"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("DC0/vm/web-01", {"path": "DC0/vm/web-01"}),
        (" web-01\n", {"name": "web-01"}),
        ("Odd:vm-12", {"type": "Odd", "moid": "vm-12"}),
        ("VirtualMachine:vm-12", {"type": "VirtualMachine", "moid": "vm-12"}),
        ('{"type": "HostSystem", "name": "esx"}', {"type": "HostSystem", "name": "esx"}),
        ({"path": "DC0"}, {"path": "DC0"}),
        ("", "default"),
        (None, "default"),
    ],
)
def test_an_object_is_read(given: t.Any, expected: t.Any) -> None:
    assert entity(given, "default") == expected


@pytest.mark.parametrize(
    ("recursion", "expected"), [("all", {"path": "a/b", "recursion": "all"}), (" ", {"path": "a/b"})]
)
def test_recursion_is_added_if_it_is_set(recursion: str, expected: dict[str, str]) -> None:
    assert entity("a/b", None, recursion) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{web", "'{web' is not an"),
        ('{"a":' * 100_000, "is not an inventory object"),
    ],
)
def test_any_other_text_is_rejected(given: str, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        entity(given)
