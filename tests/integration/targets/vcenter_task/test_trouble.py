# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interrupted runs, and failing vCenters."""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import socket
import typing as t

import pytest
from vcenters import any_transport

PATIENCE = 5  # seconds that the end of a run can wait, as documented
# On a busy machine, a run can take twice as long as the one before it, and these seconds.
SPARE = 3
FROZEN = 40  # seconds without an answer
SOON = 25  # seconds in which a run ends that does not wait for this answer, even on a busy machine

SHORT = """
- name: Short
  hosts: one
  gather_facts: false
  tasks:
    - name: Only
      debug:
"""

GATED = """
- name: Gated
  hosts: [one, two]
  gather_facts: false
  tasks:
    - name: Begin
      debug:
      when: inventory_hostname == 'two'
    - name: Wait at the gate
      shell: touch {{ lookup('env', 'GATE') }}.reached; read line < {{ lookup('env', 'GATE') }}
      when: inventory_hostname == 'one'
    - name: End
      debug:
"""

# Python runs this in every process. In Ansible's own process, it records imports in other threads than the main one.
NOTE_IMPORTS = """
import os, sys, threading
def note(event, arguments):
    if event == "import" and threading.current_thread() is not threading.main_thread():
        with open(os.environ["NOTED"], "a") as noted:
            noted.write(f"{threading.current_thread().name} {arguments[0]}\\n")
sys.addaudithook(note)
with open(os.environ["NOTED"], "a") as noted:
    noted.write("MainThread sitecustomize\\n")
"""


@pytest.fixture
def seconds(runs: t.Any) -> float:
    """The seconds that a short run takes without the plugin."""
    return float(runs.run(SHORT, ANSIBLE_CALLBACKS_ENABLED=None).seconds)


@pytest.fixture
def deaf() -> t.Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@any_transport
def test_a_missing_task_type_is_a_warning(runs: t.Any) -> None:
    outcome = runs.run(SHORT, VCENTER_TASK_TYPE="com.example.unknown")
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "does not know the task type com.example.unknown" in warning
    assert "register it with vsphere_task_type" in warning
    assert not runs.tasks()


@any_transport
def test_a_missing_option_is_a_warning(runs: t.Any) -> None:
    outcome = runs.run(SHORT, VMWARE_HOST=None)
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "hostname is missing" in warning


@any_transport
def test_an_invalid_validate_certs_is_a_warning_and_sends_nothing(runs: t.Any) -> None:
    outcome = runs.run(SHORT, "--extra-vars", "vcenter_task_validate_certs=ture")
    [warning] = outcome.warnings
    assert "validate_certs 'ture' is not a boolean: set it to true or false" in warning
    assert not runs.tasks()


@any_transport
def test_an_invalid_choice_is_a_warning_with_the_valid_values(runs: t.Any) -> None:
    outcome = runs.run(SHORT, "--extra-vars", "vcenter_task_transport=rest")
    output = " ".join(outcome.output.split())
    assert outcome.status == 0
    assert re.search("Invalid value ['\"]rest['\"] for", output)
    # Since ansible-core 2.21, Ansible itself names the valid values.
    told = ("See ansible-doc -t callback vsphere.tasks.vcenter_task", "Valid values are: auto, json, soap")
    assert any(text in output for text in told)


@any_transport
def test_a_variable_that_is_not_an_option_is_one_warning(runs: t.Any) -> None:
    twice = SHORT.replace("  hosts: one", "  hosts: one\n  vars:\n    vcenter_task_type: other") + SHORT
    outcome = runs.run(twice, "-e", "vcenter_task_entitty=DC0 vcenter_task_elsewhere=1 vcenter_task_plays=false")
    assert outcome.status == 0
    ours = "is not an option of vsphere.tasks.vcenter_task, which shows this run in vCenter"
    elsewhere, entity, type_ = sorted(outcome.warnings)
    assert elsewhere.startswith(f"vcenter_task_elsewhere {ours}")
    assert "did you mean" not in elsewhere
    assert entity.startswith(f"vcenter_task_entitty {ours}; did you mean vcenter_task_entity?")
    assert type_.startswith(f"vcenter_task_type {ours}; did you mean vcenter_task_task_type?")
    assert [task["state"] for task in runs.tasks()] == ["success"]


@any_transport
def test_a_rejected_login_is_not_repeated(runs: t.Any) -> None:
    outcome = runs.run(SHORT, VMWARE_PASSWORD="0ther-S3cret!")
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "rejects the login of" in warning
    assert "0ther-S3cret!" not in outcome.output


@any_transport
def test_a_missing_privilege_is_named_in_the_warning(runs: t.Any) -> None:
    outcome = runs.run(SHORT, VMWARE_USER=runs.vcenter.address["readonly_user"])
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "Task.Create" in warning


@any_transport
def test_the_documented_privileges_are_enough(runs: t.Any) -> None:
    user = "least@vsphere.local"
    privileges = ("System.Anonymous", "System.View", "System.Read", "Task.Create", "Task.Update")
    password = runs.vcenter.options["password"]
    runs.vcenter.control("PUT", "/users", name=user, password=password, privileges=privileges)
    outcome = runs.run(SHORT, VMWARE_USER=user)
    assert (outcome.status, outcome.warnings) == (0, [])
    [task] = runs.tasks()
    assert (task["state"], task["reason"]["user_name"]) == ("success", r"VSPHERE.LOCAL\least")


@any_transport
def test_an_esxi_is_a_warning(runs: t.Any, server: t.Callable[[str], t.Any]) -> None:
    esxi = server("esxi")
    outcome = runs.run(SHORT, **{**esxi.environment, "VMWARE_TRANSPORT": "soap"})
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "ESXi" in warning


@any_transport
def test_an_unreachable_vcenter_does_not_delay_the_run(runs: t.Any, seconds: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    outcome = runs.run(SHORT, VMWARE_PORT=str(port))
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "cannot connect to" in warning
    assert outcome.seconds < 2 * seconds + SPARE


@any_transport
def test_a_vcenter_that_never_answers_delays_only_the_end(runs: t.Any, seconds: float, deaf: int) -> None:
    outcome = runs.run(SHORT, VMWARE_PORT=str(deaf))
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert f"did not answer within {PATIENCE} s at the end of the run" in warning
    assert PATIENCE < outcome.seconds < 2 * seconds + PATIENCE + SPARE


def test_a_vcenter_that_freezes_delays_only_the_end(runs: t.Any) -> None:
    process = runs.start(GATED)
    task = runs.seen(process, "Wait at the gate", 33)
    runs.vcenter.fault("delay", "Task\\.|Logout", seconds=FROZEN, count=100)
    runs.open_gate()
    outcome = runs.outcome(process)
    assert (outcome.status, outcome.seconds < SOON) == (0, True)
    [warning] = outcome.warnings
    assert task["id"] in warning
    runs.vcenter.control("DELETE", "/faults")
    runs.vcenter.control("POST", "/sessions/expire")


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_the_end_survives_a_broken_connection(runs: t.Any, kind: str) -> None:
    process = runs.start(GATED)
    runs.seen(process, "Wait at the gate", 33)
    runs.vcenter.fault(kind, "SetTaskState")
    runs.open_gate()
    outcome = runs.outcome(process)
    assert (outcome.status, outcome.warnings) == (0, [])
    assert [task["state"] for task in runs.tasks()] == ["success"]
    assert runs.vcenter.requests().count("Task.SetTaskState") == (3 if kind == "reset_before" else 2)


def test_a_session_that_has_expired_is_renewed(runs: t.Any) -> None:
    process = runs.start(GATED)
    runs.seen(process, "Wait at the gate", 33)
    runs.vcenter.control("POST", "/sessions/expire")
    runs.open_gate()
    outcome = runs.outcome(process)
    assert (outcome.status, outcome.warnings) == (0, [])
    assert [task["state"] for task in runs.tasks()] == ["success"]


def test_a_task_that_another_user_ended_is_not_changed(runs: t.Any) -> None:
    process = runs.start(GATED)
    task = runs.seen(process, "Wait at the gate", 33)
    runs.vcenter.run("state", task_id=task["id"], state="error", error={"message": "Enough"})
    runs.open_gate()
    outcome = runs.outcome(process)
    assert outcome.status == 0
    [warning] = outcome.warnings
    assert "(InvalidState)" in warning
    assert runs.tasks()[0]["error"]["message"] == "Enough"


@any_transport
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_task_and_ansible_with_its_usual_status(runs: t.Any, number: signal.Signals) -> None:
    statuses = []
    for enabled in (None, runs.environment["ANSIBLE_CALLBACKS_ENABLED"]):
        process = runs.start(GATED, ANSIBLE_CALLBACKS_ENABLED=enabled)
        if enabled:
            runs.seen(process, "Wait at the gate", 33)
        # While Ansible starts a worker, a signal ends it in other ways, too.
        runs.gate_reached()
        # Ctrl+C reaches all processes of a terminal, including workers.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        statuses.append(runs.outcome(process).status)
    assert statuses[0] == statuses[1] != 0
    [task] = runs.tasks()
    assert (task["state"], task["error"]["message"]) == ("error", f"Ended by {number.name} during Wait at the gate")


@any_transport
def test_a_frozen_vcenter_does_not_delay_the_end_after_a_signal(runs: t.Any) -> None:
    process = runs.start(GATED)
    runs.seen(process, "Wait at the gate", 33)
    runs.gate_reached()
    runs.vcenter.fault("delay", "Task\\.|Logout", seconds=FROZEN, count=100)
    process.send_signal(signal.SIGTERM)
    outcome = runs.outcome(process)
    assert (outcome.status, outcome.seconds < SOON) == (-signal.SIGTERM, True)
    runs.vcenter.control("DELETE", "/faults")
    runs.vcenter.control("POST", "/sessions/expire")


@any_transport
def test_an_ignored_signal_stays_ignored(runs: t.Any) -> None:
    process = runs.start_command(GATED, "sh", "-c", "trap '' HUP; exec ansible-playbook site.yml")
    runs.seen(process, "Wait at the gate", 33)
    process.send_signal(signal.SIGHUP)
    runs.open_gate()
    assert runs.outcome(process).status == 0
    assert [task["state"] for task in runs.tasks()] == ["success"]


@pytest.mark.parametrize("port", [{}, {"VMWARE_PORT": "1"}], ids=["reached", "refused"])
def test_only_the_main_thread_imports(runs: t.Any, tmp_path: pathlib.Path, port: dict[str, str]) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NOTE_IMPORTS, encoding="utf-8")
    noted = tmp_path / "noted"
    paths = f"{tmp_path / 'site'}:{runs.environment['PYTHONPATH']}"
    outcome = runs.run(SHORT, PYTHONPATH=paths, NOTED=str(noted), VMWARE_HOST="localhost", **port)
    assert bool(outcome.warnings) == bool(port)
    assert [task["state"] for task in runs.tasks()] == ([] if port else ["success"])
    lines = noted.read_text(encoding="utf-8").splitlines()
    assert "MainThread sitecustomize" in lines
    assert [line for line in lines if line.startswith("vcenter_task ")] == []


@any_transport
def test_empty_variables_count_as_not_set(runs: t.Any) -> None:
    empty = {f"vcenter_task_{name}": "" for name in ("hostname", "port", "plays", "entity", "transport", "locale")}
    outcome = runs.run(SHORT, "-e", json.dumps(empty))
    assert (outcome.status, outcome.warnings) == (0, [])
    assert [task["state"] for task in runs.tasks()] == ["success"]


@any_transport
def test_options_come_from_the_configuration_and_from_variables(runs: t.Any, tmp_path: pathlib.Path) -> None:
    options = runs.vcenter.options
    (tmp_path / "ansible.cfg").write_text(
        "[callback_vcenter_task]\nhostname = nowhere.invalid\n"
        f"port = {options['port']}\nusername = {options['username']}\nca_path = {options['ca_path']}\n"
        f"transport = {options['transport']}\nplays = true\n",
        encoding="utf-8",
    )
    names = ("HOST", "PORT", "USER", "PASSWORD", "CA_PATH", "TRANSPORT")
    without = {f"VMWARE_{name}": None for name in names}
    playbook = SHORT.replace(
        "  hosts: one",
        "  hosts: one\n  vars:\n    vcenter_task_hostname: '{{ my_host }}'\n    vcenter_task_plays: false",
    )
    given = f"{{'my_host': '{options['hostname']}', 'vcenter_task_password': '{options['password']}'}}"
    outcome = runs.run(playbook, "-e", given, ANSIBLE_CONFIG=str(tmp_path / "ansible.cfg"), **without)
    assert (outcome.status, outcome.warnings) == (0, [])
    assert [task["state"] for task in runs.tasks()] == ["success"]
