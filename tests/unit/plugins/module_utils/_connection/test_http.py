# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP requests: time limits, answers, and failures."""

from __future__ import annotations

import dataclasses
import gzip
import io
import socket
import ssl
import typing as t
import warnings

import pytest
import requests
import urllib3
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Answer, Http
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import (
    Lost,
    MissingLibrary,
    NotUnderstood,
    TimedOut,
    Unavailable,
    VsphereError,
)

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


@pytest.mark.parametrize(
    ("options", "verify", "proxies"),
    [
        ({}, True, {}),
        ({"ca_path": "/ca.pem"}, "/ca.pem", {}),
        ({"ca_path": "/ca.pem", "validate_certs": False}, False, {}),
        ({"proxy_host": "::1", "proxy_port": 3128}, True, {"https": "http://[::1]:3128"}),
    ],
)
def test_a_request_is_sent_as_the_options_say(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], verify: bool | str, proxies: dict[str, str]
) -> None:
    sent: dict[str, t.Any] = {}

    def request(session: requests.Session, *arguments: str, **settings: t.Any) -> t.NoReturn:
        sent.update(settings, arguments=arguments, session=session)
        raise requests.exceptions.ReadTimeout

    monkeypatch.setattr(requests.Session, "request", request)
    http = Http(dataclasses.replace(OPTIONS, **options))
    with pytest.raises(TimedOut):
        http.request("POST", "/sdk", b"x", {"A": "b"})
    session = sent.pop("session")
    assert session.headers["Accept-Encoding"] == "gzip"
    assert session.headers["User-Agent"].startswith("vsphere.tasks/")
    # Credentials of ~/.netrc never go along.
    assert session.auth("the request") == "the request"
    hooks = sent.pop("hooks")
    assert sent == {
        "arguments": ("POST", "https://vcenter.example.com:443/sdk"),
        "data": b"x",
        "headers": {"A": "b"},
        "timeout": (pytest.approx(60), pytest.approx(60)),
        "verify": verify,
        "proxies": proxies,
        "allow_redirects": False,
        "stream": True,
    }
    heads: list[tuple[t.Any, t.Any]] = []
    http.take_head = lambda *head: heads.append(head)
    answer = requests.Response()
    answer.headers["A"] = "b"
    answer.cookies.set("key", "value")
    hooks["response"](answer, timeout=1)
    assert heads == [({"A": "b"}, {"key": "value"})]


class Given:
    """An Http whose server gives the answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes = b"", **headers: str) -> None:
        response = requests.Response()
        response.status_code, response.reason = status, "A reason"
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
        monkeypatch.setattr(requests.Session, "request", lambda *arguments, **others: response)
        self.http = Http(OPTIONS)

    def ask(self) -> Answer:
        return self.http.request("GET", "/", None, {})


@pytest.mark.parametrize(
    ("body", "headers", "is_whole"),
    [
        (b"abc", {"Content_Length": "3"}, True),
        *((b"abc", {"Content_Length": odd}, False) for odd in ("x", "\u00b2", "9" * 5000)),
        (b"abc", {}, False),
        (b"abc", {"Transfer_Encoding": "Chunked"}, True),
        (gzip.compress(b"abc"), {"Content_Encoding": " GZIP "}, False),
        (gzip.compress(b"abc"), {"Content_Encoding": "x-gzip", "Transfer_Encoding": "gzip, chunked"}, True),
        (b"abc", {"Content_Encoding": "identity"}, False),
    ],
)
def test_an_answer_has_its_body_and_is_whole_if_it_says_where_it_ends(
    monkeypatch: pytest.MonkeyPatch, body: bytes, headers: dict[str, str], is_whole: bool
) -> None:
    given = Given(monkeypatch, 200, body, Content_Type=" Text/XML ; charset=x", **headers)
    assert given.http.received == 0
    given.http.received = 10
    answer = given.ask()
    assert (answer.status, answer.body, answer.is_whole) == (200, b"abc", is_whole)
    assert answer.content_type == "text/xml"
    assert given.http.received == 10 + 3


def test_an_answer_without_contents_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Given(monkeypatch, 204).ask().is_whole
    assert not Given(monkeypatch, 205).ask().is_whole


@pytest.mark.parametrize(
    ("status", "headers", "error", "message"),
    [
        (
            302,
            {"Location": "https://sso/"},
            NotUnderstood,
            "vcenter.example.com:443 redirects to https://sso/, but the module does not follow redirects",
        ),
        *(
            (
                status,
                {},
                Unavailable,
                f"vcenter.example.com:443 answered HTTP {status} A reason: its services are not running or are still "
                f"starting{full}: try again later$",
            )
            for status, full in ((502, ""), (503, ", or clients have opened all of its sessions"), (504, ""))
        ),
        (200, {"Content_Encoding": "br"}, NotUnderstood, r".*\(a body with the unrequested encoding br\): check"),
        (200, {"Content_Encoding": "gzip"}, Lost, r".* was lost \(its compression is unreadable: "),
        (200, {"Content_Length": "4"}, Lost, r"the answer of vcenter.example.com:443 was lost \(it was incomplete\)"),
    ],
)
def test_an_unusable_answer_is_described(
    monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{message}"):
        Given(monkeypatch, status, b"abc", **headers).ask()


def test_the_answer_of_a_redirect_is_described_in_a_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotUnderstood) as caught:
        Given(monkeypatch, 302, Location="https://sso/").ask()
    assert caught.value.answer == "it redirects to https://sso/"


def test_a_compressed_body_without_its_end_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Lost, match=r"was lost \(it was incomplete\)$"):
        Given(monkeypatch, 200, gzip.compress(b"abc")[:-1], Content_Encoding="gzip").ask()


def test_errors_about_answers_describe_them() -> None:
    http = Http(OPTIONS)
    for body, type_, shown in ((b"x", "text/html", "a body of type text/html"), (b"x", "", "a body of type unknown")):
        answer = Answer(500, {"Content-Type": type_}, body, True)
        assert f"(HTTP 500 with {shown}): check hostname and port" in http.not_vsphere(answer).message
    assert http.not_vsphere(Answer(500, {}, b"x", True)).answer == "HTTP 500 with a body of type unknown"
    assert http.not_vsphere(Answer(204, {}, b"", True)).answer == "HTTP 204 with no body"
    assert http.malformed("Task.info", "odd").answer == "to Task.info with malformed data: odd"
    too_large = http.too_large()
    assert too_large.answer == "it exceeds 64 MB or 4,000,000 values"
    assert too_large.message.startswith("vcenter.example.com:443 answered with too much data (it exceeds 64 MB or")


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


def test_the_advice_for_a_request_that_takes_too_long_is_the_limit_that_ended_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = Silent(monkeypatch)
    with silent.http.ending_by(79):
        assert "within 79 s: raise the time limit of the wait" in silent.ask(wait=20)
    with silent.http.ending_by(79 + 81):
        assert "within 80 s: raise request_timeout" in silent.ask(wait=20)


PROXY = {"proxy_host": "proxy.example.com", "proxy_port": 3128}


@pytest.mark.parametrize(
    ("error", "options", "message"),
    [
        (requests.exceptions.ConnectTimeout(), {}, "was not reachable within 60 s: "),
        (requests.exceptions.ConnectionError(socket.gaierror("no")), {}, "resolve the name vcenter.example.com (no)"),
        (requests.exceptions.ProxyError("no"), {}, "the proxy of the environment on the way"),
        (requests.exceptions.ProxyError("no"), PROXY, "the proxy http://proxy.example.com:3128 on the way"),
        (OSError("[X509]"), {"ca_path": "/ca.pem"}, "ca_path does not contain a certificate"),
    ],
)
def test_a_failed_request_is_explained_by_its_options(
    monkeypatch: pytest.MonkeyPatch, error: Exception, options: dict[str, t.Any], message: str
) -> None:
    def request(*_arguments: t.Any, **_others: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setattr(requests.Session, "request", request)
    with pytest.raises(VsphereError) as caught:
        Http(dataclasses.replace(OPTIONS, **options)).request("GET", "/", None, {})
    assert message in caught.value.message


def test_an_answer_at_which_a_library_stumbles_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def request(*_arguments: t.Any, **_others: t.Any) -> t.NoReturn:
        raise IndexError("list index out of range")

    monkeypatch.setattr(requests.Session, "request", request)
    with pytest.raises(Lost, match=r"was lost \(list index out of range\)$"):
        Http(OPTIONS).request("GET", "/", None, {})


def test_without_requests_no_connection_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "REQUESTS_IMPORT_ERROR", "Traceback")
    with pytest.raises(MissingLibrary) as caught:
        Http(OPTIONS)
    error = caught.value
    assert (error.library, error.traceback) == ("requests", "Traceback")
    assert error.message == "to connect to vCenter and ESXi"


@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_certificate_that_need_not_be_valid_causes_no_warning(validate_certs: bool) -> None:
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        Http(dataclasses.replace(OPTIONS, validate_certs=validate_certs))
        warnings.warn("unverified", urllib3.exceptions.InsecureRequestWarning, stacklevel=1)
    assert len(met) == validate_certs


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
    ("date", "hour"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", 10),
        ("Mon, 23 Nov 2026 10:00:00 -0000", 10),
        ("today", None),
        ("Mon, 23 Nov 20261123 10:00:00 GMT", None),
        ("Mon, 23 Nov 20261123202611 10:00:00 GMT", None),
    ],
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
