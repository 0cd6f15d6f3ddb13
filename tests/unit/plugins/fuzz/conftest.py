# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seed and the number of the cases, with which a failure can be repeated. Warnings do not reach other tests."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common import warnings

from .given import RAN, SEED


@pytest.fixture(autouse=True)
def _keep_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible collects the warnings of a process, which is one run of a module elsewhere."""
    monkeypatch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())


@pytest.fixture(autouse=True)
def _report_cases(record_property: t.Callable[[str, object], None]) -> t.Iterator[None]:
    """For the table in docs/reliability.md."""
    before = dict(RAN)
    yield
    for name in [name for name in RAN if name not in before]:
        record_property("fuzz", (name, RAN[name]))


def pytest_terminal_summary(terminalreporter: t.Any) -> None:
    if RAN:
        ran = ", ".join(f"{name} {count}" for name, count in sorted(RAN.items()))
        terminalreporter.write_line(f"fuzz: {sum(RAN.values())} cases ({ran}), FUZZ_SEED={SEED}")
