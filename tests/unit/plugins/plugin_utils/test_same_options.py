# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be written in two places is the same in both."""

from __future__ import annotations

import pathlib

from ansible.parsing.dataloader import DataLoader
from ansible_collections.vsphere.tasks.plugins.action import vsphere_task_wait as action
from ansible_collections.vsphere.tasks.plugins.callback import vcenter_task as callback
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC
from ansible_collections.vsphere.tasks.plugins.modules import vsphere_task_wait as module
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _role

CALLBACK = DataLoader().load(callback.DOCUMENTATION)["options"]
ROLE = pathlib.Path(action.__file__).parents[2] / "roles" / "wait_for_task"


def test_the_role_takes_every_option_of_the_module() -> None:
    specs = DataLoader().load_from_file(str(ROLE / "meta" / "argument_specs.yml"))
    options = specs["argument_specs"]["main"]["options"]
    module_options = set(CONNECTION_SPEC) | module.ARGUMENT_SPEC.keys() - {"progress_file", "progress_round"}
    assert set(_role.OPTIONS.values()) == module_options
    assert set(_role.OPTIONS) == set(options)
    parts = module.ARGUMENT_SPEC["entity"]["options"]
    assert set(options["wait_for_task_entity"]["options"]) == set(parts)


def test_the_role_has_defaults_of_the_module() -> None:
    defaults = DataLoader().load_from_file(str(ROLE / "defaults" / "main.yml"))
    expected = {
        name: TASK_WAIT_SPEC[option]["default"] for name, option in _role.OPTIONS.items() if option in TASK_WAIT_SPEC
    }
    assert defaults == expected


def test_the_callback_takes_every_option_of_the_connection() -> None:
    for name, spec in CONNECTION_SPEC.items():
        option = CALLBACK[name]
        expected = [spec["type"], spec.get("default"), spec.get("choices")]
        if spec["type"] == "bool":
            # Of a plugin's own, Ansible would take whatever it cannot read for false.
            expected = ["str", str(spec["default"]).lower(), None]
        assert [option["type"], option.get("default"), option.get("choices")] == expected
        assert [each["name"] for each in option["env"]] == spec["fallback"][1]


def test_every_option_of_the_callback_has_the_same_name_everywhere() -> None:
    for name, option in CALLBACK.items():
        assert option["ini"] == [{"section": "callback_vcenter_task", "key": name}]
        assert option["vars"] == [{"name": f"vcenter_task_{name}"}]
