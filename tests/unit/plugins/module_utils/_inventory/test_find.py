# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding an object of the inventory by its name."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._find import find_entity
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect

ROOT = reference("Folder", "group-d1")
VIEW = reference("ContainerView", "session[1]2")


def find(monkeypatch: t.Any, wanted: str, names: list[str]) -> dict[str, t.Any]:
    """The object that is found by that name among folders of the given ones, each directly below the root."""
    folders = [
        {
            "obj": reference("Folder", f"group-{number}"),
            "propSet": [
                {"name": "name", "val": {"_typeName": "string", "_value": name}},
                {"name": "parent", "val": ROOT},
            ],
        }
        for number, name in enumerate(names)
    ]
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[VIEW],
        RetrievePropertiesEx=[{"objects": folders}] * 2,
        DestroyView=[None],
    )
    with connect(monkeypatch, wire) as connection:
        return find_entity(connection, Entity("entity", "Folder", None, wanted, None))


@pytest.mark.parametrize("wanted", ["50% a/b\\c", "50%25 a%2fb%5cc"], ids=["as shown", "as stored"])
def test_a_name_is_found_in_both_spellings(monkeypatch: t.Any, wanted: str) -> None:
    assert find(monkeypatch, wanted, ["50", "50%25 a%2fb%5cc"])["value"] == "group-1"


def test_of_many_that_have_a_name_some_are_shown(monkeypatch: t.Any) -> None:
    with pytest.raises(VsphereError, match="more than one Folder has the name web") as caught:
        find(monkeypatch, "web", ["web"] * 12)
    assert caught.value.message.count("web (Folder group-") == 10
    assert caught.value.message.endswith("web (Folder group-9), 2 more")
