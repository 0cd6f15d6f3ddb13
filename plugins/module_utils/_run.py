# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a module's options to its result: the only place that knows AnsibleModule."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gc
import os
import pathlib
import select
import signal
import typing as t

from ansible.module_utils.basic import AnsibleModule, _load_params, missing_required_lib

from . import _context, _empty, _errors, _lists, _values
from ._connection import _connection, _options

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK_EVERY = 1  # second
_GONE = (FileNotFoundError, NotADirectoryError)


class Given(t.NamedTuple):
    """The input of a module: its options, and the texts that must not appear in output, to which it adds more."""

    params: _context.Params
    secrets: set[str]


@dataclasses.dataclass(frozen=True)
class Work:
    """The work of a module.

    ``do`` gets an open connection and the run, and returns the module's result. ``patience`` is the number of seconds
    to wait for a vCenter that is starting its services. ``lasts`` is True if the module waits, so that it ends with its
    reader: if standard output has no reader, or ``progress_file`` disappears. ``handed_out`` is the name of a secret
    value that the result still contains.
    """

    do: t.Callable[[_connection.Connection, _context.Context], _context.Result]
    patience: float = 0
    lasts: bool = False
    progress_file: str | None = None
    handed_out: str = ""


def _params(argument_spec: _context.Spec) -> _context.Params:
    """The input, with a list for each text of an option that is one. A request for the specification has none."""
    return _lists.from_texts(argument_spec, _load_params() or {})


class _Module(AnsibleModule):
    """AnsibleModule with this input."""

    def __init__(self, argument_spec: _context.Spec, given: _context.Params) -> None:
        self._given = given
        # mypy does not know that a call through super() is one of Ansible's untyped methods.
        AnsibleModule.__init__(self, argument_spec=argument_spec, supports_check_mode=True)

    def _load_params(self) -> None:
        self.params = self._given


def run(argument_spec: dict[str, t.Any], prepare: t.Callable[[Given], Work]) -> None:
    """Run a module and exit. ``prepare`` comes before the connection. Its errors and those of the work are failures."""
    spec = {**_options.CONNECTION_SPEC, **argument_spec}
    try:
        given = _params(spec)
        wrong = _empty.drop_unusable(spec, given) + _empty.empty_parts(argument_spec, given)
    except RecursionError:
        given, wrong = {}, [f"an option {_empty.TOO_DEEP}"]
    if wrong:
        # At a list with null in it, AnsibleModule would stumble before it knows what to mask.
        argument_spec = {name: {"type": "raw", "no_log": _has_secrets(spec)} for name, spec in argument_spec.items()}
    module = _Module({**_connection_spec(given), **argument_spec}, given)
    # Blanks are not secret, and are between all words of a message.
    module.no_log_values.difference_update([each for each in module.no_log_values if not each.strip()])
    # Texts can have become nested values.
    wrong += _empty.drop_unusable(spec, module.params)
    if wrong:
        module.fail_json(msg="; ".join(wrong))
    # After an interrupt, the module still closes its session. A shell starts background processes with SIGINT ignored.
    for number in _SIGNALS:
        signal.signal(number, _exit_by_signal)
    # SIGKILL to the processes of Ansible, by which AWX cancels a job, must not prevent the logout. The leader of a
    # session cannot leave its group, and does not need to.
    with contextlib.suppress(PermissionError):
        os.setpgid(0, 0)
    try:
        with _kept():
            work = prepare(Given(module.params, module.no_log_values))
            options = _options.ConnectionOptions.from_params(module.params)
            connection = _connection.Connection(options, module.no_log_values.add)
        problem = _problem_of(work.progress_file)
        if problem and not isinstance(problem, _GONE):
            raise _errors.VsphereError(f"progress_file is not usable ({problem}): omit the option")
        look = functools.partial(_look, work.progress_file)
        with _looking(look) if work.lasts else contextlib.nullcontext():
            context = _context.Context(module.check_mode, lambda sentence: module.warn(_values.clean(sentence)), look)
            result = _do(connection, work, context)
    except _errors.MissingLibrary as error:
        module.fail_json(msg=missing_required_lib(error.library, reason=error.message), exception=error.traceback)
    except _errors.VsphereError as error:
        module.fail_json(msg=error.message, **error.result)
    module.no_log_values.discard(result.get(work.handed_out))
    module.exit_json(**result)


def _has_secrets(spec: dict[str, t.Any]) -> bool | None:
    """Whether an option or a part of it is hidden. None lets AnsibleModule decide by the name of the option."""
    return True if any(map(_has_secrets, spec.get("options", {}).values())) else spec.get("no_log")


def _connection_spec(given: _context.Params) -> _context.Spec:
    """The spec of the connection options. An @ in a host is wrong, and the part before it can be a password."""
    spec = dict(_options.CONNECTION_SPEC)
    for name in ("hostname", "proxy_host"):
        of_environment = os.environ.get(spec[name]["fallback"][1][0])
        if "@" in str(given.get(name) or of_environment):
            spec[name] = {**spec[name], "no_log": True}
    return spec


def _do(connection: _connection.Connection, work: Work, context: _context.Context) -> _context.Result:
    """The result of the work. An error also contains the completed changes."""
    # A signal can come at any time, also just after the login.
    with connection:
        with _kept():
            connection.open(work.patience)
        try:
            with connection.readable():
                result = work.do(connection, context)
        except _errors.VsphereError as error:
            connection.hurry()
            done = f"; before that, the module completed {', '.join(context.done)}" if context.done else ""
            known = {"api": connection.describe(), **context.known, **error.result}
            raise _errors.VsphereError(error.message + done, **known) from error
        return {"api": connection.describe(), **context.known, **result}


@contextlib.contextmanager
def _kept() -> t.Iterator[None]:
    """Exclude all loaded objects, old and new, from Python's garbage collector until the end.

    Otherwise, the collector traverses all of it while it is loaded and, above all, at the end of the process: 20 ms of
    each run, 30 with pyVmomi.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _problem_of(progress_file: str | None) -> Exception | None:
    """The error of looking at the file, if any."""
    try:
        if progress_file:
            pathlib.Path(progress_file).stat()
    except (OSError, ValueError) as error:
        return error
    return None


def _look(progress_file: str | None) -> None:
    """End the module cleanly if Ansible does not wait for it anymore.

    Ansible's own time limit for a task, and a connection that breaks, never reach a module by signal.
    """
    poll = select.poll()
    poll.register(1, 0)
    # Other errors can pass, for example those of a network file system. They say nothing about the reader.
    if poll.poll(0) or isinstance(_problem_of(progress_file), _GONE):
        _exit_by_signal(signal.SIGALRM, None)


@contextlib.contextmanager
def _looking(look: t.Callable[[], object]) -> t.Iterator[None]:
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
