# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs at the same time: each has the right outcome, and nothing of them is left."""

from __future__ import annotations

import concurrent.futures
import threading
import typing as t
import uuid

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.vsphere.tasks.plugins.module_utils import _context
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import (
    CONNECTION_SPEC,
    ConnectionOptions,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._own import _create, _task_type
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from ansible_collections.vsphere.tasks.plugins.module_utils._wait import _cancel, _targets

TYPE = "com.vmware.govmomi.simulator.test"
RUNS = 8
Work = t.Callable[[Connection, int], t.Any]


def at_once(vcenter: t.Any, work: Work, runs: int = RUNS) -> list[t.Any]:
    """The results of the work in as many threads, each with a connection. All of them start it together."""
    params = ArgumentSpecValidator(CONNECTION_SPEC).validate(vcenter.options).validated_parameters
    options = ConnectionOptions.from_params(params)
    together = threading.Barrier(runs)

    def run(number: int) -> t.Any:
        with Connection(options, lambda secret: None).open() as connection:
            together.wait(60)
            return work(connection, number)

    with concurrent.futures.ThreadPoolExecutor(runs) as pool:
        return list(pool.map(run, range(runs)))


@pytest.mark.parametrize("repetition", range(3))
def test_runs_with_the_same_activation_id_leave_one_task(vcenter: t.Any, repetition: int) -> None:
    activation_id = f"{uuid.uuid4()} {repetition}"
    options = _create.CreateOptions(TYPE, activation_id=activation_id)
    results = at_once(vcenter, lambda connection, number: _create.ensure_task(_reader.TaskReader(connection), options))
    unfinished = vcenter.run("info", states=["queued", "running"], activation_ids=[activation_id])["tasks"]
    assert len(unfinished) == 1
    assert {result["task"]["id"] for result in results} == {unfinished[0]["id"]}
    assert sum(result["changed"] for result in results) == 1
    ended = vcenter.run("info", states=["error", "success"], activation_ids=[activation_id])["tasks"]
    assert {task["error"]["fault_type_id"] for task in ended} <= {_create.GAVE_UP}
    assert len(ended) == vcenter.requests().count("TaskManager.CreateTask") - 1
    vcenter.control("PATCH", f"/tasks/{unfinished[0]['id']}", state="success")


def test_runs_that_give_up_too_early_still_leave_one_task(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_create, "PAUSES", (0,))
    activation_id = str(uuid.uuid4())
    options = _create.CreateOptions(TYPE, activation_id=activation_id)
    results = at_once(vcenter, lambda connection, number: _create.ensure_task(_reader.TaskReader(connection), options))
    [task] = vcenter.run("info", states=["queued", "running"], activation_ids=[activation_id])["tasks"]
    assert [result["task"]["id"] for result in results if result["changed"]] == [task["id"]]
    vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")


@pytest.mark.parametrize("registered", [False, True])
def test_runs_that_add_types_to_an_extension_keep_all_types(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, registered: bool
) -> None:
    key = f"com.example.x{uuid.uuid4().hex}"
    monkeypatch.setattr(_task_type, "PAUSES", (0.5,) * 10)
    if registered:
        vcenter.run("type", extension=key, task_types=[{"id": f"{key}.first"}])

    def add(connection: Connection, number: int) -> t.Any:
        options = _task_type.TaskTypeOptions(key, {f"{key}.t{number}": {"en": f"Type {number}"}})
        return _task_type.set_task_types(connection, options, _context.Context())

    results = at_once(vcenter, add)
    wanted = {f"{key}.t{number}" for number in range(RUNS)} | ({f"{key}.first"} if registered else set())
    there = vcenter.run("type", check=True, extension=key, task_types=[{"id": f"{key}.t0"}])["extension"]["task_types"]
    assert {each["id"] for each in there} == wanted
    assert {each["labels"].get("en") for each in there} >= {f"Type {number}" for number in range(RUNS)}
    for number, result in enumerate(results):
        assert result["changed"]
        assert f"{key}.t{number}" in [each["id"] for each in result["extension"]["task_types"]]
    vcenter.run("type", extension=key, task_types=[{"id": each} for each in wanted], state="absent")


def test_two_cancellations_of_a_task_agree(vcenter: t.Any) -> None:
    targets = _targets.Targets([vcenter.create(cancelable=True)], [])
    options = _cancel.CancelOptions()
    results = at_once(
        vcenter, lambda connection, number: _cancel.cancel_tasks(_reader.TaskReader(connection), targets, options), 2
    )
    assert [result["tasks"][0]["error"]["type"] for result in results] == ["RequestCanceled"] * 2


def test_many_modules_share_a_session(vcenter: t.Any) -> None:
    task_ids = vcenter.create_many(60)
    session = vcenter.run("session")["session_id"]
    vcenter.options["session_id"] = session

    def read(connection: Connection, number: int) -> t.Any:
        return _reader.TaskReader(connection).known(task_ids[number])["id"]

    assert at_once(vcenter, read, 60) == task_ids
    assert vcenter.stats["logins"] == 1
    assert vcenter.run("session", state="absent")["changed"]


def test_many_runs_work_at_once(vcenter: t.Any) -> None:
    task_ids = vcenter.create_many(200, cancelable=True, cancel_delay=0.01)
    options = _cancel.CancelOptions(timeout=None)

    def cancel(connection: Connection, number: int) -> t.Any:
        reader, context = _reader.TaskReader(connection), _context.Context()
        reader.context = context
        _cancel.cancel_tasks(reader, _targets.Targets([task_ids[number]], []), options)
        return context.known["cancelled_task_ids"]

    assert at_once(vcenter, cancel, 200) == [[each] for each in task_ids]
    assert vcenter.requests().count("Task.CancelTask") == 200
