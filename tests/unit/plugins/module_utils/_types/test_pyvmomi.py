# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access to pyVmomi: names of types, and a pyVmomi that is missing or rejects the Python version."""

from __future__ import annotations

import importlib.util
import sys
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi


@pytest.mark.parametrize("name", ["binary", "string", "int", "anyType", "TaskInfo", "ArrayOfTaskInfo", "Task"])
def test_a_name_leads_to_a_type_and_back(name: str) -> None:
    assert _pyvmomi.wire_name(_pyvmomi.wire_type(name)) == name


@pytest.mark.parametrize("name", ["NewType", "", "ArrayOfint", "ArrayOfArrayOfString", "ArrayOf" * 2000])
def test_an_unknown_name_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        _pyvmomi.wire_type(name)


def test_the_registry_is_named_with_its_version() -> None:
    assert _pyvmomi.registry_name().startswith("pyVmomi ")
    assert _pyvmomi.registry_name() != "pyVmomi "


def test_an_installed_library_is_no_problem() -> None:
    _pyvmomi.require("for a test")


def test_a_required_library_that_is_missing_is_an_error_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback")
    monkeypatch.setattr(_pyvmomi, "_REMEDY", ": install it")
    with pytest.raises(MissingLibrary) as caught:
        _pyvmomi.require("for a test")
    assert (caught.value.message, caught.value.traceback) == ("for a test: install it", "Traceback")
    assert caught.value.library.startswith("pyvmomi")


class Rejecting:
    """A library that rejects this Python when it is imported, as pyVmomi does."""

    def __getattr__(self, name: str) -> t.Any:
        raise Exception("Python 3.99 or newer is required")


@pytest.mark.parametrize(
    ("library", "remedy"),
    [
        (None, ""),
        (
            Rejecting(),
            ". The installed version reports: Python 3.99 or newer is required. To replace it, run "
            f"{sys.executable} -m pip install --upgrade 'pyvmomi",
        ),
    ],
    ids=["missing", "rejecting this Python"],
)
def test_a_library_that_cannot_be_imported_is_an_error_only_if_it_is_required(
    monkeypatch: pytest.MonkeyPatch, library: t.Any, remedy: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyVmomi", library)
    spec = importlib.util.spec_from_file_location(f"{_pyvmomi.__name__}_again", _pyvmomi.__file__)
    assert spec is not None
    assert spec.loader is not None
    door = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(door)
    with pytest.raises(MissingLibrary) as caught:
        door.require("for a test")
    # Later ones refuse Python 3.9.
    assert caught.value.library == ("pyvmomi" if sys.version_info >= (3, 10) else "pyvmomi<9")
    assert caught.value.message.startswith(f"for a test{remedy}")
    assert bool(remedy) == (caught.value.message != "for a test")
    assert "Traceback" in caught.value.traceback
