# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hours of waiting and following, in less time: SOAK_HOURS, with a clock that is FACTOR times as fast.

A task waits, and another one follows, while sessions end, connections break, and the services restart. The number of
these events is that of the simulated time.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import json
import os
import pathlib
import sched
import subprocess
import sys
import time
import typing as t

from vcenters import Vcenter, additional

HOURS = float(os.environ.get("SOAK_HOURS", "2.25"))
FACTOR = 360
SCRIPT = pathlib.Path(__file__).with_name("accelerated.py")
MINUTE = 60
HOUR = 60 * MINUTE
END = HOURS * HOUR
# Simulated seconds between two of each.
SESSION_ENDS = 30 * MINUTE
RESETS = 15 * MINUTE
RESTARTS = 2 * HOUR
ENDS_OF_WAITED_TASKS = 8 * MINUTE
NEW_TASKS = 2 * MINUTE
PROGRESS = 20
# A restart takes this long.
UNAVAILABLE = 2 * MINUTE
# A task is recent for this long after its end. On a vCenter, it is ten minutes, but on a busy machine, a process can
# stand still for seconds, which are FACTOR times as long here.
RECENT = HOUR
# Megabytes that the second half of the time can add: some are caches and fragments.
FLAT = 2
FAULT = {"_typeName": "GenericVmConfigFault", "reason": "disk"}


class Client:
    """A process of a module that writes its progress into a file."""

    def __init__(self, vcenter: Vcenter, folder: pathlib.Path, module: str, **options: t.Any) -> None:
        self.file = folder / module
        arguments = {**vcenter.options, **options, "progress_file": str(self.file), "_ansible_remote_tmp": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(FACTOR), module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        self.process.stdin.close()
        self.process.stdin = None
        self.memory: list[float] = []

    def measure(self, _now: float) -> None:
        """Note the memory of the process, in megabytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        [used] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
        self.memory.append(int(used) / 1024)

    def result(self) -> dict[str, t.Any]:
        result: dict[str, t.Any] = json.loads(self.process.communicate()[0])
        return result

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate()

    @property
    def most(self) -> float:
        return max(self.memory)

    @property
    def growth(self) -> float:
        """The memory that the second half of the time has added to that of the first one."""
        return self.most - max(self.memory[: len(self.memory) // 2])

    def lines(self) -> list[dict[str, t.Any]]:
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


def ends(lines: list[dict[str, t.Any]], states: t.Iterable[str]) -> collections.Counter[str]:
    return collections.Counter(line["id"] for line in lines if line.get("event", line["state"]) in {*states})


class Day:
    """Actions at simulated times, from now on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._plan = sched.scheduler()
        self.pass_by = self._plan.run

    def at(self, seconds: float, action: t.Callable[[], object]) -> None:
        self._plan.enterabs(self._began + seconds / FACTOR, 0, action)

    def every(self, seconds: float, action: t.Callable[[float], object], until: float = END) -> int:
        """The number of actions, which get their time."""
        times = [number * seconds for number in range(1, int((until - 1) / seconds) + 1)]
        for each in times:
            self.at(each, functools.partial(action, each))
        return len(times)


class Server:
    """What happens on the vCenter in this time."""

    day: Day

    def __init__(self, vcenter: Vcenter) -> None:
        self.vcenter = vcenter
        self.waited = vcenter.create_many(
            max(2, int(END / ENDS_OF_WAITED_TASKS)), entity={"type": "Folder", "value": "group-d1"}
        )
        self.ends: dict[str, str] = {}
        self._running = list(self.waited)
        self._progress = 0

    def end(self, task_id: str, now: float) -> None:
        state = "error" if len(self.ends) % 5 == 0 else "success"
        self.vcenter.control(
            "PATCH", f"/tasks/{task_id}", state=state, **({"error": FAULT} if state == "error" else {})
        )
        self.ends[task_id] = state
        self.day.at(now + RECENT, lambda: self.vcenter.control("DELETE", f"/tasks/{task_id}?history=keep"))

    def end_next(self, now: float) -> None:
        if len(self._running) > 1:
            self.end(self._running.pop(0), now)

    def end_all(self, now: float) -> None:
        while self._running:
            self.end(self._running.pop(0), now)

    def advance(self, now: float) -> None:
        self._progress = (self._progress + 1) % 100
        self.vcenter.control("PATCH", f"/tasks/{self._running[-1]}", progress=self._progress)

    def new_task(self, now: float) -> None:
        task_id = self.vcenter.create()
        end = now + NEW_TASKS * (1 + len(self.ends) % 7)
        self.day.at(end, lambda: self.end(task_id, end))

    def reset(self, now: float) -> None:
        self.vcenter.fault("reset_after", "WaitForUpdatesEx|RetrieveProperties")

    def end_sessions(self, now: float) -> None:
        self.vcenter.control("POST", "/sessions/expire")

    def restart(self, now: float) -> None:
        self.vcenter.fault("status", ".", status=503, count=10**6)
        self.end_sessions(now)
        self.day.at(now + UNAVAILABLE, lambda: self.vcenter.control("DELETE", "/faults"))


def test_nothing_is_missed(
    transport: str, tmp_path: pathlib.Path, record_property: t.Callable[[str, object], None]
) -> None:
    with contextlib.ExitStack() as after:
        vcenter = after.enter_context(additional(transport, "--history=30000"))
        server = Server(vcenter)
        wait = Client(vcenter, tmp_path, "vsphere_task_wait", task_ids=server.waited, timeout=10**9, on_error="return")
        follow = Client(vcenter, tmp_path, "vsphere_task_follow")
        for client in (wait, follow):
            after.callback(client.process.kill)
        Vcenter.until(lambda: vcenter.stats["collectors"]["PropertyFilter"] == 2)
        day = server.day = Day()
        sessions = day.every(SESSION_ENDS, server.end_sessions)
        resets = day.every(RESETS, server.reset)
        restarts = day.every(RESTARTS, server.restart)
        day.every(ENDS_OF_WAITED_TASKS, server.end_next)
        day.every(NEW_TASKS, server.new_task, END - HOUR / 2)
        day.every(PROGRESS, server.advance)
        for client in (wait, follow):
            day.every(END / 24, client.measure)
        day.at(END, lambda: server.end_all(END))
        day.pass_by()
        waited = wait.result()
        Vcenter.until(lambda: len(ends(follow.lines(), ("succeeded", "failed"))) >= len(server.ends), 20)
        follow.end()
        stats = vcenter.stats
    assert waited["pending_task_ids"] == waited["gone_task_ids"] == []
    assert sorted(waited["succeeded_task_ids"]) == sorted(i for i in server.waited if server.ends[i] == "success")
    # Each end is there once.
    assert ends(wait.lines(), server.ends.values()) == dict.fromkeys(server.waited, 1)
    assert ends(follow.lines(), ("succeeded", "failed")) == dict.fromkeys(server.ends, 1)
    # Each client logs in at its start, after the end of its session, and after a restart.
    assert 2 * (1 + sessions) <= stats["logins"] <= 2 * (1 + sessions + restarts)
    assert stats["open_sessions"] == 0
    most, growth = (max(getattr(client, name) for client in (wait, follow)) for name in ("most", "growth"))
    assert growth <= FLAT
    counts = (len(server.ends), sessions, resets, restarts, stats["logins"])
    record_property("soak", (transport, HOURS, *counts, round(most, 1), round(growth, 1)))
