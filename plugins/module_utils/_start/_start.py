# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting an operation that runs as a task.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _empty, _errors, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _entity, _objects
from ansible_collections.vsphere.tasks.plugins.module_utils._start import _unless
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _builder, _registry
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _wait, _wait_options

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _connection

    Result = dict[str, t.Any]


class Start:
    """What is to be started, checked as far as that goes without a server; all that is wrong is said at once.

    Everything in ``params`` is one of the ``secrets`` until the registry has said what is none.
    """

    def __init__(self, options: dict[str, t.Any], secrets: set[str]) -> None:
        given = options["params"] or {}
        masked = set(_builder.texts(given))
        secrets |= masked
        _registry.require_registry("to know what operations and types there are, whichever the protocol")
        self._builder = _builder.Builder(by_name=True)
        problems = self._builder.problems
        # To leave one out may mean to let the server choose.
        problems += _empty.nulls("params", given)
        self.wait: _wait_options.WaitOptions | None = None
        with _errors.gathering(problems):
            self.wait = _wait_options.WaitOptions.from_params(options) if options["wait"] else None
        target: _objects.Target | None = None
        with _errors.gathering(problems):
            target = _objects.Target.from_params("object", options["object"])
        method: _registry.Method | None = None
        with _errors.gathering(problems):
            method = _find_method(options["method"], target.type if target else None)
        if method:
            self.params = self._builder.build_members("params", method.name, method.params, given)
        else:
            self._builder.hide(given)
        secrets -= masked - self._builder.secrets - {options["password"], options["session_id"]}
        self.unless: _unless.PropertyEquals | _unless.Exists | None = None
        with _errors.gathering(problems):
            self.unless = _condition(options["unless"], target, secrets)
        self._builder.check()
        # Both are there, else there was a problem.
        self.target, self.method = target, method

    def look_up(self, connection: _connection.Connection) -> _values.Ref:
        """The object to act on, which has the method; those among the parameters are filled in."""
        ref = _objects.find_object(connection, self.target)
        type_ = _registry.find_type(ref["type"])
        if type_ is not None and not _registry.extends(type_, self.method.owner):
            raise _not_of(self.method, type_)
        self._builder.look_up(connection)
        return ref


def start_task(connection: _connection.Connection, start: Start, check_mode: bool) -> Result:
    """Start it, unless there is no need to, and wait where that is wanted."""
    reason = start.unless.reason(connection) if start.unless else None
    if reason:
        return {"changed": False, "task": None, "call": None, "reason": reason, "diff": {"before": {}, "after": {}}}
    ref = start.look_up(connection)
    call = {"object": _values.plain(ref), "method": start.method.name, "params": start.params}
    result = {"changed": True, "task": None, "call": call, "reason": None, "diff": {"before": {}, "after": call}}
    if check_mode:
        return result
    with _errors.noting(call=call):
        task_id = _invoke(connection, ref, start)
        with _errors.noting(changed=True, task={"id": task_id}):
            if start.wait:
                return {**result, "task": {"id": task_id}, **_follow(connection, task_id, start.wait)}
            task = _reader.read_known_task(connection, task_id)
    return {**result, "task": task}


def _invoke(connection: _connection.Connection, ref: _values.Ref, start: Start) -> str:
    """Call the method, once; the id of its task."""
    method = start.method.name
    # Where no request came before this one, the clock here has to do.
    now = connection.server_time or datetime.datetime.now(datetime.timezone.utc)
    try:
        return str(connection.invoke(ref, method, start.params, _reader.id_of))
    except _errors.Fault as fault:
        if fault.type != "ManagedObjectNotFound":
            raise
        raise _objects.unknown_object(connection, fault.missing or ref, fault) from fault
    except _errors.OutcomeUnknown as error:
        since = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        # Only objects of the inventory have tasks of their own.
        entity = (
            f"entity {{type: {ref['type']}, moid: {ref['value']}}} and "
            if _entity.is_a(ref["type"], "ManagedEntity")
            else ""
        )
        error.message += (
            f". It is not repeated: vsphere_task_info with {entity}begin_time {since} shows whether there is a task "
            f"{method}"
        )
        error.result["sent_at"] = since
        raise


def _follow(connection: _connection.Connection, task_id: str, options: _wait_options.WaitOptions) -> Result:
    """What the wait for a single task brings, also where it is a failure."""
    try:
        outcome = _wait.wait_for_tasks(connection, [task_id], options, check_mode=False, report=lambda task: None)
    except _errors.VsphereError as error:
        error.result = _of_one(error.result)
        raise
    return _of_one(outcome)


def _of_one(outcome: Result) -> Result:
    tasks = outcome.pop("tasks", None)
    for name in [name for name in outcome if name.endswith(("_task_ids", "_tasks"))]:
        del outcome[name]
    return {**outcome, "changed": True, **({"task": tasks[0]} if tasks else {})}


def _find_method(name: str, type_: _registry.ViType | None) -> _registry.Method:
    """The method that is to be called on an object of that type, as far as it is known, or of one that extends it."""
    if not name.strip():
        raise _errors.VsphereError("method is empty: name an operation that returns a task, such as PowerOnVM_Task")
    method = _registry.find_method(name)
    if method is None:
        hint = _errors.nearest(name, _registry.task_methods(type_)) or _errors.nearest(
            name, _registry.task_methods(None)
        )
        raise _errors.VsphereError(f"method: {_registry.registry_name()} knows no method {name}" + hint)
    if not method.returns_task:
        raise _errors.VsphereError(
            f"method: {name} of {_registry.name_of(method.owner)} returns no task, so it is none to be started here"
            + _errors.nearest(name, _registry.task_methods(method.owner))
        )
    if type_ and not (_registry.extends(type_, method.owner) or _registry.extends(method.owner, type_)):
        raise _not_of(method, type_)
    return method


def _not_of(method: _registry.Method, type_: _registry.ViType) -> _errors.VsphereError:
    name = _registry.name_of(type_)
    return _errors.VsphereError(
        f"method: {method.name} is a method of {_registry.name_of(method.owner)}, and the object is a {name}"
        + _errors.nearest(method.name, _registry.task_methods(type_))
    )


def _condition(
    given: dict[str, t.Any] | None, target: _objects.Target | None, secrets: set[str]
) -> _unless.PropertyEquals | _unless.Exists | None:
    if not given:
        return None
    return (
        _unless.Exists.from_params(given["exists"])
        if given["exists"]
        else _unless.PropertyEquals.from_params(given, target, secrets)
    )
