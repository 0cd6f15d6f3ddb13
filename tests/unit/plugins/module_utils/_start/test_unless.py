# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option unless: conditions that hold, conditions that do not, and conditions that are rejected."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._objects import Finder, Target
from ansible_collections.vsphere.tasks.plugins.module_utils._start._unless import Exists, PropertyEquals, from_params
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import found
from ..wire import Wire, connect

MACHINE = reference("VirtualMachine", "vm-1")
OBJECT = {"type": "VirtualMachine", "moid": "vm-1", "name": None, "path": None, "property": None}
ROOT = reference("Folder", "group-d1")
HOST = reference("HostSystem", "host-1")
TASK = reference("Task", "task-1")
AFFINITY = {"_typeName": "VirtualMachineAffinityInfo", "affinitySet": [7717]}
NIC = {"_typeName": "GuestNicInfo", "connected": True, "deviceConfigId": 7717}


def boxed(type_: str, value: t.Any) -> dict[str, t.Any]:
    return {"_typeName": type_, "_value": value}


def equals(path: str, value: t.Any, **given: t.Any) -> PropertyEquals:
    wanted = {"property": path, "equals": value, "object": None, "exists": None, **given}
    condition = from_params(wanted, Target.from_params("object", OBJECT), set())
    assert isinstance(condition, PropertyEquals)
    return condition


def exists(**given: str) -> Exists:
    wanted = {"type": None, "name": None, "path": None, **given}
    condition = from_params({"exists": wanted}, None, set())
    assert isinstance(condition, Exists)
    return condition


def reason(monkeypatch: pytest.MonkeyPatch, path: str, wanted: t.Any, has: t.Any) -> str | None:
    """The reason not to start anything if the property has the value. None stands for an unset property."""
    values = {} if has is None else {path: has}
    wire = Wire(RetrievePropertiesEx=[{"objects": [found(MACHINE, **values)]}])
    with connect(monkeypatch, wire) as connection:
        return equals(path, wanted).reason(Finder(connection))


@pytest.mark.parametrize(
    ("path", "wanted", "has"),
    [
        ("runtime.powerState", "poweredOn", boxed("VirtualMachinePowerState", "poweredOn")),
        ("config.hardware.numCPU", "2", boxed("int", 2)),
        ("config.hardware.numCPU", 2.0, boxed("int", 2)),
        ("runtime.bootTime", "2026-01-02T04:04:05+01:00", boxed("dateTime", "2026-01-02T03:04:05Z")),
        ("config.template", "no", boxed("boolean", False)),
        ("runtime.host", "host-1", HOST),
        # Parts of the value can be boxed.
        ("config.cpuAffinity", {"affinitySet": [7]}, {**AFFINITY, "affinitySet": [boxed("int", 7)]}),
        ("config.annotation", None, None),
        ("network", [], None),
        ("network", ["network-1"], boxed("ArrayOfManagedObjectReference", [reference("Network", "network-1")])),
    ],
)
def test_the_same_value_in_any_spelling_is_a_reason(
    monkeypatch: pytest.MonkeyPatch, path: str, wanted: t.Any, has: t.Any
) -> None:
    assert f"{path} of VirtualMachine vm-1 " in str(reason(monkeypatch, path, wanted, has))


@pytest.mark.parametrize(
    ("path", "wanted", "has"),
    [
        ("runtime.powerState", "poweredOn", boxed("VirtualMachinePowerState", "poweredOff")),
        ("config.hardware.numCPU", 2, boxed("int", 3)),
        ("config.hardware.numCPU", 2, None),
        ("config.annotation", None, boxed("string", "x")),
        ("runtime.host", "host-1", reference("HostSystem", "host-2")),
        # A value that the registry does not know is another one.
        ("runtime.powerState", "poweredOn", boxed("VirtualMachinePowerState", "ascended")),
    ],
)
def test_another_value_is_not_a_reason(monkeypatch: pytest.MonkeyPatch, path: str, wanted: t.Any, has: t.Any) -> None:
    assert reason(monkeypatch, path, wanted, has) is None


@pytest.mark.parametrize(
    ("path", "wanted", "has", "shown"),
    [
        ("config.annotation", None, None, "unset"),
        ("runtime.host", "host-1", HOST, "{'type': 'HostSystem', 'moid': 'host-1'}"),
        # The members of data objects could be secrets.
        ("config.cpuAffinity", {"affinitySet": [7717]}, AFFINITY, "as wanted"),
        ("guest.net", [{"connected": True, "deviceConfigId": 7717}], boxed("ArrayOfGuestNicInfo", [NIC]), "as wanted"),
    ],
)
def test_a_reason_shows_the_value_without_members_of_data_objects(
    monkeypatch: pytest.MonkeyPatch, path: str, wanted: t.Any, has: t.Any, shown: str
) -> None:
    assert reason(monkeypatch, path, wanted, has) == f"{path} of VirtualMachine vm-1 is {shown}"


@pytest.mark.parametrize(
    ("wanted", "same"), [({"_typeName": "short", "_value": 7}, True), ({"_typeName": "long", "_value": 7}, False)]
)
def test_a_value_of_any_type_counts_with_its_type(monkeypatch: pytest.MonkeyPatch, wanted: t.Any, same: bool) -> None:
    wire = Wire(RetrievePropertiesEx=[{"objects": [found(TASK, **{"info.result": boxed("short", 7)})]}])
    task = {**OBJECT, "type": "Task", "moid": "task-1"}
    with connect(monkeypatch, wire) as connection:
        assert bool(equals("info.result", wanted, object=task).reason(Finder(connection))) == same


def test_a_property_that_the_object_at_a_path_does_not_have_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    condition = equals("color", "red", object={**OBJECT, "type": None, "moid": None, "path": "DC0/vm/web"})
    with (
        connect(monkeypatch, Wire(FindByInventoryPath=[MACHINE])) as connection,
        pytest.raises(VsphereError, match=r"^unless\.property: VirtualMachine does not have a property color"),
    ):
        condition.reason(Finder(connection))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("config.color", "red", r"^unless\.property: .*color"),
        ("runtime.powerState", "powerdOn", r"^unless\.equals: .*poweredOn"),
        ("config.hardware.numCPU", "many", r"^unless\.equals: "),
    ],
)
def test_a_value_that_does_not_fit_the_property_is_rejected_without_a_server(
    path: str, value: t.Any, message: str
) -> None:
    with pytest.raises(VsphereError, match=message):
        equals(path, value)


def test_a_property_can_belong_to_another_object() -> None:
    other = {**OBJECT, "moid": "vm-2"}
    assert equals("config.template", True, object=other).target.entity.moid == "vm-2"
    assert equals("config.template", True).target.entity.moid == "vm-1"
    with pytest.raises(VsphereError, match=r"^unless\.object"):
        equals("config.template", True, object={**OBJECT, "moid": " "})


def test_without_any_object_there_is_no_condition() -> None:
    given = {"property": "name", "equals": "x", "object": None, "exists": None}
    assert from_params(given, None, set()) is None


def test_secrets_in_the_value_are_kept() -> None:
    secrets: set[str] = set()
    with pytest.raises(VsphereError):
        from_params(
            {"property": "name", "equals": {"password": "hush"}, "object": None, "exists": None},
            Target.from_params("object", OBJECT),
            secrets,
        )
    assert secrets == {"hush"}


@pytest.mark.parametrize("there", [True, False])
def test_an_object_at_a_path_is_a_reason(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    condition = exists(path="DC0/vm/web")
    with connect(monkeypatch, Wire(FindByInventoryPath=[MACHINE if there else None])) as connection:
        found_reason = condition.reason(Finder(connection))
    assert found_reason == ("DC0/vm/web exists" if there else None)


@pytest.mark.parametrize("there", [True, False])
def test_an_object_of_a_name_is_a_reason(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    condition = exists(type="VirtualMachine", name="web")
    named = found(MACHINE, name={"_typeName": "string", "_value": "web" if there else "db"})
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[reference("ContainerView", "x")],
        RetrievePropertiesEx=[{"objects": [named]}],
        DestroyView=[None],
    )
    with connect(monkeypatch, wire) as connection:
        found_reason = condition.reason(Finder(connection))
    assert found_reason == ("VirtualMachine web exists" if there else None)


def test_an_empty_part_is_an_error_of_the_option() -> None:
    with pytest.raises(VsphereError, match=r"^unless\.exists\.path"):
        exists(path=" ")
