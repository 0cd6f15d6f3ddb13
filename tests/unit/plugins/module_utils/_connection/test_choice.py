# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transport of a connection: that of a given session, or the result of the negotiation."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _choice, _negotiation, _soap, _vijson
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError

from ..wire import OPTIONS


@pytest.mark.parametrize(("kind", "type_"), [("json", _vijson.ViJson), ("soap", _soap.Soap)])
@pytest.mark.parametrize("given", [False, True])
def test_the_transport_is_that_of_the_given_or_negotiated_session(
    monkeypatch: pytest.MonkeyPatch, kind: str, type_: type, given: bool
) -> None:
    session = Session(kind, "8.0.3.0", "the key", "a vCenter")
    asked: list[str] = []

    def negotiate(http: Http, transport: str) -> Session:
        asked.append(transport)
        return session

    monkeypatch.setattr(_negotiation, "negotiate", negotiate)
    secrets: list[str] = []
    options = dataclasses.replace(OPTIONS, session_id=session.to_text() if given else None)
    transport = _choice.choose(options, Http(options), secrets.append)
    assert isinstance(transport, type_)
    assert transport.session == session
    assert (secrets, asked) == ((["the key"], []) if given else ([], ["auto"]))
    transport._take_head({"vmware-api-session-id": "a new key"}, {"vmware_soap_session": "a new key"})
    assert secrets[-1] == "a new key"


@pytest.mark.parametrize("wanted", ["json", "soap"])
def test_a_given_session_over_another_transport_is_an_error(wanted: str) -> None:
    other = {"json": "soap", "soap": "json"}[wanted]
    options = dataclasses.replace(OPTIONS, session_id=Session(other, "8.0.3.0").to_text(), transport=wanted)
    expected = f"^session_id belongs to a session over {other}: set transport to {other} or auto$"
    with pytest.raises(VsphereError, match=expected):
        _choice.choose(options, Http(options), lambda secret: None)
