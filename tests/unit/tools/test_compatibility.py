# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The agreement of docs/compatibility.md with the recordings."""

from __future__ import annotations

import pathlib
import re
import runpy

ROOT = pathlib.Path(__file__).parents[3]
TOOL = runpy.run_path(str(ROOT / "tests" / "tools" / "compatibility.py"))


def test_the_page_is_generated_from_the_recordings() -> None:
    text = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert TOOL["page"](text) == text, "run make compatibility"


def test_each_recorded_entry_has_a_source_or_is_a_belief() -> None:
    for recorded in TOOL["recordings"]():
        for entry in TOOL["entries"](recorded):
            assert ("source" in entry) != ("belief" in entry), entry


def test_samples_of_results_contain_only_recorded_products() -> None:
    known = {str(recorded["product"]) for recorded in TOOL["recordings"]()}
    for module in (ROOT / "plugins" / "modules").glob("*.py"):
        [result] = re.findall(r'^RETURN = r"""(.*?)^"""', module.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        assert set(re.findall(r"VMware vCenter .*build-\d+", result)) <= known, module
        # Only a login has users in the form user@domain.
        assert not re.findall(r"\w@[\w.]+", result), module
