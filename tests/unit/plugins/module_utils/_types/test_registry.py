# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions about VI types, answered by the installed pyVmomi."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi, _registry

SECRET = _pyvmomi.VmomiSupport.F_SECRET


def type_of(name: str) -> t.Any:
    found = _registry.find_type(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("anyType", "any", "anyType"),
        ("ArrayOfString", "list", "a list of string"),
        ("ArrayOfTaskInfo", "list", "a list of TaskInfo"),
        ("VirtualMachine", "reference", "VirtualMachine"),
        ("TaskInfo", "object", "TaskInfo"),
        ("NotSupported", "object", "NotSupported"),
        ("TaskInfoState", "enum", "TaskInfoState"),
        ("int", "int", "int"),
        ("binary", "binary", "binary"),
        ("dateTime", "dateTime", "dateTime"),
    ],
)
def test_a_type_has_a_kind_and_a_name(name: str, kind: str, called: str) -> None:
    assert (_registry.kind(type_of(name)), _registry.name_of(type_of(name))) == (kind, called)


def test_an_unknown_name_has_no_type() -> None:
    assert _registry.find_type("NewType") is None


def test_the_items_of_a_list_and_the_values_of_an_enum_are_known() -> None:
    assert _registry.item_of(type_of("ArrayOfTaskInfo")) is type_of("TaskInfo")
    assert _registry.values_of(type_of("TaskInfoState")) == ["queued", "running", "success", "error"]


def test_a_type_extends_itself_and_its_base_only() -> None:
    pool, app = type_of("ResourcePool"), type_of("VirtualApp")
    assert _registry.extends(app, pool)
    assert _registry.extends(pool, pool)
    assert not _registry.extends(pool, app)


def test_descendants_are_all_other_types_that_extend_a_type() -> None:
    names = {_registry.name_of(each) for each in _registry.descendants(type_of("ManagedEntity"))}
    assert {"VirtualMachine", "VirtualApp", "StoragePod"} <= names
    assert not {"ManagedEntity", "Task"} & names
    assert _registry.descendants(type_of("VirtualMachine")) == []


def test_types_of_other_services_are_not_descendants() -> None:
    qualified = _pyvmomi.VmomiSupport.GetQualifiedWsdlName
    others = [
        each
        for each in _pyvmomi.VmomiSupport.GetWsdlTypes()
        if isinstance(each, type)
        and issubclass(each, _pyvmomi.VmomiSupport.DataObject)
        and qualified(each)[0] != _pyvmomi.VIM
    ]
    assert others
    assert not set(others) & set(_registry.descendants(_pyvmomi.VmomiSupport.DataObject))


def test_members_are_those_of_vi_json() -> None:
    members = _registry.members(type_of("KeyAnyValue"))
    assert {name: (member.name, member.required) for name, member in members.items()} == {
        "key": ("key", True),
        "value": ("value", True),
    }
    assert not _registry.members(type_of("TaskInfo"))["result"].required
    # The server writes the text of a fault.
    assert sorted(_registry.members(type_of("MethodFault"))) == ["faultCause", "faultMessage"]
    assert "msg" not in _registry.members(type_of("VimFault"))


def test_a_secret_member_is_marked() -> None:
    members = _registry.members(type_of("NamePasswordAuthentication"))
    assert (members["password"].secret, members["username"].secret) == (True, False)


@pytest.mark.parametrize(
    ("owner", "name", "found"),
    [
        ("VirtualMachine", "runtime", "VirtualMachineRuntimeInfo"),
        # Only types that extend this one have the member.
        ("VirtualDeviceBackingInfo", "diskMode", "string"),
        ("VirtualMachine", "color", None),
    ],
)
def test_a_member_is_found_in_the_type_or_in_one_that_extends_it(owner: str, name: str, found: str | None) -> None:
    member = _registry.member_type(type_of(owner), name)
    assert (member and _registry.name_of(member)) == found


def test_a_type_without_its_own_members_is_only_a_name() -> None:
    assert _registry.has_own_members(type_of("Description"))
    assert not _registry.has_own_members(type_of("VirtualDeviceBackingInfo"))


def test_names_that_are_usually_secret_are_known() -> None:
    names = _registry.secret_names()
    # Members, and parameters.
    assert {"password", "ticket", "newPassword"} <= names
    # These are secret in single types only.
    assert not {"id", "key", "name", "token", "value"} & names


def test_a_name_that_is_secret_in_half_of_its_types_is_not_usually_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = {"most": [SECRET, SECRET, 0], "half": [SECRET, 0], "few": [SECRET, SECRET, 0, 0, 0]}
    members = [types.SimpleNamespace(name=name, flags=each) for name, all_ in flags.items() for each in all_]
    monkeypatch.setattr(_registry, "_all_types", lambda: [type("Type", (), {"_propList": members})])
    # Without the cache, which other tests use.
    assert _registry.secret_names.__wrapped__() == {"most"}


def test_a_method_has_its_owner_and_parameters() -> None:
    method = _registry.find_method("PowerOnVM_Task")
    assert method is not None
    assert (method.name, method.owner, method.returns_task) == ("PowerOnVM_Task", type_of("VirtualMachine"), True)
    assert {name: (each.type, each.required) for name, each in method.params.items()} == {
        "host": (type_of("HostSystem"), False)
    }
    other = _registry.find_method("RenameSnapshot")
    assert other is not None
    assert not other.returns_task
    assert _registry.find_method("NewMethod_Task") is None


def test_the_methods_of_a_type_that_return_a_task_are_listed_with_those_that_it_inherits() -> None:
    names = _registry.task_methods(type_of("VirtualMachine"))
    assert {"PowerOnVM_Task", "Rename_Task"} <= set(names)
    assert not {"RenameSnapshot", "EnterMaintenanceMode_Task"} & set(names)
    assert names == sorted(names)


def test_every_method_that_returns_a_task_can_be_started() -> None:
    names = _registry.task_methods(None)
    assert {"PowerOnVM_Task", "CloneVM_Task", "CreateSnapshot_Task", "EnterMaintenanceMode_Task"} <= set(names)
    for name in names:
        method = _registry.find_method(name)
        assert method is not None
        assert method.returns_task
