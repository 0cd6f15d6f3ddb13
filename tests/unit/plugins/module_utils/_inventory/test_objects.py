# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding managed objects: managers, objects at the end of properties, and objects in the data of a call."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _objects
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._objects import Finder, Named, Target, resolved
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _registry
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import found, hidden
from ..wire import Wire, connect

UNSET = dict.fromkeys(("type", "moid", "name", "path", "property"))
MACHINE, HOST = reference("VirtualMachine", "vm-1"), reference("HostSystem", "host-1")


def target(**given: str) -> Target:
    return Target.from_params("object", {**UNSET, **given})


def reading(ref: dict[str, t.Any], path: str, value: t.Any) -> dict[str, t.Any]:
    """The answer to a reading of the property. A value of None stands for an unset property."""
    return {"objects": [found(ref, **({} if value is None else {path: value}))]}


def find(monkeypatch: pytest.MonkeyPatch, wire: Wire, **given: str) -> dict[str, t.Any]:
    with connect(monkeypatch, wire) as connection:
        return Finder(connection).find(target(**given))


# --- without a server ---


@pytest.mark.parametrize(
    ("given", "type_"),
    [
        ({"type": "VirtualMachine", "moid": "vm-1"}, "VirtualMachine"),
        ({"type": "HostSystem", "moid": "host-1", "property": "configManager.storageSystem"}, "HostStorageSystem"),
        ({"type": "VirtualMachine", "moid": "vm-1", "property": "runtime.host.parent"}, "ManagedEntity"),
        ({"type": "TaskManager"}, "TaskManager"),
    ],
)
def test_the_type_before_the_lookup_is_the_declared_one(given: dict[str, str], type_: str) -> None:
    assert _registry.name_of(target(**given).type) == type_


def test_the_type_of_a_path_is_not_known() -> None:
    assert target(path="DC0/vm/web", property="runtime.host").type is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "^object "),
        ({"type": "VirtualMachine"}, "^object.*VirtualMachine.* moid"),
        ({"type": "Odd", "moid": "odd-1"}, r"^object\.type: .*Odd"),
        ({"type": "VirtualMachine", "moid": "host-1"}, r"^object\.moid: .*HostSystem"),
        ({"type": "VirtualMachine", "moid": "vm-1", "property": "runtime.hst"}, r"^object\.property: .*hst.*host"),
        ({"type": "VirtualMachine", "moid": "vm-1", "property": "network"}, r"^object\.property: network "),
        ({"type": "HostSystem", "moid": "host-1", "property": "configManager"}, r"configManager\.storageSystem"),
        ({"type": "VirtualMachine", "moid": "vm-1", "property": "name.x"}, r"^object\.property: name .*x"),
        ({"type": "VirtualMachine", "moid": "vm-1", "property": "runtime.host.nme"}, r"^object\.property: .*nme.*name"),
    ],
)
def test_a_target_without_an_object_is_rejected(given: dict[str, str], message: str) -> None:
    with pytest.raises(VsphereError, match=message):
        target(**given)


# --- on a server ---


def test_an_object_with_an_id_costs_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(monkeypatch, Wire(), type="VirtualMachine", moid="vm-1") == MACHINE


def test_an_object_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(monkeypatch, Wire(FindByInventoryPath=[MACHINE, HOST])) as connection:
        finder = Finder(connection)
        assert [finder.find(target(path=path)) for path in ("x", "x", "y", "x")] == [MACHINE, MACHINE, HOST, MACHINE]


def test_a_manager_is_that_of_the_service_content(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = reference("VirtualDiskManager", "virtualDiskManager")
    content = {"about": {"type": "x"}, "virtualDiskManager": manager, "taskManager": reference("TaskManager", "tm")}
    assert find(monkeypatch, Wire(content=[content]), type="VirtualDiskManager") == manager


def test_a_manager_that_the_server_lacks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(VsphereError, match="VirtualDiskManager"):
        find(monkeypatch, Wire(content=[{"about": {}}]), type="VirtualDiskManager")


def test_properties_are_followed_across_references(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = reference("HostStorageSystem", "storageSystem-1")
    wire = Wire(
        RetrievePropertiesEx=[
            reading(MACHINE, "runtime.host", HOST),
            reading(HOST, "configManager.storageSystem", storage),
        ]
    )
    path = "runtime.host.configManager.storageSystem"
    assert find(monkeypatch, wire, type="VirtualMachine", moid="vm-1", property=path) == storage


def test_an_unset_property_leads_to_no_object(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[reading(MACHINE, "runtime.host", None)])
    with pytest.raises(VsphereError, match=r"^object\.property: .*VirtualMachine vm-1"):
        find(monkeypatch, wire, type="VirtualMachine", moid="vm-1", property="runtime.host.parent")


def test_a_property_of_an_object_of_unknown_type_is_checked_when_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(FindByInventoryPath=[MACHINE], RetrievePropertiesEx=[reading(MACHINE, "name", "x")])
    with pytest.raises(VsphereError, match=r"^object\.property: name "):
        find(monkeypatch, wire, path="DC0/vm/web", property="name")


@pytest.mark.parametrize(
    ("path", "kind", "value"),
    [("name", "string", {"_typeName": "string", "_value": "x"}), ("runtime.host", "reference", HOST)],
)
def test_a_property_is_read_with_its_declared_type(
    monkeypatch: pytest.MonkeyPatch, path: str, kind: str, value: t.Any
) -> None:
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[reading(MACHINE, path, value)])) as connection:
        declared, read = _objects.read_property(connection, MACHINE, path, "option")
    assert (_registry.kind(declared), read) == (kind, value)


def test_an_object_that_is_not_there_is_named_with_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire(RetrievePropertiesEx=[Fault("ManagedObjectNotFound", "no", {"obj": MACHINE})])
    with pytest.raises(VsphereError, match="VirtualMachine vm-1") as caught:
        find(monkeypatch, wire, type="VirtualMachine", moid="vm-1", property="runtime.host")
    assert caught.value.result["fault"]["type"] == "ManagedObjectNotFound"


def test_a_property_that_the_user_cannot_read_is_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {**hidden("x", "runtime.host"), "obj": MACHINE}
    with pytest.raises(Fault) as caught:
        find(
            monkeypatch,
            Wire(RetrievePropertiesEx=[{"objects": [refused]}]),
            type="VirtualMachine",
            moid="vm-1",
            property="runtime.host",
        )
    assert caught.value.type == "NoPermission"


# --- by name or path in the data of a call ---


POOL = reference("ResourcePool", "resgroup-1")
DECLARED = _registry.find_type("ResourcePool")


def named(**given: str | None) -> Named:
    return Named.from_parts("params.pool", {"type": "ResourcePool", **given}, DECLARED)


def test_a_name_or_a_path_stands_for_an_object_of_its_place() -> None:
    assert named(path="DC0/host/C/Resources").entity.option == "params.pool"
    assert named(name="Resources").entity.name == "Resources"


@pytest.mark.parametrize("given", [{}, {"name": "x", "path": "x"}])
def test_a_named_object_requires_a_name_or_a_path(given: dict[str, str]) -> None:
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


def test_an_object_of_a_type_that_its_place_does_not_take_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Named.from_parts("params.pool", {"type": None, "path": "DC0/vm"}, DECLARED)
    with (
        connect(monkeypatch, Wire(FindByInventoryPath=[reference("Folder", "group-v1")])) as connection,
        pytest.raises(VsphereError, match=r"^params\.pool: .*ResourcePool.*Folder"),
    ):
        resolved(connection, pool)


def test_a_type_that_the_registry_does_not_know_is_left_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Named.from_parts("params.pool", {"type": None, "path": "x"}, DECLARED)
    with connect(monkeypatch, Wire(FindByInventoryPath=[reference("SomethingNew", "new-1")])) as connection:
        assert resolved(connection, pool) == reference("SomethingNew", "new-1")
