# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Output at the highest verbosity, after successes and failures: it contains no password and no session ID."""

from __future__ import annotations

import base64
import json
import pathlib
import typing as t

import pytest


@pytest.mark.parametrize("connection", ["local", "elsewhere"])  # This connection shows the results of modules.
def test_no_secret_is_shown(
    vcenter: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, connection: str
) -> None:
    plugins = pathlib.Path("../action_plugins/connection_plugins").resolve()
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(plugins))
    file = tmp_path / "session"
    shown = vcenter.play("secrets.yml", "-vvvv", ansible_connection=connection, session_file=str(file))
    session = file.read_text(encoding="utf-8")
    # The play has shown the expected output.
    assert len(session) >= 20
    assert "wait_for_task : Wait for the tasks" in shown
    assert "PropertyCollector session[" in shown
    key = json.loads(base64.b64decode(session))["key"]
    # The start of the text is the same for all sessions.
    secrets = (vcenter.options["password"], "0ther-S3cret!", "vmware_soap_session=", session[:16], key)
    assert [secret for secret in secrets if secret in shown] == []
