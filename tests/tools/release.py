# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the commit of a release, and its artifact; docs/releasing.md has the steps before and after:

`python tests/tools/release.py VERSION FOLDER`
"""

import re
import subprocess
import sys
from collections.abc import Set
from pathlib import Path

import artifact
import yaml

VERSION = re.compile(r"^(version: )(.+)$", re.MULTILINE)
VERSION_ADDED = re.compile(r"^( *version_added: )(.+)$", re.MULTILINE)
VERSION_TO_INSTALL = re.compile(r'^( *version: ">=)([^"]+)', re.MULTILINE)


def main(version: str, folder: str) -> int:
    earlier = released()
    refuse_unfit(version, earlier)
    write(version, Path("galaxy.yml"), VERSION)
    write(version, Path("README.md"), VERSION_TO_INSTALL)
    for file in documented():
        write(version, file, VERSION_ADDED, keep=earlier)
    try:
        commit(version)
    except subprocess.CalledProcessError as error:
        subprocess.run(["git", "reset", "--quiet", "--hard", "HEAD"], check=True)
        sys.exit(f"{error}, so everything is as it was before")
    return artifact.main(folder)


def commit(version: str) -> None:
    for command in (
        ["antsibull-changelog", "release"],
        [sys.executable, str(Path(__file__).with_name("generate.py"))],
        ["git", "add", "--all"],
        ["git", "commit", "--quiet", "--message", f"Release {version}"],
    ):
        subprocess.run(command, check=True)


def released() -> Set[str]:
    changelog = yaml.safe_load(Path("changelogs", "changelog.yaml").read_text(encoding="utf-8"))
    return set(changelog["releases"])


def refuse_unfit(version: str, earlier: Set[str]) -> None:
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
        sys.exit(f"VERSION={version}: must be a version such as 1.2.3")
    for other in earlier:
        if numbers(other) >= numbers(version):
            sys.exit(f"VERSION={version}: must be newer than {other}, which is released")
    if subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True).stdout:
        sys.exit("Commit or remove what git status shows: it would become part of the release")
    if subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], check=False, capture_output=True).returncode:
        sys.exit("git does not know who you are: set user.name and user.email with git config")
    if not any(Path("changelogs", "fragments").glob("*.yml")):
        sys.exit("changelogs/fragments is empty: add a fragment")


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def documented() -> list[Path]:
    """The files that can say since which version something is there."""
    plugins = (file for folder in ("plugins", "extensions") for file in Path(folder).rglob("*.py"))
    return [*plugins, *Path("roles").glob("*/meta/argument_specs.yml")]


def write(version: str, file: Path, pattern: re.Pattern[str], keep: Set[str] = frozenset()) -> None:
    text = file.read_text(encoding="utf-8")
    text = pattern.sub(lambda match: match[0] if match[2] in keep else f"{match[1]}{version}", text)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
