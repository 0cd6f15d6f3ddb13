# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VI/JSON transport: vCenter 8.0U1 and newer.

Data goes through as it is: plain Python in the form of the wire. Facts are from the API pages of releases 8.0.1.0 to
9.0.0.0 (``https://{host}/sdk/vim25/{release}/{MoType}/{moId}/{member}``).

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import quote

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _session, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._transport import _http

if t.TYPE_CHECKING:
    from collections.abc import Callable


RELEASES = ("9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0")
SESSION_HEADER = "vmware-api-session-id"


def negotiate(http: _http.Http) -> str | None:
    """The newest release that the server and this collection share, None where the server has no VI/JSON.

    ``hello`` exists since 8.0.2.0 and answers an empty release where none fits; what a server of 8.0.1.0 has instead is
    the service content, which needs no session.
    """
    offer = json.dumps({"api_releases": RELEASES}).encode()
    answer = http.request("POST", "/api/vcenter/system?action=hello", offer, {"Content-Type": "application/json"})
    if answer.status == 200:
        said = _parse(http, answer)
        if not isinstance(said, dict):
            raise http.not_vsphere(answer)
        release = said.get("api_release")
        if release:
            return str(release)
    elif answer.status != 404:
        raise http.not_vsphere(answer)
    oldest = RELEASES[-1]
    answer = http.request("GET", f"/sdk/vim25/{oldest}/ServiceInstance/ServiceInstance/content", None, {})
    if answer.status == 404:
        return None
    if answer.status != 200 or not isinstance(_parse(http, answer), dict):
        raise http.not_vsphere(answer)
    return oldest


class ViJson:
    """Properties and methods of managed objects over VI/JSON."""

    name = "json"

    def __init__(self, http: _http.Http, release: str, keep_secret: Callable[[str], object], key: str = "") -> None:
        self.release = release
        self._http = http
        self._key = key
        self._keep_secret = keep_secret

    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        """The value of a property, None where it is unset."""
        return self._call("GET", ref, property_, None)

    def invoke(self, ref: _values.Ref, method: str, params: dict[str, t.Any] | None = None, wait: float = 0) -> t.Any:
        """What a method returns, None where that is nothing; it may take ``wait`` seconds longer than other calls."""
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

    def _call(self, verb: str, ref: _values.Ref, member: str, body: bytes | None, wait: float = 0) -> t.Any:
        headers = {SESSION_HEADER: self._key} if self._key else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = f"/sdk/vim25/{self.release}/{ref['type']}/{_segment(ref['value'])}/{member}"
        answer = self._http.request(verb, path, body, headers, wait)
        key = answer.headers.get(SESSION_HEADER)
        if key:
            self._keep_secret(key)
            self._key = key
        if answer.status in (200, 204):
            return _parse(self._http, answer)
        if answer.status == 404:
            raise _errors.VsphereError(
                f"{self._http.name} knows no {ref['type']}.{member} in release {self.release} (HTTP 404): "
                "it may have come with a newer release"
            )
        data = _parse(self._http, answer) if answer.content_type == "application/json" else None
        if isinstance(data, dict) and "_typeName" in data:
            type_, text = data.pop("_typeName"), data.pop("faultstring", "")
            raise _errors.Fault(type_, text or type_, data, member, ref)
        if answer.status == 401:
            # Some front ends refuse an unknown session themselves.
            raise _errors.Fault("NotAuthenticated", "The session is not authenticated.", {}, member, ref)
        raise self._http.not_vsphere(answer)


def _segment(moid: str) -> str:
    """An object id as one segment of a path; a session's own objects have brackets in theirs."""
    if not moid or moid in (".", "..") or re.search(r"[\x00-\x1f\x7f]", moid):
        raise _errors.VsphereError(f"{moid!r} is not the id of a managed object: ids look like task-123 or vm-45")
    return quote(moid, safe="")


def _parse(http: _http.Http, answer: _http.Answer) -> t.Any:
    """The body of an answer; a void method and an unset property have none (204), or on some servers ``null``."""
    if not answer.body.strip():
        return None
    if answer.content_type != "application/json":
        raise http.not_vsphere(answer)
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise _errors.Lost(f"the answer of {http.name} was cut off ({error})") from error
