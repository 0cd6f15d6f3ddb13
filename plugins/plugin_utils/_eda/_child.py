# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that follows one vCenter for the event source.

It is a separate process because ansible-rulebook can end without its clean-up: its Java part exits immediately after a
signal. This process notices that its pipe is closed, logs out, and ends.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import threading
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.parameters import remove_values
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import MissingLibrary, VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow import Follower
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import FollowOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader
from ansible_collections.vsphere.tasks.plugins.module_utils._values import clean
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._arguments import validated
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._cursor import Cursor

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection._transport import Transport
    from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._taskinfo import Task

KEEP_ALIVE = 60.0
"""Seconds to wait for the rulebook until the next request that keeps the session."""

PATIENCE = 300.0
"""Seconds to wait at the start for a vCenter that is starting its services."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOG = logging.getLogger("vsphere.tasks.tasks")


class Link:
    """The pipes to the rulebook: out with frames, in with the options, and then with a line for each taken event.

    A frame is a line with the number of bytes, and then that many bytes of JSON.
    """

    def __init__(self) -> None:
        # Other texts for the standard output must not come between the frames.
        self._out = os.dup(1)
        os.dup2(2, 1)
        # The only queue that a signal handler can use while the interrupted code uses it too.
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def line(self, timeout: float | None = None) -> bytes | None:
        """The next line, or None if no line arrives within the time. Exit after the last one."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            return None
        if line is None:
            raise SystemExit(128 + signal.SIGTERM)
        return line

    def end(self) -> None:
        """Let the line that has arrived be the last one."""
        self._lines.put(None)

    def send(self, data: t.Any) -> None:
        frame = json.dumps(data).encode()
        rest = b"%d\n%s" % (len(frame), frame)
        while rest:
            rest = rest[os.write(self._out, rest) :]

    def _listen(self) -> None:
        rest = b""
        while received := os.read(0, 65536):
            *lines, rest = (rest + received).split(b"\n")
            for line in lines:
                self._lines.put(line)
        # Nothing else interrupts a request that waits for an answer.
        os.kill(os.getpid(), signal.SIGTERM)


class Source:
    """Follows one vCenter, and hands each event to the rulebook, which takes it when it has room for it."""

    def __init__(self, link: Link, params: dict[str, t.Any]) -> None:
        self._link = link
        self._options = ConnectionOptions.from_params(params)
        self._follow = FollowOptions.from_params(params)
        self._folder = params["cursor_path"]
        self._secrets = {secret for secret in (self._options.password, self._options.session_id) if secret}
        self._connection: Connection
        self._cursor: Cursor
        self._delivering = self._ending = False

    def run(self) -> None:
        try:
            connection = Connection(self._options, self._secrets.add)
            self._cursor = Cursor(self._folder, connection.host)
            with (
                self._cursor,
                connection.open(PATIENCE) as self._connection,
                TaskReader(self._connection, Context(warn=self._warn)) as reader,
            ):
                Follower(reader, self._follow, self._cursor.seen, self._deliver, self._save).run()
        except MissingLibrary as error:
            self._fail(missing_required_lib(error.library, reason=error.message))
        except VsphereError as error:
            self._fail(error.message)

    def exit(self, number: int, frame: object) -> None:
        """Exit, as a handler of signals: immediately, or after writing down an event that the rulebook has taken."""
        # Once is enough: the clean-up is on its way.
        _handle_signals(signal.SIG_IGN)
        if not self._delivering:
            raise SystemExit(128 + number)
        self._ending = True
        self._link.end()

    def _save(self) -> None:
        self._cursor.save()
        self._delivering = False
        if self._ending:
            raise SystemExit(128 + signal.SIGTERM)

    def _deliver(self, event: str, task: Task) -> None:
        self._delivering = True
        # Results of modules do not contain secrets either.
        self._link.send({"event": self._masked({"event": event, "vcenter": self._options.hostname, **task})})
        patience = 0.0
        while self._link.line(KEEP_ALIVE) is None:
            if not patience:
                self._warn(
                    f"the rulebook is busy, and has not taken the event {event} of {task['id']} for {KEEP_ALIVE:.0f} "
                    f"s: all events of {self._connection.host} wait, and none is lost"
                )
            patience += KEEP_ALIVE
            self._connection.glimpse(_use_session)
        if patience:
            self._warn(f"the rulebook takes events of {self._connection.host} again, after {patience:.0f} s or more")

    def _warn(self, message: str) -> None:
        _LOG.warning("%s", clean(self._masked(message)))

    def _fail(self, message: str) -> None:
        self._link.send({"error": self._masked(message)})

    def _masked(self, value: t.Any) -> t.Any:
        return remove_values(value, self._secrets)


def _use_session(transport: Transport) -> None:
    """Make a request, so that the session does not count as idle."""
    transport.get(transport.manager("sessionManager"), "currentSession")


def _handle_signals(handler: signal.Handlers | t.Callable[[int, object], None]) -> None:
    for each in SIGNALS:
        signal.signal(each, handler)


def main() -> None:
    """Follow a vCenter until the input ends. The first line has the arguments of the source, and its number in them."""
    logging.basicConfig(format="%(asctime)s - %(name)s - %(levelname)s - %(message)s")
    link = Link()
    given, number = json.loads(link.line() or b"")
    # Without a reader, the process is about to be ended.
    with contextlib.suppress(BrokenPipeError):
        try:
            source = Source(link, validated(given)[number])
        except VsphereError as error:
            link.send({"error": error.message})
        else:
            _handle_signals(source.exit)
            source.run()
            # Nothing is left to log out of, and what Python does at its end is not to be interrupted.
            _handle_signals(signal.SIG_IGN)
