# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of tests/vale find former sentences of this collection, but not the sentences that replaced them."""

from __future__ import annotations

import os
import pathlib
import runpy
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
TOOL = runpy.run_path(str(ROOT / "tests" / "tools" / "prose.py"))
VALE = os.environ["VALE"]

# Former sentences, and their replacements.
SENTENCES = (
    (
        "This collection has what playbooks, job templates and ad-hoc commands need for them.",
        "Use this collection to find, wait for, cancel, and start those tasks from playbooks.",
    ),
    (
        "Wait for tasks that anybody has started: the end is pushed, not polled.",
        "Wait for tasks, no matter who started them. The server notifies the module when a task ends.",
    ),
    (
        "Cancel what hangs, and know that it is really over.",
        "Cancel a task that hangs, and wait until it has really stopped.",
    ),
    (
        "Start an operation, checked before it is sent, idempotent where you say when it is not needed.",
        "Parameters are validated before the request is sent. Use the option to make the step idempotent.",
    ),
    (
        "No vCenter needed; a checkout of the project, make and a Python 3.11 or newer are.",
        "You do not need a vCenter. Python 3.11 or later is required.",
    ),
    ("Five minutes with a vCenter of yours", "Quick start"),
    (
        "A password that stands literally in a playbook can be shown by Ansible itself.",
        "Do not write a password directly in a playbook: Ansible can print it when it reports where an error occurred.",
    ),
    (
        "The collection is tested against a simulator, not against a live vCenter.",
        "The test suite runs against a simulator, not a live vCenter.",
    ),
    (
        "What runs, waits or has just ended is recent, and is had with a single request.",
        "Running, queued, and recently finished tasks are recent. One request reads them all.",
    ),
    (
        "Times are ISO 8601 with a zone, or an age that is reckoned on the server's clock.",
        "Give times in ISO 8601 format with a time zone, or as an age. Ages use the server's clock.",
    ),
    (
        "Name it by path where you can: a path is unique, and found with one request.",
        "Use the path if you can. A path is unique, and the lookup takes a single request.",
    ),
    (
        "No more than a page is held besides the tasks that fit.",
        "Memory holds one page plus the matching tasks, up to the limit.",
    ),
    (
        "So there is no interval to choose between late and costly.",
        "You therefore do not need to trade a polling interval against delay.",
    ),
    (
        "Choose what you would wait for by hand before you look, and no more.",
        "Set it to the longest time you would accept before you investigate.",
    ),
    (
        "Lost connections do not end the wait, but count into the time.",
        "A lost connection does not end the wait, but the time still counts toward the timeout.",
    ),
    (
        "This is for work that is worse half done late than not done.",
        "Use it for work that must not finish late, for example a clone or a migration before a maintenance window.",
    ),
    (
        "A task that was asked to end before, by whomever, is not asked again.",
        "If someone has already requested the cancellation of a task, the module does not request it again.",
    ),
    ("Three things stay your care.", "You must still protect it in three places."),
    (
        "There is no list of operations in it.",
        "The module contains no hard-coded list of operations, so upgrading pyVmomi adds operations.",
    ),
    (
        "An unset property equals null, which is also meant where the value is left out.",
        "An unset property equals null. Omitting the value means the same.",
    ),
    (
        "A playbook that works on a vCenter for an hour is nowhere to be seen there.",
        "A playbook that works on a vCenter for an hour is invisible in the vSphere Client.",
    ),
    (
        "The task is shown for its entity, the root folder unless given.",
        "The vSphere Client shows the task on its entity. The default is the root folder.",
    ),
    ("It only notes the wish, which the module returns.", "vCenter only records the request."),
    (
        "Whom the plugin logs in as needs the privileges.",
        "The account that the plugin uses needs the privileges.",
    ),
    (
        "Variables of hosts and groups are of no use here: the run is not one of a host.",
        "The plugin ignores host and group variables, because a run does not belong to one host.",
    ),
    (
        "They take their time, too, and a record in the list of tasks is no change.",
        "The extra record in the task list does not count as a change.",
    ),
    (
        "The tasks are selected by the other options, of which one is needed.",
        "Use the IDs, or select tasks with the other options. A selection needs at least one of them.",
    ),
    (
        "All that is below the root folder is no selection.",
        "Selecting everything below the root folder does not count.",
    ),
    (
        "Nobody else does, also not when its cancellation was asked for.",
        "vCenter never changes the state of this task, even after a user requests its cancellation.",
    ),
    (
        "It learns of it at once (the server pushes what changes), and judges how they ended.",
        "Waits until tasks finish and reports success or failure. The module notices the end immediately.",
    ),
    (
        "An empty list is over at once.",
        "Returns immediately if the list is empty.",
    ),
    (
        "Seconds between two lines of progress at the most, even if nothing changes.",
        "Maximum number of seconds between two progress lines, even if nothing changes.",
    ),
    (
        "All that is wrong is said at once.",
        "The module validates the method and its parameters, and reports all problems together.",
    ),
    (
        "What the operation brings about. If that is so already, nothing is started.",
        "The state that the operation produces. The module does not start the operation if this state already exists.",
    ),
    (
        "Asking for the same outcome again changes nothing, for another one fails.",
        "Requesting the same outcome again makes no change. Requesting a different outcome fails.",
    ),
    (
        "A loop would show it; not to do that stays your care.",
        "You can register and use it. Do not loop over it.",
    ),
    (
        "So many tasks at the most, counted when all options have been applied.",
        "Maximum number of tasks to return after all other options are applied.",
    ),
    (
        "What a virtual machine does is a task of the machine. The option takes in what is below.",
        "A task of a virtual machine belongs to the virtual machine. Use the option to include child objects.",
    ),
    (
        "The task is gone from the server and from its history, so its outcome is unknown.",
        "The outcome of the task is unknown: neither the server nor its history has the task anymore.",
    ),
    (
        "The option is no time to wait: give 1 to 3600 seconds.",
        "The option must be between 1 and 3600 seconds.",
    ),
    (
        "The method returns no task, so it is none to be started here.",
        "The method does not return a task, so this module cannot start it.",
    ),
    ("Try a change of pure logic.", "Run the unit tests (no server needed)."),
    (
        "What is not done: fewer and larger files, and a word to the collector.",
        "Rejected: merging the files, and tuning the garbage collector.",
    ),
)
# Texts with violations, and code that looks like one.
FILES = {
    "docs/page.md": "# A page\n\nThe module\nmay fail. `It may`.\n\n```yaml\n# It may.\n```\n",
    "plugins/code.py": '"""It may fail."""\n\nMESSAGE = f"the task {1 + 1} may "  "fail"  # it may\nMAY = "may"\n',
    "plugins/documented.py": 'DOCUMENTATION = r"""\ndescription:\n  - It may fail.\n  - Set O(may) or V(may).\n"""\n',
    "tests/unit/test_code.py": '"""It may fail."""\n\ndef test():\n    assert "it may" == "It may"  # It may.\n',
    "roles/role/tasks/main.yml": "# Text\n# may continue.\n- name: Fail\n  fail:\n    msg: It may fail {{ may }}\n",
}


def flagged(folder: pathlib.Path, sentences: t.Iterable[str]) -> list[str]:
    """The sentences that violate a rule."""
    lines = list(sentences)
    (folder / "sentences.txt").write_text("\n\n".join(lines), encoding="utf-8")
    found = {line for line, _message in TOOL["findings"](VALE, folder).get("sentences.txt", [])}
    return [lines[(line - 1) // 2] for line in sorted(found)]


def test_at_least_forty_of_the_old_sentences_violate_a_rule(tmp_path: pathlib.Path) -> None:
    old = [before for before, _after in SENTENCES]
    assert len(old) == 43
    missed = set(old) - set(flagged(tmp_path, old))
    assert len(missed) <= 3, missed


def test_none_of_the_new_sentences_violates_a_rule(tmp_path: pathlib.Path) -> None:
    assert flagged(tmp_path, [after for _before, after in SENTENCES]) == []


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        ("docs/page.md", [4]),
        ("plugins/code.py", [1, 3, 3]),
        ("plugins/documented.py", [3]),
        ("tests/unit/test_code.py", [1, 4]),
        ("roles/role/tasks/main.yml", [1, 5]),
    ],
)
def test_a_violation_has_the_line_of_its_paragraph(tmp_path: pathlib.Path, file: str, lines: list[int]) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(FILES[file], encoding="utf-8")
    found = TOOL["check"](VALE, tmp_path, [file])
    assert [(each.file, each.line) for each in found] == [(file, line) for line in lines]
    assert all("'may'" in each.message for each in found)
