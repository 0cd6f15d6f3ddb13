# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a module's options to its result: the only place that knows AnsibleModule."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gc
import pathlib
import select
import signal
import typing as t

from ansible.module_utils.basic import AnsibleModule, _load_params, missing_required_lib

from . import _context, _empty, _errors
from ._connection import _connection, _options

if t.TYPE_CHECKING:
    from collections.abc import Callable

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK_EVERY = 1  # second


class Given(t.NamedTuple):
    """What a module is given: its options, and the texts that no output can show, to which it adds what it finds."""

    params: _context.Params
    secrets: set[str]


@dataclasses.dataclass(frozen=True)
class Work:
    """What a module does.

    ``do`` gets an open connection and the run, and returns the module's result.
    ``patience`` is for how many seconds a vCenter that is starting its services is waited for.
    ``lasts`` says that the module waits, so that it ends when nobody hears of it anymore: if standard output has no
    reader, or ``progress_file`` is removed.
    ``handed_out`` names the value of the result that is returned although it is a secret.
    """

    do: Callable[[_connection.Connection, _context.Context], _context.Result]
    patience: float = 0
    lasts: bool = False
    progress_file: str | None = None
    handed_out: str = ""


def run(argument_spec: dict[str, t.Any], prepare: Callable[[Given], Work]) -> None:
    """Run a module and exit.

    ``prepare`` checks the module's own options before anything is connected to. What it raises, and what the work
    raises, becomes the module's failure.
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
            work = prepare(Given(module.params, module.no_log_values))
            options = _options.ConnectionOptions.from_params(module.params)
            connection = _connection.Connection(options, module.no_log_values.add)
        look = functools.partial(_look, work.progress_file)
        with _looking(look) if work.lasts else contextlib.nullcontext():
            context = _context.Context(module.check_mode, module.warn, look)
            result = _do(connection, work, context)
    except _errors.MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library, reason=error.message), exception=error.traceback)
    except _errors.VsphereError as error:
        module.fail_json(msg=error.message, **error.result)
    module.no_log_values.discard(result.get(work.handed_out))
    module.exit_json(**result)


def _do(connection: _connection.Connection, work: Work, context: _context.Context) -> _context.Result:
    """The result of the work; an error says what was done before as well."""
    with _kept():
        connection.open(work.patience)
    with connection:
        try:
            with connection.readable():
                result = work.do(connection, context)
        except _errors.VsphereError as error:
            connection.hurry()
            done = f"; before that, {', '.join(context.done)} had been carried out" if context.done else ""
            known = {"api": connection.describe(), **context.known, **error.result}
            raise _errors.VsphereError(error.message + done, **known) from error
        return {"api": connection.describe(), **context.known, **result}


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


def _look(progress_file: str | None) -> None:
    """End the module, clean, if nobody hears of it anymore.

    Ansible's own time limit for a task, and a connection that breaks, never reach a module by signal.
    """
    poll = select.poll()
    poll.register(1, 0)
    if poll.poll(0) or (progress_file and not pathlib.Path(progress_file).exists()):
        _exit_by_signal(signal.SIGALRM, None)


@contextlib.contextmanager
def _looking(look: Callable[[], object]) -> t.Iterator[None]:
    """Look every second, by an alarm, because nothing else is heard while a request waits for its answer."""
    look()
    signal.signal(signal.SIGALRM, lambda number, frame: look())
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
