# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of Ansible as a task in vCenter, kept by a thread, so that the run never waits for vCenter.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import threading
import time
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._find import find_entity, root_folder
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions, create_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update import drive_task
from ansible_collections.vsphere.tasks.plugins.module_utils._own._update_options import UpdateOptions, described, failed
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import is_over, task_from_info
from ansible_collections.vsphere.tasks.plugins.module_utils._values import clean

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task

UPDATE_EVERY = 1.0
"""Seconds from one update to the next at least."""

RETRY_AFTER = 10.0
"""Seconds before the next update after a failure."""

PATIENCE = 5.0
"""Maximum number of seconds that the end of a run waits for vCenter."""

LONGEST = 255
"""Characters of a description or an error; the vSphere Client shows one line of it."""


class Shown(t.NamedTuple):
    """The requested contents of a task in vCenter."""

    description: str
    percent: int


Order = t.Callable[["_Tasks"], None]
"""Something for the side of vCenter to do."""


class Mirror:
    """The side of the run: accepts events, and never waits, except for a short time at the end."""

    def __init__(self, options: ConnectionOptions, task: CreateOptions) -> None:
        _import_what_the_thread_needs(options.transport)
        self.trouble = ""
        """What to warn of; set once."""
        self._options = options
        self._task = task
        self._secrets = {secret for secret in (options.password, options.session_id) if secret}
        self._pid = os.getpid()
        self._deadline: float | None = None
        self._task_id = ""
        # The only queue that a signal handler can use while the interrupted code uses it too.
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._takes_orders = True
        self._thread = threading.Thread(target=self._work, name="vcenter_task", daemon=True)
        self._thread.start()

    def show(self, run: Shown, play: Shown) -> None:
        """The current activity of the run and its play. It replaces unsent changes."""
        self._put(lambda tasks: tasks.show(run, play))

    def begin_play(self, name: str) -> None:
        """Create a separate task for a play."""
        self._put(lambda tasks: tasks.begin_play(name))

    def end_play(self, error: str | None) -> None:
        self._put(lambda tasks: tasks.end_play(error))

    def finish(self, error: str | None) -> None:
        """End all tasks; the first outcome counts. A process that was forked from the run's own does nothing."""
        if os.getpid() != self._pid:
            return
        if self._deadline is None:
            self._deadline = time.monotonic() + PATIENCE
            self._put(lambda tasks: tasks.finish(error))
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        if self._thread.is_alive():
            self._note(f"vCenter did not answer within {PATIENCE:.0f} s at the end of the run")

    def _put(self, order: Order) -> None:
        # The orders of a long run that vCenter does not show would collect until its end.
        if self._takes_orders:
            self._orders.put(order)

    def _work(self) -> None:
        try:
            with Connection(self._options, self._secrets.add).open() as connection:
                tasks = _Tasks(connection, self._task, self._note)
                self._task_id = tasks.run.id
                while not tasks.finished:
                    self._next_order(tasks.pause)(tasks)
        except MissingLibrary as error:
            self._note(missing_required_lib(error.library, reason=error.message))
        except VsphereError as error:
            self._note(error.message)
        except Exception as error:  # noqa: BLE001 (the run continues after every error)
            self._note(f"{type(error).__name__}: {error}")
        finally:
            self._takes_orders = False

    def _next_order(self, pause: float | None) -> Order:
        # A queue of Python 3.10 can wait without end if the pause is short, unless it is found empty just before.
        for how in ({"block": False}, {"timeout": pause}):
            with contextlib.suppress(queue.Empty):
                return self._orders.get(**how)
        return _Tasks.update

    def _note(self, message: str) -> None:
        if not message:
            return
        for secret in list(self._secrets):
            message = message.replace(secret, "********")
        if self._task_id:
            begin = f"{self._task_id}, which shows this run in vCenter, might be out of date or remain unfinished: "
        else:
            begin = "vCenter does not show this run: "
        self.trouble = self.trouble or clean(begin + message)


def _import_what_the_thread_needs(transport: str) -> None:
    """Import it here: a worker that is forked while a thread imports waits for that import forever."""
    from ansible_collections.vsphere.tasks.plugins.module_utils import _faults  # noqa: F401
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import (  # noqa: F401
        _http_errors,
        _negotiation,
        _soap_answer,
        _vijson,
    )

    if transport != "json":
        from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _soap  # noqa: F401
    import difflib  # noqa: F401
    import unicodedata  # noqa: F401

    # Modules that other code imports at their first use: for the lookup of a host's name, for reading a time, for a
    # suggestion.
    "vcenter".encode("idna")
    time.strptime("0", "%S")


class _Tasks:
    """The side of vCenter: the task of the run and that of its current play."""

    def __init__(self, connection: Connection, task: CreateOptions, note: t.Callable[[str], None]) -> None:
        self._connection = connection
        self._entity = find_entity(connection, task.entity) if task.entity else root_folder(connection)
        self._task = task
        self._note = note
        self._due = time.monotonic()
        self.run = self._create()
        self._play: _TaskInVcenter | None = None
        self._open = [self.run]
        self.finished = False

    @property
    def pause(self) -> float | None:
        """Seconds until the next update, or None."""
        if not any(task.is_outdated for task in self._open):
            return None
        return max(0.0, self._due - time.monotonic())

    def show(self, run: Shown, play: Shown) -> None:
        self.run.wants(run)
        if self._play:
            self._play.wants(play)

    def begin_play(self, name: str) -> None:
        if self.run not in self._open:
            return
        try:
            self._play = self._create(self.run.key)
        except VsphereError as error:
            self._note(error.message)
        else:
            self._play.wants(Shown(name, 0))
            self._open.append(self._play)

    def end_play(self, error: str | None) -> None:
        if self._play:
            self._play.ends(error)
            self._play = None

    def finish(self, error: str | None) -> None:
        self._connection.hurry()
        for task in self._open:
            task.ends(error)
        # The other side can close an idle connection, and a second attempt then succeeds.
        if self._send():
            self._note(self._send())
        self.finished = True

    def update(self) -> None:
        """Bring the tasks in vCenter up to date."""
        self._note(self._send())

    def _send(self) -> str:
        """Send the changes, plays first. Return the problem."""
        in_time = time.monotonic() >= self._due
        troubles = [self._send_to(task, in_time) for task in [*reversed(self._open)]]
        self._due = time.monotonic() + (RETRY_AFTER if any(troubles) else UPDATE_EVERY)
        return next(filter(None, troubles), "")

    def _send_to(self, task: _TaskInVcenter, details: bool) -> str:
        try:
            task.send(details)
        except VsphereError as error:
            if "fault" not in error.result:
                return error.message
            # For example, someone else ended it, or the user is not allowed to update it. This is permanent.
            self._open.remove(task)
            self._note(error.message)
        if task.is_over and task in self._open:
            self._open.remove(task)
        return ""

    def _create(self, parent_key: str | None = None) -> _TaskInVcenter:
        info = create_task(self._connection, self._entity, dataclasses.replace(self._task, parent_task_key=parent_key))
        return _TaskInVcenter(self._connection, task_from_info(info, None))


class _TaskInVcenter:
    """One task: its known state, and its requested state."""

    def __init__(self, connection: Connection, task: Task) -> None:
        self._connection = connection
        self._task = task
        self._is_known = True
        self._shown: Shown | None = None
        self._state = "running"
        self._error: str | None = None
        self.is_outdated = True

    @property
    def id(self) -> str:
        return str(self._task["id"])

    @property
    def key(self) -> str:
        return str(self._task["key"])

    @property
    def is_over(self) -> bool:
        return is_over(self._task)

    def wants(self, shown: Shown) -> None:
        self._shown = shown
        self.is_outdated = True

    def ends(self, error: str | None) -> None:
        if self._state == "running":
            self._state, self._error = ("error", error) if error else ("success", None)
            self.is_outdated = True

    def send(self, details: bool) -> None:
        """Send the changes. With ``details`` False, omit the description and the progress."""
        if not self.is_outdated:
            return
        if not self._is_known:
            # What became of the last calls is unknown.
            self._task = TaskReader(self._connection).known(self.id)
            if self.is_over:
                return
        self._is_known = False
        shown = self._shown if details else None
        wanted = UpdateOptions(
            self.id,
            state=self._state,
            progress=shown.percent if shown else None,
            description=described(_cut(shown.description)) if shown else None,
            fault_data=failed(_cut(self._error)) if self._error else None,
        )
        self._task = drive_task(self._connection, self._task, wanted)
        self._is_known = True
        self.is_outdated = False


def _cut(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
