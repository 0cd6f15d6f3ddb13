# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding objects of the inventory by ID, name, or path, and the errors if no object or several objects match."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Fault, Lost, TimedOut, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._find import (
    entity_exists,
    find_entity,
    root_folder,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect

ROOT = reference("Folder", "group-d1")
VIEW = reference("ContainerView", "session[1]2")


def find(monkeypatch: t.Any, wanted: str, names: list[str]) -> dict[str, t.Any]:
    """The object that has that name among folders with the given names, which are all below the root folder."""
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


def test_a_name_of_many_objects_is_an_error_that_lists_some_of_them(monkeypatch: t.Any) -> None:
    with pytest.raises(VsphereError, match="more than one Folder has the name web") as caught:
        find(monkeypatch, "web", ["web"] * 12)
    assert caught.value.message.count("web (Folder group-") == 10
    assert caught.value.message.endswith("web (Folder group-9) and 2 more")


def test_an_id_costs_no_request(monkeypatch: t.Any) -> None:
    with connect(monkeypatch, Wire()) as connection:
        assert find_entity(connection, Entity("entity", "Folder", "group-1")) == reference("Folder", "group-1")


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (["db", "websrw"], ": use one of websrw (Folder group-1)"),
        (["WEBSRV", "websrw"], ": use one of WEBSRV (Folder group-0)"),
        # Two of them have the same name.
        (["websrw", "db", "websrw"], ": use one of websrw (Folder group-0), websrw (Folder group-2)"),
        # Not similar to any name.
        (["db", "dc"], ": the nearest are db (Folder group-0), dc (Folder group-1)"),
        (
            ["x1", "x2", "xs3", "x4", "xs5", "xs6"],
            ": the nearest are xs3 (Folder group-2), xs5 (Folder group-4), xs6 (Folder",
        ),
        (["50%25"], ": the nearest are 50%25 (Folder group-0)"),
        ([], ""),
    ],
)
def test_an_unknown_name_is_an_error_that_lists_similar_names(
    monkeypatch: t.Any, names: list[str], listed: str
) -> None:
    with pytest.raises(VsphereError) as caught:
        find(monkeypatch, "websrv", names)
    assert caught.value.message.startswith(f"entity.name: no Folder has the name websrv{listed}")
    assert bool(listed) == (":" in caught.value.message.partition("websrv")[2])
    assert caught.value.message.count("Folder group-") <= 3


def test_objects_that_the_user_cannot_see_are_skipped(monkeypatch: t.Any) -> None:
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[VIEW],
        RetrievePropertiesEx=[{"objects": [{"obj": reference("Folder", "group-1")}]}],
        DestroyView=[None],
    )
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match="web"):
        find_entity(connection, Entity("entity", "Folder", None, "web", None))
    assert wire.params["CreateContainerView"] == {"container": ROOT, "type": ["Folder"], "recursive": True}


@pytest.mark.parametrize("error", [Fault("NoPermission", "no", {}), TimedOut("slow"), Lost("reset")])
def test_candidates_are_named_even_if_their_paths_cannot_be_read(monkeypatch: t.Any, error: Exception) -> None:
    name = {"propSet": [{"name": "name", "val": {"_typeName": "string", "_value": "web"}}]}
    both = [{"obj": reference("Folder", f"group-{number}"), **name} for number in (1, 2)]
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[VIEW],
        RetrievePropertiesEx=[{"objects": both}, error],
        DestroyView=[None],
    )
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match=r"Folder group-1, Folder group-2$"),
    ):
        find_entity(connection, Entity("entity", "Folder", None, "web", None))


@pytest.mark.parametrize("path", ["DC0/vm/web", "/DC0/vm/web/"])
def test_a_path_leads_to_the_object_that_the_server_finds(monkeypatch: t.Any, path: str) -> None:
    wire = Wire(FindByInventoryPath=[reference("VirtualMachine", "vm-1")])
    with connect(monkeypatch, wire) as connection:
        assert find_entity(connection, Entity("entity", path=path))["value"] == "vm-1"
    assert wire.params["FindByInventoryPath"] == {"inventoryPath": "DC0/vm/web"}
    assert ("FindByInventoryPath", "searchIndex") in wire.calls


@pytest.mark.parametrize(("found", "words"), [(None, "DC0/vm/web"), (ROOT, "Folder.*VirtualMachine")])
def test_a_path_that_leads_elsewhere_is_an_error_of_the_option(monkeypatch: t.Any, found: t.Any, words: str) -> None:
    wire = Wire(FindByInventoryPath=[found])
    with connect(monkeypatch, wire) as connection, pytest.raises(VsphereError, match=rf"^entity\.path: .*{words}"):
        find_entity(connection, Entity("entity", "VirtualMachine", path="DC0/vm/web"))


@pytest.mark.parametrize("names", [[], ["web"], ["web", "web"]])
def test_an_object_exists_even_if_several_have_its_name(monkeypatch: t.Any, names: list[str]) -> None:
    name = {"propSet": [{"name": "name", "val": {"_typeName": "string", "_value": "web"}}]}
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[VIEW],
        RetrievePropertiesEx=[{"objects": [{"obj": ROOT, **name} for _each in names]}],
        DestroyView=[None],
    )
    with connect(monkeypatch, wire) as connection:
        assert entity_exists(connection, Entity("entity", "Folder", None, "web", None)) == bool(names)


@pytest.mark.parametrize("found", [None, reference("VirtualMachine", "vm-1")])
def test_an_object_exists_if_a_path_leads_to_it(monkeypatch: t.Any, found: t.Any) -> None:
    wire = Wire(FindByInventoryPath=[found])
    with connect(monkeypatch, wire) as connection:
        assert entity_exists(connection, Entity("entity", path="DC0/vm/web")) == bool(found)


def test_the_root_folder_is_that_of_the_service_content(monkeypatch: t.Any) -> None:
    with connect(monkeypatch, Wire(content=[{"rootFolder": ROOT}])) as connection:
        assert root_folder(connection) == ROOT


UP = {
    "_typeName": "TraversalSpec",
    "name": "up",
    "type": "ManagedEntity",
    "path": "parent",
    "skip": False,
    "selectSet": [{"_typeName": "SelectionSpec", "name": "up"}],
}


def test_names_are_read_by_a_view_and_candidates_with_all_above_them(monkeypatch: t.Any) -> None:
    def entry(ref: dict[str, t.Any], name: str, parent: dict[str, t.Any] | None) -> dict[str, t.Any]:
        above = [] if parent is None else [{"name": "parent", "val": parent}]
        return {"obj": ref, "propSet": [{"name": "name", "val": {"_typeName": "string", "_value": name}}, *above]}

    folder, machine = reference("Folder", "group-v3"), reference("VirtualMachine", "vm-1")
    entries = [entry(ROOT, "Datacenters", None), entry(folder, "vm", ROOT), entry(machine, "web", folder)]
    wire = Wire(
        content=[{"rootFolder": ROOT}],
        CreateContainerView=[VIEW],
        RetrievePropertiesEx=[{"objects": [entries[2]]}, {"objects": entries}],
        DestroyView=[None],
    )
    with (
        connect(monkeypatch, wire) as connection,
        pytest.raises(VsphereError, match=r": use one of vm/web \(VirtualMachine vm-1\)$"),
    ):
        find_entity(connection, Entity("entity", name="webb"))
    assert ("CreateContainerView", "viewManager") in wire.calls
    assert wire.params["CreateContainerView"] == {"container": ROOT, "type": ["ManagedEntity"], "recursive": True}
    [first, second] = [given["specSet"][0] for method, given in wire.given if method == "RetrievePropertiesEx"]
    assert [(each["obj"], each["selectSet"][0]["path"]) for each in first["objectSet"]] == [(VIEW, "view")]
    assert [(each["type"], each["pathSet"]) for each in first["propSet"]] == [("ManagedEntity", ["name"])]
    assert [(each["obj"], each["selectSet"]) for each in second["objectSet"]] == [(machine, [UP])]
    assert [(each["type"], each["pathSet"]) for each in second["propSet"]] == [("ManagedEntity", ["name", "parent"])]
