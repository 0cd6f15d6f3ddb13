# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the progress of the tasks while the module of the same name waits for them.

On a local connection the module runs once, and what it reports is followed here. Elsewhere it runs in rounds of one
progress interval, all with one session. It cancels in a run of its own, at the time limit, as only here is it known
whether Ansible is still there to want that.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC, Selection
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC, WaitOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._attended import Attended, of_connection
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._progress import Progress, report_of
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress._rounds import Rounds
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import is_of_role, role_options

WAIT = "vsphere.tasks.vsphere_task_wait"
SESSION = "vsphere.tasks.vsphere_session"

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Result = dict[str, t.Any]
    Show = Callable[[Iterable[Result]], None]


class ActionModule(Attended):
    """Runs the module, and beside it displays what it reports."""

    def _outcome(self, task_vars: dict[str, t.Any]) -> Result:
        given: Result = {}
        if is_of_role(self._task):
            try:
                given = role_options(task_vars, self._templar.template)
            except VsphereError as error:
                return {"failed": True, "msg": error.message}
        # module_defaults are in the arguments already.
        arguments = {**_without(self._task.args, given), **given}
        try:
            interval, options = _how(arguments)
        except VsphereError:
            # The module says what is wrong.
            return self._execute(WAIT, arguments, task_vars)
        if self._task.async_val:
            return self._execute(WAIT, arguments, task_vars)
        # Of one host, everybody knows which it is.
        several = len(task_vars.get("ansible_play_hosts_all", ())) > 1
        progress = Progress(self._display.display, interval, task_vars["inventory_hostname"] if several else "")

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
        opened: Result = {}
        with _ended_by_exception():
            try:
                if not arguments.get("session_id"):
                    opened = self._open_session(arguments, task_vars)
                    if opened.get("failed"):
                        return opened
                    arguments = {**arguments, "session_id": opened["session_id"]}
                return self._rounds(arguments, task_vars, length, options, show)
            finally:
                # What the environment has given is not ours to close, and not changed.
                if opened.get("changed"):
                    self._execute(SESSION, {**of_connection(arguments), "state": "absent"}, task_vars)

    def _rounds(
        self, arguments: Result, task_vars: dict[str, t.Any], length: int, options: WaitOptions, show: Show
    ) -> Result:
        """Run the module again and again, for so many seconds each time, and once more where there is to cancel."""
        began = time.monotonic()
        rounds = Rounds()
        cancels = False
        while True:
            asked = {
                **rounds.narrow(arguments),
                "timeout": max(0, int(options.timeout) - int(time.monotonic() - began)),
                # How tasks have ended is judged when all have.
                "on_error": "return",
                "on_timeout": "cancel" if cancels else "return",
                "return_tasks": True,
                "progress_interval": length,
                "progress_round": rounds.number,
            }
            outcome = self._attend(WAIT, asked, task_vars, show)
            if "tasks" not in outcome:
                return rounds.broken(outcome)
            rounds.add(outcome)
            show(map(report_of, outcome["tasks"]))
            if rounds.are_over(options.until):
                if cancels or not (outcome["timed_out"] and options.on_timeout == "cancel"):
                    return rounds.result(options, round(time.monotonic() - began, 3), self._task.check_mode)
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
    """Have the signals by which an interrupted Ansible ends this process end what is done within by an exception."""

    def end(number: int, frame: object) -> t.NoReturn:
        # They come more than once, and the clean-up is on its way.
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    # Only there does Python allow it.
    is_main = threading.current_thread() is threading.main_thread()
    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM) if is_main}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how(arguments: Result) -> tuple[int, WaitOptions]:
    """How often to show the progress, and how to wait; in rounds only the last would find all that is wrong."""
    spec = {**SELECTION_SPEC, **TASK_WAIT_SPEC}
    validation = ArgumentSpecValidator(spec).validate({name: arguments[name] for name in spec if name in arguments})
    if validation.error_messages:
        raise VsphereError("; ".join(validation.error_messages))
    params = validation.validated_parameters
    Selection.from_params(params).check_for_wait(params["on_timeout"])
    return params["progress_interval"], WaitOptions.from_params(params)


def _without(arguments: Result, given: Result) -> Result:
    """The arguments less those that another name of an option is given for."""
    replaced = {alias for name in given for alias in CONNECTION_SPEC.get(name, {}).get("aliases", ())}
    return {name: value for name, value in arguments.items() if name not in replaced}
