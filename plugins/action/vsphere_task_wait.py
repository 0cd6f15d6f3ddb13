# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the progress of the tasks while the module of the same name waits for them.

On a local connection the module runs once, in a thread, and appends what changes to a file in the temporary folder of
the Ansible task, which is followed here. Elsewhere it runs in rounds of one progress interval, all with one session.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import contextvars
import json
import os
import pathlib
import shutil
import signal
import sys
import threading
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._unfinished import Unfinished
from ansible_collections.vsphere.tasks.plugins.module_utils._wait_options import TASK_WAIT_SPEC, WaitOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils._progress import Progress, report_of
from ansible_collections.vsphere.tasks.plugins.plugin_utils._role import is_of_role, role_options
from ansible_collections.vsphere.tasks.plugins.plugin_utils._rounds import Rounds

WAIT = "vsphere.tasks.vsphere_task_wait"
SESSION = "vsphere.tasks.vsphere_session"
LOOK_EVERY = 0.3  # seconds; a person reads no faster

Result = dict[str, t.Any]


class ActionModule(ActionBase):
    """Runs the module, and beside it displays what it reports."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        result = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        self._ansible = os.getppid()
        given: Result = {}
        if is_of_role(self._task):
            try:
                given = role_options(task_vars, self._templar.template)
            except VsphereError as error:
                return {**result, "failed": True, "msg": error.message}
        # module_defaults are in the arguments already.
        arguments = {**_without(self._task.args, given), **given}
        try:
            interval, options = _how(arguments)
        except VsphereError:
            # The module says what is wrong.
            return {**result, **self._execute(WAIT, arguments, task_vars)}
        if self._task.async_val or self._task.no_log or interval == 0:
            outcome = self._execute(WAIT, arguments, task_vars)
        elif self._connection.transport == "local" and not self._connection.become:
            # Another user could not write to the file.
            outcome = self._follow(arguments, task_vars, Progress(self._display.display, interval))
        else:
            outcome = self._run_in_rounds(arguments, task_vars, interval, options)
        return {**result, **outcome}

    def _execute(self, module: str, arguments: Result, task_vars: dict[str, t.Any] | None) -> Result:
        outcome = self._execute_module(
            module_name=module,
            # It is changed by what it is given to.
            module_args=dict(arguments),
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val) and module == WAIT,
        )
        return t.cast("Result", outcome)

    def _follow(self, arguments: Result, task_vars: dict[str, t.Any] | None, progress: Progress) -> Result:
        """Run the module in a thread and show what it appends to its progress file."""
        self._make_tmp_path()
        # In a folder of its own: without that, a module that begins late cannot make the file again.
        folder = pathlib.Path(self._connection._shell.join_path(self._connection._shell.tmpdir, "progress"))
        folder.mkdir()
        reports = folder / "reports"
        reports.touch()
        arguments = {**arguments, "progress_file": str(reports)}
        module: concurrent.futures.Future[Result] = concurrent.futures.Future()

        def run() -> None:
            try:
                module.set_result(self._execute(WAIT, arguments, task_vars))
            except BaseException as error:  # noqa: BLE001 (raised again where the result is taken)
                module.set_exception(error)

        # A thread starts with an empty context, and templating needs the task's. It is a daemon, because Ansible's own
        # time limit for a task ends this by an exception, and nothing must then wait for the module.
        threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
        try:
            with reports.open(encoding="utf-8") as lines:
                running = True
                while running:
                    running = bool(concurrent.futures.wait([module], timeout=LOOK_EVERY).not_done)
                    progress.show(_appended(lines), time.monotonic())
                    self._check_wanted()
        finally:
            # It tells the module that it is not followed any more; this process may have other tasks and stay.
            shutil.rmtree(folder, ignore_errors=True)
        return module.result()

    def _check_wanted(self) -> None:
        """Raise an error where Ansible was killed: this process, a fork of it, would go on alone."""
        if os.getppid() != self._ansible:
            raise AnsibleError("Ansible has ended, so nobody waits any more")

    def _run_in_rounds(
        self, arguments: Result, task_vars: dict[str, t.Any] | None, interval: int, options: WaitOptions
    ) -> Result:
        """Run the module again and again, each time for one interval, and show in between what it has returned."""
        opened: Result = {}
        with _ended_by_exception():
            try:
                if not arguments.get("session_id"):
                    opened = self._open_session(arguments, task_vars)
                    if opened.get("failed"):
                        return opened
                    arguments = {**arguments, "session_id": opened["session_id"]}
                return self._rounds(arguments, task_vars, interval, options)
            finally:
                # What the environment has given is not ours to close, and not changed.
                if opened.get("changed"):
                    self._execute(SESSION, {**_connection(arguments), "state": "absent"}, task_vars)

    def _rounds(
        self, arguments: Result, task_vars: dict[str, t.Any] | None, interval: int, options: WaitOptions
    ) -> Result:
        progress = Progress(self._display.display, interval)
        began = time.monotonic()
        rounds = Rounds()
        while True:
            asked = {
                **rounds.narrow(arguments),
                "timeout": max(0, int(options.timeout) - int(time.monotonic() - began)),
                # How tasks have ended is judged when all have.
                "on_error": "return",
                "return_tasks": True,
                "progress_round": rounds.number,
            }
            outcome = self._execute(WAIT, asked, task_vars)
            if "tasks" not in outcome:
                return rounds.broken(outcome)
            rounds.add(outcome)
            progress.show(map(report_of, outcome["tasks"]), time.monotonic())
            if rounds.are_over(options.until):
                return rounds.result(options, round(time.monotonic() - began, 3), self._task.check_mode)
            self._check_wanted()

    def _open_session(self, arguments: Result, task_vars: dict[str, t.Any] | None) -> Result:
        wanted = self._connection._play_context.no_log
        # The output of a module that runs elsewhere is shown at high verbosity.
        self._connection._play_context.no_log = True
        try:
            return self._execute(SESSION, _connection(arguments), task_vars)
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
    Unfinished(params).check_for_wait(params["on_timeout"])
    return params["progress_interval"], WaitOptions.from_params(params)


def _without(arguments: Result, given: Result) -> Result:
    """The arguments less those that another name of an option is given for."""
    replaced = {alias for name in given for alias in CONNECTION_SPEC.get(name, {}).get("aliases", ())}
    return {name: value for name, value in arguments.items() if name not in replaced}


def _connection(arguments: Result) -> Result:
    """Those of the arguments that say how to connect."""
    names = {each for name, spec in CONNECTION_SPEC.items() for each in (name, *spec.get("aliases", ()))}
    return {name: value for name, value in arguments.items() if name in names}


def _appended(lines: t.TextIO) -> t.Iterator[Result]:
    """The reports that have been appended since the last call; half a line is left for the next."""
    while True:
        place = lines.tell()
        line = lines.readline()
        if not line.endswith("\n"):
            lines.seek(place)
            return
        yield json.loads(line)
