# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of the event source: rejected with the messages of modules, and completed for each vCenter."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._follow._follow_options import EVENTS, FollowOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils._eda._arguments import validated

GIVEN = {"hostname": "a.example.com", "username": "someone", "password": "a secret"}


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "USER", "PASSWORD", "PORT", "TRANSPORT"):
        monkeypatch.delenv(f"VMWARE_{name}", raising=False)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"hostname": None}, "hostname is missing: set the option hostname or VMWARE_HOST in the environment"),
        ({"states": ["done"]}, "value of states must be one or more of: queued, running, success, error"),
        ({"begin_time": "-2h"}, "unsupported arguments: begin_time. Supported parameters include"),
        ({"feedback": True}, "feedback. Supported parameters include"),
        ({"users": []}, "users is empty and would match no task: set a value, or omit it"),
        ({"users": [None]}, "users contains null: set a value, or remove the item"),
        ({"task_ids": ["vm 1"]}, "task_ids: 'vm 1' is not a task ID"),
        ({"entity": {"name": " "}}, "entity.name is empty: set a value, or omit it"),
        ({"entity": {}}, "entity is empty: set type, and moid, name, or path, or omit the option"),
        ({"entity": {"moid": "vm-1"}}, "missing parameter(s) required by 'moid': type"),
        ({"entity": {"type": "Vm"}}, "entity.type Vm is not an inventory type"),
        ({"events": []}, "events is empty and would report nothing: set a value, or omit it"),
        ({"events": ["ended"]}, "value of events must be one or more of: created, changed, long_running"),
        ({"events": ["long_running"]}, "events: long_running requires long_running_after, in seconds"),
        ({"long_running_after": 0}, "long_running_after 0 is out of range: set it to 1 or more"),
        ({"vcenters": []}, "vcenters is empty and would follow nothing: add a vCenter, or omit it"),
        ({"vcenters": '{"hostname": "b"}'}, "vcenters is not a list: write it as a list of dictionaries"),
        ({"vcenters": ["b"]}, "vcenters is not a list of dictionaries: set the parts hostname"),
        ({"vcenters": [{"host": "b"}]}, "unsupported arguments: vcenters.host. Supported"),
        ({"vcenters": [{"hostname": "b/c"}]}, "hostname 'b/c' is not a host name or address"),
        ({"vcenters": [{"port": 443}, {}]}, "vcenters contains a.example.com:443 more than once"),
    ],
)
def test_wrong_arguments_are_rejected(more: dict[str, t.Any], message: str) -> None:
    with pytest.raises(VsphereError) as raised:
        validated({**GIVEN, **more})
    assert message in raised.value.message


def test_the_arguments_are_completed() -> None:
    (one,) = validated({**GIVEN, "task_ids": "task-1,task-1", "long_running_after": "60"})
    assert (one["port"], one["transport"], one["cursor_path"]) == (443, "auto", None)
    options = FollowOptions.from_params(one)
    assert (options.selection.task_ids, options.events, options.long_running_after) == (["task-1"], EVENTS, 60)


def test_a_vcenter_takes_missing_arguments_from_the_source() -> None:
    several = [{"hostname": "b.example.com", "username": "other"}, {"hostname": "c.example.com", "port": 8443}]
    first, second = validated({"user": "someone", "pwd": "a secret", "port": 444, "vcenters": several})
    assert [first[name] for name in ("hostname", "username", "password", "port")] == [
        "b.example.com",
        "other",
        "a secret",
        444,
    ]
    assert [second[name] for name in ("hostname", "username", "port")] == ["c.example.com", "someone", 8443]


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_HOST", "d.example.com")
    (one,) = validated({"username": "someone", "password": "a secret"})
    assert one["hostname"] == "d.example.com"
    (one,) = validated({**GIVEN, "vcenters": [{"port": 444}]})
    assert (one["hostname"], one["port"]) == ("a.example.com", 444)
