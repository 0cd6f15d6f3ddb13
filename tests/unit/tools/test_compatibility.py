# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/compatibility.md says is what the recordings show."""

from __future__ import annotations

import pathlib
import re
import runpy

ROOT = pathlib.Path(__file__).parents[3]
TOOL = runpy.run_path(str(ROOT / "tests" / "tools" / "compatibility.py"))


def test_the_page_is_made_of_the_recordings() -> None:
    text = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert TOOL["page"](text) == text, "run make compatibility"


def test_everything_recorded_says_where_it_is_from() -> None:
    for recorded in TOOL["recordings"]():
        for entry in TOOL["entries"](recorded):
            assert ("source" in entry) != ("belief" in entry), entry


def test_samples_of_results_are_as_recorded_servers_have_them() -> None:
    known = {str(recorded["product"]) for recorded in TOOL["recordings"]()}
    for module in (ROOT / "plugins" / "modules").glob("*.py"):
        [result] = re.findall(r'^RETURN = r"""(.*?)^"""', module.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        assert set(re.findall(r"VMware vCenter .*build-\d+", result)) <= known, module
        # As user@domain, only a login has them.
        assert not re.findall(r"\w@[\w.]+", result), module
