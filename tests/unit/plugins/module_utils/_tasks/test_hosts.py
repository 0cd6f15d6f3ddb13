# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of the entities of tasks."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    filter_spec,
    object_spec,
    property_spec,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _hosts
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import found, task
from ..wire import Wire, connect


def on(type_: str, moid: str) -> dict[str, t.Any]:
    return {"entity": reference(type_, moid)}


def machine(moid: str, host: str) -> dict[str, t.Any]:
    return found(reference("VirtualMachine", moid), **{"runtime.host": reference("HostSystem", host)})


def host(moid: str, name: str) -> dict[str, t.Any]:
    return found(reference("HostSystem", moid), name=name)


def hosts(tasks: list[t.Any]) -> list[tuple[str | None, str | None]]:
    return [(each["host"] and each["host"]["moid"], each["host_name"]) for each in tasks]


def test_a_machine_has_the_host_on_which_it_runs_and_a_host_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        {"objects": [machine("vm-1", "host-1")]},
        {"objects": [host("host-1", "esx-1"), host("host-2", "esx-2")]},
    ]
    tasks = [
        task("task-1", **on("VirtualMachine", "vm-1")),
        task("task-2", **on("HostSystem", "host-2")),
        task("task-3", **on("Folder", "group-v1")),
        task("task-4"),
    ]
    wire = Wire(RetrievePropertiesEx=answers)
    with connect(monkeypatch, wire) as connection:
        _hosts.add_hosts(connection, tasks)
    assert hosts(tasks) == [("host-1", "esx-1"), ("host-2", "esx-2"), (None, None), (None, None)]
    assert tasks[0]["host"] == {"type": "HostSystem", "moid": "host-1"}
    assert tasks[2]["host"] is None
    assert [params["specSet"] for method, params in wire.given if method == "RetrievePropertiesEx"] == [
        [
            filter_spec(
                [object_spec(reference(type_, moid)) for moid in moids], [property_spec(type_, path)], transient=True
            )
        ]
        for type_, moids, path in (
            ("VirtualMachine", ["vm-1"], "runtime.host"),
            ("HostSystem", ["host-1", "host-2"], "name"),
        )
    ]


def test_children_have_hosts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    child = task("task-2", **on("HostSystem", "host-1"))
    tasks = [{**task("task-1"), "children": [child]}]
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[{"objects": [host("host-1", "esx-1")]}])) as connection:
        _hosts.add_hosts(connection, t.cast("t.Any", tasks))
    assert hosts([child]) == [("host-1", "esx-1")]


def test_a_machine_that_does_not_exist_anymore_has_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [task("task-1", **on("VirtualMachine", "vm-1"))]
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[None])) as connection:
        _hosts.add_hosts(connection, tasks)
    assert hosts(tasks) == [(None, None)]


@pytest.mark.parametrize("odd", ["host-1", {}, {"_typeName": "ManagedObjectReference", "type": "HostSystem"}], ids=repr)
def test_a_machine_whose_host_is_unreadable_has_no_host(monkeypatch: pytest.MonkeyPatch, odd: t.Any) -> None:
    tasks = [task("task-1", **on("VirtualMachine", "vm-1"))]
    answer = found(reference("VirtualMachine", "vm-1"), **{"runtime.host": odd})
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[{"objects": [answer]}])) as connection:
        _hosts.add_hosts(connection, tasks)
    assert hosts(tasks) == [(None, None)]


def test_many_machines_are_read_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_hosts, "_BATCH", 2)
    tasks = [task(f"task-{number}", **on("VirtualMachine", f"vm-{number}")) for number in range(3)]
    wire = Wire(RetrievePropertiesEx=[None, None])
    with connect(monkeypatch, wire) as connection:
        _hosts.add_hosts(connection, tasks)
    assert wire.methods().count("RetrievePropertiesEx") == 2


def test_tasks_without_machines_and_hosts_cost_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    with connect(monkeypatch, wire) as connection:
        _hosts.add_hosts(connection, [task("task-1", **on("Folder", "group-v1"))])
    assert wire.methods() == ["Login", "Logout"]
