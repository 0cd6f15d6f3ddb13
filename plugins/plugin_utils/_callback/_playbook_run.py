# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's events of a run, as contents for a mirror of it.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import atexit
import dataclasses
import typing as t

from ansible.playbook.block import Block
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._estimate import Estimate
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Shown
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._signals import Signals

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook import Playbook
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task
    from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Mirror


@dataclasses.dataclass
class _Failure:
    host: str
    sentence: str
    counts: bool = False
    """Whether it took the host out of the play; one that is rescued or ignored does not."""


class PlaybookRun:
    """One run, from its first play to its end, however that comes about."""

    def __init__(
        self, mirror: Mirror, playbook: Playbook, show_plays: bool, job: str, warn: Callable[[str], object]
    ) -> None:
        self._mirror = mirror
        self._show_plays = show_plays
        self._job = f"{job}: " if job else ""
        self._warn = warn
        self._warned = False
        self._estimate = Estimate({play._uuid: _task_ids(play.compile()) for play in playbook.get_plays()})
        self._play: Play | None = None
        self._selected: set[str] = set()
        self._doing = ""
        self._failures: list[_Failure] = []
        self._failures_before = 0
        self._undecided: list[_Failure] = []
        """The failures since the last task began, which can still count."""
        self._removed = 0
        """Number of removals of hosts from the play at the last event."""
        self._signals = Signals(lambda name: self._mirror.finish(f"Ended by {name} during {self._doing}"))
        atexit.register(self._abandon)

    def begin_play(self, play: Play) -> None:
        self._decide()
        # A further batch of hosts of the same play has a separate Play object, with the same tasks.
        if not self._play or play._uuid != self._play._uuid:
            self._end_play()
            if self._show_plays:
                self._mirror.begin_play(play.get_name())
            self._failures_before = len(self._failures)
            known = play.get_variable_manager().get_vars(play=play)
            self._selected = _task_ids([block.filter_tagged_tasks(known) for block in play.compile()])
        self._play = play
        self._removed = 0
        self._estimate.begin_play(play._uuid, self._selected)
        self._show(play.get_name())

    def begin_task(self, task: Task) -> None:
        self._decide()
        self._estimate.begin_task(task._uuid)
        self._show(task.get_name())

    def fail(self, result: CallbackTaskResult, how: str) -> None:
        """A task has failed on a host or could not reach it, in a way that is not ignored."""
        # The arguments of a callback have these names since 2.19.
        host = (result.host if hasattr(result, "host") else result._host).get_name()
        failure = _Failure(host, f'Task "{result.task_name}" {how} {host}')
        self._failures.append(failure)
        self._undecided.append(failure)
        self._note_removed()
        self._tell()

    def end(self, stats: AggregateStats) -> None:
        """The run has ended, and the recap determines its outcome."""
        summaries = {host: stats.summarize(host) for host in stats.processed}
        failed = {host for host, each in summaries.items() if each["failures"] or each["unreachable"]}
        self._decide()
        self._end_play()
        self._finish(_outcome(self._failures, failed))

    def _decide(self) -> None:
        """The failures so far can no longer count if they do not now: later, a host leaves for another reason."""
        self._note_removed()
        self._undecided.clear()

    def _note_removed(self) -> None:
        """Find out which failures took their hosts out of the play, from Ansible's own list.

        Usually, Ansible removes a host before it reports the failure. After a failed include, it does so later, but
        before the next task begins. Hosts that ``meta: end_host`` has ended are on the list, too, and so are some that
        a ``rescue`` section has brought back.
        """
        if self._play:
            removed = self._play._removed_hosts
            new = {*removed[self._removed :]}
            for failure in self._undecided:
                failure.counts |= failure.host in new
            self._removed = len(removed)

    def _end_play(self) -> None:
        if self._play and self._show_plays:
            failures = self._failures[self._failures_before :]
            # The debugger of Ansible can bring a host back.
            failed = {failure.host for failure in failures if failure.counts} & set(self._play._removed_hosts)
            self._mirror.end_play(_outcome(failures, failed))

    def _abandon(self) -> None:
        """Ansible ends without a recap: an error that is not a failure of a task."""
        self._finish(f"Ansible gave up during {self._doing}")

    def _finish(self, error: str | None) -> None:
        self._mirror.finish(error)
        self._signals.remove()
        atexit.unregister(self._abandon)
        self._tell()

    def _show(self, what: str) -> None:
        self._doing = what
        play = self._play.get_name() if self._play else ""
        self._mirror.show(
            Shown(self._job + what, self._estimate.percent),
            Shown(what if what == play else f"{play}: {what}", self._estimate.play_percent),
        )
        self._tell()

    def _tell(self) -> None:
        """Warn once, and only here, because only the main thread can safely display something while Ansible forks
        workers.
        """
        if self._mirror.trouble and not self._warned:
            self._warned = True
            self._warn(self._mirror.trouble)


def _task_ids(blocks: list[Block]) -> set[str]:
    """The ids of the tasks that run unless something fails; those that Ansible has put in itself are not announced."""
    ids: set[str] = set()
    for each in blocks:
        if isinstance(each, Block):
            ids |= _task_ids(each.block + each.always)
        elif not each.implicit:
            ids.add(each._uuid)
    return ids


def _outcome(failures: list[_Failure], failed: set[str]) -> str | None:
    """The failures of the hosts: the first one that counts, and the number of hosts."""
    if not failed:
        return None
    theirs = [failure for failure in failures if failure.host in failed]
    first = next((failure for failure in theirs if failure.counts), theirs[-1] if theirs else None)
    if not first:
        return f"Failed on {', '.join(sorted(failed))}"
    return first.sentence + (f"; failed hosts in all: {len(failed)}" if len(failed) > 1 else "")
