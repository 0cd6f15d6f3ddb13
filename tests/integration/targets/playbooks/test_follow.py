# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook follow: the shown events of several vCenters, and its end."""

from __future__ import annotations

import functools
import re
import signal
import threading
import typing as t

from vcenters import any_transport

pytestmark = any_transport


def act(vcenter: t.Any, operation: str) -> None:
    [good, bad] = vcenter.create_many(2, description_id=operation)
    vcenter.control("PATCH", f"/tasks/{good}", state="success")
    vcenter.control("PATCH", f"/tasks/{bad}", state="error", error={"_typeName": "DatabaseError"})


def test_events_are_shown_until_the_time_limit(site: t.Any, tag: str) -> None:
    for vcenter in site.vcenters.values():
        vcenter.while_watched(functools.partial(act, vcenter, f"com.example.{tag}"))
    answers = {"operations": f"com.example.{tag}\n", "entity": "DC0/vm/DC0_H0_VM0", "events": "created, failed"}
    run = site.run("follow", "--check", duration="6", **answers)
    assert run.status == 0, run.output
    assert run.results.keys() == site.vcenters.keys()
    for name, result in run.results.items():
        assert result["counts"] == {"created": 2, "failed": 1}
        assert result["report"] == ["2 created, 1 failed"]
        task = rf"task-\d+ com\.example\.{tag} on DC0_H0_VM0"
        assert len(re.findall(rf" \[{name}\] created {task}: \w+, started by VSPHERE\.LOCAL", run.output)) == 2
        assert len(re.findall(rf" \[{name}\] failed {task}: error, .", run.output)) == 1


def test_events_are_shown_until_an_interruption(site: t.Any, tag: str) -> None:
    few = site.run("follow", "--forks=1", duration="")
    assert few.status == 2
    assert {each["report"][0] for each in few.results.values()} == {
        "1 forks cannot follow 2 vCenters at the same time: set forks to 2 or more"
    }
    with site.start("vsphere.tasks.follow", "--extra-vars", f"vsphere_follow_operations=com.example.{tag}") as process:
        for vcenter in site.vcenters.values():
            vcenter.until(lambda vcenter=vcenter: vcenter.waits > 0)
            act(vcenter, f"com.example.{tag}")
        shown = ""
        while shown.count("] failed task-") < 2:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        process.send_signal(signal.SIGINT)
        # If the signal meets a line of progress, Ansible must not hang.
        killed = threading.Timer(60, process.kill)
        killed.start()
        process.communicate()
        killed.cancel()
        assert process.returncode != -signal.SIGKILL
    for vcenter in site.vcenters.values():
        vcenter.until(lambda vcenter=vcenter: vcenter.stats["open_sessions"] == 0, 10)
