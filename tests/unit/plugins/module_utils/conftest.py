# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of several packages."""

from __future__ import annotations

import gc
import signal
import typing as t

import pytest

from .running import Module
from .wire import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> t.Iterator[Module]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)}
    yield Module(monkeypatch, capsys)
    gc.unfreeze()
    for number, handler in before.items():
        signal.signal(number, handler)
