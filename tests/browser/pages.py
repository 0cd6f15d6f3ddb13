# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens reports in headless Chromium. No page can report an error or load anything else without failing its test."""

from __future__ import annotations

import contextlib
import os
import pathlib
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.filter.task_report import task_report
from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from samples import Task


@contextlib.contextmanager
def chromium() -> t.Iterator[Browser]:
    """The headless Chromium of the package, with the libraries in it for machines without them."""
    folder = pathlib.Path(os.environ["CHROMIUM"])
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder / "lib")}
    with sync_playwright() as playwright:
        # Chromium's sandbox requires privileges that root in a container does not have.
        browser = playwright.chromium.launch(
            executable_path=folder / "chromium", args=["--no-sandbox"], env=environment
        )
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session", name="browser")
def _browser() -> t.Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Opened:
    """A report on a page of the browser, and the problems of the page."""

    def __init__(self, page: Page, file: pathlib.Path) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("console", lambda message: self.problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self._note(request.url))
        self._address = file.as_uri()
        page.goto(self._address)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has shown everything that fits the filter."""
        self.page.locator("body[aria-busy=false]").wait_for()

    def _dismiss(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, address: str) -> None:
        if address != self._address:
            self.problems.append(f"request: {address}")

    def cells(self, table: str, column: int) -> list[str]:
        """The texts in a column of a table."""
        self.settle()
        texts: list[str] = self.page.locator(f"#{table} tbody tr td:nth-child({column})").all_inner_texts()
        return texts


def colored(report: Opened, color: str, chart: str = "timeline") -> int:
    """The number of pixels that a chart has in one of the colors of the style sheet."""
    count = report.page.evaluate(
        """([chart, color]) => {
            const canvas = document.querySelector(`#${chart} canvas`);
            // A chart that shows nothing has none.
            if (!canvas) return 0;
            const probe = document.body.appendChild(document.createElement("span"));
            probe.style.color = `var(--${color})`;
            const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
            probe.remove();
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, width, height);
            let found = 0;
            for (let at = 0; at < data.length; at += 4)
                if (wanted.every((value, index) => data[at + index] === value)) found++;
            return found;
        }""",
        [chart, color],
    )
    return int(count)


class Open(t.Protocol):
    def __call__(self, *tasks: Task, **context: t.Any) -> Opened:
        raise NotImplementedError


@pytest.fixture
def open_report(browser: Browser, tmp_path: pathlib.Path) -> t.Iterator[Open]:
    """Opens a report of these tasks, or of these results."""
    opened: list[Opened] = []

    def open_report(
        *tasks: Task, results: list[t.Any] | None = None, unread: tuple[str, ...] = (), **context: t.Any
    ) -> Opened:
        file = tmp_path / "report.html"
        given = results or [{"server": "vc1.example.com", "tasks": list(tasks)}]
        file.write_text(task_report(given, title="A report", unread=unread), encoding="utf-8")
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", "timezone_id": "UTC", **context}
        page = browser.new_context(**settings).new_page()
        page.set_default_timeout(5_000)
        opened.append(Opened(page, file))
        return opened[-1]

    yield open_report
    for each in opened:
        each.page.context.close()
        assert each.problems == []
