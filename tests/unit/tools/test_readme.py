# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The links, pictures, and figures in README.md. tests/tools/readme.py runs its commands and playbooks."""

from __future__ import annotations

import json
import pathlib
import re
import statistics

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPOSITORY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
RAW = REPOSITORY.replace("https://github.com", "https://raw.githubusercontent.com") + "/main/"
PAGES = [
    page
    for pattern in ("*.md", "benchmarks/*.md", "docs/**/*.md", "roles/*/*.md", "tests/**/*.md")
    for page in sorted(ROOT.glob(pattern))
    if "output" not in page.parts
]


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: pathlib.Path) -> set[str]:
    """The anchors that GitHub creates from the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def local(link: str, page: pathlib.Path) -> str | None:
    """A link as a path below the root, with its anchor, or None if it leads out of the repository."""
    for prefix in (f"{REPOSITORY}/blob/main/", RAW):
        if link.startswith(prefix):
            return link[len(prefix) :]
    if link.startswith(f"{REPOSITORY}#"):
        return link.replace(REPOSITORY, "README.md")
    if link.startswith("https://"):
        return None
    path, mark, anchor = link.partition("#")
    target = page.parent / path if path else page
    return f"{target.resolve().relative_to(ROOT)}{mark}{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(page: pathlib.Path) -> None:
    for link in links(page.read_text(encoding="utf-8")):
        path, _mark, anchor = (local(link, page) or "").partition("#")
        assert (ROOT / path).exists(), link
        assert not anchor or anchor in anchors(ROOT / path), link


def test_links_of_the_landing_page_work_on_galaxy() -> None:
    assert [link for link in links(README) if not link.startswith("https://")] == []


def test_pictures_are_small_and_described() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", README)
    assert len(pictures) == 3
    for description, link in pictures:
        assert len(description) > 50
        assert (ROOT / link[len(RAW) :]).stat().st_size <= 300_000, link


def test_recording_shows_the_demonstration() -> None:
    recording = (ROOT / "docs" / "images" / "demo.svg").read_text(encoding="utf-8").replace("\xa0", " ")
    [play] = yaml.safe_load((ROOT / "examples" / "demo.yml").read_text(encoding="utf-8"))
    missing = [task["name"] for task in play["tasks"] if f"TASK [{task['name']}]" not in recording]
    assert missing == [], "renew it: make screencast"
    assert re.search(r"CloneVM_Task on DC0_H0_VM0: running \d+ %", recording)


def test_figures_are_those_of_the_last_measurement() -> None:
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert f"Measured on {results['machine']['date']} with" in README
    rows = re.findall(r"^\| (.+?) \| (\d.* m?s) \|$", README, re.MULTILINE)
    assert {name for name, _cells in rows} >= {"vsphere.tasks, VI/JSON", "vmware.vmware", "community.vmware"}
    for name, cells in rows:
        lengths = results["lateness"].values()
        assert cells.split(" | ") == [rounded(statistics.median(each["waiters"][name]["returned"])) for each in lengths]


def rounded(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
