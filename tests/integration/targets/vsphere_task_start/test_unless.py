# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions of vsphere_task_start under which it starts nothing."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _entity, _find
from starting import CLONE, VM, clone, start, started


@pytest.mark.parametrize(
    "unless",
    [
        {"property": "runtime.powerState", "equals": "poweredOn"},
        {"property": "parentVApp", "equals": None},
        {"property": "parentVApp"},
        {
            "property": "runtime.host.runtime.connectionState",
            "equals": "connected",
            "object": {"path": "DC0/vm/DC0_C0_RP0_VM0"},
        },
        {"property": "config.hardware.numCPU", "equals": "1", "object": {"path": "DC0/vm/DC0_C0_RP0_VM0"}},
        {"property": "parent", "equals": {"type": "Folder", "moid": "group-d1"}, "object": {"name": "DC0"}},
        {"property": "parent", "equals": "group-d1", "object": {"name": "DC0"}},
        {"exists": {"type": "VirtualMachine", "name": "DC0_H0_VM1"}},
        {"exists": {"path": "DC0/vm/DC0_H0_VM1"}},
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_nothing_is_started_if_the_condition_holds(vcenter: t.Any, unless: dict[str, t.Any], check: bool) -> None:
    result = start(vcenter, unless=unless, check=check, object={"path": "DC0/vm/DC0_C0_RP0_VM1"})
    assert (result["failed"], result["changed"], result["task"], result["call"]) == (False, False, None, None), result
    assert result["reason"].endswith(("exists", "poweredOn", "unset", "connected", "1", "'}"))
    assert result["diff"]["before"] == result["diff"]["after"]
    assert started(vcenter) == []


@pytest.mark.parametrize(
    "unless",
    [
        {"property": "runtime.powerState", "equals": "poweredOff"},
        {"property": "runtime.powerState"},
        {"property": "snapshot.currentSnapshot", "equals": "snapshot-1"},
        {"exists": {"type": "VirtualMachine", "name": "nothing"}},
        {"exists": {"path": "DC0/vm/nothing"}},
    ],
)
def test_the_operation_is_started_if_the_condition_does_not_hold(vcenter: t.Any, unless: dict[str, t.Any]) -> None:
    result = start(vcenter, "ResetVM_Task", unless=unless, object={"path": "DC0/vm/DC0_C0_RP0_VM1"})
    assert (result["failed"], result["changed"]) == (False, True), result
    assert result["reason"] is None


def test_a_condition_can_be_a_list_of_references(vcenter: t.Any) -> None:
    with vcenter.connection() as connection:
        named = _entity.Entity("entity", type="Datastore", name="LocalDS_0")
        moid = _find.find_entity(connection, named)["value"]
    result = start(vcenter, "ResetVM_Task", unless={"property": "datastore", "equals": [moid]})
    assert (result["failed"], result["changed"]) == (False, False), result
    assert started(vcenter) == []


def test_the_object_does_not_have_to_exist_if_the_condition_holds(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    machine = {"path": f"DC0/vm/{name}"}
    result = start(
        vcenter,
        "RemoveSnapshot_Task",
        object={**machine, "property": "snapshot.currentSnapshot"},
        params={"removeChildren": False},
        unless={"object": machine, "property": "snapshot.currentSnapshot"},
    )
    assert (result["failed"], result["changed"]) == (False, False), result


@pytest.mark.parametrize(
    ("given", "calls"),
    [
        ({"path": VM}, ["SearchIndex.FindByInventoryPath"]),
        (
            {"name": "DC0_H0_VM0"},
            [
                "ServiceInstance.content",
                "ViewManager.CreateContainerView",
                "PropertyCollector.RetrievePropertiesEx",
                "ContainerView.DestroyView",
            ],
        ),
    ],
)
def test_the_object_is_looked_up_once(vcenter: t.Any, given: dict[str, str], calls: list[str]) -> None:
    unless = {"property": "runtime.powerState", "equals": "suspended"}
    assert start(vcenter, "ResetVM_Task", object=given, unless=unless)["changed"]
    said = vcenter.requests()
    sent = said[said.index("SessionManager.Login") + 1 : said.index("VirtualMachine.ResetVM_Task")]
    # The last request reads the property.
    assert sent == [*calls, "PropertyCollector.RetrievePropertiesEx"]


def test_an_existing_object_of_another_type_is_an_error_of_the_condition(vcenter: t.Any) -> None:
    result = start(vcenter, unless={"exists": {"type": "Folder", "path": VM}})
    assert "unless.exists.path: DC0/vm/DC0_H0_VM0 is a VirtualMachine, not a Folder" in result["msg"]


def test_a_second_clone_is_not_started(vcenter: t.Any) -> None:
    name = clone(vcenter)["name"]
    params = {**CLONE, "folder": {"path": "DC0/vm"}, "name": name}
    again = start(vcenter, "CloneVM_Task", params=params, unless={"exists": {"type": "VirtualMachine", "name": name}})
    assert (again["changed"], again["reason"]) == (False, f"VirtualMachine {name} exists")
