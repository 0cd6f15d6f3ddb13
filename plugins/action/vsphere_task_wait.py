# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the progress of the tasks while the module of the same name waits for them.

On a local connection, the module runs once, and the plugin follows its reports. On other connections, it runs in rounds
of one progress interval, all with one session. At the time limit, it cancels in a separate run, because only the plugin
knows whether Ansible still runs.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC, WaitOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _validation
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended, of_connection
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._progress import Progress, report_of
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._rounds import Rounds
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import WAIT_FOR_TASK

WAIT = "vsphere.tasks.vsphere_task_wait"
SESSION = "vsphere.tasks.vsphere_session"

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Result = dict[str, t.Any]
    Show = Callable[[Iterable[Result]], None]


class ActionModule(Attended):
    """Runs the module and displays its reports."""

    def _outcome(self, task_vars: dict[str, t.Any]) -> Result:
        arguments = self._task.args
        if WAIT_FOR_TASK.has(self._task):
            try:
                arguments = WAIT_FOR_TASK.arguments(arguments, task_vars, self._templar.template)
            except VsphereError as error:
                return {"failed": True, "msg": error.message}
        try:
            interval, options = _how(arguments)
        except VsphereError:
            # The module reports the problems.
            return self._execute(WAIT, arguments, task_vars)
        if self._task.async_val:
            return self._execute(WAIT, arguments, task_vars)
        progress = Progress(self._show, interval, self._host(task_vars))

        def show(reports: Iterable[Result]) -> None:
            if interval and not self._task.no_log:
                progress.show(reports, time.monotonic())

        if not self._is_near:
            length = interval or TASK_WAIT_SPEC["progress_interval"]["default"]
            return self._with_session(arguments, task_vars, length, options, show)
        if options.on_timeout == "cancel":
            return self._rounds(arguments, task_vars, int(options.timeout) + 1, options, show)
        return self._attend(WAIT, arguments, task_vars, show)

    def _with_session(
        self, arguments: Result, task_vars: dict[str, t.Any], length: int, options: WaitOptions, show: Show
    ) -> Result:
        """Run the module in rounds, all in one session."""
        if arguments.get("session_id"):
            return self._rounds(arguments, task_vars, length, options, show)
        with _ended_by_exception():
            opening = self._in_thread(lambda: self._open_session(arguments, task_vars))
            try:
                opened = opening.result()
                if "fault" in opened:
                    return opened
                # The module waits for a server that is still starting, and reports all other problems.
                if not opened.get("failed"):
                    arguments = {**arguments, "session_id": opened["session_id"]}
                return self._rounds(arguments, task_vars, length, options, show)
            finally:
                # An interrupted login opens a session, too. A session from the environment belongs to the user, and
                # the module did not change it.
                if not opening.exception() and (opened := opening.result()).get("changed"):
                    given = {**of_connection(arguments), "session_id": opened["session_id"], "state": "absent"}
                    self._execute(SESSION, given, task_vars)

    def _rounds(
        self, arguments: Result, task_vars: dict[str, t.Any], length: int, options: WaitOptions, show: Show
    ) -> Result:
        """Run the module repeatedly, for ``length`` seconds each time, and once more to cancel."""
        began = time.monotonic()
        rounds = Rounds()
        cancels = False
        while True:
            asked = {
                **rounds.narrow(arguments),
                "timeout": max(0, int(options.timeout) - int(time.monotonic() - began)),
                # Only the last round can judge how the tasks ended.
                "on_error": "return",
                "on_timeout": "cancel" if cancels else "return",
                "return_tasks": True,
                "progress_interval": length,
                "progress_round": rounds.number,
            }
            outcome = self._attend(WAIT, asked, task_vars, show)
            elapsed = round(time.monotonic() - began, 3)
            if "tasks" not in outcome:
                return rounds.broken(outcome, elapsed)
            rounds.add(outcome)
            show(map(report_of, outcome["tasks"]))
            if rounds.are_over(options.until):
                if cancels or not (outcome["timed_out"] and options.on_timeout == "cancel"):
                    return rounds.result(options, elapsed, self._task.check_mode)
                cancels = True
            self._check_wanted()

    def _open_session(self, arguments: Result, task_vars: dict[str, t.Any]) -> Result:
        wanted = self._connection._play_context.no_log
        # The output of a module that runs elsewhere is shown at high verbosity.
        self._connection._play_context.no_log = True
        try:
            return self._execute(SESSION, of_connection(arguments), task_vars)
        finally:
            self._connection._play_context.no_log = wanted


@contextlib.contextmanager
def _ended_by_exception() -> t.Iterator[None]:
    """Turn the signals by which an interrupted Ansible ends this process into an exception within the block."""

    def end(number: int, frame: object) -> t.NoReturn:
        # They come more than once, and the clean-up is on its way.
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    # Python allows it only in the main thread.
    is_main = threading.current_thread() is threading.main_thread()
    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM) if is_main}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how(arguments: Result) -> tuple[int, WaitOptions]:
    """The progress interval, and the options of the wait. With rounds, only the last one would report all problems."""
    spec = {**SELECTION_SPEC, **TASK_WAIT_SPEC}
    params = _validation.validated(spec, {name: arguments[name] for name in spec if name in arguments})
    Selection.from_params(params).check_for_wait(params["on_timeout"])
    return params["progress_interval"], WaitOptions.from_params(params)
