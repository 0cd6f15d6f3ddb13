# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which protocol a server speaks, and in which release.

Two services can answer: vapi-endpoint answers ``hello`` (since 8.0.2.0), vpxd everything at ``/sdk``. Each of them can
fail, or a front end can reject it, independently. Therefore, an answer to ``hello`` without a release proves nothing.
An ESXi answers it with 400, a vCenter 8.0.1 and earlier with 404.
"""

from __future__ import annotations

import json
import re
import typing as t

from .. import _errors, _values
from . import _http, _session, _vijson

RELEASES = ("9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0")
_CONTENT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soapenv:Body><RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this>'
    b"</RetrieveServiceContent></soapenv:Body></soapenv:Envelope>"
)
_TRANSIENT = (_errors.Lost, _errors.Unavailable)
_ABOUT = {"apiType": r".*", "apiVersion": _session.RELEASE, "fullName": r".*"}


def negotiate(http: _http.Http, transport: str) -> _session.Session:
    """A session that is still to be logged in to: over VI/JSON where the server has it, else over SOAP.

    ``transport`` can allow only one of them (json, soap). It takes one request if ``hello`` answers, and up to three
    more otherwise.
    """
    refusals: dict[str, _errors.VsphereError] = {}
    if transport != "soap":
        release = _ask(refusals, "hello", _hello, http)
        if release:
            return _session.Session("json", release)
    content = _ask(refusals, "SOAP", _content_over_soap, http)
    for release in _candidates(content) if transport != "soap" else ():
        found = _ask(refusals, "VI/JSON", _content_over_vijson, http, release)
        if found:
            return _session.Session("json", release, product=str(found["about"].get("fullName", "")))
    if content and transport != "json":
        about = content["about"]
        managers = {name: (ref["type"], ref["value"]) for name, ref in content.items() if _values.is_reference(ref)}
        return _session.Session("soap", about["apiVersion"], product=about["fullName"], managers=managers)
    for name in ("SOAP", "VI/JSON"):
        if isinstance(refusals.get(name), _TRANSIENT):
            # It can work a moment later.
            raise refusals[name]
    if content is None:
        raise http.not_understood(_told(refusals))
    if _candidates(content):
        raise _errors.VsphereError(
            f"{http.name} ({content['about']['fullName']}) rejects VI/JSON ({_told(refusals)}): set transport to auto "
            "or soap"
        )
    raise _errors.VsphereError(
        f"{http.name} does not support VI/JSON, which requires vCenter 8.0U1 or later: set transport to auto or soap"
    )


def _ask(
    refusals: dict[str, _errors.VsphereError], name: str, step: t.Callable[..., t.Any], *arguments: t.Any
) -> t.Any:
    """The result of the step. None if the answer does not come from vSphere. It then notes the reason.

    A time-out is final, except for ``hello``, because the others would take as long.
    """
    others = (*_TRANSIENT, _errors.TimedOut) if name == "hello" else _TRANSIENT
    try:
        return step(*arguments)
    except (_errors.NotUnderstood, *others) as error:
        refusals[name] = error
    return None


def _told(refusals: dict[str, _errors.VsphereError]) -> str:
    return "; ".join(f"{name}: {getattr(error, 'answer', error.message)}" for name, error in refusals.items())


def _hello(http: _http.Http) -> str:
    """The newest release that the server and this collection share."""
    offer = json.dumps({"api_releases": RELEASES}).encode()
    answer = http.request("POST", "/api/vcenter/system?action=hello", offer, {"Content-Type": "application/json"})
    said = _vijson.parse(http, answer) if answer.status == 200 else None
    release = said.get("api_release") if isinstance(said, dict) else None
    if isinstance(release, str) and "." in release and re.fullmatch(_session.RELEASE, release):
        return release
    raise http.not_vsphere(answer)


def _content_over_soap(http: _http.Http) -> _values.Data:
    """The ServiceContent, which every server of every release returns without a login."""
    # Only where hello does not know.
    from .._types import _decoder
    from . import _soap_answer

    headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '"urn:vim25/5.5"'}
    answer = http.request("POST", "/sdk", _CONTENT, headers)
    # The few names in it require no registry, which can be missing with VI/JSON.
    content = _soap_answer.read(_decoder.Decoder(None), http, answer, "RetrieveServiceContent")
    about = content.get("about") if isinstance(content, dict) else None
    if isinstance(about, dict) and all(
        isinstance(about.get(name), str) and re.fullmatch(form, about[name]) for name, form in _ABOUT.items()
    ):
        return t.cast("_values.Data", content)
    raise http.not_vsphere(answer)


def _candidates(content: _values.Data | None) -> list[str]:
    """The VI/JSON releases to try, newest first. A server supports its own, and most of the earlier ones."""
    if content is None:
        return [RELEASES[0], RELEASES[-1]]
    about = content["about"]
    if about["apiType"] != "VirtualCenter":
        return []
    newest = _values.release_numbers(about["apiVersion"])
    return [release for release in RELEASES if _values.release_numbers(release) <= newest][:2]


def _content_over_vijson(http: _http.Http, release: str) -> _values.Data:
    """The ServiceContent where the server speaks VI/JSON in that release."""
    answer = http.request("GET", f"/sdk/vim25/{release}/ServiceInstance/ServiceInstance/content", None, {})
    content = _vijson.parse(http, answer) if answer.status == 200 else None
    if isinstance(content, dict) and isinstance(content.get("about"), dict):
        return content
    raise http.not_vsphere(answer)
