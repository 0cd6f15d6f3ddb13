# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scripted transport instead of a server, and a clock that only tests move."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _choice, _connection, _recovery
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _labels
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

OPTIONS = ConnectionOptions(
    "vcenter.example.com", "someone", "a secret", None, 443, True, None, None, None, "auto", 60, 64, None
)

MANAGERS = {"extensionManager", "propertyCollector", "searchIndex", "sessionManager", "taskManager", "viewManager"}
"""The managers that the collection uses."""


class Wire:
    """A transport that answers from a script: for each method, a list of results and of exceptions to raise, in order.

    A function in the list is called for its result. ``params`` contains the parameters of the last call of each method,
    and ``given`` those of all calls. ``lacks`` contains the names of managers that the server does not have.
    """

    name = "json"
    release = "9.0.0.0"
    product: str | None = "a vCenter"
    accepted = False
    last_call = ""

    def __init__(self, **script: list[t.Any]) -> None:
        self.script = {"Login": [None] * 9, "Logout": [None] * 9, **script}
        self.calls: list[tuple[str, str]] = []
        self.given: list[tuple[str, t.Any]] = []
        self.params: dict[str, t.Any] = {}
        self.lacks: set[str] = set()
        self.key = ""

    def get(self, ref: dict[str, t.Any], property_: str) -> t.Any:
        return self.invoke(ref, property_)

    def invoke(self, ref: dict[str, t.Any], method: str, params: t.Any = None, wait: float = 0) -> t.Any:
        self.calls.append((method, ref["value"]))
        self.given.append((method, params))
        self.params[method] = params
        # The collection does not take this for a failure of the server.
        assert self.script.get(method), f"{method} of {ref['value']} is called once too often"
        answer = self.script[method].pop(0)
        if callable(answer):
            answer = answer()
        if isinstance(answer, BaseException):
            raise answer
        self.accepted = method != "Login"
        if method == "Login":
            self.key = f"key {self.methods().count(method)}"
        return answer

    def manager(self, name: str) -> dict[str, t.Any]:
        if name in self.lacks or name not in MANAGERS:
            raise VsphereError(f"there is no {name}")
        return reference(name[0].upper() + name[1:], name)

    @property
    def session(self) -> Session:
        return Session(self.name, self.release, self.key, self.product or "")

    def forget_session(self) -> None:
        self.calls.append(("forget_session", ""))
        self.key = ""
        self.accepted = False

    def pages(self, most: int = 0, answers: int = 1) -> t.Callable[..., None]:
        """They end with the script."""
        return lambda is_kept=True: None

    def malformed(self, problem: str) -> VsphereError:
        return VsphereError(problem)

    def methods(self) -> list[str]:
        return [method for method, _ref in self.calls]


class Clock:
    """A monotonic clock in seconds. Pauses, and answers that take a long time, move it."""

    def __init__(self, monkeypatch: t.Any) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr("time.sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        if seconds:
            self.pauses.append(seconds)
        self.now += seconds

    def after(self, seconds: float, answer: t.Any = None) -> t.Callable[[], t.Any]:
        """The answer, which takes that time."""

        def given() -> t.Any:
            self.now += seconds
            return answer

        return given


def reader_of(connection: _connection.Connection, *description_ids: str, context: Context | None = None) -> TaskReader:
    """A reader that requests only the labels of other operations."""
    reader = TaskReader(connection, context)
    reader._labels._learn([*_labels.COMMON, *(_labels._path("methodInfo", each) for each in description_ids)], [])
    return reader


def connect(monkeypatch: t.Any, wire: Wire) -> _connection.Connection:
    """A connection over that wire."""
    monkeypatch.setattr(_choice, "choose", lambda options, http, keep_secret: wire)
    return _connection.Connection(OPTIONS, lambda secret: None).open()


def limits(
    monkeypatch: t.Any, wire: Wire, run: t.Callable[[_connection.Connection], object]
) -> list[tuple[str, float | None]]:
    """The requests of a run with their time limits, except for the login and the logout."""
    met: list[float | None] = [None]
    seen = []

    @contextlib.contextmanager
    def ending_by(deadline: float) -> t.Iterator[None]:
        met.append(deadline - _recovery.GRACE)
        try:
            yield
        finally:
            met.pop()

    answer = wire.invoke

    def invoke(ref: dict[str, t.Any], method: str, params: t.Any = None, wait: float = 0) -> t.Any:
        seen.append((method, met[-1]))
        return answer(ref, method, params, wait)

    with connect(monkeypatch, wire) as connection:
        monkeypatch.setattr(connection._http, "ending_by", ending_by)
        monkeypatch.setattr(wire, "invoke", invoke)
        run(connection)
        return [*seen]
