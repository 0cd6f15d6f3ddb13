# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SOAP transport: vCenter and ESXi of every release, with pyVmomi's types, serializer and deserializer.

Requests travel over the same ``_http`` as VI/JSON, so that TLS, proxies, time limits and errors are the same.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import re
import traceback
import typing as t
from xml.parsers.expat import ExpatError

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors, _session, _values
from ansible_collections.vsphere.tasks.plugins.module_utils._transport import _http, _pyvmomi_data

try:
    from pyVmomi import VmomiSupport
    from pyVmomi.SoapAdapter import SoapResponseDeserializer, SoapStubAdapterBase

    PYVMOMI_IMPORT_ERROR = ""
except ImportError:
    PYVMOMI_IMPORT_ERROR = traceback.format_exc()
    SoapStubAdapterBase = object

if t.TYPE_CHECKING:
    from collections.abc import Callable


SESSION_COOKIE = "vmware_soap_session"


class _Stub(SoapStubAdapterBase):  # type: ignore[misc]
    """pyVmomi's way to a server, with our HTTP below it."""

    def __init__(self, http: _http.Http, version: str, keep_secret: Callable[[str], object], key: str) -> None:
        super().__init__(version=version)
        self.http = http
        self.wait = 0.0
        self.key = key
        self._keep_secret = keep_secret
        self.requestContext = None

    def SerializeRequest(self, mo: t.Any, info: t.Any, args: t.Any) -> bytes:  # noqa: N802 (pyVmomi's name)
        # pyVmomi writes a reference in an Any as xsi:type="ManagedObject", a type that the WSDL does not have.
        request: bytes = super().SerializeRequest(mo, info, args)
        request = re.sub(rb'(<[^<>]* xsi:type="ManagedObject)"', rb'\1Reference"', request)
        # Parsers of XML take a carriage return that stands there as it is for a line feed.
        return request.replace(b"\r", b"&#13;")

    def InvokeMethod(self, mo: t.Any, info: t.Any, args: t.Any) -> t.Any:  # noqa: N802 (pyVmomi's name)
        """Send one call; a vSphere fault is raised as pyVmomi's exception."""
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": self.versionId}
        if self.key:
            headers["Cookie"] = f'{SESSION_COOKIE}="{self.key}"'
        answer = self.http.request("POST", "/sdk", self.SerializeRequest(mo, info, args), headers, self.wait)
        if answer.status not in (200, 500) or b"Envelope" not in answer.body[:500]:
            raise self.http.not_vsphere(answer)
        key = answer.cookies.get(SESSION_COOKIE)
        if key:
            self._keep_secret(key)
            self.key = key
        try:
            result = SoapResponseDeserializer(self).Deserialize(answer.body, info.result)
        except ExpatError as error:
            raise _errors.Lost(f"the answer of {self.http.name} was cut off ({error})") from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _errors.VsphereError(
                f"pyVmomi cannot read the answer of {self.http.name} to {info.wsdlName} ({error}): a newer pyVmomi may"
            ) from error
        if answer.status == 500:
            raise result
        return result


class Soap:
    """Properties and methods of managed objects over SOAP."""

    name = "soap"

    def __init__(
        self, http: _http.Http, keep_secret: Callable[[str], object], session: _session.Session | None = None
    ) -> None:
        if PYVMOMI_IMPORT_ERROR:
            raise _errors.MissingLibrary(
                "pyvmomi", "for SOAP, which this server or the option transport asks for", PYVMOMI_IMPORT_ERROR
            )
        # Servers of every release still answer in this one; what comes back says which is the best for both.
        self._stub = _Stub(http, "vim.version.version9", keep_secret, session.key if session else "")
        if session:
            self._managers: dict[str, _values.Ref] = {
                name: _values.reference(*each) for name, each in session.managers.items()
            }
            self._stub.ComputeVersionInfo(_best_version(session.release))
        else:
            content = self.invoke(_values.reference("ServiceInstance", "ServiceInstance"), "RetrieveServiceContent")
            self._managers = {name: value for name, value in content.items() if name not in ("_typeName", "about")}
            self._stub.ComputeVersionInfo(_best_version(content["about"]["apiVersion"]))

    @property
    def release(self) -> str:
        return _release(self._stub.version)

    def get(self, ref: _values.Ref, property_: str) -> t.Any:
        """The value of a property, None where it is unset."""
        info = _pyvmomi_data.wire_type(ref["type"])._GetPropertyInfo(property_)
        return self._plainly(ref, property_, info.type, lambda mo: self._stub.InvokeAccessor(mo, info))

    def invoke(self, ref: _values.Ref, method: str, params: dict[str, t.Any] | None = None, wait: float = 0) -> t.Any:
        """What a method returns, None where that is nothing; it may take ``wait`` seconds longer than other calls."""
        info = next(m for m in _pyvmomi_data.wire_type(ref["type"])._GetMethodList() if m.wsdlName == method)
        given = params or {}
        try:
            args = [_pyvmomi_data.from_data(given.get(param.name), param.type, self._stub) for param in info.params]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _errors.VsphereError(
                f"pyVmomi cannot send what {method} was given ({error}): check its types"
            ) from error
        self._stub.wait = wait
        try:
            return self._plainly(ref, method, info.result, lambda mo: self._stub.InvokeMethod(mo, info, args))
        finally:
            self._stub.wait = 0

    def manager(self, name: str) -> _values.Ref:
        """A singleton by its name in the ServiceContent."""
        if name not in self._managers:
            raise _errors.VsphereError(f"{self._stub.http.name} has no {name}: it is a part of vCenter, not of ESXi")
        return self._managers[name]

    @property
    def session(self) -> _session.Session:
        managers = {name: (ref["type"], ref["value"]) for name, ref in self._managers.items()}
        return _session.Session(self.name, self.release, str(self._stub.key), managers)

    def forget_session(self) -> None:
        self._stub.key = ""

    def _plainly(self, ref: _values.Ref, member: str, declared: t.Any, call: Callable[[t.Any], t.Any]) -> t.Any:
        mo = _pyvmomi_data.wire_type(ref["type"])(ref["value"], self._stub)
        try:
            return _pyvmomi_data.to_data(call(mo), declared)
        except VmomiSupport.GetVmodlType("vmodl.MethodFault") as error:
            data = _pyvmomi_data.to_data(error)
            type_, text = data.pop("_typeName"), data.pop("faultstring", "")
            raise _errors.Fault(type_, text or type_, data, member, ref) from error


def _best_version(release: str) -> str:
    """pyVmomi's version of that release, or the newest before it that pyVmomi knows."""
    versions: list[str] = VmomiSupport.GetServiceVersions("vim25")
    # Some versions are not releases: their names have no digits in front.
    return next(v for v in versions if _release(v)[0].isdigit() and _numbers(_release(v)) <= _numbers(release))


def _numbers(release: str) -> list[int]:
    # LooseVersion does the same for 13 kB, which each run would compile.
    return [int(number) for number in re.findall(r"\d+", release)]


def _release(version: str) -> str:
    """``8.0.2.0`` of pyVmomi's ``vim.version.v8_0_2_0``."""
    return str(VmomiSupport.GetVersionNamespace(version)).rpartition("/")[2]
