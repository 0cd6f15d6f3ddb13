# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be written in two places is the same in both."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.vsphere.tasks.plugins.action import vsphere_task_wait as action
from ansible_collections.vsphere.tasks.plugins.module_utils._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.modules import vsphere_task_wait as module

ROLE = pathlib.Path(action.__file__).parents[2] / "roles" / "wait_for_task"


def test_the_action_plugin_knows_the_defaults_of_its_module() -> None:
    defaults = [module.ARGUMENT_SPEC[name]["default"] for name in ("progress_interval", "timeout")]
    assert defaults == [action.DEFAULT_INTERVAL, action.DEFAULT_TIMEOUT]


def test_the_role_passes_on_every_option_of_the_connection() -> None:
    text = (ROLE / "vars" / "main.yml").read_text(encoding="utf-8")
    [pattern] = re.findall(r"'\^wait_for_task_\((.*?)\)\$'", text, re.DOTALL)
    assert set(re.findall(r"\w+", pattern)) == set(CONNECTION_SPEC)
