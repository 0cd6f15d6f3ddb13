# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to SOAP requests: a value, a fault, or the problem of the answer."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._http import Answer, Http
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._soap_answer import read
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import Lost, NotUnderstood
from ansible_collections.vsphere.tasks.plugins.module_utils._types._decoder import Decoder, SoapFault

from ..wire import OPTIONS

START = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
END = b"</e:Body></e:Envelope>"
VALUE = START + b"<ReadResponse><returnval>x</returnval></ReadResponse>" + END
FAULT = START + b"<e:Fault><faultstring>No.</faultstring></e:Fault>" + END


def answer(status: int, body: bytes, kind: str = "text/xml; charset=utf-8", is_whole: bool = True) -> Answer:
    return Answer(status, {"Content-Type": kind}, body, is_whole)


def outcome(given: Answer) -> t.Any:
    return read(Decoder(None), Http(OPTIONS), given, "Read")


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_value_counts_with_its_status(is_whole: bool) -> None:
    assert outcome(answer(200, VALUE, is_whole=is_whole)) == "x"
    assert outcome(answer(200, b" " * 900 + VALUE)) == "x"


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_fault_counts_with_every_status(status: int) -> None:
    fault = {"_typeName": "RuntimeFault", "faultstring": "No."}
    assert outcome(answer(status, FAULT)) == SoapFault(fault)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (answer(200, b" \r\n"), Lost, r"\(it has an empty body\)$"),
        (answer(500, b""), Lost, r"\(it has an empty body\)$"),
        (answer(500, VALUE), NotUnderstood, "HTTP 500 with a body of type text/xml"),
        (answer(404, VALUE), NotUnderstood, "HTTP 404"),
        (answer(200, b"<html>", "text/html"), NotUnderstood, "HTTP 200 with a body of type text/html"),
        (answer(200, b"<html>", "text/html", is_whole=False), NotUnderstood, "HTTP 200 with a body of type text/html"),
        (answer(200, b'<i class="fa-envelope">', "text/html"), NotUnderstood, "HTTP 200 with a body of type text/html"),
        # A body that ends this early can still be SOAP.
        (answer(200, b'<?xml version="1.0"?>', is_whole=False), Lost, r"\(it was incomplete\)$"),
        (answer(200, b'<?xml version="1.0"?>'), NotUnderstood, "HTTP 200"),
        (answer(200, VALUE[:-20]), Lost, r"was lost \(unclosed token: line 1, column 125\)$"),
        (answer(200, VALUE[:-20].replace(b">x<", b">\x01<")), Lost, r"was lost \(unclosed token"),
        (answer(200, VALUE.replace(b"<returnval>", b"<returnval x>")), NotUnderstood, "unreadable XML"),
        (answer(200, VALUE.replace(b"Read", b"Write")), NotUnderstood, "unreadable XML: WriteResponse instead of Read"),
    ],
)
def test_another_answer_is_an_error_that_quotes_it(given: Answer, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        outcome(given)
    assert caught.type is error
