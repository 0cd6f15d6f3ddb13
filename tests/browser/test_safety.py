# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of the server: they remain texts, and the page can only show them."""

from __future__ import annotations

import re

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._report import _formats
from pages import Open
from samples import task

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "--><svg onload=alert(1)>",
    "'\"><iframe src=javascript:alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "{a|b} ${alert(1)} @DATA@ %SCRIPT%",
    "line\u2028separator\u0000\ud800",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_of_the_server_is_shown_as_it_is(open_report: Open, text: str) -> None:
    error = {"type": text, "message": text, "messages": [text], "cause": None}
    hostile = task(
        1,
        state="error",
        operation=text,
        name=text,
        entity_name=text,
        entity={"type": text, "moid": text},
        reason={"type": text, "user_name": text},
        reason_label=text,
        error=error,
        description={"message": text},
        activation_id=text,
        change_tag=text,
    )
    report = open_report(
        results=[{"server": text, "tasks": [hostile, task(2)], "api": {"product": text}}, {"msg": text}]
    )
    page = report.page
    shown = page.locator("#tasks-table tbody").evaluate("body => body.textContent")
    # A single half of a surrogate pair has no other form.
    assert text.replace("\ud800", "") in shown.replace("\ud800", "").replace("\ufffd", "")
    for group in ("entity", "user", "operation", "host", "vCenter"):
        page.get_by_label("Group by").select_option(group)
    page.locator("#tasks-table tbody .link").first.click()
    for x in range(250, 1000, 150):
        page.locator("#timeline").hover(position={"x": x, "y": 40})
    # The page's own scripts: the data, and the program.
    assert page.locator("img, iframe, svg, script").count() == 2


def test_the_policy_forbids_everything_else(open_report: Open) -> None:
    report = open_report(task(1))
    blocked = report.page.evaluate(
        """async () => {
            const blocked = [];
            document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.head.append(script);
            const box = document.createElement("div");
            box.innerHTML = "<b onclick='window.ran = true' style='color: red'></b>";
            box.firstChild.click();
            await fetch("https://example.com/").catch(() => {});
            const image = new Image();
            image.src = "https://example.com/x.png";
            await new Promise((done) => setTimeout(done, 100));
            return [[...new Set(blocked)].sort(), window.ran ?? false];
        }"""
    )
    assert blocked == [
        ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-attr"],
        False,
    ]
    # Each of these is a message on the console.
    assert len(report.problems) >= 5
    report.problems.clear()


def test_the_page_has_no_handlers_and_no_addresses() -> None:
    page = _formats.PAGE.read_text(encoding="utf-8")
    head, script = page.split("<script>")
    assert not re.search(r"<[^>]*\son\w+=", head)
    assert not re.search(r"\s(src|href|style)=", head)
    assert "eval(" not in script
    assert "new Function" not in script
    assert page.count("@DATA@") == 1
