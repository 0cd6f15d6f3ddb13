# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guides in Markdown, which become pages for antsibull-docs."""

from __future__ import annotations

import pathlib
import runpy
import shutil

import pytest

TOOL = pathlib.Path(__file__).parents[3] / "tests" / "tools" / "guides.py"
# In two parts, because a file can have only one license.
LICENSE = "SPDX-License-" + "Identifier: GPL-3.0-or-later"
NOTICE = f"<!--\n{LICENSE}\n-->\n"
FIRST = """
# First guide

Read [the `second` guide](second.md), [a *part* of it](second.md#what-you-do), [this](#when) and [that](../plays/a.yml).
A [page](https://example.com/a#b) and [a line](../plays/a.yml#L1).

## When

<!-- a mark -->
| a | b |
| --- | --- |
| `c` | [d](second.md) |
"""
FIRST_PAGE = f"""\
..
   {LICENSE}
   make format generates this page from docs/first.md.

.. _ansible_collections.vsphere.tasks.docsite.first:

First guide
===========

Read :ref:`the second guide <ansible_collections.vsphere.tasks.docsite.second>`,
:ref:`a part of it <ansible_collections.vsphere.tasks.docsite.second.what-you-do>`,
:ref:`this <ansible_collections.vsphere.tasks.docsite.first.when>` and
`that <https://example.com/repository/blob/main/plays/a.yml>`__. A `page <https://example.com/a#b>`__ and
`a line <https://example.com/repository/blob/main/plays/a.yml#L1>`__.

.. _ansible_collections.vsphere.tasks.docsite.first.when:

When
----

===== ===========================================================
a     b
===== ===========================================================
``c`` :ref:`d <ansible_collections.vsphere.tasks.docsite.second>`
===== ===========================================================
"""
SECOND = """
# Second guide

## What you do

- Write:

  ```yaml
  a: 1
  ```
"""
SECOND_PAGE = f"""\
..
   {LICENSE}
   make format generates this page from docs/second.md.

.. _ansible_collections.vsphere.tasks.docsite.second:

Second guide
============

.. _ansible_collections.vsphere.tasks.docsite.second.what-you-do:

What you do
-----------

- Write:

  .. code:: yaml

     a: 1
"""


def pages(root: pathlib.Path, first: str) -> dict[str, str]:
    files = {
        "docs/first.md": NOTICE + first,
        "docs/second.md": NOTICE + SECOND,
        "docs/other.md": "# No guide\n",
        "docs/docsite/extra-docs.yml": "sections: [{title: Guides, toctree: [first, second]}]\n",
        "galaxy.yml": "repository: https://example.com/repository\n",
        "plays/a.yml": "",
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    tool = root / "tests" / "tools" / TOOL.name
    tool.parent.mkdir(parents=True)
    shutil.copy(TOOL, tool)
    written: dict[pathlib.Path, str] = runpy.run_path(str(tool))["files"]()
    return {str(file.relative_to(root)): text for file, text in written.items()}


def test_guides_become_pages_with_links_to_each_other_and_to_the_repository(tmp_path: pathlib.Path) -> None:
    assert pages(tmp_path, FIRST) == {
        "docs/docsite/rst/first.rst": FIRST_PAGE,
        "docs/docsite/rst/second.rst": SECOND_PAGE,
    }


@pytest.mark.parametrize("target", ["second.md#odd", "#odd", "odd.md", "../plays/odd.yml"])
def test_a_broken_link_is_rejected(tmp_path: pathlib.Path, target: str) -> None:
    with pytest.raises(SystemExit, match=f"docs/first.md: {target}: a link to nothing"):
        pages(tmp_path, f"\n# First guide\n\n[Odd]({target})\n")
