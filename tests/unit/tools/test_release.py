# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases: the version, a clean tree, and reproducible artifacts."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import runpy
import shutil
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[3]
TOOLS = ROOT / "tests" / "tools"
MODULE = '''\
DOCUMENTATION = r"""
module: odd
short_description: Do something
version_added: 1.0.0
description: Does something.
author: Somebody (@somebody)
options:
  old:
    description: Has been there for long.
    type: str
  new:
    description: Comes now.
    type: str
    version_added: 1.0.1
"""
'''
ARGUMENT_SPECS = """\
argument_specs:
  main:
    short_description: Do something
    version_added: 1.0.1
"""
GALAXY = """\
namespace: vsphere
name: tasks
version: 1.0.1
readme: README.md
authors: [Somebody]
repository: https://example.com
build_ignore: [tests, changelogs]
"""
README = """\
# Odd

```yaml
collections:
  - name: vsphere.tasks
    version: ">=1.0.0"
```
"""
FILES = {
    "README.md": README,
    "changelogs/changelog.yaml": 'ancestor: null\nreleases:\n  1.0.0:\n    release_date: "2026-01-01"\n',
    "changelogs/fragments/something.yml": "minor_changes: [odd - the new option ``new``.]\n",
    "galaxy.yml": GALAXY,
    "meta/runtime.yml": 'requires_ansible: ">=2.16.0"\n',
    "plugins/modules/odd.py": MODULE,
    "extensions/eda/plugins/event_source/odd.py": MODULE,
    "roles/odd/meta/argument_specs.yml": ARGUMENT_SPECS,
    "tests/tools/generate.py": 'import shutil\n\nshutil.copy("galaxy.yml", "generated")\n',
}


@pytest.fixture
def repository(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    repository = tmp_path / "repository"
    for name, text in FILES.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text, encoding="utf-8")
    for name in ("artifact.py", "release.py"):
        shutil.copy(TOOLS / name, repository / "tests" / "tools")
    shutil.copy(ROOT / "changelogs" / "config.yaml", repository / "changelogs")
    shutil.copy(ROOT / ".gitignore", repository)
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Begin")
    return repository


def git(repository: pathlib.Path, *arguments: str) -> str:
    command = [shutil.which("git") or "git", *arguments]
    return subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout


def run(tool: str, repository: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(repository / "tests" / "tools" / tool), *arguments]
    return subprocess.run(command, cwd=repository, check=False, capture_output=True, text=True)


def test_a_release_has_its_version_everywhere_and_leaves_the_tree_clean(repository: pathlib.Path) -> None:
    done = run("release.py", repository, "1.1.0", "../built")
    assert done.returncode == 0, done.stderr
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "--format=%s") == "Release 1.1.0\nBegin\n"
    assert git(repository, "tag") == ""

    assert GALAXY.replace("1.0.1", "1.1.0") == git(repository, "show", "HEAD:galaxy.yml")
    assert git(repository, "show", "HEAD:generated") == git(repository, "show", "HEAD:galaxy.yml")
    assert README.replace("1.0.0", "1.1.0") == git(repository, "show", "HEAD:README.md")
    # Released options keep their version.
    for plugin in ("plugins/modules/odd.py", "extensions/eda/plugins/event_source/odd.py"):
        assert git(repository, "show", f"HEAD:{plugin}") == MODULE.replace("1.0.1", "1.1.0")
    assert "version_added: 1.1.0" in git(repository, "show", "HEAD:roles/odd/meta/argument_specs.yml")
    changes = yaml.safe_load(git(repository, "show", "HEAD:changelogs/changelog.yaml"))["releases"]["1.1.0"]["changes"]
    assert changes == {"minor_changes": ["odd - the new option ``new``."]}
    assert "v1\\.1\\.0" in git(repository, "show", "HEAD:CHANGELOG.md")
    assert not git(repository, "ls-tree", "HEAD", "changelogs/fragments/")

    (built,) = (repository.parent / "built").iterdir()
    assert built.name == "vsphere-tasks-1.1.0.tar.gz"
    assert done.stdout.endswith(f"{hashlib.sha256(built.read_bytes()).hexdigest()}  ../built/{built.name}\n")


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.1", "such as 1.2.3"),
        ("v1.1.0", "such as 1.2.3"),
        ("1.0.0", "newer than 1.0.0"),
        ("0.9.10", "newer than 1.0.0"),
    ],
)
def test_an_odd_version_is_rejected_and_nothing_changes(repository: pathlib.Path, version: str, message: str) -> None:
    refused = run("release.py", repository, version, "../built")
    assert refused.returncode == 1
    assert message in refused.stderr
    assert git(repository, "status", "--porcelain") == ""


def test_a_release_with_uncommitted_changes_is_rejected(repository: pathlib.Path) -> None:
    (repository / "odd").touch()
    refused = run("release.py", repository, "1.1.0", "../built")
    assert refused.returncode == 1
    assert "git status" in refused.stderr


def test_a_release_of_somebody_whom_git_does_not_know_is_rejected(
    repository: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    for name, value in {"HOME": "/nowhere", "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    git(repository, "config", "user.useConfigOnly", "true")
    refused = run("release.py", repository, "1.1.0", "../built")
    assert refused.returncode == 1
    assert "user.email" in refused.stderr
    assert git(repository, "status", "--porcelain") == ""


def test_a_release_without_changes_is_rejected(repository: pathlib.Path) -> None:
    git(repository, "rm", "--quiet", "-r", "changelogs/fragments")
    git(repository, "commit", "--quiet", "--message", "Change nothing")
    refused = run("release.py", repository, "1.1.0", "../built")
    assert refused.returncode == 1
    assert "changelogs/fragments is empty" in refused.stderr


def test_a_commit_that_fails_leaves_everything_as_it_was(repository: pathlib.Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    refused = run("release.py", repository, "1.1.0", "../built")
    assert refused.returncode == 1
    assert "so everything is as it was before" in refused.stderr
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "--format=%s") == "Begin\n"
    assert (repository / "changelogs" / "fragments" / "something.yml").is_file()
    assert not (repository.parent / "built").exists()


def test_two_builds_are_identical_with_other_times_and_orders_of_files(
    repository: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build = runpy.run_path(str(TOOLS / "artifact.py"))["build"]
    other = repository.parent / "other"
    for file in sorted(repository.rglob("*"), reverse=True):
        if file.is_file() and ".git" not in file.parts:
            copy = other / file.relative_to(repository)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            os.utime(copy, (1, 1))
    builds = []
    for number, collection in enumerate((repository, other)):
        builds.append(build(collection, repository.parent / str(number)))
    first, second = (built.read_bytes() for built in builds)
    assert first == second
    # ansible-galaxy accepts the artifact and compares all checksums.
    install = ["ansible-galaxy", "collection", "install", "--offline", "--collections-path", str(repository.parent)]
    subprocess.run([*install, str(builds[0])], check=True, capture_output=True)
    installed = repository.parent / "ansible_collections" / "vsphere" / "tasks"
    assert (installed / "plugins" / "modules" / "odd.py").read_text(encoding="utf-8") == MODULE
    assert not (installed / "tests").exists()


def test_unreleased_options_have_the_version_of_the_next_release() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    changelog = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    if any((ROOT / "changelogs" / "fragments").glob("*.yml")):
        assert galaxy["version"] not in changelog["releases"], "set the version in galaxy.yml to the next minor release"
    known = {galaxy["version"], *changelog["releases"]}
    plugins = (file for folder in ("plugins", "extensions") for file in (ROOT / folder).rglob("*.py"))
    for file in (*plugins, *(ROOT / "roles").glob("*/meta/argument_specs.yml")):
        for version in re.findall(r"version_added: *['\"]?([^\s'\"]+)", file.read_text(encoding="utf-8")):
            assert version in known, f"{file}: give the next release the version {version} in galaxy.yml, or change it"
