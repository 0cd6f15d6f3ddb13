# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading properties by the PropertyCollector, and the product name that rides along."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
    Object,
    Server,
    filter_spec,
    object_spec,
    property_spec,
    refused,
    retrieve,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault
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
    assert "reportMissingObjectsInResults" not in wire.params["RetrievePropertiesEx"]["specSet"][0]


def test_a_user_who_cannot_read_on_gets_all_objects_in_one_answer(monkeypatch: t.Any) -> None:
    moids = ["datastore-1", "datastore-2", "datastore-3"]
    wire = Wire(
        RetrievePropertiesEx=[{**page(*moids[:2]), "token": "0"}],
        ContinueRetrievePropertiesEx=[Fault("NoPermission", "no", {})],
        RetrieveProperties=[page(*moids)["objects"]],
    )
    wanted = [object_spec(reference("Datastore", moid)) for moid in moids], [property_spec("Datastore", "name")]
    with connect(monkeypatch, wire) as connection:
        found = connection.read(lambda transport: retrieve(transport, *wanted, transient=True))
    assert [each.ref["value"] for each in found] == moids
    assert wire.params["RetrieveProperties"] == {"specSet": wire.params["RetrievePropertiesEx"]["specSet"]}


def test_another_fault_of_a_page_is_an_error(monkeypatch: t.Any) -> None:
    wire = Wire(
        RetrievePropertiesEx=[{**page("datastore-1"), "token": "0"}],
        ContinueRetrievePropertiesEx=[Fault("InvalidArgument", "no", {})],
    )
    wanted = [object_spec(reference("Datastore", "datastore-1"))], [property_spec("Datastore", "name")]
    with connect(monkeypatch, wire) as connection, pytest.raises(Fault):
        connection.read(lambda transport: retrieve(transport, *wanted))


def test_properties_without_a_value_are_missing_and_unreadable_ones_are_refused(monkeypatch: t.Any) -> None:
    store = reference("Datastore", "datastore-1")
    fault = {"_typeName": "NoPermission", "faultstring": "You must not.", "privilegeId": "System.Read"}
    contents = {
        "obj": store,
        "propSet": [{"name": "name", "val": "one"}, {"name": "info"}],
        "missingSet": [{"path": "summary", "fault": fault}, {"path": "host"}],
    }
    wire = Wire(RetrievePropertiesEx=[{"objects": [contents, {"obj": store}]}])
    with connect(monkeypatch, wire) as connection:
        first, second = connection.retrieve([object_spec(store)], [property_spec("Datastore", "name")])
    assert "reportMissingObjectsInResults" not in wire.params["RetrievePropertiesEx"]["specSet"][0]
    assert (first.ref, first.properties, second) == (store, {"name": "one"}, Object(store, {}, {}))
    summary, host = first.refused["summary"], first.refused["host"]
    assert (summary.type, summary.text) == ("NoPermission", "You must not.")
    assert summary.fields == {"obj": store, "privilegeId": "System.Read"}
    assert summary.message.startswith("Reading summary of Datastore datastore-1 is not allowed: the user lacks")
    assert (host.type, host.text) == ("MethodFault", "MethodFault")
    assert host.message.startswith("Reading host of Datastore datastore-1 failed")


def test_a_reading_of_objects_themselves_follows_nothing() -> None:
    task = reference("Task", "task-1")
    spec = {"_typeName": "ObjectSpec", "obj": task, "skip": False}
    assert object_spec(task) == spec
    assert filter_spec([spec], []) == {"_typeName": "PropertyFilterSpec", "propSet": [], "objectSet": [spec]}


def test_a_missing_session_in_the_answer_is_like_a_rejected_call() -> None:
    missing = {"path": "info", "fault": {"_typeName": "NotAuthenticated", "faultstring": "Who?"}}
    with pytest.raises(Fault) as caught:
        refused({"obj": reference("Task", "task-1"), "missingSet": [missing]})
    assert caught.value.type == "NotAuthenticated"


@pytest.mark.parametrize("transient", [True, False])
def test_a_reading_names_its_objects_and_properties(monkeypatch: t.Any, transient: bool) -> None:
    pod = reference("StoragePod", "group-p1")
    wire = Wire(RetrievePropertiesEx=[None])
    with connect(monkeypatch, wire) as connection:
        found = connection.retrieve(
            [object_spec(pod, "childEntity")], [property_spec("Datastore", "name", "host")], transient
        )
    assert found == []
    assert wire.calls[1] == ("RetrievePropertiesEx", "propertyCollector")
    through = {"_typeName": "TraversalSpec", "type": "StoragePod", "path": "childEntity", "skip": False}
    spec = {
        "_typeName": "PropertyFilterSpec",
        "propSet": [{"_typeName": "PropertySpec", "type": "Datastore", "pathSet": ["name", "host"]}],
        "objectSet": [{"_typeName": "ObjectSpec", "obj": pod, "skip": False, "selectSet": [through]}],
    }
    assert wire.params["RetrievePropertiesEx"] == {
        "specSet": [{**spec, "reportMissingObjectsInResults": True} if transient else spec],
        "options": {"_typeName": "RetrieveOptions"},
    }


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
