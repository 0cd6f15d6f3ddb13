# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of a server as a line of output."""

from __future__ import annotations

from ansible_collections.vsphere.tasks.plugins.filter.line import FilterModule


def test_a_text_becomes_one_line() -> None:
    line = FilterModule().filters()["line"]
    assert line("web\x1b[31m-01\u202e\nforged") == "web[31m-01 forged"
    assert line(None) == "None"
