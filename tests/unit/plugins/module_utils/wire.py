# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wire that says what a test wants, in place of a server."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _labels
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

OPTIONS = ConnectionOptions(
    "vcenter.example.com", "someone", "a secret", None, 443, True, None, None, None, "auto", 60, None
)


class Wire:
    """A transport that answers from a script: for each method a list of results, or exceptions to raise, in order.

    ``params`` has what each method was given last.
    """

    name = "json"
    release = "9.0.0.0"
    product = "a vCenter"
    accepted = False
    last_call = ""

    def __init__(self, **script: list[t.Any]) -> None:
        self.script = {"Login": [None] * 9, "Logout": [None] * 9, **script}
        self.calls: list[tuple[str, str]] = []
        self.params: dict[str, t.Any] = {}

    def get(self, ref: dict[str, t.Any], property_: str) -> t.Any:
        return self.invoke(ref, property_)

    def invoke(self, ref: dict[str, t.Any], method: str, params: t.Any = None, wait: float = 0) -> t.Any:
        self.calls.append((method, ref["value"]))
        self.params[method] = params
        answer = self.script[method].pop(0)
        if isinstance(answer, BaseException):
            raise answer
        self.accepted = method != "Login"
        return answer

    def manager(self, name: str) -> dict[str, t.Any]:
        return reference(name[0].upper() + name[1:], name)

    def forget_session(self) -> None:
        self.calls.append(("forget_session", ""))
        self.accepted = False

    def methods(self) -> list[str]:
        return [method for method, _ref in self.calls]


def reader_of(connection: _connection.Connection, *description_ids: str) -> TaskReader:
    """A reader that asks for no labels but those of further operations."""
    reader = TaskReader(connection)
    reader._labels._learn([*_labels.COMMON, *(_labels._path("methodInfo", each) for each in description_ids)], [])
    return reader


def connect(monkeypatch: t.Any, wire: Wire) -> _connection.Connection:
    """A connection over that wire."""
    monkeypatch.setattr(_connection, "_choose", lambda options, http, keep_secret: wire)
    return _connection.Connection(OPTIONS, lambda secret: None).open()
