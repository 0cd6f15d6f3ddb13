# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pytest plugin for mutmut: each test runs all code that it needs, and the fast tests run first.

mutmut forks a process for each mutant after it has run all tests. A cached result would hide what a mutant does.
"""

from __future__ import annotations

import sys

import pytest
from mutmut.state import state

COLLECTION = "ansible_collections.vsphere.tasks.plugins."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    seconds = state().duration_by_test
    items.sort(key=lambda item: seconds.get(item.nodeid, 0))


def pytest_runtest_setup() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith(COLLECTION):
            for each in vars(module).values():
                if hasattr(each, "cache_clear"):
                    each.cache_clear()
