# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of the event source, which leave nothing behind."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from eda_runs import Runs


@pytest.fixture
def runs(server: t.Any, tmp_path: pathlib.Path) -> t.Iterator[Runs]:
    """The runs end before the servers are checked for open sessions."""
    started = Runs(tmp_path)
    yield started
    started.stop()
