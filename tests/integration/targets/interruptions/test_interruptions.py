# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signals in each phase of the work of a module."""

from __future__ import annotations

import os
import pathlib
import signal
import typing as t

import phases
import pytest
from vcenters import any_transport

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
TARGETS = ("controller", "group", "worker", "module")
# Seconds. A busy machine takes longer than the ten seconds of a quiet one.
SOON = 30


class Case(t.NamedTuple):
    """The target of a signal, and the phases."""

    number: signal.Signals
    target: str
    names: list[str]

    def is_lost(self, host: phases.Host) -> bool:
        """Whether the process that opened the session was killed, so that nothing can close it."""
        is_worker = self.target == "worker" and host.phase.title in ("wait with `become`", "wait on another host")
        return self.number == signal.SIGKILL and (self.target == "module" or is_worker) and host.left == "session"


ALL = [Case(number, target, list(phases.PHASES)) for target in TARGETS for number in SIGNALS]
# The cases of every day: a service that stops, Ctrl+C, and a job that AWX cancels. Each phase costs a second.
FEW = [
    Case(signal.SIGINT, "group", ["login", "wait", "start_wait", "cancel"]),
    Case(signal.SIGTERM, "controller", ["login", "logout", "interval_0", "no_log", "become", "start_wait", "follow"]),
    Case(signal.SIGKILL, "group", ["read", "start", "wait", "become", "role", "cancel", "elsewhere"]),
]
CASES = ALL if os.environ.get("INTERRUPTIONS") == "all" else FEW


@any_transport
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number.name}-{case.target}")
def test_nothing_is_left(
    transport: str, case: Case, tmp_path: pathlib.Path, record_property: t.Callable[[str, object], None]
) -> None:
    with phases.Interrupted(tmp_path, transport, case.target, case.names) as playing:
        playing.reach()
        playing.send(case.number)
        playing.settle()
        for host in playing.hosts.values():
            name = (host.phase.title, case.number.name, case.target)
            record_property("interruptions", (name, round(host.seconds, 1), host.left))
            assert not host.left or case.is_lost(host), (host, playing.shown())
            assert host.left or host.seconds < SOON, host
            assert host.changes == [host.phase.requests][: bool(host.phase.requests)], host
            result = host.again()
            assert not result["failed"], result
            if host.phase.requests != phases.CANCEL:
                assert result["succeeded_task_ids"] == [host.task_id]
        if case.target in ("controller", "group"):
            playing.process.wait(SOON)
