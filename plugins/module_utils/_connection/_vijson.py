# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VI/JSON transport: vCenter 8.0U1 and later.

Data goes through as it is: plain Python in the form of the wire. Facts are from the API pages of releases 8.0.1.0 to
9.0.0.0 (``https://{host}/sdk/vim25/{release}/{MoType}/{moId}/{member}``).
"""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import quote

from .. import _errors, _values
from . import _session

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from . import _http

SESSION_HEADER = "vmware-api-session-id"

# pyVmomi's registry knows the results of methods, but VI/JSON does not require it. Methods that are not in this list,
# such as all that return a task, always return something.
_VOID = frozenset(
    (
        "CancelTask",
        "DestroyCollector",
        "DestroyPropertyCollector",
        "DestroyView",
        "Logout",
        "RegisterExtension",
        "ResetCollector",
        "SetCollectorPageSize",
        "SetTaskDescription",
        "SetTaskState",
        "UnregisterExtension",
        "UpdateExtension",
        "UpdateProgress",
        "setCustomValue",
    )
)
_OPTIONAL = frozenset(
    (
        "ContinueRetrievePropertiesEx",
        "FindByInventoryPath",
        "FindExtension",
        "ReadNextTasks",
        "ReadPreviousTasks",
        "RetrievePropertiesEx",
        "WaitForUpdatesEx",
    )
)


class ViJson:
    """Properties and methods of managed objects over VI/JSON."""

    name = "json"

    def __init__(self, http: _http.Http, keep_secret: Callable[[str], object], session: _session.Session) -> None:
        self.release = session.release
        self.product = session.product or None
        self.accepted = False
        self.last_call = ""
        self._http = http
        http.take_head = self._take_head
        self._key = session.key
        self._keep_secret = keep_secret

    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        """The value of a property, or None if it is unset."""
        return self._call("GET", ref, property_, None)

    def invoke(self, ref: _values.Ref, method: str, params: dict[str, t.Any] | None = None, wait: float = 0) -> t.Any:
        """The result of a method, or None without a result. It can take ``wait`` seconds longer than other calls."""
        body = json.dumps(params).encode() if params else None
        return self._call("POST", ref, method, body, wait)

    def manager(self, name: str) -> _values.Ref:
        """A singleton by its name in the ServiceContent; on a vCenter its id is fixed."""
        type_ = name[0].upper() + name[1:]
        return _values.reference(type_, "propertyCollector" if name == "propertyCollector" else type_)

    @property
    def session(self) -> _session.Session:
        return _session.Session(self.name, self.release, self._key)

    def forget_session(self) -> None:
        self._key = ""
        self.accepted = False

    def _call(self, verb: str, ref: _values.Ref, member: str, body: bytes | None, wait: float = 0) -> t.Any:
        headers = {SESSION_HEADER: self._key} if self._key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = f"/sdk/vim25/{self.release}/{ref['type']}/{_segment(ref['value'])}/{member}"
        self.last_call = f"{ref['type']}.{member}"
        answer = self._http.request(verb, path, body, headers, wait)
        if answer.status == 401 and answer.content_type != "application/json":
            raise _errors.SessionRefused(member)
        if answer.status == 404:
            raise _errors.NotUnderstood(
                f"{self._http.name} does not know {self.last_call} in release {self.release} (HTTP 404): it might "
                "require a later release",
                f"HTTP 404, which means that release {self.release} does not have it",
            )
        is_void = member in _VOID
        data = parse(self._http, answer)
        # A fault counts with any status. A value does not have faultstring.
        is_fault = answer.status >= 400 or is_void or (isinstance(data, dict) and "faultstring" in data)
        if is_fault and isinstance(data, dict) and isinstance(data.get("_typeName"), str):
            type_, text = data.pop("_typeName"), data.pop("faultstring", "")
            raise _errors.Fault(type_, text or type_, data, member, ref)
        if answer.status == 401:
            raise _errors.SessionRefused(member)
        if answer.status not in (200, 204) or (is_void and data is not None):
            raise self._http.not_vsphere(answer)
        if data is None and not is_void:
            self._check_nothing(answer, verb, member)
        self.accepted |= member not in _session.PROVE_NOTHING
        return data

    def _take_head(self, headers: t.Mapping[str, str], _cookies: dict[str, str]) -> None:
        """Keep the session of a login."""
        key = headers.get(SESSION_HEADER)
        if key:
            self._keep_secret(key)
            self._key = key

    def _check_nothing(self, answer: _http.Answer, verb: str, member: str) -> None:
        """Raise an error if nothing is not a valid value. Only 204 and null mean nothing, an empty body does not."""
        says_so = answer.status == 204 or answer.body.strip()
        if not (says_so and (verb == "GET" or member in _OPTIONAL)):
            raise self._http.lost(f"the answer does not contain {member}")


def _segment(moid: str) -> str:
    """An object id as one segment of a path; a session's own objects have brackets in theirs."""
    if not moid or moid in (".", "..") or re.search(r"[\x00-\x1f\x7f]", moid):
        raise _errors.VsphereError(f"{moid!r} is not the ID of a managed object: use an ID such as task-123 or vm-45")
    return quote(moid, safe="")


def parse(http: _http.Http, answer: _http.Answer) -> t.Any:
    """The body of an answer, or None for an empty one."""
    if not answer.body.strip():
        if not answer.is_whole:
            raise http.lost("it has an empty body without status 204")
        return None
    if answer.content_type != "application/json":
        raise http.not_vsphere(answer)
    try:
        value = json.loads(answer.body)
    except (RecursionError, ValueError) as error:
        if not answer.is_whole:
            raise http.lost(str(error)) from error
        raise http.not_understood(f"unreadable JSON: {error}") from error
    if isinstance(value, (int, float)) and not answer.is_whole:
        # Everything else marks its own end.
        raise http.lost("it does not mark the end of its number")
    return value
