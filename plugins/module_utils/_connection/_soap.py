# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SOAP transport: vCenter and ESXi of every release.

pyVmomi's type registry describes the data. Requests use the same ``_http`` as VI/JSON, so that TLS, proxies, time
limits, and errors are the same.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _errors, _values
from .._types import _decoder, _encoder, _pyvmomi
from . import _http, _session, _soap_answer, _transport

_SESSION_COOKIE = "vmware_soap_session"


class Soap(_transport.Transport):
    def __init__(self, http: _http.Http, keep_secret: t.Callable[[str], object], session: _session.Session) -> None:
        _pyvmomi.require("for SOAP, which this server or the option transport requires")
        version = _pyvmomi.best_version(session.release)
        super().__init__(http, keep_secret, dataclasses.replace(session, release=_pyvmomi.release_of(version)))
        self._decoder = _decoder.Decoder(_pyvmomi)
        self._encoder = _encoder.Encoder(version)

    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        info = self._find(ref, property_, lambda type_: type_._GetPropertyInfo(property_))
        # Over SOAP that is a method of every object.
        describe = _pyvmomi.VmomiSupport.Object
        prop = describe(name="prop", type=str, version=info.version)
        fetch = describe(
            wsdlName="Fetch", version=info.version, params=(prop,), result=info.type, resultFlags=info.flags
        )
        return self._call(ref, property_, fetch, {"prop": property_})

    def invoke(self, ref: _values.Ref, method: str, params: _values.Data | None = None, wait: float = 0) -> t.Any:
        info = self._find(ref, method, lambda type_: next(m for m in type_._GetMethodList() if m.wsdlName == method))
        return self._call(ref, method, info, params or {}, wait)

    def manager(self, name: str) -> _values.Ref:
        if name not in self.session.managers:
            raise _errors.VsphereError(f"{self._http.name} does not have {name}: only a vCenter has it")
        return _values.reference(*self.session.managers[name])

    def _find(self, ref: _values.Ref, member: str, find: t.Callable[[t.Any], t.Any]) -> t.Any:
        """pyVmomi's description of a member. An error before the request if it does not exist."""
        try:
            return find(_pyvmomi.wire_type(ref["type"]))
        except (AttributeError, KeyError, StopIteration) as error:
            raise _errors.VsphereError(
                f"{_pyvmomi.registry_name()} does not know {ref['type']}.{member}, which SOAP requires: install a "
                f"later version, or set transport to json if {self._http.name} supports VI/JSON"
            ) from error

    def _call(self, ref: _values.Ref, member: str, info: t.Any, params: _values.Data, wait: float = 0) -> t.Any:
        self.last_call = f"{ref['type']}.{member}"
        if not self._encoder.knows(info):
            raise _errors.VsphereError(
                f"{self._http.name} does not have {self.last_call} in release {self.session.release}: it requires a "
                "later release"
            )
        try:
            request = self._encoder.call(ref, info, params)
        except _encoder.TooNew as new:
            raise _errors.VsphereError(
                f"the module did not call {self.last_call}, because {new}, and the connection to {self._http.name} "
                f"uses {self.session.release}"
            ) from new
        except _encoder.Unfit as unfit:
            raise _errors.VsphereError(
                f"the module did not call {self.last_call}, because {unfit}: if the value is from {self._http.name}, "
                "correct it there; a server with VI/JSON can get it with transport: json"
            ) from unfit
        value = self._send(request, member, info, wait)
        if isinstance(value, _decoder.SoapFault):
            raise self._fault(value.data, member, ref)
        return self._checked(member, value)

    def _send(self, request: bytes, member: str, info: t.Any, wait: float) -> t.Any:
        """Send a call. Return the value of its answer (None without a value), or its fault."""
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": f'"{_pyvmomi.VIM}/{self.session.release}"'}
        if self.session.key:
            headers["Cookie"] = f'{_SESSION_COOKIE}="{self.session.key}"'
        answer = self._http.request("POST", "/sdk", request, headers, wait)
        if answer.status == 401 and b"Envelope" not in answer.body[:1000]:
            raise _errors.SessionRefused(info.wsdlName)
        value = _soap_answer.read(self._decoder, self._http, answer, info.wsdlName, info.result)
        if value is None and not _may_be_nothing(info):
            raise self._http.lost(f"the answer does not contain {member}")
        return value

    def _key_in(self, headers: t.Mapping[str, str], cookies: dict[str, str]) -> str | None:
        # Servers send and expect it in quotes, which are not a part of it.
        return (cookies.get(_SESSION_COOKIE) or "").strip('"')


def _may_be_nothing(info: t.Any) -> bool:
    """Whether a method can return nothing: it is void, or returns an array or an optional value."""
    return (
        info.result is type(None)
        or issubclass(info.result, list)
        or bool(info.resultFlags & _pyvmomi.VmomiSupport.F_OPTIONAL)
    )
