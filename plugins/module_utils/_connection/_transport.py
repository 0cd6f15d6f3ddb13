# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both transports have in common."""

from __future__ import annotations

import abc
import dataclasses
import itertools
import typing as t

from .. import _errors, _values
from . import _shapes

if t.TYPE_CHECKING:
    from . import _http, _session

# Reads that work without a session. If a property requires one, the second read only reports that it is unreadable.
_PROVE_NOTHING = ("Login", "RetrievePropertiesEx", "content", "CurrentTime")

MOST_PAGES = 1000
"""Maximum number of pages of a result. Servers put hundreds of objects into each of them."""


class Transport(abc.ABC):
    """Properties and methods of managed objects, in VI/JSON-shaped plain data.

    ``session`` is all that another connection needs to use the session. ``accepted`` is True if a call with it has
    succeeded since the last login. ``last_call`` is the latest call, as Type.member.
    """

    def __init__(self, http: _http.Http, keep_secret: t.Callable[[str], object], session: _session.Session) -> None:
        self.session = session
        self.accepted = False
        self.last_call = ""
        self._http = http
        http.take_head = self._take_head
        self._keep_secret = keep_secret

    @abc.abstractmethod
    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        """The value of a property, or None if it is unset."""

    @abc.abstractmethod
    def invoke(self, ref: _values.Ref, method: str, params: _values.Data | None = None, wait: float = 0) -> t.Any:
        """The result of a method, or None without a result. It can take ``wait`` seconds longer than other calls."""

    @abc.abstractmethod
    def manager(self, name: str) -> _values.Ref:
        """A singleton by its name in the ServiceContent."""

    def forget_session(self) -> None:
        """Send no session from now on."""
        self.session = dataclasses.replace(self.session, key="")
        self.accepted = False

    @abc.abstractmethod
    def _key_in(self, headers: t.Mapping[str, str], cookies: dict[str, str]) -> str | None:
        """The key of a new session, from the head of an answer."""

    def _take_head(self, headers: t.Mapping[str, str], cookies: dict[str, str]) -> None:
        key = self._key_in(headers, cookies)
        if key:
            self._keep_secret(key)
            self.session = dataclasses.replace(self.session, key=key)

    def pages(self, most: int = MOST_PAGES, answers: int = 1) -> t.Callable[..., None]:
        """Returns what to call for each page of a result: an error after too many pages, or after the time limit.

        All pages with something that is kept can be as large as that number of answers.
        """
        before, kept, turned = self._http.received, 0, itertools.count(1)

        def turn(is_kept: bool = True) -> None:
            nonlocal before, kept
            page, before = self._http.received - before, self._http.received
            kept += page if is_kept else 0
            if kept > answers * self._http.max_size:
                raise self._http.too_large()
            number = next(turned)
            if number > most:
                raise self.malformed("its pages do not end")
            # An answer in one part counts, however late it is.
            if number > 1:
                self._http.check_time()

        return turn

    def malformed(self, problem: str) -> _errors.NotUnderstood:
        """The error for the answer to the last call."""
        return self._http.malformed(self.last_call, problem)

    def _checked(self, member: str, value: t.Any) -> t.Any:
        """The value of a successful call, which has the shape that everything else relies on."""
        problem = "" if value is None else _shapes.problem(value, _shapes.of(member))
        if problem or _values.is_too_deep(value):
            raise self.malformed(problem or f"it has more than {_values.DEEPEST} levels")
        self.accepted |= member not in _PROVE_NOTHING
        return value

    @staticmethod
    def _fault(data: _values.Data, member: str, ref: _values.Ref) -> _errors.Fault:
        """The exception for a fault that a call was answered with."""
        fields = {name: value for name, value in data.items() if name not in ("_typeName", "faultstring")}
        return _errors.Fault(data["_typeName"], data.get("faultstring") or data["_typeName"], fields, member, ref)
