# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Characters that control a terminal, in each part of an answer that a message can contain."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers

HOSTILE = "\x1b[2j\x9b31m"
SHOWN = "[2j31m"
"""The same in a message."""
FORGED = "\u202eok\u2028forged"
TASK = reference("Task", "task-1")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[answers.Server]:
    server = answers.Server(monkeypatch)
    yield server
    server.close()


def answer(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "Content-Length: 1", "", "x"]).encode("latin-1")


HEADS = {
    "a reason phrase": answer(f"503 Busy {HOSTILE}"),
    "a location": answer("302 Found", f"Location: https://example.com/{HOSTILE}"),
    "a content type": answer("200 OK", f"Content-Type: text/{HOSTILE}"),
    "a compression": answer("200 OK", f"Content-Encoding: {HOSTILE}"),
}


@pytest.mark.parametrize("transport", ["json", "soap"])
@pytest.mark.parametrize("part", HEADS)
def test_the_head_of_an_answer(server: answers.Server, transport: str, part: str) -> None:
    server.answers = [HEADS[part]]
    with answers.connected(transport) as connection, pytest.raises(VsphereError) as raised:
        connection.invoke(TASK, "CancelTask")
    assert SHOWN in raised.value.message
    assert raised.value.message.isprintable()


@pytest.mark.parametrize("transport", ["json", "soap"])
def test_an_id_and_the_text_of_a_fault(server: answers.Server, transport: str) -> None:
    task_id = f"task-1{FORGED}"
    texts = {"json": answers.json, "soap": answers.soap}
    fault = {
        "json": '{"_typeName":"ManagedObjectNotFound","faultstring":"%s","obj":{"type":"Task","value":"%s"}}',
        "soap": "<Fault><faultcode>x</faultcode><faultstring>%s</faultstring><detail>"
        '<ManagedObjectNotFoundFault xsi:type="ManagedObjectNotFound"><obj type="Task">%s</obj>'
        "</ManagedObjectNotFoundFault></detail></Fault>",
    }[transport] % (FORGED, task_id)
    server.answers = [texts[transport](fault, status="500 Internal Server Error")]
    with answers.connected(transport) as connection, pytest.raises(VsphereError) as raised:
        connection.invoke(reference("Task", task_id), "CancelTask")
    assert "forged" in raised.value.message
    assert raised.value.message.isprintable()


def test_a_release_is_neither_shown_nor_sent_back(server: answers.Server) -> None:
    server.answers = [answers.json(f'{{"api_release":"9.0.0.0{FORGED}"}}')]
    with pytest.raises(VsphereError) as raised, answers.unconnected("json").open():
        pass
    assert "does not answer like a vCenter" in raised.value.message
    assert raised.value.message.isprintable()
    assert server.connections > 1
    assert b"forged" not in server.last_request()
