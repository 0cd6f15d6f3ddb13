# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The replay of recordings: it rejects the requests that the recorded server would reject."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import requests
import trustme
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks import _reader
from recording import Recording
from replay import Replay, serving

FOLDER = pathlib.Path(_reader.__file__).parents[3] / "tests" / "recordings"
LOGIN = "<userName>automation@vsphere.local</userName><password>S3cret!</password>"
WANTED = (
    '<propSet><type>Task</type><pathSet>info.state</pathSet></propSet><objectSet><obj type="Task">{}</obj></objectSet>'
)


class Client:
    """Sends requests unchanged."""

    def __init__(self, replay: Replay, port: int, ca: pathlib.Path) -> None:
        self.replay = replay
        self._address, self._ca = f"https://127.0.0.1:{port}", str(ca)
        self.cookie = ""

    def soap(self, method: str, ref: str, parameters: str = "") -> requests.Response:
        type_, moid = ref.split(" ")
        body = (
            '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
            f'<{method} xmlns="urn:vim25"><_this type="{type_}">{moid}</_this>{parameters}</{method}></Body></Envelope>'
        )
        return self.send("POST", "/sdk", data=body, headers={"Cookie": self.cookie})

    def send(self, verb: str, path: str, **how: t.Any) -> requests.Response:
        return requests.request(verb, self._address + path, verify=self._ca, timeout=10, **how)

    def log_in(self) -> None:
        answer = self.soap("Login", "SessionManager SessionManager", LOGIN)
        assert answer.status_code == 200, answer.text
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def state(self, task_id: str, more: str = "") -> requests.Response:
        spec = f"<specSet>{WANTED.format(task_id)}{more}</specSet><options></options>"
        return self.soap("RetrievePropertiesEx", "PropertyCollector propertyCollector", spec)


@pytest.fixture
def client(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Client]:
    ca, ca_path = trustme.CA(), tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_path))
    with serving(Recording(FOLDER / f"{getattr(request, 'param', 'vcenter-8.0U3')}.yml"), ca) as (replay, port):
        yield Client(replay, port, ca_path)


def test_an_unknown_request_is_reported(client: Client) -> None:
    assert client.send("GET", "/nonsense").status_code == 404
    assert client.replay.wrong == ["GET /nonsense\n"]


def test_a_session_is_accepted_only_in_the_form_in_which_the_login_returned_it(client: Client) -> None:
    client.log_in()
    name, _equals, value = client.cookie.partition("=")
    assert re.fullmatch(r'"\w+"', value)
    assert "running" in client.state("task-4711").text
    assert client.replay.wrong == []
    for other in (f"{name}={value[1:-1]}", f'{name}="{value}"'):
        client.cookie = other
        answer = client.state("task-4711")
        assert (answer.status_code, "NotAuthenticated" in answer.text) == (500, True)
        assert "with a session that was not handed out so" in client.replay.wrong.pop()


def test_answers_are_compressed_and_chunked_as_recorded(client: Client) -> None:
    answer = client.soap("RetrieveServiceContent", "ServiceInstance ServiceInstance")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["x-envoy-upstream-service-time"] == "4"
    assert "<apiVersion>8.0.2.0</apiVersion>" in answer.text


@pytest.mark.parametrize("client", ["vcenter-7.0"], indirect=True)
def test_a_missing_object_is_a_fault_unless_the_request_allows_it(client: Client) -> None:
    client.log_in()
    answer = client.state("task-1")
    assert (answer.status_code, "ManagedObjectNotFoundFault" in answer.text) == (500, True)
    assert (
        client.state("task-1", "<reportMissingObjectsInResults>true</reportMissingObjectsInResults>").status_code == 200
    )


def test_data_objects_require_their_types(client: Client) -> None:
    answer = client.send(
        "POST",
        "/sdk/vim25/8.0.3.0/SessionManager/SessionManager/Login",
        json={"userName": "automation@vsphere.local", "password": "S3cret!"},
    )
    answer = client.send(
        "POST",
        "/sdk/vim25/8.0.3.0/PropertyCollector/propertyCollector/RetrievePropertiesEx",
        json={"specSet": [{"propSet": [{"type": "Task", "pathSet": ["info"]}]}]},
        headers={"vmware-api-session-id": answer.headers["vmware-api-session-id"]},
    )
    assert (answer.status_code, answer.json()["_typeName"]) == (500, "InvalidArgument")
    assert "without a _typeName" in client.replay.wrong[0]
