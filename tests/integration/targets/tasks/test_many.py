# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""More tasks than one answer of the server contains."""

from __future__ import annotations

import typing as t

import pytest

READ_ON = "PropertyCollector.ContinueRetrievePropertiesEx"
READ_ALL = "PropertyCollector.RetrieveProperties"


@pytest.mark.parametrize("may", [True, False])
def test_many_tasks_are_read_completely(vcenter: t.Any, may: bool) -> None:
    """From 7.0.3.2 to 8.0.2, a user without a role on the root folder gets only the first page."""
    ids = vcenter.create_many(250, state="success")
    if not may:
        vcenter.fault("fault", f"{READ_ON.partition('.')[2]}$", fault={"_typeName": "NoPermission"}, count=9)
    result = vcenter.run("info", task_ids=ids)
    assert not result["failed"], result
    assert [task["id"] for task in result["tasks"]] == ids
    calls = vcenter.requests()
    assert (calls.count(READ_ON), calls.count(READ_ALL)) == ((2, 0) if may else (1, 1))
