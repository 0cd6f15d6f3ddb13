# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting an operation that runs as a task."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _context, _empty, _errors, _values
from .._inventory import _entity, _objects
from .._tasks import _reader
from .._types import _builder, _encoder, _given, _registry
from .._wait import _outcome, _targets, _wait, _wait_options
from . import _unless

if t.TYPE_CHECKING:
    from .._connection import _connection


@dataclasses.dataclass(frozen=True)
class StartOptions:
    """The operation to start. ``params`` are in VI/JSON form, and still contain objects by name."""

    target: _objects.Target
    method: _registry.Method
    params: _values.Data
    unless: _unless.Condition | None = None
    wait: _wait_options.WaitOptions | None = None

    @classmethod
    def from_params(cls, params: _context.Params, secrets: set[str]) -> StartOptions:
        """Validate the options without a server, and report all problems together.

        Everything in params and in unless.equals is one of the ``secrets`` until the registry knows the values that are
        not.
        """
        given = params["params"] or {}
        builder = _builder.Builder(_objects.Named.from_parts)
        problems = builder.problems
        # Omitting one can mean to let the server choose.
        problems += _empty.nulls("params", given)
        wait: _wait_options.WaitOptions | None = None
        with _errors.gathering(problems):
            wait = _wait_options.WaitOptions.from_params(params) if params["wait"] else None
        target: _objects.Target | None = None
        method: _registry.Method | None = None
        data: _values.Data = {}
        condition, unless = params["unless"], None
        with _given.hidden([given, condition and condition["equals"]], secrets, params) as found:
            _registry.require_registry("to know operations and types, with every protocol")
            with _errors.gathering(problems):
                target = _objects.Target.from_params("object", params["object"])
            with _errors.gathering(problems):
                method = _find_method(params["method"], target.type if target else None)
            if method:
                data = builder.build_members("params", method.name, method.params, given)
            else:
                builder.hide(given)
            found.update(builder.secrets)
            with _errors.gathering(problems):
                unless = condition and _unless.from_params(condition, target, found)
        builder.check()
        # Both are there, else there was a problem.
        return cls(target, method, data, unless, wait)


def start_task(reader: _reader.TaskReader, options: StartOptions) -> _context.Result:
    """Start the operation, unless it is not necessary, and wait if requested."""
    context = reader.context
    finder = _objects.Finder(reader.connection)
    reason = options.unless.reason(finder) if options.unless else None
    if reason:
        return {"changed": False, "task": None, "call": None, "reason": reason, "diff": {"before": {}, "after": {}}}
    ref = finder.find(options.target)
    type_ = _registry.find_type(ref["type"])
    if type_ is not None and not _registry.extends(type_, options.method.owner):
        raise _not_of(options.method, type_)
    params = _objects.resolved(reader.connection, options.params)
    _check_release(reader.connection, ref, options.method, params)
    call = {"object": _values.plain(ref), "method": options.method.name, "params": params}
    result: _context.Result = {
        "changed": True,
        "task": None,
        "call": call,
        "reason": None,
        "diff": {"before": {}, "after": call},
    }
    if context.check_mode:
        return result
    context.known["call"] = call
    # A method without parameters has no body in VI/JSON.
    task_id = _invoke(reader, ref, options.method.name, params if options.method.params else None)
    context.known.update(changed=True, task={"id": task_id})
    if not options.wait:
        return {**result, "task": reader.known(task_id)}
    outcome = _wait.wait_for_tasks(reader, _targets.Targets([task_id], []), options.wait, to_known=_of_one)
    result.update(_of_one(outcome))
    result["task"] = outcome.tasks.get(task_id) or {"id": task_id}
    outcome.check(options.wait, context.check_mode, result)
    return result


def _of_one(outcome: _outcome.Outcome) -> _context.Result:
    """The result of a wait for a single task."""
    return {"timed_out": outcome.timed_out, "elapsed": outcome.elapsed}


def _check_release(
    connection: _connection.Connection, ref: _values.Ref, method: _registry.Method, params: _values.Data
) -> None:
    """Raise an error if the server could ignore a parameter, and do something else without it."""
    try:
        _encoder.check_release(connection.release, ref, method.name, params)
    except _encoder.TooNew as new:
        raise _errors.VsphereError(
            f"params.{new}, and the connection to {connection.host} uses {connection.release}: omit it only if "
            f"{method.name} does what you want without it"
        ) from new


def _invoke(reader: _reader.TaskReader, ref: _values.Ref, method: str, params: _values.Data | None) -> str:
    """Call the method, only once. Return the ID of its task."""
    connection = reader.connection
    now = reader.now()
    since = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    # Only inventory objects have their own tasks.
    is_entity = _entity.is_a(ref["type"], "ManagedEntity")
    entity = f"entity {{type: {ref['type']}, moid: {ref['value']}}} and " if is_entity else ""
    advice = _errors.Advice(
        f". The module does not repeat it: use vsphere_task_info with {entity}begin_time {since} to find out whether "
        f"{method} created a task",
        {"sent_at": since},
    )

    def undone() -> bool:
        return not reader.has_new(now, ref if is_entity else None)

    try:
        return str(connection.invoke(ref, method, params, _reader.id_of, undone=undone, advice=advice))
    except _errors.Fault as fault:
        if fault.type != "ManagedObjectNotFound":
            raise
        raise _objects.unknown_object(connection, fault.missing or ref, fault) from fault


def _find_method(name: str, type_: _registry.ViType | None) -> _registry.Method:
    """The method that is to be called on an object of that type, as far as it is known, or of one that extends it."""
    if not name.strip():
        raise _errors.VsphereError(
            "method is empty: set it to an operation that returns a task, such as PowerOnVM_Task"
        )
    method = _registry.find_method(name)
    if method is None:
        hint = _errors.nearest(name, _registry.task_methods(type_)) or _errors.nearest(
            name, _registry.task_methods(None)
        )
        raise _errors.VsphereError(f"method: {_registry.registry_name()} does not know the method {name}" + hint)
    if not method.returns_task:
        raise _errors.VsphereError(
            f"method {name} of {_registry.name_of(method.owner)} does not return a task, so this module cannot start it"
            + _errors.nearest(name, _registry.task_methods(method.owner))
        )
    if type_ and not (_registry.extends(type_, method.owner) or _registry.extends(method.owner, type_)):
        raise _not_of(method, type_)
    return method


def _not_of(method: _registry.Method, type_: _registry.ViType) -> _errors.VsphereError:
    owner, name = _registry.name_of(method.owner), _registry.name_of(type_)
    other = f", or method to one of {name}" if _registry.task_methods(type_) else ""
    return _errors.VsphereError(
        f"method: {method.name} is a method of {owner}, but object is a {name}: set object to a {owner}{other}"
    )
