# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections, which all modules open in the same way, and their errors."""

from __future__ import annotations

import pathlib
import socket
import typing as t

import pytest
import yaml
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from vcenters import ROOT, SERVERS, run_module


def test_auto_uses_vijson_if_the_server_supports_it(server: t.Any) -> None:
    expected = {
        "vcenter": ("json", "9.0.0.0"),
        "vcenter801": ("json", "8.0.1.0"),
        "vcenter7": ("soap", None),
        "esxi": ("soap", None),
    }
    for name, (transport, release) in expected.items():
        vcenter = server(name)
        api = vcenter.run("info", transport="auto")["api"]
        assert api["transport"] == transport
        assert release in (None, api["release"])


@pytest.mark.parametrize("name", ["vcenter7", "esxi"])
def test_json_on_a_server_without_vijson_is_an_error_with_a_remedy(server: t.Any, name: str) -> None:
    result = server(name).run("info", transport="json")
    assert "does not support VI/JSON" in result["msg"]
    assert "set transport to auto or soap" in result["msg"]


@pytest.mark.parametrize("name", ["vcenter", "vcenter7", "vcenter801", "esxi", "wrapped"])
def test_tasks_are_listed_on_every_kind_of_server(server: t.Any, name: str) -> None:
    vcenter = server(name)
    task_id = vcenter.create()
    result = vcenter.run("info", transport="auto")
    assert task_id in [task["id"] for task in result["tasks"]]
    assert result["api"]["product"] == vcenter.address["product"]


def test_missing_options_are_named_together_before_any_connection(vcenter: t.Any) -> None:
    before = vcenter.stats["connections"]
    result = run_module("info", False, {"port": vcenter.options["port"]})
    assert all(f"{name} is missing" in result["msg"] for name in ("hostname", "username", "password"))
    assert vcenter.stats["connections"] == before


def test_empty_environment_variables_count_as_not_set(vcenter: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for spec in CONNECTION_SPEC.values():
        monkeypatch.setenv(spec["fallback"][1][0], "")
    assert not vcenter.run("info")["failed"]
    result = run_module("info", False, {"port": vcenter.options["port"]})
    assert "hostname is missing: set the option hostname or VMWARE_HOST in the environment" in result["msg"]


def test_the_list_of_sessions_names_the_collection(vcenter: t.Any) -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    with vcenter.connection() as connection:
        manager = connection.manager("sessionManager")
        session = connection.read(lambda transport: transport.get(manager, "currentSession"))
    assert session["userAgent"] == f"vsphere.tasks/{version}"


def test_a_wrong_password_is_an_error_that_names_the_options(vcenter: t.Any) -> None:
    result = vcenter.run("info", password="not-the-word")
    assert "rejects the login of" in result["msg"]
    assert "check username and password" in result["msg"]
    assert result["fault"]["type"] == "InvalidLogin"
    assert "not-the-word" not in str(result)


def test_a_host_name_that_cannot_be_resolved_is_named(vcenter: t.Any) -> None:
    result = vcenter.run("info", hostname="no-such-host.invalid")
    assert "cannot resolve the name no-such-host.invalid" in result["msg"]


def test_a_closed_port_is_an_error_that_names_the_options(vcenter: t.Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        result = vcenter.run("info", port=free.getsockname()[1])
    assert "cannot connect to" in result["msg"]
    assert "check hostname, port, and firewall" in result["msg"]


def test_an_untrusted_certificate_is_an_error_that_names_the_options(vcenter: t.Any) -> None:
    result = vcenter.run("info", ca_path=None)
    assert "the TLS connection to" in result["msg"]
    assert "ca_path" in result["msg"]
    assert "validate_certs" in result["msg"]


def test_a_missing_file_of_ca_path_is_an_error_of_the_option(vcenter: t.Any) -> None:
    assert "ca_path" in vcenter.run("info", ca_path="/no/such/file")["msg"]


@pytest.mark.parametrize("content", ["", "no certificate\n", "-----BEGIN CERTIFICATE-----\nMIIB\n"])
def test_a_file_without_a_certificate_is_an_error_of_ca_path(
    vcenter: t.Any, tmp_path: pathlib.Path, content: str
) -> None:
    (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    result = vcenter.run("info", ca_path=str(tmp_path / "ca.pem"))
    assert ("ca_path does not contain a certificate: set it to a file with CA certificates in PEM format") in result[
        "msg"
    ]


def test_a_port_without_tls_is_an_error_that_names_the_option(vcenter: t.Any) -> None:
    port = int(vcenter.address["control"].rpartition(":")[2])
    assert f"127.0.0.1:{port} does not support TLS: check port" in vcenter.run("info", port=port)["msg"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_options_override_the_certificates_of_the_environment(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/no/such/file")
    assert not vcenter.run("info")["failed"]
    assert not vcenter.run("info", validate_certs=False, ca_path=None)["failed"]


def test_one_tls_connection_serves_the_whole_run(vcenter: t.Any) -> None:
    before = vcenter.stats["connections"]
    vcenter.run("info", task_ids=[vcenter.create(), "task-40400000"])
    assert vcenter.stats["connections"] == before + 1


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_literal_is_an_address(vcenter: t.Any, host: str) -> None:
    result = vcenter.run("info", hostname=host)
    assert f"cannot connect to [::1]:{vcenter.options['port']}" in result["msg"]


@pytest.mark.skipif("ipv6" not in SERVERS, reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_a_server_is_reached_over_ipv6(server: t.Any, host: str) -> None:
    vcenter = server("ipv6")
    assert vcenter.run("info", hostname=host)["api"]["product"] == vcenter.address["product"]


def test_a_first_login_that_is_answered_with_503_is_not_repeated(vcenter: t.Any) -> None:
    vcenter.fault("status", "Login$", status=503)
    assert "answered HTTP 503" in vcenter.run("info")["msg"]
    assert vcenter.requests().count("SessionManager.Login") == 1


def test_an_expired_session_is_renewed_once(vcenter: t.Any) -> None:
    task_id = vcenter.create(cancelable=True)
    vcenter.fault("fault", r"^Task\.CancelTask$", fault={"_typeName": "NotAuthenticated", "privilegeId": "System.View"})
    result = vcenter.run("cancel", task_ids=[task_id])
    assert result["cancelled_task_ids"] == [task_id]
    assert vcenter.stats["logins"] == 2
    vcenter.control("POST", "/sessions/expire")  # The injected fault did not end the first session.


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "status", "cut"])
def test_a_read_is_repeated_after_a_transient_failure(vcenter: t.Any, kind: str) -> None:
    vcenter.fault(kind, r"RetrievePropertiesEx$", status=503, count=2)
    assert not vcenter.run("info")["failed"]


def test_a_server_that_keeps_failing_is_reported_with_its_status(vcenter: t.Any) -> None:
    vcenter.fault("status", "hello|ServiceContent|ServiceInstance.content", status=503, count=99)
    result = vcenter.run("info")
    assert "answered HTTP 503" in result["msg"]
    assert "try again later" in result["msg"]
    # The requests before the login are safe to repeat, and are sent four times.
    assert len(vcenter.requests()) == (16 if vcenter.transport == "json" else 4)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 405, 502, 503])
def test_soap_is_used_if_a_front_end_rejects_only_vijson(vcenter: t.Any, status: int) -> None:
    vcenter.fault("html", "Login$", protocol="json", status=status, count=9)
    api = vcenter.run("info", transport="auto")["api"]
    assert (api["transport"], api["product"]) == ("soap", vcenter.address["product"])
    refused = vcenter.run("info", transport="json")
    assert "text/html" in refused["msg"] or f"HTTP {status}" in refused["msg"]


def test_a_login_that_a_front_end_rejects_names_the_device(vcenter: t.Any) -> None:
    vcenter.fault("html", "Login$", status=401, count=9)
    message = vcenter.run("info")["msg"]
    assert (
        "rejects the login itself (HTTP 401), without an answer of vSphere: check for a device in front of" in message
    )
    assert vcenter.requests().count("SessionManager.Login") == 1


def test_a_wrong_password_is_sent_once(vcenter: t.Any) -> None:
    result = vcenter.run("info", password="wrong", transport="auto")
    assert "check username and password" in result["msg"]
    assert vcenter.requests().count("SessionManager.Login") == 1


def test_a_login_that_neither_protocol_answers_is_reported_with_its_status(vcenter: t.Any) -> None:
    vcenter.fault("status", "Login$|RetrieveServiceContent$", status=503, count=9)
    result = vcenter.run("info", transport="auto")
    assert "answered HTTP 503" in result["msg"]
    assert vcenter.requests().count("SessionManager.Login") == 1


@pytest.mark.parametrize("match", ["hello|ServiceContent|ServiceInstance.content", "RetrievePropertiesEx"])
def test_an_html_page_is_not_an_answer_of_a_vcenter(vcenter: t.Any, match: str) -> None:
    vcenter.fault("html", match, count=99)
    result = vcenter.run("info")
    assert "does not answer like a vCenter or ESXi" in result["msg"]
    assert "text/html" in result["msg"]


def test_a_slow_answer_names_the_option(vcenter: t.Any) -> None:
    vcenter.fault("delay", "RetrievePropertiesEx", seconds=3)
    result = vcenter.run("info", request_timeout=1)
    assert "did not answer within 1 s" in result["msg"]
    assert "request_timeout" in result["msg"]


@pytest.mark.parametrize("missing", ["requests", "pyVmomi"])
def test_a_missing_library_is_named_with_its_package(
    vcenter: t.Any, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
    from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi

    where, name = {"requests": (_http, "REQUESTS_IMPORT_ERROR"), "pyVmomi": (_pyvmomi, "_IMPORT_ERROR")}[missing]
    monkeypatch.setattr(where, name, "Traceback")
    result = vcenter.run("info")
    if (missing, vcenter.transport) == ("pyVmomi", "json"):
        assert not result["failed"]
    else:
        assert "Failed to import the required Python library" in result["msg"]
        assert missing.lower() in result["msg"]
