# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outcome of a change is always told truly, no matter how its request fails."""

from __future__ import annotations

import collections
import contextlib
import typing as t
import uuid

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory import _find
from ansible_collections.vsphere.tasks.plugins.module_utils._types import _registry
from vcenters import ROOT

from .outcome_cases import METHODS, Case, cases, changing

TYPE = "com.vmware.govmomi.simulator.test"
PATIENCE = 0.3
"""Seconds for an answer to a change, instead of the least that users can set."""

Run = tuple[str, dict[str, t.Any], str]
"""A module, its options, and a part of the message that identifies the object of an unknown outcome."""


class Changes:
    """A way to make each change, by its method."""

    def __init__(self, vcenter: t.Any, connection: t.Any, field: str) -> None:
        self.vcenter, self.connection = vcenter, connection
        self.by_method: dict[str, t.Callable[[], Run]] = {
            "CancelTask": self._cancel,
            "SetTaskState": lambda: self._state(state="success"),
            "SetTaskDescription": lambda: self._state(description="copying"),
            "UpdateProgress": lambda: self._state(progress=10),
            "setCustomValue": lambda: self._state(custom_values={field: "me"}),
            "CreateTask": self._create,
            "RegisterExtension": lambda: self._types(registered=False),
            "UpdateExtension": lambda: self._types(version="2.0.0"),
            "UnregisterExtension": lambda: self._types(state="absent"),
            "Destroy_Task": lambda: self._start("Destroy_Task"),
            "Rename_Task": lambda: self._start("Rename_Task", newName=uuid.uuid4().hex),
            "MoveIntoFolder_Task": lambda: self._start("MoveIntoFolder_Task", list=[self._folder()]),
        }
        self._root = _find.root_folder(connection)
        self._folders: list[t.Any] = []

    def _cancel(self) -> Run:
        task_id = self.vcenter.create(cancelable=True, cancel_delay=0.001)
        return "cancel", {"task_ids": [task_id], "timeout": 5}, task_id

    def _state(self, **options: t.Any) -> Run:
        task_id = self.vcenter.create()
        return "state", {"task_id": task_id, **options}, task_id

    def _create(self) -> Run:
        return "create", {"task_type": TYPE, "entity": self._folder()}, "vsphere_task_info"

    def _start(self, method: str, **params: t.Any) -> Run:
        return "start", {"object": self._folder(), "method": method, "params": params}, "vsphere_task_info"

    def _folder(self) -> dict[str, str]:
        """A new object, which has no tasks."""
        folder = self.connection.invoke(self._root, "CreateFolder", {"name": uuid.uuid4().hex})
        self._folders.append(folder)
        return {"type": "Folder", "moid": folder["value"]}

    def _types(self, registered: bool = True, **options: t.Any) -> Run:
        key = f"com.example.x{uuid.uuid4().hex}"
        if registered:
            extension = {
                "_typeName": "Extension",
                "key": key,
                "description": {"_typeName": "Description", "label": key, "summary": ""},
                "company": "vsphere.tasks",
                "version": "1.0.0",
                "lastHeartbeatTime": "2026-01-02T03:04:05Z",
                "taskList": [{"_typeName": "ExtensionTaskTypeInfo", "taskID": f"{key}.copy"}],
            }
            manager = self.connection.manager("extensionManager")
            self.connection.invoke(manager, "RegisterExtension", {"extension": extension})
        return "type", {"extension": key, "task_types": [{"id": f"{key}.copy"}], **options}, key

    def clean_up(self) -> None:
        for folder in self._folders:
            with contextlib.suppress(VsphereError):
                self.connection.invoke(folder, "Destroy_Task")
        for task in self.vcenter.run("info", states=["queued", "running"])["tasks"]:
            self.vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")


@pytest.fixture
def changes(vcenter: t.Any, owner_field: str) -> t.Iterator[Changes]:
    with vcenter.connection() as connection:
        # One session for all runs saves their logins.
        vcenter.options["session_id"] = connection.keep_session()
        made = Changes(vcenter, connection, owner_field)
        yield made
        made.clean_up()
        connection.log_out()


@contextlib.contextmanager
def impatient(method: str) -> t.Iterator[None]:
    """Wait only shortly for the answer to a change."""
    send = _http.Http.request

    def request(http: t.Any, *how: t.Any) -> t.Any:
        before = http._timeout
        if method in f"{how[1]}{how[2]}":
            http._timeout = PATIENCE
        try:
            return send(http, *how)
        finally:
            http._timeout = before

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_http.Http, "request", request)
        yield


def wrongs(case: Case, run: Run, vcenter: t.Any) -> t.Iterator[str]:
    """Runs the module while its change fails. Returns the wrong parts of its result."""
    module, options, identifying = run
    with impatient(case.method) if case.rule["kind"] in ("delay", "late") else contextlib.nullcontext():
        result = vcenter.run(module, **options)
    calls = [entry for entry in vcenter.log() if entry["call"].endswith(f".{case.method}")]
    executed = sum(entry["executed"] for entry in calls)
    failed, changed, message = result["failed"], result.get("changed", False), result.get("msg", "")
    unknown = "is unknown" in message
    if executed > 1 or len(calls) > 1 + case.is_refused:
        yield f"sent {len(calls)} times, executed {executed} times"
    if not failed and not (changed and executed):
        yield f"success, changed {changed}, executed {executed} times"
    if failed and changed and not executed:
        yield "changed, but not executed"
    if failed and executed and not changed and not unknown:
        yield "executed, but not told"
    if failed and case.is_refused:
        yield "failed, although the server said truly that it did nothing"
    if unknown and identifying not in message:
        yield "does not say what to look at"
    # The task shows the outcome of a cancellation.
    if unknown == (case.method == "CancelTask") and failed:
        yield "did not look at the task" if unknown else "not told as unknown"
    if module == "start" and failed and not (result["call"] and result["sent_at"]):
        yield "does not keep what is known"
    if "exception" in result:
        yield "traceback"


def test_the_list_of_changes_is_complete() -> None:
    # ansible-test runs a copy of the target without the code.
    code = ROOT / "plugins" / "module_utils"
    assert changing(code, lambda name: bool(_registry.find_method(name))) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_the_outcome_of_each_change_is_told_truly(vcenter: t.Any, changes: Changes, method: str) -> None:
    wrong: dict[str, list[str]] = collections.defaultdict(list)
    for case in cases(method, vcenter.transport):
        run = changes.by_method[case.method]()
        vcenter.control("DELETE", "/log")
        vcenter.fault(match=rf"\.{case.method}$", **case.rule)
        for each in wrongs(case, run, vcenter):
            wrong[each].append(case.name)
        vcenter.control("DELETE", "/faults")
    assert not wrong, "; ".join(f"{each}: {len(names)} cases, such as {names[:3]}" for each, names in wrong.items())


@pytest.mark.parametrize(
    ("options", "call"), [({"state": "success"}, "SetTaskState"), ({"progress": 5}, "UpdateProgress")]
)
def test_a_task_that_another_client_ends_first_is_told_as_one(
    vcenter: t.Any, options: dict[str, t.Any], call: str
) -> None:
    task_id = vcenter.create()
    vcenter.fault("delay", rf"\.{call}$", seconds=2)
    vcenter.during(f"Task.{call}", lambda: vcenter.control("PATCH", f"/tasks/{task_id}", state="error"), times=1)
    result = vcenter.run("state", task_id=task_id, **options)
    assert (result["failed"], result.get("changed", False)) == (True, False)
    assert f"{task_id} (" in result["msg"]
    assert "ended with state error before the request of the module, because of another client" in result["msg"]
    assert result["fault"]["type"] == "InvalidState"


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_cancellation_without_an_answer_in_time_is_found_in_the_task(vcenter: t.Any, carried_out: bool) -> None:
    task_id = vcenter.create(cancelable=True, cancel_delay=0.001)
    vcenter.fault("late" if carried_out else "delay", "CancelTask$", seconds=60)
    with impatient("CancelTask"):
        result = vcenter.run("cancel", task_ids=[task_id])
    assert (result["failed"], result["changed"]) == (not carried_out, carried_out)
    if not carried_out:
        assert f"after the module sent CancelTask, {task_id} (" in result["msg"]
        assert "was running, without a request to cancel it" in result["msg"]
