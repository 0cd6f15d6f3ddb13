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
