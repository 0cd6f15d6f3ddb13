# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting an operation whose answer is lost."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._connection import Connection
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import OutcomeUnknown
from ansible_collections.vsphere.tasks.plugins.module_utils._start._start import StartOptions, start_task
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._reader import TaskReader

from ..wire import OPTIONS

RESET = {
    "object": {"type": "VirtualMachine", "moid": "vm-1", "name": None, "path": None, "property": None},
    "method": "ResetVM_Task",
    "params": None,
    "unless": None,
    "wait": False,
    "password": "a secret",
    "session_id": None,
}


def answer(url: str) -> requests.Response:
    """Of a server whose clock is far from the one here."""
    if url.endswith("ResetVM_Task"):
        raise requests.exceptions.ConnectionError("reset by peer")
    response = requests.Response()
    response.status_code = 200
    response._content = b'{"api_release": "9.0.0.0"}'
    response.headers.update({"Content-Type": "application/json", "Date": "Mon, 02 Jan 2006 15:04:05 GMT"})
    return response


def test_the_time_that_it_is_to_be_looked_for_by_is_the_servers(monkeypatch: t.Any) -> None:
    monkeypatch.setattr(requests.Session, "request", lambda session, verb, url, **how: answer(url))
    options = StartOptions.from_params(RESET, set())
    with pytest.raises(OutcomeUnknown) as caught, Connection(OPTIONS, lambda secret: None).open() as connection:
        start_task(TaskReader(connection), options)
    assert caught.value.result["sent_at"] == "2006-01-02T15:04:05Z"
    assert "begin_time 2006-01-02T15:04:05Z" in caught.value.message
