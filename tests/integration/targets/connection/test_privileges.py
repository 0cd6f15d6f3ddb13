# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The privileges in the modules' documentation: each module works with them, and fails without any of them."""

from __future__ import annotations

import importlib
import re
import typing as t
import unittest.mock
import uuid

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._own import _create

ROLE = ("System.Anonymous", "System.View", "System.Read")
"""The privileges of every role."""

TYPE = "com.vmware.govmomi.simulator.test"
RESET = "VirtualMachine.Interact.Reset"


class Person:
    """A user of a test vCenter who has certain privileges on all objects."""

    def __init__(self, vcenter: t.Any) -> None:
        self.vcenter = vcenter
        name = f"u{uuid.uuid4().hex}"
        self._login = f"{name}@vsphere.local"
        self.principal = rf"VSPHERE.LOCAL\{name}"
        self._administrator = vcenter.options["username"]

    def hold(self, *privileges: str) -> None:
        password = self.vcenter.options["password"]
        self.vcenter.control("PUT", "/users", name=self._login, password=password, privileges=privileges)

    def run(self, module: str, **options: t.Any) -> dict[str, t.Any]:
        self.vcenter.options["username"] = self._login
        try:
            return t.cast("dict[str, t.Any]", self.vcenter.run(module, **options))
        finally:
            self.vcenter.options["username"] = self._administrator


@pytest.fixture
def person(vcenter: t.Any) -> Person:
    return Person(vcenter)


Result = dict[str, t.Any]


def open_and_close(person: Person) -> Result:
    opened = person.run("session")
    return person.run("session", state="absent", session_id=opened["session_id"]) if not opened["failed"] else opened


def read(person: Person) -> Result:
    task_id = person.vcenter.create(state="success")
    result = person.run("info", source="history", begin_time="-1h", limit=5000)
    assert result["failed"] or task_id in [task["id"] for task in result["tasks"]]
    return result


def wait(person: Person) -> Result:
    return person.run("wait", task_ids=[person.vcenter.create(duration=0.1)])


def follow(person: Person) -> Result:
    return person.run("follow", duration=1)


def give_up(person: Person) -> Result:
    task_id = person.vcenter.create(cancelable=True)
    return person.run("wait", task_ids=[task_id], timeout=0, on_timeout="cancel", on_error="return")


def cancel(person: Person) -> Result:
    return person.run("cancel", task_ids=[person.vcenter.create(cancelable=True)])


def cancel_own(person: Person) -> Result:
    return person.run("cancel", task_ids=[person.vcenter.create(cancelable=True, user=person.principal)])


def start(person: Person) -> Result:
    return person.run("start", object={"path": "DC0/vm/DC0_H0_VM0"}, method="ResetVM_Task", wait=True)


def types(person: Person, *names: str, **options: t.Any) -> Result:
    key = f"com.example.x{person.principal.rpartition('u')[2]}"
    return person.run("type", extension=key, task_types=[{"id": f"{key}.{name}"} for name in names], **options)


def register(person: Person) -> Result:
    return types(person, "one")


def update(person: Person) -> Result:
    as_administrator(person, lambda: types(person, "one"))
    return types(person, "one", "two")


def unregister(person: Person) -> Result:
    as_administrator(person, lambda: types(person, "one"))
    return types(person, "one", state="absent")


def as_administrator(person: Person, work: t.Callable[[], Result]) -> None:
    login, person._login = person._login, person._administrator
    try:
        assert not work()["failed"]
    finally:
        person._login = login


def create(person: Person) -> Result:
    result = person.run("create", task_type=TYPE)
    if not result["failed"]:
        # Other tests wait for all running tasks, so this one must end.
        person.vcenter.control("PATCH", f"/tasks/{result['task']['id']}", state="success")
    return result


def give_way(person: Person) -> Result:
    """Create a task like a run that another one precedes at the same time."""
    activation_id = str(uuid.uuid4())
    first = person.vcenter.create(description_id=TYPE, activation_id=activation_id)
    with unittest.mock.patch.object(_create, "_unfinished", return_value=[]):
        result = person.run("create", task_type=TYPE, activation_id=activation_id)
    for task in ({"id": first}, result.get("task")):
        if task:
            person.vcenter.control("PATCH", f"/tasks/{task['id']}", state="success")
    return result


def drive(person: Person) -> Result:
    return person.run("state", task_id=person.vcenter.create(), state="success", progress=100)


def set_value(person: Person) -> Result:
    return person.run("state", task_id=person.vcenter.create(), custom_values={"owner": "me"})


class Job(t.NamedTuple):
    """The work of a module, and its privileges. ``also`` contains those of the operation that the module starts."""

    module: str
    work: t.Callable[[Person], Result]
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


JOBS = (
    Job("session", open_and_close),
    Job("task_info", read, ("System.View",)),
    Job("task_wait", wait, ("System.View",)),
    Job("task_follow", follow, ("System.View",)),
    Job("task_wait", give_up, ("Global.CancelTask",)),
    Job("task_cancel", cancel, ("Global.CancelTask",)),
    Job("task_cancel", cancel_own),
    Job("task_start", start, also=(RESET,)),
    Job("task_type", register, ("Extension.Register",)),
    Job("task_type", update, ("Extension.Update",)),
    Job("task_type", unregister, ("Extension.Unregister",)),
    Job("task_create", create, ("Task.Create",)),
    Job("task_create", give_way, ("Task.Create", "Task.Update")),
    Job("task_state", drive, ("Task.Update",)),
    Job("task_state", set_value, ("Global.SetCustomField",)),
)


def name_of(job: Job) -> str:
    return job.work.__name__


def documented(module: str) -> set[str]:
    """The privileges that the notes of a module name."""
    loaded = importlib.import_module(f"ansible_collections.vsphere.tasks.plugins.modules.vsphere_{module}")
    [notes] = re.findall(r"^notes:\n(.*?)^\w", loaded.DOCUMENTATION, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"C\(((?:Extension|Global|System|Task)\.\w+)\)", notes))


@pytest.mark.usefixtures("owner_field")
@pytest.mark.parametrize("job", JOBS, ids=name_of)
def test_the_documented_privileges_are_enough(person: Person, job: Job) -> None:
    assert set(job.needs) <= documented(job.module)
    person.hold(*ROLE, *job.needs, *job.also)
    result = job.work(person)
    assert not result["failed"], result


@pytest.mark.usefixtures("owner_field")
@pytest.mark.parametrize(
    ("job", "missing"),
    [pytest.param(job, each, id=f"{name_of(job)}-{each}") for job in JOBS for each in (*job.needs, *job.also)],
)
def test_a_missing_privilege_is_a_failure_that_names_it(person: Person, job: Job, missing: str) -> None:
    person.hold(*({*ROLE, *job.needs, *job.also} - {missing}))
    result = job.work(person)
    assert result["failed"]
    assert f"the user lacks the privilege {missing} on " in result["msg"]
    assert "(NoPermission)" in result["msg"]
    if job.work is not give_up:
        # In this case, the time limit is the reason for the failure.
        assert result["fault"]["type"] == "NoPermission"


def test_every_documented_privilege_is_necessary() -> None:
    for module in {job.module for job in JOBS}:
        needed = {each for job in JOBS if job.module == module for each in job.needs}
        # System.View is necessary to see tasks and objects, but this server shows them to all users.
        assert documented(module) - {"System.View"} == needed - {"System.View"}
