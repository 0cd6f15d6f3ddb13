# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of a module with the usual options."""

from __future__ import annotations

import gc
import json
import os
import typing as t

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.vsphere.tasks.plugins.module_utils import _run
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _choice

from .wire import Wire

SPEC: dict[str, dict[str, t.Any]] = {
    "names": {"type": "list", "elements": "str"},
    "secret": {"type": "str", "no_log": True},
}
Do = t.Callable[[t.Any, t.Any], dict[str, t.Any]]


class Module:
    """Runs a module with the usual options, and returns the result that it prints."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.wire = Wire(info=[1, 2, 3])
        self.printed = ""
        self.groups: list[tuple[int, int]] = []
        self.params: dict[str, t.Any] = {}
        self.collected: list[bool] = []
        # The processes of the tests remain in their group.
        monkeypatch.setattr(os, "setpgid", lambda pid, group: self.groups.append((pid, group)))
        monkeypatch.setattr(_choice, "choose", lambda options, http, keep_secret: self.wire)
        # Since ansible-core 2.19, arguments have a profile.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)

    def run(self, work: Do | _run.Work | Exception, **given: t.Any) -> dict[str, t.Any]:
        def prepare(given: _run.Given) -> _run.Work:
            self.params = given.params
            self.collected.append(gc.isenabled())
            if isinstance(work, Exception):
                raise work
            return work if isinstance(work, _run.Work) else _run.Work(work)

        return self.run_module(lambda: _run.run(SPEC, prepare), **given)

    def run_module(self, main: t.Callable[[], object], **given: t.Any) -> dict[str, t.Any]:
        arguments = {"hostname": "vcenter.example.com", "username": "someone", "password": "a secret", **given}
        # Since ansible-core 2.20, modules return their invocation only on request.
        if "inject_invocation" in PASS_VARS:
            arguments["_ansible_inject_invocation"] = True
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        with pytest.raises(SystemExit) as caught:
            main()
        self.printed = self._capsys.readouterr().out
        result: dict[str, t.Any] = json.loads(self.printed)
        assert bool(caught.value.code) == result.get("failed", False)
        return {name: value for name, value in result.items() if name != "invocation"}


def fails(error: Exception, **known: t.Any) -> Do:
    def do(connection: t.Any, context: t.Any) -> t.NoReturn:
        context.known.update(known)
        raise error

    return do
