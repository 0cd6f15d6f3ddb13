# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP documents, and their contents as the decoder reads them."""

from __future__ import annotations

import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils._types import _pyvmomi
from ansible_collections.vsphere.tasks.plugins.module_utils._types._decoder import Decoder, SoapFault

DECODER = Decoder(_pyvmomi)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Body>'
)
TAIL = "</soapenv:Body></soapenv:Envelope>"


def document(body: str) -> bytes:
    return f"{HEAD}{body}{TAIL}".encode()


def response(values: str) -> bytes:
    return document(f'<FetchResponse xmlns="urn:vim25">{values}</FetchResponse>')


def read(values: str, declared: str | None = None, decoder: Decoder = DECODER) -> t.Any:
    """The value of a method's answer."""
    return decoder.read(response(values), "Fetch", _pyvmomi.wire_type(declared) if declared else None)


def fault(detail: str, text: str = "It failed.") -> dict[str, t.Any]:
    body = f"<soapenv:Fault><faultcode>x</faultcode><faultstring>{text}</faultstring>{detail}</soapenv:Fault>"
    answer = DECODER.read(document(body), "Fetch")
    assert isinstance(answer, SoapFault)
    return answer.data
