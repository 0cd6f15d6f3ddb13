# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting an operation that runs as a task.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _vitypes
from ansible_collections.vsphere.tasks.plugins.module_utils._entity import is_a
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    OutcomeUnknown,
    VsphereError,
    gathering,
    nearest,
    noting,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._objects import Target, find_object, unknown_object
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import read_known_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._unless import Exists, PropertyEquals
from ansible_collections.vsphere.tasks.plugins.module_utils._values import plain
from ansible_collections.vsphere.tasks.plugins.module_utils._vibuild import Builder, texts
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import wait_for_tasks
from ansible_collections.vsphere.tasks.plugins.module_utils._wait_options import WaitOptions

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import Connection
    from ansible_collections.vsphere.tasks.plugins.module_utils._values import Ref
    from ansible_collections.vsphere.tasks.plugins.module_utils._vitypes import Method, ViType

    Result = dict[str, t.Any]


class Start:
    """What is to be started, checked as far as that goes without a server; all that is wrong is said at once.

    Everything in ``params`` is one of the ``secrets`` until the registry has said what is none.
    """

    def __init__(self, options: dict[str, t.Any], secrets: set[str]) -> None:
        given = options["params"] or {}
        masked = set(texts(given))
        secrets |= masked
        _vitypes.require_registry("to know what operations and types there are, whichever the protocol")
        self._builder = Builder(by_name=True)
        problems = self._builder.problems
        self.wait: WaitOptions | None = None
        with gathering(problems):
            self.wait = WaitOptions.from_params(options) if options["wait"] else None
        target: Target | None = None
        with gathering(problems):
            target = Target.from_params("object", options["object"])
        method: Method | None = None
        with gathering(problems):
            method = _find_method(options["method"], target.type if target else None)
        if method:
            self.params = self._builder.build_members("params", method.name, method.params, given)
        else:
            self._builder.hide(given)
        secrets -= masked - self._builder.secrets - {options["password"], options["session_id"]}
        self.unless: PropertyEquals | Exists | None = None
        with gathering(problems):
            self.unless = _unless(options["unless"], target, secrets)
        self._builder.check()
        # Both are there, else there was a problem.
        self.target, self.method = target, method

    def look_up(self, connection: Connection) -> Ref:
        """The object to act on, which has the method; those among the parameters are filled in."""
        ref = find_object(connection, self.target)
        type_ = _vitypes.find_type(ref["type"])
        if type_ is not None and not _vitypes.extends(type_, self.method.owner):
            raise _not_of(self.method, type_)
        self._builder.look_up(connection)
        return ref


def start_task(connection: Connection, start: Start, check_mode: bool) -> Result:
    """Start it, unless there is no need to, and wait where that is wanted."""
    reason = start.unless.reason(connection) if start.unless else None
    if reason:
        return {"changed": False, "task": None, "call": None, "reason": reason, "diff": {"before": {}, "after": {}}}
    ref = start.look_up(connection)
    call = {"object": plain(ref), "method": start.method.name, "params": start.params}
    result = {"changed": True, "task": None, "call": call, "reason": None, "diff": {"before": {}, "after": call}}
    if check_mode:
        return result
    with noting(call=call):
        task_id = _invoke(connection, ref, start)
        with noting(changed=True, task={"id": task_id}):
            if start.wait:
                return {**result, "task": {"id": task_id}, **_wait(connection, task_id, start.wait)}
            [task] = read_known_tasks(connection, [task_id])
    return {**result, "task": task}


def _invoke(connection: Connection, ref: Ref, start: Start) -> str:
    """Call the method, once; the id of its task."""
    method = start.method.name
    # Where no request came before this one, the clock here has to do.
    now = connection.server_time or datetime.datetime.now(datetime.timezone.utc)
    try:
        return str(connection.invoke(ref, method, start.params)["value"])
    except Fault as fault:
        if fault.type != "ManagedObjectNotFound":
            raise
        raise unknown_object(connection, fault.fields.get("obj") or ref, fault) from fault
    except OutcomeUnknown as error:
        since = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        # Only objects of the inventory have tasks of their own.
        entity = (
            f"entity {{type: {ref['type']}, moid: {ref['value']}}} and " if is_a(ref["type"], "ManagedEntity") else ""
        )
        error.message += (
            f". It is not repeated: vsphere_task_info with {entity}begin_time {since} shows whether there is a task "
            f"{method}"
        )
        error.result["sent_at"] = since
        raise


def _wait(connection: Connection, task_id: str, options: WaitOptions) -> Result:
    """What the wait for a single task brings, also where it is a failure."""
    try:
        outcome = wait_for_tasks(connection, [task_id], options, check_mode=False, report=lambda task: None)
    except VsphereError as error:
        error.result = _of_one(error.result)
        raise
    return _of_one(outcome)


def _of_one(outcome: Result) -> Result:
    tasks = outcome.pop("tasks", None)
    for name in [name for name in outcome if name.endswith(("_task_ids", "_tasks"))]:
        del outcome[name]
    return {**outcome, "changed": True, **({"task": tasks[0]} if tasks else {})}


def _find_method(name: str, type_: ViType | None) -> Method:
    """The method that is to be called on an object of that type, as far as it is known, or of one that extends it."""
    if not name.strip():
        raise VsphereError("method is empty: name an operation that returns a task, such as PowerOnVM_Task")
    method = _vitypes.find_method(name)
    if method is None:
        hint = nearest(name, _vitypes.task_methods(type_)) or nearest(name, _vitypes.task_methods(None))
        raise VsphereError(f"method: {_vitypes.registry_name()} knows no method {name}" + hint)
    if not method.returns_task:
        raise VsphereError(
            f"method: {name} of {_vitypes.name_of(method.owner)} returns no task, so it is none to be started here"
            + nearest(name, _vitypes.task_methods(method.owner))
        )
    if type_ and not (_vitypes.extends(type_, method.owner) or _vitypes.extends(method.owner, type_)):
        raise _not_of(method, type_)
    return method


def _not_of(method: Method, type_: ViType) -> VsphereError:
    name = _vitypes.name_of(type_)
    return VsphereError(
        f"method: {method.name} is a method of {_vitypes.name_of(method.owner)}, and the object is a {name}"
        + nearest(method.name, _vitypes.task_methods(type_))
    )


def _unless(given: dict[str, t.Any] | None, target: Target | None, secrets: set[str]) -> PropertyEquals | Exists | None:
    if not given:
        return None
    return (
        Exists.from_params(given["exists"]) if given["exists"] else PropertyEquals.from_params(given, target, secrets)
    )
