# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seed and the number of the cases, with which a failure can be repeated."""

from __future__ import annotations

import typing as t

from .given import RAN, SEED


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    if RAN:
        ran = ", ".join(f"{name} {count}" for name, count in sorted(RAN.items()))
        terminalreporter.write_line(f"fuzz: {sum(RAN.values())} cases ({ran}), FUZZ_SEED={SEED}")
