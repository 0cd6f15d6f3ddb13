# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that last, run for as long as Ansible is there to hear of them.

An action plugin runs in a fork of Ansible. If you kill Ansible, the fork continues, and so does its module. Before it
starts or cancels anything, the plugin verifies that Ansible still waits for it.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import abc
import concurrent.futures
import contextlib
import contextvars
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import threading
import typing as t

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._values import clean

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Result = dict[str, t.Any]

_LOOK_EVERY = 0.3  # seconds; a person reads no faster


class _Unattended(AnsibleError):
    """Ansible has ended."""


class Attended(ActionBase):
    """The common base of the action plugins of modules that wait."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        # Before ansible-core 2.19, SIGKILL to the process group of Ansible, by which AWX cancels a job, would also end
        # this process, and prevent the logout.
        with contextlib.suppress(PermissionError):
            os.setpgid(0, 0)
        try:
            # In a loop, this process continues with the next item, even after the end of Ansible.
            self._check_wanted()
            result = super().run(tmp, task_vars)
            result.update(self._outcome(task_vars or {}))
        except _Unattended:
            # Nothing reads the result. The pipe for it can be full, and would then keep this process forever.
            # mypy does not know that a call through self is one of Ansible's untyped methods.
            ActionBase.cleanup(self)
            os._exit(1)
        if "msg" in result:
            result["msg"] = clean(result["msg"])
        return result

    @abc.abstractmethod
    def _outcome(self, task_vars: dict[str, t.Any]) -> Result:
        """The result of the task."""

    def _show(self, line: str) -> None:
        """Display a line, which can contain text from the server."""
        # The line goes through a queue. A process that dies with the lock of the queue keeps Ansible waiting forever.
        with _signals_later():
            self._display.display(clean(line))

    @staticmethod
    def _host(task_vars: dict[str, t.Any]) -> str:
        """The host for the lines of a task, or an empty string if it is obvious: the only host of the play."""
        several = len(task_vars.get("ansible_play_hosts_all", ())) > 1
        return str(task_vars["inventory_hostname"]) if several else ""

    def _check_wanted(self) -> None:
        """Raise an error where Ansible was killed."""
        parent = multiprocessing.parent_process()
        if parent and os.getppid() != parent.pid:
            raise _Unattended("Ansible has ended, so the module stops waiting")

    @property
    def _is_near(self) -> bool:
        """Whether the module sees the files of this process; another user could not."""
        return bool(self._connection.transport == "local" and not self._connection.become)

    def _asks_for(self, option: str, default: bool) -> bool:
        """Whether an option is true. The module rejects values that are not boolean."""
        value = self._task.args.get(option, default)
        return isinstance(value, (bool, int, str)) and bool(boolean(value, strict=False))

    def _execute(self, module: str, arguments: Result, task_vars: dict[str, t.Any]) -> Result:
        outcome = self._execute_module(
            module_name=module,
            # The function changes its argument.
            module_args=dict(arguments),
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val),
        )
        return t.cast("Result", outcome)

    def _attend(
        self,
        module: str,
        arguments: Result,
        task_vars: dict[str, t.Any],
        show: Callable[[Iterable[Result]], object] = list,
    ) -> Result:
        """Run a module so that it ends together with this process. If possible, pass its reports to ``show``.

        The module runs in a thread, because it is silent while it waits. A local module appends changes to a file,
        which is removed at the end. On another host, a module continues until its time limit, or until the connection
        breaks. An asynchronous module runs without the plugin.
        """
        if self._task.async_val:
            return self._execute(module, arguments, task_vars)
        with self._reports() if self._is_near else contextlib.nullcontext() as reports:
            told = {"progress_file": str(reports.name)} if reports else {}
            running = self._in_thread(lambda: self._execute(module, {**arguments, **told}, task_vars))
            runs = True
            while runs:
                runs = bool(concurrent.futures.wait([running], timeout=_LOOK_EVERY).not_done)
                if reports:
                    show(_appended(reports))
                self._check_wanted()
        return running.result()

    @staticmethod
    def _in_thread(call: Callable[[], Result]) -> concurrent.futures.Future[Result]:
        """The future result of the call, which no exception interrupts, such as that of the time limit of a task."""
        future: concurrent.futures.Future[Result] = concurrent.futures.Future()

        def run() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 (raised again together with the result)
                future.set_exception(error)

        # A thread starts with an empty context, and templating needs the task's. It is a daemon, because nothing must
        # wait for a module at the end of this process.
        threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
        return future

    @contextlib.contextmanager
    def _reports(self) -> Iterator[t.TextIO]:
        """The file of the reports. Its removal tells the module that nothing follows it anymore."""
        # An earlier run in this task has left its own.
        if not self._connection._shell.tmpdir:
            self._make_tmp_path()
        # A separate folder prevents a late module from creating the file again.
        folder = pathlib.Path(self._connection._shell.join_path(self._connection._shell.tmpdir, "progress"))
        folder.mkdir()
        reports = folder / "reports"
        reports.touch()
        try:
            with reports.open(encoding="utf-8") as lines:
                yield lines
        finally:
            # This process can continue with other tasks.
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """Handle the signals that end this process only after the block."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for each in came:
            signal.raise_signal(each)


def of_connection(arguments: Result) -> Result:
    """The arguments for the connection."""
    names = {each for name, spec in CONNECTION_SPEC.items() for each in (name, *spec.get("aliases", ()))}
    return {name: value for name, value in arguments.items() if name in names}


def _appended(lines: t.TextIO) -> Iterator[Result]:
    """The reports that have been appended since the last call; half a line is left for the next."""
    while True:
        place = lines.tell()
        line = lines.readline()
        if not line.endswith("\n"):
            lines.seek(place)
            return
        yield json.loads(line)
