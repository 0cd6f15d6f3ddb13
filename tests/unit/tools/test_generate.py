# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated texts: they are current, and the check finds differences."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from ansible.parsing.dataloader import DataLoader

ROOT = pathlib.Path(__file__).parents[3]
SPECS = "plugins/module_utils/_wait/_wait_options.py"
CONNECTION_SPECS = "plugins/module_utils/_connection/_options.py"
FRAGMENT = "plugins/doc_fragments/wait.py"
CALLBACK = "plugins/callback/vcenter_task.py"
MODULE = "plugins/modules/vsphere_task_wait.py"
FILTER = "plugins/filter/task_report.py"
README = "roles/wait_for_task/README.md"
REPORT = "roles/task_report/README.md"
ARGUMENT_SPECS = "roles/wait_for_task/meta/argument_specs.yml"
DEFAULTS = "roles/wait_for_task/defaults/main.yml"


@pytest.fixture
def copy(tmp_path: pathlib.Path) -> pathlib.Path:
    folders = ("benchmarks", "docs", "examples", "extensions", "playbooks", "plugins", "roles")
    tests = (
        "tests/integration/targets/connection",
        *(f"tests/{name}" for name in ("mutation", "recordings", "tools", "vcenter")),
    )
    for name in (*folders, *tests):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("CONTRIBUTING.md", "README.md", "galaxy.yml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def generate(copy: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(copy / "tests" / "tools" / "generate.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def change(file: pathlib.Path, pattern: str, replacement: str) -> None:
    changed, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"))
    assert count, f"{pattern} is not in {file}"
    file.write_text(changed, encoding="utf-8")


def test_generated_texts_are_current(copy: pathlib.Path) -> None:
    found = generate(copy, "--check")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", ""), "run make format"


def test_a_guide_has_the_tables_of_the_same_run(copy: pathlib.Path) -> None:
    change(
        copy / "docs" / "reliability.md",
        r"(?s)(<!-- begin outcome cases -->\n).*?(<!-- end outcome cases -->)",
        r"\1\2",
    )
    assert generate(copy).returncode == 0
    found = generate(copy, "--check")
    assert (found.returncode, found.stdout) == (0, "")


CHANGES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    # In a spec: a default, choices, a type, and a default of the connection.
    (
        SPECS,
        r'("timeout": .*"default": )3600',
        r"\g<1>1234",
        {FRAGMENT: "    default: 1234", DEFAULTS: "wait_for_task_timeout: 1234", README: "Defaults to `1234`."},
    ),
    (
        SPECS,
        r'\["all", "any"\]',
        '["all", "any", "odd"]',
        {MODULE: "    choices: [all, any, odd]", ARGUMENT_SPECS: "or V(odd).", README: "or `odd`."},
    ),
    (
        SPECS,
        r'("cancel_timeout": {"type": )"int"',
        r'\1"float"',
        {FRAGMENT: "    type: float", ARGUMENT_SPECS: "        type: float"},
    ),
    (
        CONNECTION_SPECS,
        r'("validate_certs": .*"default": )True',
        r"\1False",
        {CALLBACK: "    default: 'false'", "plugins/doc_fragments/connection.py": "    default: false"},
    ),
    # A text.
    (
        FRAGMENT,
        r"(  on_error:\n    description:\s+(?:- )?)",
        r"\1Odd O(timeout), V(a|b), RV(tasks), and this module. ",
        {
            ARGUMENT_SPECS: "Odd O(wait_for_task_timeout), V(a|b), C(wait_for_task_result.tasks), and this role.",
            README: r"Odd `wait_for_task_timeout`, `a\|b`, `wait_for_task_result.tasks`, and this role.",
        },
    ),
    # A manual change of generated text.
    (FRAGMENT, "default: 60", "default: 1", {FRAGMENT: "    default: 60"}),
    (DEFAULTS, "timeout: 60", "timeout: 1", {DEFAULTS: "wait_for_task_cancel_timeout: 60"}),
    (README, "Defaults to `30`", "", {README: "Defaults to `30`."}),
)


@pytest.mark.parametrize("role", ["task_report", "wait_for_task"])
def test_the_page_of_a_role_contains_all_options(role: str) -> None:
    data = DataLoader().load_from_file(str(ROOT / "roles" / role / "meta" / "argument_specs.yml"))
    page = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    for name in data["argument_specs"]["main"]["options"]:
        assert page.count(f"\n| `{name}` | ") == 1, name


def test_the_contents_link_everything(copy: pathlib.Path) -> None:
    page = copy / "README.md"
    page.write_text("# Head\n\n<!-- begin contents -->\nold\n<!-- end contents -->\n\nTail\n", encoding="utf-8")
    assert generate(copy).returncode == 0
    text = page.read_text(encoding="utf-8")
    assert re.fullmatch(r"# Head\n\n<!-- begin contents -->\n(\|.*\n)+<!-- end contents -->\n\nTail\n", text)
    linked = re.findall(r"\[`(\w+)`\]\(https://\S+/blob/main/(\S+)\) \| \w", text)
    modules = [(file.stem, f"plugins/modules/{file.name}") for file in sorted((ROOT / "plugins/modules").glob("*.py"))]
    filters = [(name, f"plugins/filter/{name}.py") for name in ("answer", "entity", "line", "task_report")]
    names = sorted(file.stem for file in (ROOT / "playbooks").glob("[a-z]*.yml"))
    playbooks = [(name, f"playbooks/{name}.yml") for name in names]
    roles = [("task_report", REPORT), ("wait_for_task", README)]
    source = ("tasks", "extensions/eda/plugins/event_source/tasks.py")
    assert linked == [*modules, ("vcenter_task", CALLBACK), source, *filters, *roles, *playbooks]


def test_every_change_is_shown_and_then_written(copy: pathlib.Path) -> None:
    for file, pattern, replacement, _shown in CHANGES:
        change(copy / file, pattern, replacement)
    found = generate(copy, "--check")
    assert found.returncode == 1, found.stderr
    differences = dict(re.findall(r"^\+\+\+ (\S+)(.*?)(?=^--- |\Z)", found.stdout, re.DOTALL | re.MULTILINE))
    for *_change, shown in CHANGES:
        for file, line in shown.items():
            assert re.search(rf"^\+.*{re.escape(line)}", differences[file], re.MULTILINE), differences[file]
    assert generate(copy).returncode == 0
    assert generate(copy, "--check").returncode == 0


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "message"),
    [
        pytest.param(SPECS, r"(\nWAIT_SPEC: .* = {)", r'\1"odd": {"type": "str"},', "odd", id="no description"),
        pytest.param(MODULE, r"\noptions:\n", r"\g<0>  odd:\n    description: Odd.\n", "odd", id="no spec"),
        pytest.param(CONNECTION_SPECS, "VMWARE_PORT", "VMWARE_ODD", "VMWARE_ODD", id="other environment variable"),
        pytest.param(MODULE, r'progress_file(?=:\n|": {)', "odd", "no variable", id="not in the role"),
        pytest.param(README, "(begin|end) wait options", r"\1 odd options", "odd options", id="unknown table"),
    ],
)
def test_a_missing_text_is_reported(
    copy: pathlib.Path, file: str, pattern: str, replacement: str, message: str
) -> None:
    change(copy / file, pattern, replacement)
    found = generate(copy, "--check")
    assert found.returncode == 1
    assert message in found.stderr
    assert "Traceback" not in found.stderr
