# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading properties by the PropertyCollector, and the product name that rides along."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    Object,
    Server,
    object_spec,
    property_spec,
    retrieve,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect


def page(*moids: str) -> dict[str, t.Any]:
    names = {moid: [{"name": "name", "val": f"name of {moid}"}] for moid in moids}
    return {"objects": [{"obj": reference("Datastore", moid), "propSet": names[moid]} for moid in moids]}


def test_all_pages_are_read(monkeypatch: t.Any) -> None:
    moids = ["datastore-1", "datastore-2", "datastore-3", "datastore-4"]
    wire = Wire(
        RetrievePropertiesEx=[{**page(*moids[:2]), "token": "5"}],
        ContinueRetrievePropertiesEx=[{**page(moids[2]), "token": "6"}, page(moids[3])],
    )
    wanted = [object_spec(reference("Datastore", moid)) for moid in moids], [property_spec("Datastore", "name")]
    with connect(monkeypatch, wire) as connection:
        found = connection.read(lambda transport: retrieve(transport, *wanted))
    assert {each.ref["value"]: each.properties["name"] for each in found} == {moid: f"name of {moid}" for moid in moids}
    assert wire.params["ContinueRetrievePropertiesEx"] == {"token": "6"}


# --- the product name ---


SERVICE = reference("ServiceInstance", "ServiceInstance")
TASK = Object(reference("Task", "task-1"), {"info": {}}, {})
NAME = {"content.about.fullName": {"_typeName": "string", "_value": "a vCenter"}}


def test_an_unknown_product_rides_along_with_a_reading() -> None:
    server = Server(None)
    objects: list[dict[str, t.Any]] = [{"obj": TASK.ref}]
    specs: list[dict[str, t.Any]] = [{"type": "Task"}]
    server.add_to(objects, specs)
    assert [each["obj"] for each in objects] == [TASK.ref, SERVICE]
    assert specs[1]["type"] == "ServiceInstance"
    assert specs[1]["pathSet"] == ["content.about.fullName"]
    assert server.take_from([TASK, Object(SERVICE, NAME, {})]) == [TASK]
    assert server.product == "a vCenter"


def test_a_known_product_is_not_read_again() -> None:
    objects: list[dict[str, t.Any]] = []
    specs: list[dict[str, t.Any]] = []
    server = Server("a vCenter")
    server.add_to(objects, specs)
    assert (objects, specs) == ([], [])
    assert server.take_from([TASK]) == [TASK]
    assert server.product == "a vCenter"


def test_a_product_that_the_user_cannot_read_stays_unknown_until_it_is_asked_for() -> None:
    server = Server(None)
    assert server.take_from([Object(SERVICE, {}, {})]) == []
    assert server.product is None
    wire: t.Any = Wire(content=[{"about": {"fullName": "an ESXi"}}])
    server.ask(wire)
    assert server.product == "an ESXi"
