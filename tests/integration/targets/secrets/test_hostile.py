# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile text from a server: it is data in results, harmless in output, and never a template."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from vcenters import any_transport

pytestmark = any_transport


def test_hostile_text_is_only_data(vcenter: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = tmp_path / "evaluated"
    # The XML of the test vCenter does not support escape.
    hostile = f"{{{{ lookup('pipe', 'touch {evaluated}') }}}}\x9b[31m\u202e\u2028\nforged: ok"
    shown = hostile.replace("\x9b", "").replace("\u202e", "").replace("\u2028", " ").replace("\n", " ")
    text = {"_typeName": "LocalizableMessage", "key": "x", "message": f"because {hostile}"}
    reason = {"_typeName": "NotSupported", "faultMessage": [text]}
    task_id = vcenter.create(state="error", entity_name=hostile, name=hostile, error=reason)
    for name, value in vcenter.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ANSIBLE_CALLBACKS_ENABLED", "vsphere.tasks.vcenter_task")
    vcenter.fault("fault", "CreateTask$", fault=reason, count=9)
    output = vcenter.play("hostile.yml", task_id=task_id, folder=str(tmp_path))
    assert not evaluated.exists()
    assert json.loads((tmp_path / "kept.json").read_text(encoding="utf-8")) == [hostile] * 3
    message, data = json.loads((tmp_path / "role.json").read_text(encoding="utf-8"))
    assert f"on {shown}) failed: " in message
    assert f"because {shown}" in message
    assert data == f"because {hostile}"
    # The warning of the callback plugin, and the failure of the role.
    assert output.count("touch") >= 2
    assert not [each for each in "\x9b\u202e\u2028" if each in output]
    assert not [line for line in output.splitlines() if line.startswith("forged")]
