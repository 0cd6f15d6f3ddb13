# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTPS to one server by requests, used by both transports.

One session is kept for the whole run, so that all calls share one TLS connection. Every way in which a request can fail
before a vSphere answer is there becomes one of the exceptions of ``_errors``, with the option that mends it.
"""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import math
import re
import time
import traceback
import typing as t
from http.cookiejar import DefaultCookiePolicy

from .. import _errors
from . import _bounds, _options

try:
    import requests
    import urllib3

    REQUESTS_IMPORT_ERROR = ""
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

USER_AGENT = "vsphere.tasks/1.1.0"
"""The list of sessions in vCenter shows it. `make format` keeps the version that of the collection."""

CLEAN_UP = 5
"""Seconds for all requests that clean up in a hurry."""

LEAST = 1
"""Seconds that each request has to be answered, however late it is."""

TakeHead = t.Callable[[t.Mapping[str, str], dict[str, str]], None]


class Answer(t.NamedTuple):
    """The answer of the server: HTTP status, headers (case-insensitive), and the body.

    ``is_whole`` is True if HTTP confirms the end of the body. Otherwise, the body can be incomplete.
    """

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    is_whole: bool

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()


class Http:
    """Requests to ``https://{hostname}:{port}`` with the user's settings for TLS, proxy and time.

    ``take_head`` gets the headers and the cookies of each answer, even if its body does not arrive. ``received`` is the
    size of all bodies so far.
    """

    def __init__(self, options: _options.ConnectionOptions) -> None:
        if REQUESTS_IMPORT_ERROR:
            raise _errors.MissingLibrary("requests", "to connect to vCenter and ESXi", REQUESTS_IMPORT_ERROR)
        self.host = options.hostname
        self.take_head: TakeHead = lambda headers, cookies: None
        self.server_time: datetime.datetime | None = None
        self.received = 0
        self.name = f"{_options.in_url(options.hostname)}:{options.port}"
        self._timeout = options.request_timeout
        self._deadline = self._last = math.inf
        self.max_size = options.max_response_size * 1_000_000
        self._bounds = _bounds.Bounds(self.max_size, self.too_large)
        self._session = _bounds.session(self._bounds)
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
        # Our own authentication prevents requests from reading ~/.netrc.
        self._session.auth = lambda request: request
        # A session is the transport's own matter: an old one sent along makes a new login fail.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Given with each request, these win over REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE; True leaves those in force.
        self.verify: bool | str = (options.ca_path or True) if options.validate_certs else False
        if not options.validate_certs:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self.proxies: dict[str, str] = {}
        if options.proxy_host:
            self.proxies["https"] = f"http://{_options.in_url(options.proxy_host)}:{options.proxy_port}"
        self.secrets: set[str] = set()
        url = f"https://{self.name}"
        of_environment = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
        if of_environment and not self.proxies:
            # Only some runs need it.
            from . import _proxy

            self.secrets.update(_proxy.secrets(of_environment))
            _proxy.check(of_environment)

    def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str], wait: float = 0) -> Answer:
        """Send one request and read the whole answer. It can take ``wait`` seconds longer than other requests."""
        left = max(LEAST, min(self._deadline, self._last) - time.monotonic())
        connecting, answering = min(self._timeout, left), min(self._timeout + wait, left)
        self._bounds.begin(answering)
        try:
            response = self._session.request(
                method,
                f"https://{self.name}{path}",
                data=body,
                headers=headers,
                timeout=(connecting, answering),
                verify=self.verify,
                proxies=dict(self.proxies),
                allow_redirects=False,
                stream=True,
                hooks={"response": lambda head, **unused: self.take_head(head.headers, head.cookies.get_dict())},
            )
            body = _bounds.read(response)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            remedy = "raise request_timeout" if left > self._timeout + wait else "raise the time limit of the wait"
            # Only a failure needs it.
            from . import _http_errors

            raise _http_errors.explain(
                error,
                name=self.name,
                host=self.host,
                proxy=self.proxies.get("https", ""),
                verify=self.verify,
                connecting=connecting,
                answering=answering,
                remedy=remedy,
            ) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # For example, requests up to 2.32 stumbles at a content type that ends within its charset.
            raise self.lost(str(error)) from error
        except (KeyboardInterrupt, SystemExit):
            # What follows is clean-up, wherever this came from.
            self.hurry()
            raise
        # The answer counts, regardless of its date. An invalid one is a TypeError in Python 3.9.
        with contextlib.suppress(KeyError, OverflowError, TypeError, ValueError):
            time_said = email.utils.parsedate_to_datetime(response.headers["Date"])
            self.server_time = time_said.replace(tzinfo=time_said.tzinfo or datetime.timezone.utc)
        is_whole = self._check_end(response, len(body))
        if response.is_redirect:
            where = response.headers["Location"]
            raise _errors.NotUnderstood(
                f"{self.name} redirects to {where}, but the module does not follow redirects with a login: set "
                "hostname and port to the final address",
                f"it redirects to {where}",
            )
        if response.status_code in (502, 503, 504):
            # So says a vCenter without a free session (Broadcom KB 375546).
            full = ", or clients have opened all of its sessions" if response.status_code == 503 else ""
            raise _errors.Unavailable(
                f"{self.name} answered HTTP {response.status_code} {response.reason}: its services are not running or "
                f"are still starting{full}: try again later"
            )
        content = self._content(response, body)
        self._bounds.check_values(content)
        self.received += len(content)
        return Answer(response.status_code, response.headers, content, is_whole)

    def _content(self, response: requests.Response, body: bytes) -> bytes:
        """The body without its compression."""
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if not body or encoding == "identity":
            return body
        if encoding not in ("gzip", "x-gzip"):
            raise self.not_understood(f"a body with the unrequested encoding {encoding}")
        try:
            content = self._bounds.decompressed(body)
        except ValueError as error:
            raise self.lost(f"its compression is unreadable: {error}") from error
        if content is None:
            raise self.lost("it was incomplete")
        return content

    def _check_end(self, response: requests.Response, received: int) -> bool:
        """Whether the answer contains its own end. Lost if it ended earlier, because urllib3 1 does not check this."""
        if response.status_code == 204 or "chunked" in response.headers.get("Transfer-Encoding", "").lower():
            return True
        length = response.headers.get("Content-Length", "")
        # isdigit is true for others, too, and int has a maximum.
        if not re.fullmatch("[0-9]{1,18}", length):
            return False
        # It counts the compressed bytes.
        if received != int(length):
            # Otherwise, urllib3 1 can send the next request, such as a logout, over this connection.
            self.close()
            raise self.lost("it was incomplete")
        return True

    @contextlib.contextmanager
    def ending_by(self, deadline: float) -> t.Iterator[None]:
        """Give up the requests within at that time of the monotonic clock, if they are not answered by then."""
        before, self._deadline = self._deadline, min(self._deadline, deadline)
        try:
            yield
        finally:
            self._deadline = before

    def check_time(self) -> None:
        """Raise TimedOut after the time limit, before a further page, for which another second would be available."""
        if time.monotonic() > min(self._deadline, self._last):
            raise _errors.TimedOut(
                f"{self.name} returned one part of its answer after the other until the time limit: raise the time "
                "limit of the wait if the server is only slow"
            )

    def hurry(self) -> None:
        """Limit all following requests, which are clean-up, to a few seconds."""
        self._timeout = min(self._timeout, 3)
        self._last = min(self._last, time.monotonic() + CLEAN_UP)

    def close(self) -> None:
        self._session.close()

    def too_large(self) -> _errors.NotUnderstood:
        """The error for an answer that exceeds its limit."""
        size = f"it exceeds {self.max_size // 1_000_000} MB or {self.max_size // _bounds.SIZE_OF_VALUE:,} values"
        return _errors.NotUnderstood(
            f"{self.name} answered with too much data ({size}): read less with each request, for example with a "
            "smaller page_size or limit, or raise max_response_size",
            size,
        )

    def lost(self, how: str) -> _errors.Lost:
        return _errors.Lost(f"the answer of {self.name} was lost ({how})")

    def not_vsphere(self, answer: Answer) -> _errors.NotUnderstood:
        """The error for an answer that no vCenter or ESXi gives."""
        what = f"a body of type {answer.content_type or 'unknown'}" if answer.body else "no body"
        return self.not_understood(f"HTTP {answer.status} with {what}")

    def malformed(self, call: str, problem: str) -> _errors.NotUnderstood:
        """The error for an answer to a call whose data is not made as it should be."""
        answer = f"to {call} with malformed data: {problem}"
        return _errors.NotUnderstood(
            f"{self.name} answered {answer}. Report this as a bug, with the answer if possible", answer
        )

    def not_understood(self, answer: str) -> _errors.NotUnderstood:
        """The error for an answer that is described by these words."""
        return _errors.NotUnderstood(
            f"{self.name} does not answer like a vCenter or ESXi ({answer}): check hostname and port", answer
        )
