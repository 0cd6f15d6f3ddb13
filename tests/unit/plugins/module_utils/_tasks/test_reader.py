# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading tasks as objects."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from ..wire import Wire, connect, reader_of


@pytest.mark.parametrize(
    "odd", ["x", [{"key": 1}], {"_value": None}, {"_value": [None]}, {"_value": [{}]}, {"_value": [{"key": {}}]}]
)
@pytest.mark.parametrize("path", ["availableField", "value"])
def test_custom_values_that_cannot_be_read_cost_no_task(monkeypatch: t.Any, path: str, odd: t.Any) -> None:
    props = {
        "info": {"task": reference("Task", "task-1"), "key": "task-1", "state": "running"},
        "availableField": {"_value": [{"key": 1, "name": "a", "type": "string"}]},
        "value": {"_value": [{"key": 1, "value": "b"}]},
        path: odd,
    }
    found = {
        "obj": reference("Task", "task-1"),
        "propSet": [{"name": name, "val": value} for name, value in props.items()],
    }
    with connect(monkeypatch, Wire(RetrievePropertiesEx=[{"objects": [found]}, None])) as connection:
        reader = reader_of(connection)
        [task] = reader.given(["task-1"], custom_values=True).tasks
        assert reader._unreadable == {"task-1": ["available_fields", "custom_values"]}
    assert (task["state"], task["available_fields"], task["custom_values"]) == ("running", None, None)
