# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of a vCenter: how it hands an event over, and when it ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import threading
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda import _child
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._arguments import validated
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._cursor import Cursor

from ...module_utils.wire import Wire

GIVEN = {"hostname": "vcenter.example.com", "username": "someone", "password": "a secret"}


class Link:
    """The side of the rulebook: answers with the lines, and None if it lets the process wait."""

    def __init__(self, *lines: bytes | None) -> None:
        self.lines = [*lines]
        self.sent: list[t.Any] = []
        self.ended = False

    def line(self, timeout: float | None = None) -> bytes | None:
        return self.lines.pop(0)

    def send(self, data: t.Any) -> None:
        self.sent.append(data)

    def end(self) -> None:
        self.ended = True


class Connection:
    host = "vcenter.example.com:443"

    def __init__(self) -> None:
        self.glimpses = 0

    def glimpse(self, steps: object) -> None:
        self.glimpses += 1


@contextlib.contextmanager
def kept_signals() -> t.Iterator[None]:
    before = {number: signal.getsignal(number) for number in _child.SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def source(link: Link) -> t.Any:
    made: t.Any = _child.Source(t.cast("t.Any", link), validated(GIVEN)[0])
    made._connection = Connection()
    made._cursor = Cursor(None, "host")
    return made


def test_an_event_is_the_task_without_secrets() -> None:
    link = Link(b"")
    source(link)._deliver("failed", {"id": "task-1", "result": "it is a secret!"})
    event = {"event": "failed", "vcenter": "vcenter.example.com", "id": "task-1", "result": "it is ********!"}
    assert link.sent == [{"event": event}]


def test_a_busy_rulebook_keeps_the_session(caplog: pytest.LogCaptureFixture) -> None:
    made = source(Link(None, None, b""))
    with caplog.at_level(logging.WARNING):
        made._deliver("failed", {"id": "task-1"})
    assert made._connection.glimpses == 2
    assert [record.getMessage() for record in caplog.records] == [
        "the rulebook is busy, and has not taken the event failed of task-1 for 60 s: all events of "
        "vcenter.example.com:443 wait, and none is lost",
        "the rulebook takes events of vcenter.example.com:443 again, after 120 s or more",
    ]


def test_a_signal_ends_it_immediately() -> None:
    link = Link()
    with kept_signals(), pytest.raises(SystemExit) as raised:
        source(link).exit(signal.SIGTERM, None)
    assert (raised.value.code, link.ended) == (143, False)


def test_a_signal_during_a_delivery_ends_it_when_the_event_is_written_down() -> None:
    link = Link(b"")
    made = source(link)
    made._deliver("failed", {"id": "task-1"})
    with kept_signals():
        made.exit(signal.SIGTERM, None)
    assert link.ended
    with pytest.raises(SystemExit):
        made._save()
    made._ending = False
    made._save()


def test_an_error_is_handed_over_without_secrets() -> None:
    link = Link()
    source(link)._fail("a secret does not work")
    assert link.sent == [{"error": "******** does not work"}]


def test_a_signal_after_the_end_does_not_interrupt_the_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[object] = []
    monkeypatch.setattr(_child, "Link", lambda: Link(json.dumps([GIVEN, 0]).encode()))
    monkeypatch.setattr(_child.Source, "run", lambda self: during.append(signal.getsignal(signal.SIGTERM) == self.exit))
    with kept_signals():
        _child.main()
        assert during == [True]
        assert {signal.getsignal(number) for number in _child.SIGNALS} == {signal.SIG_IGN}


class Pipes:
    """The input and the output of the process, and the signals that it sends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *given: bytes) -> None:
        self.given = [*given, b""]
        self.written = b""
        self.killed: list[tuple[int, int]] = []
        self.ended = threading.Event()
        monkeypatch.setattr("os.dup", lambda number: 1000 + number)
        monkeypatch.setattr("os.dup2", lambda _from, _to: None)
        monkeypatch.setattr("os.read", lambda _number, _most: self.given.pop(0))
        monkeypatch.setattr("os.write", self._write)
        monkeypatch.setattr("os.kill", self._kill)

    def link(self) -> _child.Link:
        """The link, after its thread has read everything."""
        link = _child.Link()
        assert self.ended.wait(10)
        return link

    def _kill(self, pid: int, number: int) -> None:
        self.killed.append((pid, number))
        self.ended.set()

    def _write(self, number: int, data: bytes) -> int:
        assert number == 1001
        # A pipe that is almost full takes a part.
        self.written += data[:7]
        return len(data[:7])


def test_lines_arrive_in_any_parts_and_the_end_of_the_input_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    pipes = Pipes(monkeypatch, b"one\ntw", b"o\nth", b"ree\nfour")
    link = pipes.link()
    assert [link.line(0), link.line(0), link.line(0)] == [b"one", b"two", b"three"]
    assert pipes.killed == [(os.getpid(), signal.SIGTERM)]
    assert link.line(0) is None


def test_the_last_line_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    link = Pipes(monkeypatch).link()
    link.end()
    with pytest.raises(SystemExit) as raised:
        link.line()
    assert raised.value.code == 143


def test_a_frame_has_its_length_and_is_sent_completely(monkeypatch: pytest.MonkeyPatch) -> None:
    pipes = Pipes(monkeypatch)
    pipes.link().send({"event": "failed", "id": "task-1"})
    length, _newline, frame = pipes.written.partition(b"\n")
    assert (int(length), json.loads(frame)) == (len(frame), {"event": "failed", "id": "task-1"})


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (VsphereError("a secret is wrong"), "******** is wrong"),
        (MissingLibrary("requests", "No module", ""), "Failed to import the required Python library (requests)"),
    ],
)
def test_a_failure_is_handed_over(monkeypatch: pytest.MonkeyPatch, error: Exception, message: str) -> None:
    def refuse(*_unused: object) -> t.NoReturn:
        raise error

    monkeypatch.setattr(_child, "Connection", refuse)
    link = Link()
    source(link).run()
    [sent] = link.sent
    assert sent["error"].startswith(message)


class Followed:
    """A connection and what follows it, which report an event and its end."""

    host = "vcenter.example.com:443"

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patience = 0.0
        monkeypatch.setattr(_child, "Connection", lambda options, keep_secret: self)
        monkeypatch.setattr(_child, "TaskReader", lambda connection, context: contextlib.nullcontext(connection))
        monkeypatch.setattr(_child, "Follower", self._follower)

    @contextlib.contextmanager
    def open(self, patience: float) -> t.Iterator[Followed]:
        self.patience = patience
        yield self

    def _follower(self, reader: object, options: object, seen: object, deliver: t.Any, save: t.Any) -> Followed:
        self._steps = (lambda: deliver("failed", {"id": "task-1"}), save)
        return self

    def run(self) -> None:
        for step in self._steps:
            step()


def test_the_first_line_says_which_vcenter_the_process_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**GIVEN, "hostname": "other.example.com"}
    link = Link(json.dumps([{"vcenters": [GIVEN, other]}, 1]).encode(), b"")
    monkeypatch.setattr(_child, "Link", lambda: link)
    followed = Followed(monkeypatch)
    with kept_signals():
        _child.main()
    assert link.sent == [{"event": {"event": "failed", "vcenter": "other.example.com", "id": "task-1"}}]
    assert followed.patience == _child.PATIENCE


def test_wrong_arguments_are_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link(json.dumps([{**GIVEN, "nonsense": 1}, 0]).encode())
    monkeypatch.setattr(_child, "Link", lambda: link)
    _child.main()
    assert "nonsense" in link.sent[0]["error"]


def test_the_request_that_keeps_a_session_reads_it() -> None:
    wire = Wire(currentSession=[None])
    _child._use_session(t.cast("t.Any", wire))
    assert wire.calls == [("currentSession", "sessionManager")]
