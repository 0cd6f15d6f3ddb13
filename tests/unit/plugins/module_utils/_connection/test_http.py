# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP requests: time limits, answers, and failures."""

from __future__ import annotations

import io
import ssl
import typing as t

import pytest
import requests
import urllib3
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost, TimedOut

from ..wire import OPTIONS


class Silent:
    """An Http whose server never answers. Its clock advances by the time that each request waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.http = Http(OPTIONS)
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        monkeypatch.setattr(requests.Session, "request", self._request)

    def _request(self, *_arguments: t.Any, timeout: tuple[float, float], **_others: t.Any) -> t.Any:
        self.now += timeout[1]
        raise requests.exceptions.ReadTimeout

    def ask(self, wait: float = 0) -> str:
        with pytest.raises(TimedOut) as caught:
            self.http.request("GET", "/", None, {}, wait)
        return str(caught.value)


def test_a_request_lasts_for_request_timeout_plus_its_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    assert "within 80 s: raise request_timeout" in silent.ask(wait=20)
    assert silent.now == 80


def test_a_request_ends_within_a_second_of_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    with silent.http.ending_by(70):
        silent.ask()
        assert "within 10 s: raise the time limit of the wait" in silent.ask(wait=20)
        assert silent.now == 70
        silent.ask(wait=20)
        assert silent.now == 71
        # A later deadline inside this one changes nothing.
        with silent.http.ending_by(90):
            silent.ask()
    assert silent.now == 72


@pytest.mark.parametrize("reason", ["DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "WRONG_VERSION_NUMBER"])
def test_a_tls_failure_after_the_request_was_sent_is_not_a_failure_to_connect(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    def broken(*_arguments: t.Any, **_others: t.Any) -> t.NoReturn:
        raise requests.exceptions.SSLError(ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:2580)"))

    monkeypatch.setattr(requests.Session, "request", broken)
    with pytest.raises(Lost, match=reason):
        Http(OPTIONS).request("POST", "/", None, {})


@pytest.mark.parametrize(
    ("date", "hour"), [("Mon, 23 Nov 2026 10:00:00 GMT", 10), ("Mon, 23 Nov 2026 10:00:00 -0000", 10), ("today", None)]
)
def test_the_clock_of_the_server(monkeypatch: pytest.MonkeyPatch, date: str, hour: int | None) -> None:
    response = requests.Response()
    response.status_code, response.headers["Date"] = 200, date
    response.raw = urllib3.HTTPResponse(io.BytesIO(), preload_content=False)
    monkeypatch.setattr(requests.Session, "request", lambda *arguments, **others: response)
    http = Http(OPTIONS)
    assert http.request("GET", "/", None, {}).status == 200
    assert (http.server_time and http.server_time.utctimetuple().tm_hour) == hour
    assert http.server_time is None or http.server_time.tzinfo


def test_several_clean_ups_share_a_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    for _request in range(2):
        # Two independent callers.
        silent.http.hurry()
        with silent.http.ending_by(1000):
            silent.ask()
    assert silent.now == 5
    silent.ask()
    assert silent.now == 6


def test_a_request_of_the_clean_up_lasts_for_three_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    silent.http.hurry()
    silent.ask()
    assert silent.now == 3
