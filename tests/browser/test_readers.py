# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers with other needs and devices: axe-core, keyboard, dark and small screens, and paper."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from pages import Open, Opened, colored
from playwright.sync_api import expect
from samples import many, task, timed, unfinished

AXE = pathlib.Path(os.environ["AXE"]).read_text(encoding="utf-8")
LOOKS: dict[str, dict[str, t.Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}


def violations(report: Opened) -> list[str]:
    found = report.page.evaluate(f"{AXE}; axe.run()")
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(open_report: Open, look: str) -> None:
    results = [
        {"server": "vc1", "tasks": [*many(100), *unfinished()]},
        {"server": "vc2", "msg": "No route to host"},
    ]
    report = open_report(results=results, **LOOKS[look])
    assert violations(report) == []
    report.page.get_by_text("Table", exact=True).click()
    report.page.locator("#tasks-table tbody .link").first.click()
    assert violations(report) == []


def test_the_chosen_colors_beat_those_of_the_system(open_report: Open) -> None:
    report = open_report(task(1), color_scheme="dark")
    page = report.page

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    dark = background()
    page.locator("#theme").select_option("light")
    assert background() != dark
    page.locator("#theme").select_option("dark")
    assert background() == dark


@pytest.mark.parametrize("width", [320, 360, 768])
def test_a_small_screen_needs_no_sideways_scrolling(open_report: Open, width: int) -> None:
    report = open_report(*many(300), viewport={"width": width, "height": 700})
    assert report.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_everything(open_report: Open) -> None:
    report = open_report(*many(30))
    reached = set()
    for _press in range(120):
        report.page.keyboard.press("Tab")
        reached.add(report.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {
        "search",
        "server",
        "operation",
        "user",
        "clear",
        "theme",
        "group",
        "timeline",
        "zoom-in",
        "limit",
    } - reached <= {
        "server"  # hidden, because there is only one
    }
    assert {"Duration", "Reason"} <= reached


def focused(report: Opened) -> str:
    return str(report.page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_focus_returns_to_what_opened_the_details(open_report: Open) -> None:
    report = open_report(*(timed(number, 0, 0, 1000, operation=f"Task {number}") for number in range(1, 4)))
    table, close = report.page.locator("#tasks-table"), report.page.get_by_role("button", name="Close")
    table.get_by_role("button", name="Task 2").press("Enter")
    report.page.locator("#companions").get_by_role("button", name="Task 3").press("Enter")
    close.press("Enter")
    assert focused(report) == "Task 2"
    report.page.locator("#timeline").click(position={"x": 600, "y": 40})
    close.press("Enter")
    assert focused(report) == "timeline"
    table.get_by_role("button", name="Task 2").press("Enter")
    table.get_by_role("button", name="Entity").press("Enter")
    close.press("Enter")
    assert focused(report) == "timeline", "the button is no longer there"


def test_focus_stays_on_the_button_of_a_failure(open_report: Open) -> None:
    errors = [{"type": "HostNotConnected", "message": message} for message in ("One.", "Two.", "Two.")]
    report = open_report(*(task(number, state="error", error=error) for number, error in enumerate(errors)))
    report.page.locator("#failures-table").get_by_role("button", name="1 task").press("Enter")
    assert report.cells("failures-table", 1) == ["One."]
    assert focused(report) == "1 task"


def test_a_printed_report_has_the_content_without_the_controls(open_report: Open) -> None:
    report = open_report(*many(30), color_scheme="dark")
    page = report.page
    page.locator("#tasks-table tbody .link").first.click()
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    assert page.locator("#tasks-table table").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#tasks-table tbody tr").count() == 30
    assert page.locator("#facts").is_visible()
    text = page.evaluate("getComputedStyle(document.body).color")
    assert text == "rgb(23, 33, 43)"


def test_a_table_is_on_the_same_page_after_printing(open_report: Open) -> None:
    report = open_report(*(task(number) for number in range(1, 61)))
    page = report.page
    page.locator("#tasks-table").get_by_role("button", name="Next").click()
    page.emulate_media(media="print")
    expect(page.locator("#tasks-table tbody tr")).to_have_count(60)
    page.emulate_media(media="screen")
    expect(page.locator("#tasks-table .pages span")).to_have_text("26 to 50 of 60 tasks")


def test_charts_are_light_before_a_browser_prints_them(open_report: Open) -> None:
    report = open_report(timed(1, 0, 0, 1000), color_scheme="dark")

    def look(event: str) -> tuple[str, bool]:
        """The color of texts after that event, and whether the timeline is in the same theme."""
        report.page.evaluate("event => dispatchEvent(new Event(event))", event)
        text = str(report.page.evaluate("getComputedStyle(document.body).color"))
        return text, colored(report, "success") > 500

    # Firefox copies the charts before it uses the style of paper.
    assert look("beforeprint") == ("rgb(23, 33, 43)", True)
    assert look("afterprint") == ("rgb(232, 237, 242)", True)
