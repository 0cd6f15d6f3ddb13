# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following tasks: the readings, and the reported events, for all answers of the server."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._follow import _follow
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import EVENTS, FollowOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._seen import Seen
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._filter import Conditions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..builders import change, hidden, history, info, newest, reading, unknown, updates, watching
from ..wire import Clock, Wire, connect, reader_of

AT = "2026-01-02T03:04:{:02}Z"


@dataclasses.dataclass
class Follow:
    """A follower on a scripted transport. The last answer ends the process."""

    monkeypatch: pytest.MonkeyPatch
    clock: Clock
    seen: Seen = dataclasses.field(default_factory=Seen)
    events: list[str] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    saved: int = 0
    slow: float = 0
    limit: int | None = None
    selection: Selection = dataclasses.field(default_factory=Selection)

    def run(self, answers: list[t.Any], **script: t.Any) -> Wire:
        times = [AT.format(second) for second in range(5, 50)]
        wire = Wire(**{"CurrentTime": times, **watching(*answers, SystemExit()), **script})
        options = FollowOptions(self.selection, EVENTS, self.limit)
        with connect(self.monkeypatch, wire) as connection:
            reader = reader_of(connection, context=Context(warn=self.warnings.append))
            follower = _follow.Follower(reader, options, self.seen, self.deliver, self.save)
            with pytest.raises(SystemExit):
                follower.run()
        return wire

    def deliver(self, event: str, task: t.Any) -> None:
        self.clock.now += self.slow
        self.events.append(f"{task['id']} {event}")

    def save(self) -> None:
        self.saved += 1


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Follow:
    return Follow(monkeypatch, Clock(monkeypatch))


NOTHING = updates()


def done(task_id: str, second: int = 6, **members: t.Any) -> t.Any:
    return info(task_id, "success", completeTime=AT.format(second), **members)


def test_changes_are_read_and_reported_but_not_earlier_tasks(follow: Follow) -> None:
    first = updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="success"))
    second = updates(change("task-1", state="success"), change("task-3", "enter", state="queued"))
    wire = follow.run([first, second, None], RetrievePropertiesEx=[reading(done("task-1"), info("task-3", "queued"))])
    assert follow.events == ["task-1 succeeded", "task-3 created"]
    # Once for each event, and once for each answer.
    assert follow.saved == 5
    assert follow.seen.unfinished == ["task-3"]
    assert wire.params["WaitForUpdatesEx"]["options"]["maxWaitSeconds"] == 20


def test_a_truncated_answer_is_read_to_its_end(follow: Follow) -> None:
    begin = {**updates(change("task-1", "enter", state="running")), "truncated": True}
    follow.run([begin, updates(change("task-2", "enter", state="running"))])
    assert (follow.events, follow.seen.unfinished) == ([], ["task-1", "task-2"])


def test_a_change_that_was_read_before_is_not_read_again(follow: Follow) -> None:
    again = updates(change("task-1", state="success"))
    follow.run(
        [updates(change("task-1", "enter", state="queued")), updates(change("task-1", state="running")), again],
        RetrievePropertiesEx=[reading(done("task-1"))],
    )
    assert follow.events == ["task-1 succeeded"]


def test_after_a_lost_connection_the_history_is_read(follow: Follow) -> None:
    lost = [_errors.Lost("broken"), _errors.Unreachable("nobody is there")]
    again = updates(change("task-1", "enter", state="success"))
    follow.run(
        [updates(change("task-1", "enter", state="running")), *lost, again],
        RetrievePropertiesEx=[reading(done("task-1"))],
        **history(done("task-2", 6)),
    )
    assert follow.events == ["task-2 created", "task-2 succeeded", "task-1 succeeded"]
    assert follow.warnings == [
        "no events of vcenter.example.com:443 arrive at present: broken",
        "events of vcenter.example.com:443 arrive again",
    ]


def test_a_task_that_left_the_recent_tasks_is_watched_by_itself(follow: Follow) -> None:
    left = updates({**change("task-1", "leave"), "changeSet": []})
    wire = follow.run(
        [
            updates(change("task-1", "enter", state="running")),
            left,
            updates(change("task-1", "enter", state="success")),
        ],
        RetrievePropertiesEx=[reading(info("task-1")), reading(done("task-1"))],
    )
    assert follow.events == ["task-1 succeeded"]
    assert wire.methods().count("CreateFilter") == 2
    assert wire.params["CreateFilter"]["spec"]["objectSet"][0]["obj"]["value"] == "task-1"


def test_the_end_of_a_vanished_task_comes_from_the_history(follow: Follow) -> None:
    left = updates({**change("task-1", "leave"), "changeSet": []})
    gone = [unknown("task-1"), unknown("task-1")]
    late, found = newest(info("task-1")), newest(done("task-1"))
    script = {method: late[method] + found[method] for method in late}
    wire = follow.run(
        [updates(change("task-1", "enter", state="running")), left, None], RetrievePropertiesEx=gone, **script
    )
    assert follow.events == ["task-1 succeeded"]
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 20, 1, 20]


def test_a_task_without_a_known_end_is_forgotten(follow: Follow) -> None:
    left = updates({**change("task-1", "leave"), "changeSet": []})
    script = {method: answers * _follow.TRIES for method, answers in newest().items()}
    follow.run(
        [updates(change("task-1", "enter", state="running")), left, *[None] * _follow.TRIES],
        RetrievePropertiesEx=[unknown("task-1")] * _follow.TRIES,
        **script,
    )
    assert (follow.events, follow.seen.unfinished) == ([], [])
    [warning] = follow.warnings
    assert "has neither task-1, which had not ended, nor its outcome in its history" in warning


def test_a_task_that_disappears_is_not_searched_for_without_end_to_become_long_running(follow: Follow) -> None:
    follow.limit = 3
    first, start = updates(change("task-1", "enter", state="running")), {"startTime": AT.format(5)}
    script = {method: answers * _follow.TRIES for method, answers in newest().items()}
    # It disappears before its time, without an update, and the history never has its outcome.
    wire = follow.run(
        [first, *[None] * (_follow.TRIES + 4)],
        RetrievePropertiesEx=[reading(info("task-1", **start)), *[None] * _follow.TRIES],
        **script,
    )
    assert (follow.events, follow.seen.unfinished, len(follow.warnings)) == ([], [], 1)
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked[-2:] == [20, 20]


def test_a_hidden_task_is_not_read_without_end_to_become_long_running(follow: Follow) -> None:
    follow.limit = 3
    start = {"startTime": AT.format(5)}
    wire = follow.run(
        [updates(change("task-1", "enter", state="running")), *[None] * 5],
        RetrievePropertiesEx=[reading(info("task-1", **start)), {"objects": [hidden("task-1")]}],
    )
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 3, 2, 1, 20, 20, 20]


def test_a_complete_answer_shows_new_tasks_and_those_that_are_missing_once(follow: Follow) -> None:
    late = follow.clock.after(_follow.REFRESH)
    first = updates(change("task-1", "enter", state="running"), change("task-2", "enter", state="running"))
    later = updates(change("task-2", "enter", state="running"), change("task-3", "enter", state="queued"))
    wire = follow.run(
        [first, late, later, late, later, late, later],
        RetrievePropertiesEx=[reading(info("task-3", "queued")), {"objects": [hidden("task-1")]}],
    )
    assert follow.events == ["task-3 created"]
    asked = [given["version"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == ["", "-", "", "-", "", "-", "", "-"]
    # The second one watches the missing task.
    assert wire.methods().count("CreateFilter") == 2


def test_a_task_that_is_early_is_read_again_until_it_is_long_running(follow: Follow) -> None:
    # The clock of the server shows whole seconds.
    follow.limit = 3
    early, late = (info("task-1", startTime=AT.format(5), **end) for end in ({}, {"completeTime": AT.format(8)}))
    follow.run(
        [updates(change("task-1", "enter", state="running")), *[None] * 5],
        RetrievePropertiesEx=[reading(early), reading(early), reading(late)],
    )
    assert follow.events == ["task-1 long_running"]


def test_a_task_becomes_long_running_at_its_time(follow: Follow) -> None:
    follow.limit = 3
    start = {"startTime": AT.format(5)}
    runs = [reading(info("task-1", **start)), reading(info("task-1", **start))]
    wire = follow.run(
        [updates(change("task-1", "enter", state="running")), None, None, None], RetrievePropertiesEx=runs
    )
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 3, 2, 1, 1]
    # The second reading follows at the limit. The fake server has no clock, so the task has no duration.
    assert wire.methods().count("RetrievePropertiesEx") == 2


def test_a_burst_is_completed_from_the_history(follow: Follow) -> None:
    ids = [f"task-{number}" for number in range(1, _follow.MANY + 2)]
    burst = updates(*(change(task_id, "enter", state="success") for task_id in ids))
    missed = done("task-0")
    script = history(missed)
    again = {method: answers * 2 for method, answers in script.items()}
    again["ReadNextTasks"] = [[missed], None, None]
    wire = follow.run(
        [NOTHING, burst, None, None], RetrievePropertiesEx=[reading(*(done(task_id) for task_id in ids))], **again
    )
    assert {event.split()[0] for event in follow.events} == {"task-0", *ids}
    assert len(follow.events) == 2 * len({*ids, "task-0"})
    asked = [given["options"]["maxWaitSeconds"] for method, given in wire.given if method == "WaitForUpdatesEx"]
    assert asked == [0, 20, 1, 20, 20]


def test_after_a_long_pause_a_new_collector_begins(follow: Follow) -> None:
    follow.slow = _follow.STALE + 1
    wire = follow.run(
        [NOTHING, updates(change("task-1", "enter", state="running")), NOTHING],
        RetrievePropertiesEx=[reading(info("task-1")), reading(info("task-1"))],
        **history(),
    )
    assert wire.methods().count("CreatePropertyCollector") == 2
    assert wire.methods().index("DestroyPropertyCollector") < wire.methods().index("CreateCollectorForTasks")
    assert follow.events == ["task-1 created"]


def test_after_a_round_a_new_collector_begins(follow: Follow) -> None:
    wire = follow.run([NOTHING, follow.clock.after(_follow.ROUND + 1), NOTHING], **history())
    assert wire.methods().count("CreatePropertyCollector") == 2


def test_an_esxi_has_no_history(follow: Follow) -> None:
    none = {"CreateCollectorForTasks": [_errors.Fault("NotSupported", "no", {})]}
    follow.run([NOTHING, _errors.Lost("broken"), NOTHING], **none)
    assert follow.events == []


def test_other_errors_end_the_follower(follow: Follow) -> None:
    with pytest.raises(_errors.VsphereError, match="no such user"):
        follow.run([NOTHING, _errors.VsphereError("no such user")])


def test_only_the_selected_tasks_are_reported(follow: Follow) -> None:
    follow.selection = Selection(task_ids=["task-2"])
    states = updates(change("task-1", state="success"), change("task-2", state="success"))
    follow.run([NOTHING, states], RetrievePropertiesEx=[reading(done("task-1"), done("task-2"))])
    assert follow.events == ["task-2 created", "task-2 succeeded"]


ROOT = reference("Folder", "group-d1")
MACHINE = reference("VirtualMachine", "vm-1")


def test_the_end_of_an_object_that_is_deleted_is_reported(follow: Follow) -> None:
    follow.selection = Selection(
        entity=Entity("entity", "VirtualMachine", "vm-1"), conditions=Conditions(users=["me"], alarm="alarm-1")
    )
    reason = {"_typeName": "TaskReasonAlarm", "userName": "me", "alarm": reference("Alarm", "alarm-1")}
    destroyed, other = done("task-1", entity=MACHINE, reason=reason), done("task-2", entity=ROOT, reason=reason)
    wire = follow.run(
        [NOTHING, _errors.Lost("broken"), NOTHING], RetrievePropertiesEx=[None], **history(destroyed, other)
    )
    assert follow.events == ["task-1 created", "task-1 succeeded"]
    # The server would reject a deleted object.
    assert wire.params["CreateCollectorForTasks"]["filter"].keys() == {"_typeName", "userName", "time"}


def test_an_object_that_does_not_exist_is_an_error_at_the_start(follow: Follow) -> None:
    follow.selection = Selection(entity=Entity("entity", "VirtualMachine", "vm-1"))
    gone = _errors.Fault("ManagedObjectNotFound", "no", {"obj": MACHINE})
    with pytest.raises(
        _errors.VsphereError, match=r"^entity: \S+ does not know VirtualMachine vm-1: check type and moid"
    ):
        follow.run([], RetrievePropertiesEx=[gone])


def test_an_object_with_a_path_is_looked_up_only_once(follow: Follow) -> None:
    follow.selection = Selection(entity=Entity("entity", path="DC0/vm/web"))
    wire = follow.run([NOTHING], FindByInventoryPath=[MACHINE])
    assert "RetrievePropertiesEx" not in wire.methods()


def test_a_change_without_a_state_says_nothing_about_the_task(follow: Follow) -> None:
    hidden = change("task-1")
    hidden["changeSet"] = [{"name": "info.state", "op": "assign"}]
    wire = follow.run([updates(change("task-1", "enter", state="running")), updates(hidden)])
    assert (follow.events, follow.seen.unfinished) == ([], ["task-1"])
    assert "RetrievePropertiesEx" not in wire.methods()


def test_a_follower_ends_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    wire = Wire(**{"CurrentTime": [AT.format(5)] * 9, **watching(NOTHING, clock.after(31))})
    with connect(monkeypatch, wire) as connection:
        options = FollowOptions(Selection(), EVENTS, None)
        _follow.Follower(reader_of(connection), options, Seen(), lambda event, task: None, until=clock.now + 30).run()
    waits = [params["options"]["maxWaitSeconds"] for method, params in wire.given if method == "WaitForUpdatesEx"]
    assert waits[-1] == 20
