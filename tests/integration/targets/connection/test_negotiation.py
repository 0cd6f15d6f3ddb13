# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The negotiation of the protocol, even if the requests for it fail."""

from __future__ import annotations

import typing as t

import pytest

SILENT: list[dict[str, t.Any]] = [
    *({"status": status, "body": "<html></html>"} for status in (200, 400, 401, 403, 404, 405, 429, 500, 502, 503)),
    {"status": 200, "body": ""},
    {"status": 204, "body": ""},
    {"status": 200, "body": "{}", "content_type": "application/json"},
    {"status": 200, "body": '{"api_release": 9}', "content_type": "application/json"},
    {"status": 200, "body": '{"api_release": ""}', "content_type": "application/json"},
    {"status": 200, "body": "{", "content_type": "application/json"},
    {"status": 401, "body": '{"error_type": "UNAUTHENTICATED"}', "content_type": "application/json"},
    {"status": 302, "body": "", "headers": {"Location": "https://vcenter.example.com/ui"}},
]
KINDS = {
    "vcenter": ("json", "9.0.0.0"),
    "vcenter801": ("json", "8.0.1.0"),
    "vcenter7": ("soap", None),
    "esxi": ("soap", None),
}

# The option determines the protocol, not the fixture.
pytestmark = pytest.mark.parametrize("transport", ["auto"], indirect=True)


@pytest.fixture(autouse=True)
def as_usual_again(server: t.Any) -> t.Iterator[None]:
    yield
    for name in KINDS:
        server(name).control("DELETE", "/hello")


def before_login(vcenter: t.Any) -> int:
    """The number of requests before the login."""
    return int([call.partition(".")[2] for call in vcenter.requests()].index("Login"))


@pytest.mark.parametrize("name", KINDS)
def test_the_server_is_asked_directly_if_the_answer_of_hello_is_useless(server: t.Any, name: str) -> None:
    vcenter = server(name)
    for answer in SILENT:
        vcenter.control("DELETE", "/log")
        vcenter.control("PUT", "/hello", **answer)
        result = vcenter.run("info", states=["running"])
        assert not result["failed"], (answer, result)
        transport, release = KINDS[name]
        assert result["api"]["transport"] == transport
        assert release in (None, result["api"]["release"])
        assert result["api"]["product"] == vcenter.address["product"]
        assert before_login(vcenter) <= 4


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut", "delay"])
def test_the_server_is_asked_directly_if_the_answer_of_hello_is_lost(vcenter: t.Any, kind: str) -> None:
    vcenter.fault(kind, "hello", seconds=3)
    result = vcenter.run("info", states=["running"], request_timeout=1)
    assert (result["failed"], result["api"]["transport"]) == (False, "json")
    assert before_login(vcenter) <= 4


@pytest.mark.parametrize(("name", "requests"), [("vcenter", 1), ("vcenter801", 3), ("vcenter7", 2), ("esxi", 2)])
def test_the_negotiation_needs_few_requests(server: t.Any, name: str, requests: int) -> None:
    vcenter = server(name)
    vcenter.run("info", states=["running"])
    assert before_login(vcenter) == requests
    vcenter.control("DELETE", "/log")
    assert vcenter.run("info", states=["running"], transport="soap")["api"]["transport"] == "soap"
    assert before_login(vcenter) == 1


# The ways in which a front end rejects one of the protocols.
REFUSALS: list[dict[str, t.Any]] = [
    *({"kind": "html", "status": status} for status in (200, 401, 403, 404, 500, 502, 503)),
    {"kind": "reset_before"},
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda how: " ".join(map(str, how.values())))
def test_soap_is_used_if_vijson_is_rejected(vcenter: t.Any, refusal: dict[str, t.Any]) -> None:
    vcenter.control("PUT", "/hello", status=404)
    vcenter.fault(match=r"^ServiceInstance\.content$", count=99, **refusal)
    result = vcenter.run("info", states=["running"])
    assert (result["failed"], result["api"]["transport"]) == (False, "soap")
    assert before_login(vcenter) <= 4
    result = vcenter.run("info", transport="json")
    if refusal.get("status", 503) < 502:
        assert "rejects VI/JSON (hello: HTTP 404 with " in result["msg"]
        answer = f"VI/JSON: HTTP {refusal['status']} with a body of type text/html): set transport to auto or soap"
    else:
        answer = f"answered HTTP {refusal['status']}" if "status" in refusal else "broke"
    assert answer in result["msg"]


@pytest.mark.parametrize("refusal", REFUSALS[1:], ids=lambda how: " ".join(map(str, how.values())))
@pytest.mark.parametrize("transport_option", ["auto", "json"])
def test_vijson_is_used_if_soap_is_rejected(vcenter: t.Any, transport_option: str, refusal: dict[str, t.Any]) -> None:
    vcenter.control("PUT", "/hello", status=404)
    vcenter.fault(match="RetrieveServiceContent$", count=99, **refusal)
    result = vcenter.run("info", states=["running"], transport=transport_option)
    assert (result["failed"], result["api"]["transport"]) == (False, "json")
    assert before_login(vcenter) <= 4


def test_an_error_contains_the_answers_of_all_three_requests(vcenter: t.Any) -> None:
    vcenter.control("PUT", "/hello", status=429, body="Slow down", content_type="text/plain")
    vcenter.fault("html", "RetrieveServiceContent$", status=403, count=9)
    vcenter.fault("redirect", r"^ServiceInstance\.content$", count=9)
    message = vcenter.run("info")["msg"]
    assert "does not answer like a vCenter or ESXi (hello: HTTP 429 with a body of type text/plain; " in message
    assert "SOAP: HTTP 403 with a body of type text/html; VI/JSON: it redirects to " in message
    assert "check hostname and port" in message
    assert len(vcenter.requests()) <= 4


def test_no_library_is_needed_to_find_vijson(server: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi

    monkeypatch.setattr(_pyvmomi, "_IMPORT_ERROR", "Traceback")
    monkeypatch.setattr(_pyvmomi, "VmomiSupport", None)
    result = server("vcenter801").run("info", states=["running"])
    assert (result["failed"], result["api"]["transport"]) == (False, "json")
