# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import json
import pathlib
import sys
import typing as t
import zipfile

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from vcenters import CONFIG, ROOT

# AWX requires Python 3.11, and so does its package, which these tests import.
collect_ignore = ["test_credential_types.py"] if sys.version_info < (3, 11) else []


@pytest.fixture(scope="session")
def check_awx() -> t.Callable[[str, dict[str, t.Any]], None]:
    """Checks the arguments of a module of awx.awx with the documentation in the ansible package."""
    [wheel] = pathlib.Path(json.loads(CONFIG.read_text(encoding="utf-8"))["awx"]).glob("ansible-*.whl")

    def check(module: str, arguments: dict[str, t.Any]) -> None:
        with zipfile.ZipFile(wheel) as file:
            code = file.read(f"ansible_collections/awx/awx/plugins/modules/{module}.py").decode()
        constants = [node for node in ast.parse(code).body if isinstance(node, ast.Assign)]
        documentation = next(ast.literal_eval(each.value) for each in constants if "DOCUMENTATION" in ast.dump(each))
        validator = ArgumentSpecValidator(_spec(yaml.safe_load(documentation)["options"]))
        assert validator.validate(arguments).error_messages == []

    return check


def _spec(options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        name: {key: option[key] for key in ("type", "elements", "choices", "required", "aliases") if key in option}
        | ({"options": _spec(option["suboptions"])} if "suboptions" in option else {})
        for name, option in options.items()
    }


@pytest.fixture(scope="session")
def example() -> t.Callable[[str], t.Any]:
    """Loads a file of examples/awx with Ansible's loader."""
    return lambda name: DataLoader().load_from_file(str(ROOT / "examples" / "awx" / name))
