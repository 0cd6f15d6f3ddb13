# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a module's options to its result: the only place that knows AnsibleModule.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import pathlib
import select
import signal
import typing as t

from ansible.module_utils.basic import AnsibleModule, _load_params, missing_required_lib
from ansible_collections.vsphere.tasks.plugins.module_utils import _empty, _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection, _options

if t.TYPE_CHECKING:
    from collections.abc import Callable

    Params = dict[str, t.Any]
    Work = Callable[[_connection.Connection, bool], dict[str, t.Any]]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK_EVERY = 1  # second


def run(
    argument_spec: dict[str, t.Any],
    prepare: Callable[[Params, set[str]], Work],
    handed_out: str = "",
    patience: str = "",
) -> None:
    """Run a module and exit.

    ``prepare`` checks the module's own options before anything is connected to, and gives the work to be done with a
    connection and the check mode flag. What it raises and what the work raises becomes the module's failure. Its second
    argument are the texts that no output may show, to which it adds what it finds.
    ``handed_out`` names the value of the result that is returned although it is a secret, ``patience`` the option that
    says for how many seconds a vCenter that is starting its services is waited for.
    """
    # There are none where only the specification is asked for.
    wrong = _empty.empty_parts(argument_spec, _load_params() or {})
    if wrong:
        # At a list with null in it, AnsibleModule would stumble before it knows what to mask.
        argument_spec = {name: {"type": "raw", "no_log": spec.get("no_log")} for name, spec in argument_spec.items()}
    module = AnsibleModule(argument_spec={**_options.CONNECTION_SPEC, **argument_spec}, supports_check_mode=True)
    if wrong:
        module.fail_json(msg="; ".join(wrong))
    # Interrupted, the session that was opened is still closed on the way out; a shell starts what is in its background
    # with SIGINT ignored.
    for number in _SIGNALS:
        signal.signal(number, _exit_by_signal)
    try:
        with _kept():
            work = prepare(module.params, module.no_log_values)
            options = _options.ConnectionOptions.from_params(module.params)
            followed = functools.partial(_while_followed, module.params.get("progress_file"))
            connection = _connection.Connection(
                options, module.no_log_values.add, followed, module.params.get(patience, 0)
            )
        with connection:
            try:
                with connection.readable():
                    result = work(connection, module.check_mode)
            except _errors.VsphereError as error:
                connection.hurry()
                error.result = {**_about(connection), **error.result}
                raise
            finally:
                for sentence in _left_out(connection):
                    module.warn(sentence)
            result = {**_about(connection), **result}
    except _errors.MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library, reason=error.message), exception=error.traceback)
    except _errors.VsphereError as error:
        module.fail_json(msg=error.message, **error.result)
    module.no_log_values.discard(result.get(handed_out))
    module.exit_json(**result)


def _about(connection: _connection.Connection) -> dict[str, t.Any]:
    """What every module returns of the server, and of tasks there that the user may not see."""
    hidden = {"forbidden_task_ids": list(connection.forbidden)} if connection.forbidden else {}
    return {"api": connection.describe(), **hidden}


def _left_out(connection: _connection.Connection) -> t.Iterator[str]:
    """The warnings about what could not be read."""
    if connection.unreadable:
        # Every run would pay for the import.
        from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _taskinfo

        yield _taskinfo.unreadable_warning(connection.host, connection.unreadable)
    if connection.forbidden:
        yield (
            f"{connection.host} does not show {', '.join(connection.forbidden)} to {connection.user}, who lacks a "
            "privilege there, such as System.View: left out"
        )


@contextlib.contextmanager
def _kept() -> t.Iterator[None]:
    """Have Python's collector leave alone what is loaded within, or was before: it stays to the end.

    Otherwise all of it is gone through while it is loaded and, above all, when the process ends: 20 ms of each run, 30
    with pyVmomi.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _while_followed(progress_file: str | None) -> t.Iterator[None]:
    """End what is done within, clean, once standard output has nobody at its other end, or that file is removed.

    Ansible's own time limit for a task, and a connection that breaks, never reach a module by signal. An alarm looks
    for them, because nothing else is heard while a request waits for its answer.
    """
    poll = select.poll()
    poll.register(1, 0)

    def look(number: int, frame: object) -> None:
        if poll.poll(0) or (progress_file and not pathlib.Path(progress_file).exists()):
            _exit_by_signal(number, frame)

    # Now as well: whoever is about to cancel something has to be wanted.
    look(signal.SIGALRM, None)
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY, _LOOK_EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _exit_by_signal(number: int, frame: object) -> t.NoReturn:
    # Once is enough: the clean-up is on its way.
    for each in (*_SIGNALS, signal.SIGALRM):
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)
