# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls over VI/JSON: addresses, bodies, values, and errors."""

from __future__ import annotations

import contextlib
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._vijson import ViJson
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Fault,
    Lost,
    NotUnderstood,
    SessionRefused,
    VsphereError,
)
from ansible_collections.vsphere.tasks.plugins.module_utils._values import reference

from .. import answers
from ..wire import OPTIONS

TASK = reference("Task", "task-1")
HTML = "\r\nContent-Type: text/html"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[answers.Server]:
    with contextlib.closing(answers.Server(monkeypatch)) as server:
        server.answers = [answers.json("1")]
        yield server


@pytest.fixture
def transport() -> ViJson:
    return vijson()


def vijson() -> ViJson:
    return ViJson(Http(OPTIONS), lambda secret: None, Session("json", "8.0.3.0", "the key"))


def request_of(server: answers.Server) -> tuple[str, str, bytes]:
    """The first line, the type of the content, and the body of the last request."""
    head, body = server.last_request().split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    types = [line.partition(": ")[2] for line in lines if line.startswith("Content-Type")]
    return lines[0], "".join(types), body


def test_a_property_is_read_at_its_address(server: answers.Server, transport: ViJson) -> None:
    assert transport.get(TASK, "info") == 1
    assert request_of(server) == ("GET /sdk/vim25/8.0.3.0/Task/task-1/info HTTP/1.1", "", b"")


@pytest.mark.parametrize(
    ("params", "kind"),
    [({"percentDone": 0}, "application/json"), ({}, "application/json"), (None, "")],
    ids=["some", "unset", "none"],
)
def test_a_method_is_posted_with_its_parameters_even_if_none_is_set(
    server: answers.Server, transport: ViJson, params: dict[str, int] | None, kind: str
) -> None:
    server.answers = [answers.json("", status="204 No Content")]
    assert transport.invoke(TASK, "UpdateProgress", params) is None
    line, type_, body = request_of(server)
    assert (line, type_) == ("POST /sdk/vim25/8.0.3.0/Task/task-1/UpdateProgress HTTP/1.1", kind)
    assert body == (b"" if params is None else json.dumps(params).encode())


@pytest.mark.parametrize(
    ("moid", "segment"), [("session[1]2/é", "session%5B1%5D2%2F%C3%A9"), ("a..b", "a..b"), ("ha-host", "ha-host")]
)
def test_an_id_is_one_segment_of_the_path(server: answers.Server, transport: ViJson, moid: str, segment: str) -> None:
    transport.get(reference("Task", moid), "info")
    assert request_of(server)[0] == f"GET /sdk/vim25/8.0.3.0/Task/{segment}/info HTTP/1.1"


@pytest.mark.parametrize("moid", ["", ".", "..", "a\r\nb", "\x7f"])
def test_a_text_that_is_not_an_id_is_not_sent(server: answers.Server, transport: ViJson, moid: str) -> None:
    with pytest.raises(VsphereError, match="is not the ID of a managed object"):
        transport.get(reference("Task", moid), "info")
    assert server.connections == 0


def test_managers_have_fixed_ids(transport: ViJson) -> None:
    assert transport.manager("taskManager") == reference("TaskManager", "TaskManager")
    assert transport.manager("propertyCollector") == reference("PropertyCollector", "propertyCollector")


NOTHING = answers.json("", status="204 No Content")
NULL = answers.json("null")
VALUE = answers.json('{"a":1}')


@pytest.mark.parametrize(
    ("method", "answer", "value"),
    [
        (None, VALUE, {"a": 1}),
        (None, NOTHING, None),
        (None, NULL, None),
        ("ReadNextTasks", NOTHING, None),
        ("ReadNextTasks", NULL, None),
        ("CancelTask", NOTHING, None),
        ("CancelTask", NULL, None),
        ("CancelTask", answers.json(""), None),
        ("AddCustomFieldDef", VALUE, {"a": 1}),
        # A value can have a type name, but no faultstring.
        ("Login", answers.json('{"_typeName":"UserSession"}'), {"_typeName": "UserSession"}),
    ],
)
def test_a_value_or_an_empty_answer_is_returned_if_the_method_allows_it(
    server: answers.Server, transport: ViJson, method: str | None, answer: bytes, value: t.Any
) -> None:
    server.answers = [answer]
    assert (transport.invoke(TASK, method) if method else transport.get(TASK, "info")) == value


@pytest.mark.parametrize(
    ("method", "answer", "error", "message"),
    [
        ("CreateTask", NOTHING, Lost, "the answer does not contain CreateTask"),
        ("CreateTask", NULL, Lost, "the answer does not contain CreateTask"),
        ("AddCustomFieldDef", NOTHING, Lost, "the answer does not contain AddCustomFieldDef"),
        ("ReadNextTasks", answers.json(""), Lost, "the answer does not contain ReadNextTasks"),
        ("CancelTask", VALUE, NotUnderstood, "HTTP 200 with a body of type application/json"),
        ("CreateTask", answers.json('{"a":1}', status="201 x"), NotUnderstood, "HTTP 201"),
        ("CreateTask", answers.json('{"a":1}', status="500 x"), NotUnderstood, "HTTP 500"),
        ("CreateTask", answers.json("{"), NotUnderstood, "unreadable JSON"),
        ("CreateTask", answers.answer(f"200 OK{HTML}", "<html>"), NotUnderstood, "of type text/html"),
        (
            "CreateTask",
            answers.answer(f"404 Not Found{HTML}", "<html>"),
            NotUnderstood,
            r"does not know Task\.CreateTask in release 8\.0\.3\.0 \(HTTP 404\): it might require a later release",
        ),
        ("CreateTask", answers.answer(f"401 x{HTML}", "<html>"), SessionRefused, "CreateTask"),
        ("CreateTask", answers.json('{"a":1}', status="401 x"), SessionRefused, "CreateTask"),
        ("CreateTask", answers.json("", status="401 x"), SessionRefused, "CreateTask"),
        # A fault counts with any status.
        *(
            (
                "CreateTask",
                answers.json('{"_typeName":"NoPermission","faultstring":""}', status=status),
                Fault,
                "allowed",
            )
            for status in ("200 OK", "401 x", "403 x", "500 x")
        ),
        ("CancelTask", answers.json('{"_typeName":"NoPermission"}'), Fault, "CancelTask of Task task-1 is not allowed"),
        ("CreateTask", answers.json('{"_typeName":"NoPermission"}', status="400 x"), Fault, "is not allowed"),
    ],
)
def test_other_answers_are_errors(
    server: answers.Server, method: str, answer: bytes, error: type[Exception], message: str
) -> None:
    transport, server.answers = vijson(), [answer]
    with pytest.raises(error, match=message) as caught:
        transport.invoke(TASK, method)
    assert caught.type is error
    assert not transport.accepted


def test_a_method_that_the_release_lacks_is_named_by_its_status_and_release(
    server: answers.Server, transport: ViJson
) -> None:
    server.answers = [answers.json("", status="404 x")]
    with pytest.raises(NotUnderstood) as caught:
        transport.invoke(TASK, "CreateTask")
    assert caught.value.answer == "HTTP 404, which means that release 8.0.3.0 does not have it"


@pytest.mark.parametrize("body", ['{"a":1}', "[]", '"x"'])
def test_a_body_without_a_length_counts_if_it_marks_its_own_end(
    server: answers.Server, transport: ViJson, body: str
) -> None:
    server.answers = [answers.json(body, "close")]
    assert transport.get(TASK, "info") == json.loads(body)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("7", "it does not mark the end of its number"),
        ("", "it has an empty body without status 204"),
        ("{", r"Expecting property name enclosed in double quotes: line 1 column 2 \(char 1\)"),
    ],
)
def test_a_body_that_can_be_incomplete_is_lost(server: answers.Server, transport: ViJson, body: str, how: str) -> None:
    server.answers = [answers.json(body, "close")]
    with pytest.raises(Lost, match=rf"was lost \({how}\)$"):
        transport.get(TASK, "info")


VOID = (
    "CancelTask DestroyCollector DestroyPropertyCollector DestroyView Logout RegisterExtension ResetCollector "
    "SetCollectorPageSize SetTaskDescription SetTaskState UnregisterExtension UpdateExtension UpdateProgress "
    "setCustomValue"
)


@pytest.mark.parametrize("method", VOID.split())
def test_a_void_method_returns_nothing_and_no_value(server: answers.Server, transport: ViJson, method: str) -> None:
    server.answers = [NOTHING]
    assert transport.invoke(TASK, method) is None
    server.answers = [VALUE]
    with pytest.raises(NotUnderstood):
        transport.invoke(TASK, method)


OBJECTS: dict[str, t.Any] = {"objects": []}
FOUND = {"_typeName": "ManagedObjectReference", "type": "Folder", "value": "group-d1"}


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("RetrievePropertiesEx", OBJECTS),
        ("RetrievePropertiesEx", {"_typeName": "RetrieveResult"}),
        ("ContinueRetrievePropertiesEx", OBJECTS),
        ("RetrieveProperties", []),
        ("FindByInventoryPath", FOUND),
        ("FindExtension", {"key": "com.example", "version": "1"}),
        ("ReadNextTasks", []),
        ("ReadPreviousTasks", [{"key": "task-1"}]),
        ("WaitForUpdatesEx", {"version": "1"}),
        ("latestPage", []),
    ],
)
def test_a_reading_that_can_be_empty_accepts_only_values_of_its_form(
    server: answers.Server, transport: ViJson, method: str, value: t.Any
) -> None:
    read = transport.get if method == "latestPage" else transport.invoke
    server.answers = [NOTHING]
    assert read(TASK, method) is None
    server.answers = [answers.json(json.dumps(value))]
    assert read(TASK, method) == value
    for odd in ("{}", '{"x":1}', '"x"', "7" if isinstance(value, list) else "[]"):
        server.answers = [answers.json(odd)]
        with pytest.raises(NotUnderstood, match=f"answered to Task.{method} with malformed data: "):
            read(TASK, method)
