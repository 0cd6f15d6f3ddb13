# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks of the collection, with the services that they need, and the rulebook of the guide."""

from __future__ import annotations

import http.server
import json
import pathlib
import re
import socket
import threading
import typing as t

import pytest
import requests
import yaml
from eda_runs import COLLECTION, Run, Runs, follows
from vcenters import any_transport

pytestmark = any_transport
BROKEN = {"_typeName": "GenericVmConfigFault", "reason": "disk", "faultstring": "It broke."}
NEXT = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Say which host it is
      ansible.builtin.debug:
        msg: "Update {{ maintenance_host }}"
"""


class Service(http.server.ThreadingHTTPServer):
    """Records the requests to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posted: list[dict[str, t.Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/tickets"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        t.cast("Service", self.server).posted.append(json.loads(body))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_unused: object) -> None:
        """Log no requests."""


@pytest.fixture
def service() -> t.Iterator[Service]:
    with Service() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def start(runs: Runs, vcenter: t.Any, name: str, *arguments: str, **variables: t.Any) -> Run:
    """Run a rulebook of the collection by its name. The environment contains the connection."""
    file = runs.folder / "vars.yml"
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    run = runs.given_rulebook(f"vsphere.tasks.{name}", "--vars", str(file), *arguments, **vcenter.environment)
    follows(run, vcenter)
    return run


def test_a_failed_clone_opens_a_ticket(runs: Runs, vcenter: t.Any, service: Service) -> None:
    run = start(runs, vcenter, "failed_clone_ticket", "-vv", ticket_url=service.url)
    clone, _success, _relocation, without_reason = (
        vcenter.create(description_id="VirtualMachine.clone", state="error", error=BROKEN),
        vcenter.create(description_id="VirtualMachine.clone", state="success"),
        vcenter.create(description_id="VirtualMachine.relocate", state="error", error=BROKEN),
        vcenter.create(description_id="VirtualMachine.clone", state="error"),
    )
    assert vcenter.run("info", task_ids=[without_reason])["tasks"][0]["error"] is None
    run.until(lambda: without_reason in [ticket["task"] for ticket in service.posted])
    commands = [pathlib.Path("/proc", str(process), "cmdline").read_bytes() for process in run.left()]
    run.stop()
    assert "source_args" in run.errors
    assert vcenter.options["password"] not in run.errors
    assert [command for command in commands if vcenter.options["password"].encode() in command] == []
    ticket = {"title": "Clone of DC0_H0_VM0 failed", "vcenter": vcenter.options["hostname"]}
    assert service.posted == [
        {**ticket, "task": clone, "description": "It broke."},
        {**ticket, "task": without_reason, "description": "no reason"},
    ]


def hostile(evaluated: pathlib.Path) -> list[str]:
    """Texts of a server that create a file if something takes them for a template."""
    template = f"lookup('pipe', 'touch {evaluated}')"
    escaped = template.replace("'", "\\'")
    return [
        f"{{{{ {template} }}}}",
        f"{{{{{{ {template} }}}}}}",
        f"{{% if {template} %}}{{% endif %}}",
        # ansible-rulebook evaluates a literal of Python.
        f"'\\x7b\\x7b {escaped} \\x7d\\x7d'",
        f"'{{' '{{ {escaped} }}}}'",
        # ansible-core evaluates this header.
        f"#jinja2: variable_start_string:'[[', variable_end_string:']]'\n[[ {template} ]]",
    ]


def test_texts_of_the_server_in_arguments_are_no_templates(runs: Runs, vcenter: t.Any, service: Service) -> None:
    evaluated = runs.folder / "evaluated"
    run = start(runs, vcenter, "failed_clone_ticket", ticket_url=service.url)
    texts = hostile(evaluated)
    for text in texts:
        error = {**BROKEN, "faultstring": text}
        vcenter.create(description_id="VirtualMachine.clone", state="error", error=error, entity_name=text)
    run.until(lambda: len(service.posted) >= len(texts) - 1)
    # The module rejects the header, which is not complete anymore. This keeps no other ticket back.
    last = vcenter.create(description_id="VirtualMachine.clone", state="error", error=BROKEN)
    run.until(lambda: last in [ticket["task"] for ticket in service.posted])
    run.stop()
    assert not evaluated.exists()
    assert ["lookup(" in ticket["title"] for ticket in service.posted] == [True] * (len(texts) - 1) + [False]


def test_texts_of_the_server_in_variables_and_output_are_harmless(runs: Runs, vcenter: t.Any) -> None:
    evaluated, playbook = runs.folder / "evaluated", runs.folder / "next.yml"
    playbook.write_text(NEXT, encoding="utf-8")
    run = start(runs, vcenter, "maintenance_next_step", next_playbook=str(playbook))
    host = {"description_id": "HostSystem.enterMaintenanceMode"}
    texts = hostile(evaluated)[:-1]
    for text in texts:
        vcenter.create(**host, state="success", entity_name=text)
    steering = "\n\x7f\x85\x9b\u2028\u202e"
    vcenter.create(**host, state="error", error=BROKEN, entity_name=f"web{steering}forgéd")
    run.until(lambda: "forgéd did not enter maintenance mode: It broke." in run.errors)
    assert "webforgéd did not enter maintenance mode" in run.errors
    assert run.errors.count("Update ") >= len(texts)
    assert not evaluated.exists()


def test_a_stuck_task_is_cancelled_after_an_approval(runs: Runs, vcenter: t.Any, service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {"approval_host": "127.0.0.1", "approval_port": port, "approval_token": "approve-me"}
    run = start(runs, vcenter, "stuck_task_cancel", stuck_after=1, request_url=service.url, **given)
    stuck, other = vcenter.create_many(2, cancelable=True)
    # Other tests can have left tasks that hang, too.
    run.until(lambda: {stuck, other} <= {each["approve"] for each in service.posted})
    answer = requests.post(
        f"http://127.0.0.1:{port}/endpoint",
        json={"approve": stuck},
        headers={"Authorization": "Bearer approve-me"},
        timeout=10,
    )
    assert answer.status_code == 200
    run.until(lambda: vcenter.run("info", task_ids=[stuck])["tasks"][0]["state"] == "error")
    run.stop()
    assert [each["approve"] for each in service.posted].count(stuck) == 1
    # Ansible names the hosts on which it runs a module.
    assert "[localhost]" in run.errors
    assert "[other]" not in run.errors
    tasks = vcenter.run("info", task_ids=[stuck, other])["tasks"]
    assert [(task["state"], task["cancelled"]) for task in tasks] == [("error", True), ("running", False)]


def test_maintenance_mode_is_followed_by_a_playbook(runs: Runs, vcenter: t.Any) -> None:
    playbook = runs.folder / "next.yml"
    playbook.write_text(NEXT, encoding="utf-8")
    run = start(runs, vcenter, "maintenance_next_step", next_playbook=str(playbook))
    host = {"description_id": "HostSystem.enterMaintenanceMode", "entity_name": "DC0_H0"}
    vcenter.create(**host, state="error", error=BROKEN)
    run.until(lambda: "DC0_H0 did not enter maintenance mode: It broke." in run.errors)
    assert "PLAY" not in run.errors
    vcenter.create(**host, state="error")
    run.until(lambda: "DC0_H0 did not enter maintenance mode: no reason" in run.errors)
    vcenter.create(**host, state="success")
    run.until(lambda: "Update DC0_H0" in run.errors)


@pytest.mark.parametrize("page", ["README.md", "docs/eda.md"])
def test_the_rulebook_of_a_page(runs: Runs, vcenter: t.Any, page: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (COLLECTION / page).read_text(encoding="utf-8"), re.DOTALL)
    rulebook = yaml.safe_load(next(block for block in blocks if "sources:" in block))
    source = rulebook[0]["sources"][0]["vsphere.tasks.tasks"]
    for name in source.keys() & {"hostname", "username", "password"}:
        source[name] = vcenter.options[name]
    file = runs.folder / "rulebook.yml"
    file.write_text(yaml.safe_dump(rulebook), encoding="utf-8")
    run = runs.given_rulebook(str(file), **vcenter.environment)
    follows(run, vcenter)
    vcenter.create(description_id="VirtualMachine.clone", state="error")
    vcenter.create(description_id="VirtualMachine.clone", state="error", error=BROKEN)
    run.until(lambda: "DC0_H0_VM0: It broke." in run.errors)
    assert "DC0_H0_VM0: no reason" in run.errors
