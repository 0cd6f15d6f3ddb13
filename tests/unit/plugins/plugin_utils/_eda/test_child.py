# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process of a vCenter: how it hands an event over, and when it ends."""

from __future__ import annotations

import contextlib
import json
import logging
import signal
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda import _child
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._arguments import validated
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._cursor import Cursor

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
