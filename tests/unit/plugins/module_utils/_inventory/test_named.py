# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects that stand by name or path among the data of a call, and the references that take their place."""

from __future__ import annotations

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._named import Named, resolved
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _registry
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect

POOL = reference("ResourcePool", "resgroup-1")
DECLARED = _registry.find_type("ResourcePool")


def named(**given: str | None) -> Named:
    return Named.from_parts("params.pool", {"type": "ResourcePool", **given}, DECLARED)


def test_a_name_or_a_path_stands_for_an_object_of_its_place() -> None:
    assert named(path="DC0/host/C/Resources").entity.option == "params.pool"
    assert named(name="Resources").entity.name == "Resources"


@pytest.mark.parametrize("given", [{}, {"name": "x", "path": "x"}])
def test_one_of_both_is_needed(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="name or path"):
        named(**given)


def test_an_empty_part_is_an_error_of_its_place() -> None:
    with pytest.raises(VsphereError, match=r"^params\.pool\.path"):
        named(path=" ")


def test_references_take_the_place_of_named_objects_at_any_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"a": [1, {"b": named(path="x")}], "c": named(path="y"), "d": None, "e": "x"}
    other = reference("VirtualApp", "resgroup-v2")
    with connect(monkeypatch, Wire(FindByInventoryPath=[POOL, other])) as connection:
        assert resolved(connection, data) == {"a": [1, {"b": POOL}], "c": other, "d": None, "e": "x"}
    assert isinstance(data["c"], Named)


def test_an_object_of_another_type_than_its_place_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Named.from_parts("params.pool", {"type": None, "path": "DC0/vm"}, DECLARED)
    with (
        connect(monkeypatch, Wire(FindByInventoryPath=[reference("Folder", "group-v1")])) as connection,
        pytest.raises(VsphereError, match=r"^params\.pool: .*ResourcePool.*Folder"),
    ):
        resolved(connection, found)


def test_a_type_that_the_registry_does_not_know_is_left_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Named.from_parts("params.pool", {"type": None, "path": "x"}, DECLARED)
    with connect(monkeypatch, Wire(FindByInventoryPath=[reference("SomethingNew", "new-1")])) as connection:
        assert resolved(connection, found) == reference("SomethingNew", "new-1")
