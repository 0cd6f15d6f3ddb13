# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the pictures of the report for README.md and its guide: `python tests/browser/screenshots.py FOLDER`."""

import base64
import sys
import tempfile
from pathlib import Path

from ansible_collections.vsphere.tasks.plugins.filter.task_report import task_report
from pages import chromium
from playwright.sync_api import Page
from samples import many, unfinished

API = {"product": "VMware vCenter Server 9.0.0"}
# For each picture, the look of the page, its height, the element at the top, and whether the slowest task is chosen.
PICTURES = {
    "report": ("light", 900, "#filters", False),
    "report-dark": ("dark", 1160, "#timeline-title", True),
}
TO_WEBP = """async (png) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
}"""


def content() -> str:
    results = [
        {"server": f"vc{number}.example.com", "tasks": [*many(600, number), *unfinished(number)], "api": API}
        for number in (1, 2)
    ]
    return task_report(results, title="Tasks of the night")


def webp(png: bytes, blank: Page) -> bytes:
    """A picture in a format that needs a fifth of the space. The browser can convert it."""
    encoded = blank.evaluate(TO_WEBP, base64.b64encode(png).decode("ascii"))
    return base64.b64decode(encoded)


def main(folder: str) -> None:
    with tempfile.TemporaryDirectory() as temporary, chromium() as browser:
        file = Path(temporary, "report.html")
        file.write_text(content(), encoding="utf-8")
        for name, (scheme, height, top, is_chosen) in PICTURES.items():
            size = {"width": 1280, "height": height}
            context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-US", timezone_id="UTC")
            page = context.new_page()
            page.goto(file.as_uri())
            page.locator("body[aria-busy=false]").wait_for()
            if is_chosen:
                page.locator("#operations-table tbody .link").first.click()
                page.locator("#group").select_option("host")
                page.locator("#reveal").click()
            page.locator(top).evaluate("element => element.scrollIntoView()")
            png = page.screenshot()
            page.goto("about:blank")
            Path(folder, f"{name}.webp").write_bytes(webp(png, page))


if __name__ == "__main__":
    main(*sys.argv[1:])
