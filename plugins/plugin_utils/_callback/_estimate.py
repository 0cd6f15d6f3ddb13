# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a run of Ansible is: tasks done of those known.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable


class Estimate:
    """Counts the tasks of the plays in a run. The number of known tasks only grows, and so does the number of completed
    tasks.

    Known are the tasks that the plays name. Those that turn up while a play runs (dynamic includes, handlers, rescues,
    a further batch of hosts) are added then; those that never began are settled with the end of their play.
    """

    def __init__(self, plays: dict[str, set[str]]) -> None:
        """``plays`` has the ids of the tasks of each play by the play's id."""
        self._plays = {play: _Play(tasks) for play, tasks in plays.items()}
        self._percent = 0
        self._play = _Play(set())

    def begin_play(self, play: str, selected: Iterable[str]) -> None:
        """A play begins, or a further batch of its hosts; of its tasks those that tags leave out will not run."""
        self._play.end()
        self._play = self._plays.setdefault(play, _Play(set()))
        self._play.begin(set(selected))

    def begin_task(self, task: str) -> None:
        """A task begins for its first host, by which the one before is done."""
        self._play.begin_task(task)

    @property
    def percent(self) -> int:
        """Of the run, from 0 to 100."""
        done = sum(play.done for play in self._plays.values())
        known = sum(play.known for play in self._plays.values())
        self._percent = max(self._percent, _share(done, known))
        return self._percent

    @property
    def play_percent(self) -> int:
        """Of the current play, from 0 to 100."""
        return self._play.percent


class _Play:
    def __init__(self, tasks: set[str]) -> None:
        self.known = len(tasks)
        self.done = 0
        self._open = tasks
        self._began: set[str] = set()
        self._batches = 0
        self._percent = 0

    def begin(self, selected: set[str]) -> None:
        if self._batches:
            self.known += len(selected)
            self._open = set(selected)
        self._batches += 1
        self._began = set()
        self.done += len(self._open - selected)
        self._open &= selected

    def begin_task(self, task: str) -> None:
        if task in self._began:
            return
        self.done += bool(self._began)
        self._began.add(task)
        self.known += task not in self._open
        self._open.discard(task)

    def end(self) -> None:
        self.done += bool(self._began) + len(self._open)
        self._began, self._open = set(), set()

    @property
    def percent(self) -> int:
        self._percent = max(self._percent, _share(self.done, self.known))
        return self._percent


def _share(done: int, known: int) -> int:
    return 100 * done // known if known else 0
