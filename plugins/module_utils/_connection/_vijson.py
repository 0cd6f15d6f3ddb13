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
from . import _http, _shapes, _transport

_SESSION_HEADER = "vmware-api-session-id"

# pyVmomi's registry knows the results of methods, but VI/JSON does not require it. Methods that are not in this list,
# such as all that return a task, always return something.
_VOID = {
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
}
# The reads that can return nothing.
_OPTIONAL = {
    "ContinueRetrievePropertiesEx",
    "FindByInventoryPath",
    "FindExtension",
    "ReadNextTasks",
    "ReadPreviousTasks",
    "RetrieveProperties",
    "RetrievePropertiesEx",
    "WaitForUpdatesEx",
    "latestPage",
}


class ViJson(_transport.Transport):
    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        return self._call("GET", ref, property_, None)

    def invoke(self, ref: _values.Ref, method: str, params: _values.Data | None = None, wait: float = 0) -> t.Any:
        # Only a method without parameters has no body.
        body = None if params is None else json.dumps(params).encode()
        return self._call("POST", ref, method, body, wait)

    def manager(self, name: str) -> _values.Ref:
        # On a vCenter, their IDs are fixed.
        type_ = name[0].upper() + name[1:]
        return _values.reference(type_, "propertyCollector" if name == "propertyCollector" else type_)

    def _call(self, verb: str, ref: _values.Ref, member: str, body: bytes | None, wait: float = 0) -> t.Any:
        headers = {_SESSION_HEADER: self.session.key} if self.session.key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = f"/sdk/vim25/{self.session.release}/{ref['type']}/{_segment(ref['value'])}/{member}"
        self.last_call = f"{ref['type']}.{member}"
        answer = self._http.request(verb, path, body, headers, wait)
        if answer.content_type != "application/json":
            self._check_refusal(answer, member)
        is_void = member in _VOID
        data = parse(self._http, answer)
        # A fault counts with any status. A value does not have faultstring.
        is_fault = answer.status >= 400 or is_void or (isinstance(data, dict) and "faultstring" in data)
        if is_fault and isinstance(data, dict) and isinstance(data.get("_typeName"), str):
            raise self._fault(data, member, ref)
        self._check_refusal(answer, member)
        if answer.status not in (200, 204) or (is_void and data is not None):
            raise self._http.not_vsphere(answer)
        if data is None and not is_void:
            self._check_nothing(answer, verb, member)
        return self._checked(member, data)

    def _check_refusal(self, answer: _http.Answer, member: str) -> None:
        """Raise an error for the statuses by which servers and front ends refuse a call without a fault."""
        if answer.status == 401:
            raise _errors.SessionRefused(member)
        if answer.status == 404:
            raise _errors.NotUnderstood(
                f"{self._http.name} does not know {self.last_call} in release {self.session.release} (HTTP 404): it "
                "might require a later release",
                f"HTTP 404, which means that release {self.session.release} does not have it",
            )

    def _key_in(self, headers: t.Mapping[str, str], cookies: dict[str, str]) -> str | None:
        return headers.get(_SESSION_HEADER)

    def _check_nothing(self, answer: _http.Answer, verb: str, member: str) -> None:
        """Raise an error if nothing is not a valid value. Only 204 and null mean nothing, an empty body does not."""
        says_so = answer.status == 204 or answer.body.strip()
        is_property = verb == "GET" and member not in _shapes.SHAPES
        if not (says_so and (is_property or member in _OPTIONAL)):
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
