# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading properties by the PropertyCollector."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._connection._properties import (
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
