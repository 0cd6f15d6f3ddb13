# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pytest plugin for mutmut: each test runs all code that it needs, and the fast tests run first.

mutmut forks a process for each mutant after it has run all tests. A cached result would hide the effect of a mutant.
"""

from __future__ import annotations

import functools
import typing as t
import weakref

import pytest
from mutmut.state import state

CACHE = functools.cache
caches: weakref.WeakSet[t.Any] = weakref.WeakSet()


def known_cache(function: t.Callable[..., t.Any]) -> t.Any:
    """A cache of functools that each test finds empty."""
    made = CACHE(function)
    caches.add(made)
    return made


def pytest_configure() -> None:
    pytest.MonkeyPatch().setattr(functools, "cache", known_cache)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seconds = state().duration_by_test
    items.sort(key=lambda item: seconds.get(item.nodeid, 0))


def pytest_runtest_setup() -> None:
    for each in caches:
        each.cache_clear()
