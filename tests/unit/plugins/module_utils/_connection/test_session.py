# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session as a single text, with which another module continues."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._session import Session
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError

SESSION = Session("soap", "8.0.3.0", "the key", "a vCenter", {"taskManager": ("TaskManager", "TaskManager")})
GOOD: dict[str, t.Any] = {"transport": "json", "release": "8.0.3.0"}


def text_of(data: t.Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode()


@pytest.mark.parametrize("session", [SESSION, Session("json", "9.0.0.0")])
def test_a_session_comes_back_from_its_text(session: Session) -> None:
    found = Session.from_text(session.to_text())
    # JSON has no tuples.
    assert {name: tuple(each) for name, each in found.managers.items()} == session.managers
    assert (found.transport, found.release, found.key, found.product) == (
        session.transport,
        session.release,
        session.key,
        session.product,
    )


def test_the_key_is_not_shown() -> None:
    assert "the key" not in repr(SESSION)
    assert "the key" not in SESSION.to_text()


def test_a_text_with_all_that_is_required_is_enough() -> None:
    assert Session.from_text(text_of(GOOD)) == Session("json", "8.0.3.0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "é",
        "52b5395e-85f7-9f5d-1a0a-2e2b2a0e4f5c",
        text_of(["json", "8.0.3.0"]),
        text_of("json"),
        text_of({"transport": "json"}),
        text_of({**GOOD, "color": "red"}),
        text_of({**GOOD, "transport": "rest"}),
        text_of({**GOOD, "release": "../8.0.3.0"}),
        text_of({**GOOD, "release": ""}),
        text_of({**GOOD, "release": 8}),
    ],
)
def test_any_other_text_is_an_error_that_names_the_module(text: str) -> None:
    with pytest.raises(VsphereError, match=r"^session_id does not come from vsphere\.tasks\.vsphere_session"):
        Session.from_text(text)
