# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks in vCenter that show a playbook run."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

import pytest
from vcenters import any_transport, arrival

PLAIN = """
- name: Plain
  hosts: one
  gather_facts: false
  tasks:
    - name: Begin
      debug:
    - name: Wait at the gate
      shell: read line < {{ lookup('env', 'GATE') }}
    - name: End
      debug:
"""

MANY = """
- name: Batches
  hosts: all
  serial: 1
  gather_facts: false
  tasks:
    - name: First step
      shell: read line < {{ lookup('env', 'GATE') }}
    - name: Include more
      include_tasks: more.yml
    - name: Last step
      shell: read line < {{ lookup('env', 'GATE') }}
      notify: Handle it
  handlers:
    - name: Handle it
      debug:
"""

SEVERAL = """
- name: Good
  hosts: one
  gather_facts: false
  tasks:
    - name: Work
      debug:
- name: Mended
  hosts: one
  gather_facts: false
  tasks:
    - name: Try
      ignore_errors: true
      fail:
    - block:
        - name: Try again
          fail:
      rescue:
        - name: Mend
          debug:
- name: Bad
  hosts: [one, two, three]
  gather_facts: false
  tasks:
    - name: Break
      fail:
      when: inventory_hostname != 'one'
- name: Afterwards
  hosts: one
  gather_facts: false
  tasks:
    - name: Tidy up
      debug:
"""

TWO_TASKS = """
- hosts: {hosts}
  gather_facts: false
  tasks:
    - name: First
      {action}
    - name: Second
      debug:
"""


# Hosts that leave a play, and have not failed.
LEAVING = """
- name: Rescued
  hosts: one
  gather_facts: false
  tasks:
    - block:
        - name: Try
          fail:
      rescue:
        - name: Mend
          debug:
        - meta: end_host
    - name: Not reached
      fail:
- name: Ignored
  hosts: one
  gather_facts: false
  vars:
    ansible_connection: gone
  tasks:
    - name: Look for it
      ping:
      ignore_unreachable: true
      register: looked
    - meta: end_host
      when: looked.unreachable | default(false)
    - name: Not reached
      fail:
- name: Rescued everywhere
  hosts: [one, two]
  gather_facts: false
  any_errors_fatal: true
  tasks:
    - block:
        - name: Try on one
          fail:
          when: inventory_hostname == 'one'
      rescue:
        - block:
            - name: Try again
              fail:
          rescue:
            - name: Mend again
              debug:
"""

FACTS = """
- name: Work with a host
  hosts: one
  gather_facts: false
  tasks:
    - name: Return facts
      set_fact:
        cacheable: true
        vcenter_task_hostname: 127.0.0.2
        vcenter_task_plays: true
        awx_job_id: 7
        awx_user_name: mallory
"""


def test_a_run_is_a_task_that_follows_it(runs: t.Any) -> None:
    # AWX passes unset optional fields of a credential type as empty variables.
    process = runs.start(PLAIN, VMWARE_PROXY_PORT="", VCENTER_TASK_ENTITY="")
    running = runs.seen(process, "Wait at the gate", 33)
    assert running["activation_id"] is None
    assert (running["state"], running["cancelable"]) == ("running", False)
    assert (running["description_id"], running["entity"]["type"]) == ("vsphere.tasks.playbook", "Folder")
    runs.open_gate()
    outcome = runs.outcome(process)
    assert (outcome.status, outcome.warnings) == (0, [])
    [task] = runs.tasks()
    assert (task["id"], task["state"], task["error"]) == (running["id"], "success", None)


def test_the_tasks_of_a_job_contain_its_name(runs: t.Any) -> None:
    job = {"awx_job_id": 42, "awx_job_template_name": "Patch web", "awx_user_name": "alice", "tower_job_id": 42}
    process = runs.start(PLAIN, "--extra-vars", json.dumps(job), VCENTER_TASK_PLAYS="true")
    runs.seen(process, "Job 42 Patch web (alice): Wait at the gate", 33)
    runs.open_gate()
    assert runs.outcome(process).warnings == []
    assert [task["activation_id"] for task in runs.tasks()] == ["awx-job-42", "awx-job-42"]


def test_a_failure_names_the_task(runs: t.Any) -> None:
    outcome = runs.run(TWO_TASKS.format(hosts="all", action="fail:"))
    assert (outcome.status, outcome.warnings) == (2, [])
    [task] = runs.tasks()
    assert task["state"] == "error"
    assert re.fullmatch(r'Task "First" failed on (one|two|three); failed hosts in all: 3', task["error"]["message"])
    assert task["error"]["type"] == "ExtendedFault"


@any_transport
def test_an_unreachable_host_is_a_failure(runs: t.Any) -> None:
    outcome = runs.run(TWO_TASKS.format(hosts="one", action="vars: {ansible_connection: gone}\n      ping:"))
    assert outcome.status == 4
    [task] = runs.tasks()
    assert (task["state"], task["error"]["message"]) == ("error", 'Task "First" could not reach one')


@any_transport
def test_an_ignored_unreachable_host_is_not_a_failure(runs: t.Any) -> None:
    action = "vars: {ansible_connection: gone}\n      ignore_unreachable: true\n      ping:"
    assert runs.run(TWO_TASKS.format(hosts="one", action=action)).status == 0
    [task] = runs.tasks()
    assert (task["state"], task["error"]) == ("success", None)


@any_transport
def test_a_host_that_leaves_a_play_after_a_failure_that_does_not_count_is_not_a_failure(runs: t.Any) -> None:
    outcome = runs.run(LEAVING, VCENTER_TASK_PLAYS="true")
    assert (outcome.status, outcome.warnings) == (0, [])
    assert [(task["state"], task["error"]) for task in runs.tasks()] == [("success", None)] * 4


@any_transport
def test_a_missing_file_to_include_is_a_failure(runs: t.Any) -> None:
    outcome = runs.run(TWO_TASKS.format(hosts="all", action="include_tasks: nowhere.yml"), VCENTER_TASK_PLAYS="true")
    assert outcome.status != 0
    run, play = runs.tasks()
    assert re.fullmatch(r'Task "First" failed on (one|two|three); failed hosts in all: 3', run["error"]["message"])
    assert (play["state"], play["error"]["message"]) == ("error", run["error"]["message"])


def test_plays_have_tasks_if_the_option_is_set(runs: t.Any) -> None:
    outcome = runs.run(SEVERAL, VCENTER_TASK_PLAYS="true")
    assert (outcome.status, outcome.warnings) == (2, [])
    run, *plays = runs.tasks()
    assert run["state"] == "error"
    assert re.fullmatch(r'Task "Break" failed on (two|three); failed hosts in all: 2', run["error"]["message"])
    assert [play["parent_task_key"] for play in plays] == [run["key"]] * 4
    assert [play["state"] for play in plays] == ["success", "success", "error", "success"]
    assert plays[2]["error"]["message"] == run["error"]["message"]


@any_transport
def test_facts_of_a_host_change_nothing(runs: t.Any, tmp_path: t.Any) -> None:
    cache = {
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "facts"),
    }
    # The second run has the facts of the first one from its start.
    for _run in range(2):
        outcome = runs.run(FACTS, **cache)
        assert (outcome.status, outcome.warnings) == (0, [])
    assert "127.0.0.2" in next((tmp_path / "facts").iterdir()).read_text(encoding="utf-8")
    tasks = runs.tasks()
    assert [(task["state"], task["activation_id"]) for task in tasks] == [("success", None)] * 2
    assert not [task for task in tasks if task["description"]["message"].startswith("Job")]


@any_transport
def test_plays_have_no_tasks_by_default(runs: t.Any) -> None:
    runs.run(SEVERAL)
    [run] = runs.tasks()
    assert run["state"] == "error"


def test_updates_are_rare_and_progress_never_decreases(runs: t.Any, tmp_path: t.Any) -> None:
    more = "\n".join(f"- name: More {number}\n  debug:" for number in range(3))
    (tmp_path / "more.yml").write_text(more, encoding="utf-8")
    process = runs.start(MANY, VCENTER_TASK_PLAYS="true")
    for _host in range(3):
        for step in ("First step", "Last step"):
            runs.seen(process, step)
            runs.open_gate()
    assert runs.outcome(process).status == 0
    run, play = runs.tasks()
    assert [run["state"], play["state"]] == ["success", "success"]
    for task in (run, play):
        entries = [entry for entry in runs.vcenter.log() if task["id"] in entry["path"] + entry["body"]]
        for method in ("SetTaskDescription", "UpdateProgress"):
            times = [arrival(entry) for entry in entries if entry["call"] == f"Task.{method}"]
            assert len(times) > 2
            gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
            assert min(gaps) >= 1
        bodies = [entry["body"] for entry in entries if entry["call"] == "Task.UpdateProgress"]
        percents = [int(found[1]) for body in bodies if (found := re.search(r"percentDone[^:>]*[:>]\s*(\d+)", body))]
        assert percents == sorted(percents)
        assert percents[-1] > 50


@any_transport
def test_a_run_in_check_mode_is_shown(runs: t.Any) -> None:
    assert runs.run(TWO_TASKS.format(hosts="one", action='command: "false"'), "--check").status == 0
    assert [task["state"] for task in runs.tasks()] == ["success"]


@any_transport
def test_ad_hoc_commands_are_shown_if_ansible_loads_callbacks_for_them(runs: t.Any) -> None:
    command = ("", "ansible", "one", "-m", "command", "-a", "false")
    assert runs.outcome(runs.start_command(*command)).status == 2
    assert not runs.tasks()
    assert runs.outcome(runs.start_command(*command, ANSIBLE_LOAD_CALLBACK_PLUGINS="true")).status == 2
    [task] = runs.tasks()
    assert task["error"]["message"] == 'Task "command" failed on one'


@any_transport
def test_each_of_several_playbooks_is_a_task(runs: t.Any) -> None:
    playbook = TWO_TASKS.format(hosts="one", action="debug:")
    assert runs.outcome(runs.start_command(playbook, "ansible-playbook", "site.yml", "site.yml")).status == 0
    assert [task["state"] for task in runs.tasks()] == ["success", "success"]


@any_transport
def test_a_run_that_ansible_aborts_is_an_error(runs: t.Any) -> None:
    outcome = runs.run(
        "- hosts: one\n  gather_facts: false\n  tasks:\n    - name: Fine\n      debug:\n"
        "- name: Broken\n  hosts: one\n  strategy: no_such_strategy\n  gather_facts: false\n  tasks: []\n"
    )
    assert outcome.status != 0
    [task] = runs.tasks()
    assert (task["state"], task["error"]["message"]) == ("error", "Ansible gave up during Broken")


@any_transport
@pytest.mark.parametrize("kind", ["moid", "name", "path"])
def test_the_entity_can_be_an_id_a_name_or_a_path(runs: t.Any, kind: str) -> None:
    # The entity of the task is a machine. The task contains its ID, type, and name.
    some = runs.vcenter.create()
    [task] = runs.vcenter.run("info", task_ids=[some])["tasks"]
    machine = task["entity"]
    given = {
        "moid": f"{machine['type']}:{machine['moid']}",
        "name": task["entity_name"],
        "path": f"DC0/vm/{task['entity_name']}",
    }[kind]
    assert runs.run(TWO_TASKS.format(hosts="one", action="debug:"), VCENTER_TASK_ENTITY=given).warnings == []
    assert runs.tasks()[-1]["entity"] == machine
