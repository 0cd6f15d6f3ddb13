# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules that separate the layers: imports, output, and exits."""

from __future__ import annotations

import ast
import pathlib
import runpy
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors

FOLDER = pathlib.Path(_errors.__file__).parent
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py"))
LIBRARIES = {
    "requests": {"_connection/_bounds.py", "_connection/_http.py", "_connection/_http_errors.py"},
    "urllib3": {"_connection/_bounds.py", "_connection/_http.py", "_connection/_http_errors.py"},
    "pyVmomi": {"_types/_pyvmomi.py"},
}


def imports(name: str) -> set[str]:
    tree = ast.parse((FOLDER / name).read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", FILES)
def test_libraries_are_imported_in_their_own_files_only(name: str) -> None:
    for library, allowed in LIBRARIES.items():
        if name not in allowed:
            assert not [found for found in imports(name) if found.split(".")[0] == library]


@pytest.mark.parametrize("name", [name for name in FILES if name != "_run.py"])
def test_only_the_runner_knows_ansible_module(name: str) -> None:
    found = imports(name)
    assert "ansible.module_utils.basic.AnsibleModule" not in found
    assert not [each for each in found if each.startswith(".") and "_run" in each.split(".")]
    called = {
        node.func.id
        for node in ast.walk(ast.parse((FOLDER / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "exit", "input"}
    assert not {"os.environ", "os", "sys"} & found


# Each package imports only those before it.
ORDER = ["ground", "_types", "_connection", "_inventory", "_tasks", "_wait", "_start", "_own", "_follow", "_run"]


def test_the_packages_form_one_order() -> None:
    rooms: t.Any = runpy.run_path(str(pathlib.Path(__file__).parents[4] / "tests" / "tools" / "rooms.py"))
    found = {name.removeprefix("module_utils/"): others for name, others in rooms["imports"]().items()}
    packages = {name: {other.removeprefix("module_utils/") for other in others} for name, others in found.items()}
    assert packages.keys() >= set(ORDER)
    for place, package in enumerate(ORDER):
        assert packages[package] <= set(ORDER[:place]), package
    # The rest has no circle either: plugins import their own utilities, which import these packages.
    assert not [each for each in ORDER if any(other.startswith("plugin_utils") for other in packages[each])]


def test_no_two_files_have_the_same_name() -> None:
    names = [pathlib.PurePath(name).name for name in FILES]
    assert sorted(names) == sorted(set(names))


def test_each_file_has_a_file_of_unit_tests_at_the_same_place() -> None:
    plugins = FOLDER.parent
    tests = plugins.parent / "tests" / "unit" / "plugins"
    files = [
        path.relative_to(plugins)
        for name in ("module_utils", "plugin_utils")
        for path in (plugins / name).rglob("*.py")
    ]
    missing = [str(path) for path in files if not (tests / path.parent / f"test{path.name}").exists()]
    assert len(files) > len(FILES)
    assert missing == []
