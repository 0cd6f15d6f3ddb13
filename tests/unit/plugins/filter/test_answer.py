# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty answers to a survey, and answers that only look empty."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.filter.answer import FilterModule

answer = FilterModule().filters()["answer"]


@pytest.mark.parametrize("given", [None, "", " \n", [], {}])
def test_an_empty_answer_is_replaced(given: t.Any) -> None:
    assert answer(given, "default") == "default"
    assert answer(given) is None


@pytest.mark.parametrize("given", [0, False, "0", "no", ["web"], {"name": "web"}, [""]])
def test_any_other_answer_is_kept(given: t.Any) -> None:
    assert answer(given, "default") is given


def test_spaces_around_an_answer_are_removed() -> None:
    assert answer(" DC0/vm/web 01\r\n", "default") == "DC0/vm/web 01"
