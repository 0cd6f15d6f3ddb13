# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entity of a user's options: its checks, and the questions that need no server."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity, is_a

UNSET = dict.fromkeys(("type", "moid", "name", "path"))


def entity(any_type: bool = False, **given: str) -> Entity:
    return Entity.from_params("entity", {**UNSET, **given}, any_type)


def test_params_become_an_entity_of_the_option() -> None:
    assert entity(type="VirtualMachine", moid="vm-1") == Entity("entity", "VirtualMachine", "vm-1", None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": " "}, r"^entity\.path "),
        ({"type": "", "name": "web"}, r"^entity\.type "),
        ({"name": "a\x00"}, r"^entity\.name .*U\+0000"),
        ({"type": "VirtualMachine", "moid": "{'moid': 'vm-1'}"}, r"^entity\.moid "),
        ({"type": "VirtualMachne", "name": "web"}, r"^entity\.type VirtualMachne .*VirtualMachine"),
        ({"type": "Alarm", "moid": "alarm-1"}, r"^entity\.type Alarm "),
    ],
)
def test_an_entity_without_a_name_is_rejected(given: t.Any, message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        entity(**given)


def test_an_id_takes_any_type_and_a_name_only_types_of_the_inventory() -> None:
    assert entity(any_type=True, type="Alarm", moid="alarm-1").type == "Alarm"
    assert entity(any_type=True, type="Alarm").type == "Alarm"
    with pytest.raises(VsphereError, match=r"^entity\.type"):
        entity(any_type=True, type="Alarm", name="x")


def test_an_entity_of_any_type_is_one_of_the_inventory() -> None:
    assert entity(type="ManagedEntity", name="web").type == "ManagedEntity"


@pytest.mark.parametrize(
    ("given", "one"), [({"type": "Folder"}, False), ({"name": "x"}, True), ({"path": "x"}, True), ({"moid": "x"}, True)]
)
def test_a_type_alone_names_no_object(given: dict[str, str], one: bool) -> None:
    assert Entity("entity", **given).is_one == one


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ({"moid": "group-d1"}, True),
        ({"moid": "group-d12"}, False),
        ({"path": "/"}, True),
        ({"path": "//"}, True),
        ({"path": "DC0"}, False),
        ({"name": "x"}, False),
    ],
)
def test_the_root_folder_is_known_by_its_id_and_its_path(given: dict[str, t.Any], root: bool) -> None:
    assert Entity("entity", **given).is_root == root


@pytest.mark.parametrize(
    ("type_", "base", "expected"),
    [
        ("VirtualMachine", "VirtualMachine", True),
        ("ClusterComputeResource", "ComputeResource", True),
        ("ComputeResource", "ClusterComputeResource", False),
        ("StoragePod", "ManagedEntity", True),
        ("Alarm", "ManagedEntity", False),
        ("Alarm", "Alarm", True),
        ("VirtualApp", "Folder", False),
    ],
)
def test_a_type_counts_as_each_type_that_it_extends(type_: str, base: str, expected: bool) -> None:
    assert is_a(type_, base) == expected


def test_an_object_as_a_text() -> None:
    assert Entity.from_text("entity", "VirtualMachine:vm-12") == Entity("entity", "VirtualMachine", "vm-12")
    assert Entity.from_text("entity", "DC0/vm/web: 1") == Entity("entity", path="DC0/vm/web: 1")
    assert Entity.from_text("entity", "web-01") == Entity("entity", name="web-01")
    with pytest.raises(VsphereError, match="name is empty"):
        Entity.from_text("entity", "  ").checked()
