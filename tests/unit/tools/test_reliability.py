# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/reliability.md."""

from __future__ import annotations

import pathlib
import re
import runpy
import typing as t

import pytest

ROOT = pathlib.Path(__file__).parents[3]
TOOL: t.Any = runpy.run_path(str(ROOT / "tests" / "tools" / "reliability.py"))
REPORT = """
<testsuites><testsuite><testcase><properties>
<property name="cost" value="('a body', 0.26, 4.04)"/><property name="cost" value="('a body', 0.14, 5.5)"/>
<property name="requests" value="(('a token', 'soap'), 7, 0.26)"/><property name="logins" value="('all', 2)"/>
<property name="cases" value="('json', 30, 12)"/>
<property name="interruptions" value="(('login', 'SIGTERM', 'controller'), 1.4, '')"/>
<property name="interruptions" value="(('login', 'SIGKILL', 'controller'), 45.0, 'session')"/>
<property name="soak" value="('soap', 24.0, 900, 47, 95, 11, 100, 36.4, 0.1)"/>
</properties></testcase></testsuite></testsuites>
"""


def test_the_tables_have_the_largest_figures(tmp_path: pathlib.Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    tables = TOOL["tables"](TOOL["measured"]([report]))
    assert tables["costs"].splitlines()[-1] == "| a body | 0.3 s | 5.5 MB |"
    assert tables["requests"].splitlines()[-1] == "| a token | SOAP | 7 | 0.3 MB |"
    assert tables["cases"].splitlines()[-1] == "| VI/JSON | 42 | 30 | 12 |"
    [name] = [each for each in tables if each.startswith("interruptions 2.")]
    assert tables[name].splitlines()[-1] == "| login | 1 s / **session** |"
    assert tables["soak"].splitlines()[-1] == "| SOAP | 24 | 900 | 47 | 95 | 11 | 100 | 36.4 MB | 0.1 MB |"
    marked = "a\n<!-- begin requests -->\nold\n<!-- end requests -->\nb"
    page = TOOL["filled"](marked, {"requests": tables["requests"]})
    assert page.splitlines()[2:4] == [
        "| the server sends | protocol | requests | memory |",
        "| --- | --- | --- | --- |",
    ]
    assert "old" not in page
    with pytest.raises(SystemExit, match="no marks for this table, costs"):
        TOOL["filled"](marked, tables)


def test_the_page_has_figures_of_all_tests() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    for name in ("cases", "costs", "requests", "logins", "interruptions 2.16", "interruptions 2.21", "soak"):
        [table] = re.findall(rf"<!-- begin {name} -->\n(.*?)<!-- end {name} -->", page, re.DOTALL)
        assert len(table.splitlines()) > 2, "run make reliability, make interruptions, or make soak"
