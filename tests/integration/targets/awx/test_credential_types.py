# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules in the environment that AWX's code creates from the credential type."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from awx_plugins.credentials import injectors
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

FURTHER = {"request_timeout": "61", "max_response_size": "65", "locale": "de"}
OPTIONAL = ("port", "username", "password", "ca", "transport", "session_id", "proxy_host", "proxy_port", *FURTHER)


@pytest.fixture
def credential_type(example: t.Callable[[str], t.Any]) -> dict[str, t.Any]:
    [found] = example("credential_types.yml")["controller_credential_types"]
    return t.cast("dict[str, t.Any]", found)


@pytest.fixture
def inject(
    vcenter: t.Any, credential_type: dict[str, t.Any], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> t.Callable[..., dict[str, str]]:
    """Sets the environment of a job with the credential. Returns the environment as AWX stores it."""
    (tmp_path / "env").mkdir()
    kind = types.SimpleNamespace(managed=False, **credential_type)

    def run(**inputs: t.Any) -> dict[str, str]:
        given = {"host": vcenter.options["hostname"], "port": str(vcenter.options["port"]), **inputs}
        environment: dict[str, str] = {}
        stored: dict[str, str] = {}
        inject_credential(kind, Credential(given), environment, stored, [], str(tmp_path))
        for name, value in environment.items():
            # The container of the job has another name for the folder.
            monkeypatch.setenv(name, value.replace("/runner", str(tmp_path)))
        return stored

    return run


@pytest.fixture
def login(vcenter: t.Any) -> dict[str, str]:
    return {name: vcenter.options[name] for name in ("username", "password")}


@pytest.fixture
def ca(vcenter: t.Any) -> str:
    return pathlib.Path(vcenter.options["ca_path"]).read_text(encoding="utf-8")


def test_awx_accepts_the_credential_type(check_awx: t.Callable[..., None], credential_type: dict[str, t.Any]) -> None:
    check_awx("credential_type", credential_type)


def test_all_fields_reach_the_modules(
    vcenter: t.Any, inject: t.Callable[..., t.Any], login: dict[str, str], ca: str, run_module: t.Callable[..., t.Any]
) -> None:
    stored = inject(**login, ca=ca, transport=vcenter.transport, **FURTHER)
    result = run_module("info", False, {})
    assert not result["failed"], result["msg"]
    assert result["api"]["transport"] == vcenter.transport
    arguments = result["invocation"]["module_args"]
    assert {name: str(arguments[name]) for name in FURTHER} == FURTHER
    assert login["password"] not in str(stored)
    inject(**login, ca=ca, proxy_host="127.0.0.1", proxy_port="1")
    assert "the proxy http://127.0.0.1:1 on the way to" in run_module("info", False, {})["msg"]


def test_the_credential_type_sets_all_connection_options(credential_type: dict[str, t.Any]) -> None:
    variables = {option["fallback"][1][0] for option in CONNECTION_SPEC.values()}
    assert credential_type["injectors"]["env"].keys() == variables


@pytest.mark.parametrize("transport", ["auto"])
def test_fields_that_are_empty_count_as_not_set(
    inject: t.Callable[..., t.Any], login: dict[str, str], ca: str, run_module: t.Callable[..., t.Any]
) -> None:
    inject(**{**dict.fromkeys(OPTIONAL[3:], ""), **login, "ca": ca})
    assert not run_module("info", False, {})["failed"]


@pytest.mark.parametrize("transport", ["auto"])
def test_certificates_are_validated_unless_the_credential_disables_it(
    inject: t.Callable[..., t.Any], login: dict[str, str], run_module: t.Callable[..., t.Any]
) -> None:
    inject(**login)
    assert "certificate" in run_module("info", False, {})["msg"]
    inject(**login, no_verify=True)
    assert not run_module("info", False, {})["failed"]


@pytest.mark.parametrize("transport", ["auto"])
def test_a_session_can_stand_for_user_and_password(
    vcenter: t.Any, inject: t.Callable[..., t.Any], ca: str, run_module: t.Callable[..., t.Any]
) -> None:
    session_id = vcenter.run("session")["session_id"]
    stored = inject(ca=ca, session_id=session_id)
    assert not run_module("info", False, {})["failed"]
    assert session_id not in str(stored)
    assert run_module("session", False, {"state": "absent"})["changed"]


@pytest.mark.parametrize("transport", ["auto"])
def test_the_credential_type_of_awx_does_not_validate_certificates(
    vcenter: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, run_module: t.Callable[..., t.Any]
) -> None:
    """The default of the AWX setting VMWARE_VALIDATE_CERTS (awx/settings/defaults.py)."""
    monkeypatch.setattr(injectors, "get_vmware_certificate_validation_setting", lambda: False)
    environment: dict[str, str] = {}
    options = vcenter.options
    credential = Credential({"host": options["hostname"], **{name: options[name] for name in ("username", "password")}})
    injectors.vmware(credential, environment, str(tmp_path))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert environment["VMWARE_VALIDATE_CERTS"] == "False"
    assert not run_module("info", False, {"port": options["port"]})["failed"]
