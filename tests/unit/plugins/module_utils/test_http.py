# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a request may take."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import TimedOut
from ansible_collections.vsphere.tasks.plugins.module_utils._transport._http import Http

from .wire import OPTIONS


class Silent:
    """An Http whose server never answers, and a clock that goes on by as long as it is waited for."""

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


def test_a_request_takes_request_timeout_and_what_it_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    assert "within 60 s: raise request_timeout" in silent.ask(wait=20)
    assert silent.now == 80


def test_no_request_outlasts_the_deadline_by_more_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    silent.http.end_by(70)
    silent.ask()
    assert "within 10 s: raise the time limit of the wait" in silent.ask(wait=20)
    assert silent.now == 70
    silent.ask(wait=20)
    assert silent.now == 71


def test_all_clean_up_together_takes_a_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Silent(monkeypatch)
    for _request in range(2):
        # Those that ask for it do not know of one another.
        silent.http.hurry()
        silent.http.end_by(1000)
        silent.ask()
    assert silent.now == 5
    silent.ask()
    assert silent.now == 6
