# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decoding SOAP answers: documents that are cut off, malicious, or not well-formed."""

from __future__ import annotations

import gc

import pytest
from ansible_collections.vsphere.tasks.plugins.module_utils._types._decoder import CutOff

from .documents import DECODER, HEAD, document, read, response


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!-- --><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_no_document_declares_anything(start: str) -> None:
    given = response("<returnval>x</returnval>").replace(b"<soapenv:Envelope", f"{start}<soapenv:Envelope".encode())
    with pytest.raises(ValueError, match=r"^a document type declaration$"):
        DECODER.read(given, "Fetch")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "\n", "\x01"])
def test_no_encoding_hides_a_declaration(encoding: str, before: str) -> None:
    given = response("<returnval>x</returnval>").decode().partition("\n")[2]
    given = f"{before}<!DOCTYPE x>{given}"
    with pytest.raises(ValueError, match=r"^no UTF-8$"):
        DECODER.read(given.encode(encoding), "Fetch")


def test_a_zero_after_the_first_two_bytes_is_only_a_control_character() -> None:
    answer = response("<returnval>x</returnval>").partition(b"\n")[2]
    assert DECODER.read(b"\n\n\x00" + answer, "Fetch") == "x"


def test_an_undeclared_entity_is_an_error() -> None:
    with pytest.raises(ValueError, match="undefined entity"):
        read("<returnval>&a;</returnval>")


@pytest.mark.parametrize("declared", [None, "TaskInfo"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("<a>", "</a>"),
        (
            '<error xsi:type="LocalizedMethodFault"><fault xsi:type="NotFound"><faultCause>',
            "</faultCause></fault></error>",
        ),
        ('<val xsi:type="ArrayOfX">', "</val>"),
    ],
)
def test_depth_is_bounded(declared: str | None, start: str, end: str) -> None:
    with pytest.raises(ValueError, match=r"^elements nested too deep$"):
        read(f"<returnval>{start * 10_000}{end * 10_000}</returnval>", declared)


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<LoginResponse xmlns="urn:vim25"><returnval>x</returnval></LoginResponse>',
        '<Fetch xmlns="urn:vim25"/>',
        "text",
    ],
)
def test_an_answer_with_another_element_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match=r"an answer without a SOAP envelope|instead of FetchResponse"):
        DECODER.read(document(body), "Fetch")


def test_a_document_that_is_no_envelope_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^an answer without a SOAP envelope$"):
        DECODER.read(b"<a/>", "Fetch")


def test_the_encoding_is_utf_8_whatever_the_document_says() -> None:
    answer = response("<returnval>\u00e4</returnval>").replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"')
    assert DECODER.read(answer, "Fetch") == "\u00e4"


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_of_cycles_is_as_before(is_on: bool) -> None:
    (gc.enable if is_on else gc.disable)()
    try:
        read("<returnval>x</returnval>")
        assert gc.isenabled() == is_on
    finally:
        gc.enable()


@pytest.mark.parametrize("rest", ["x", "<x/>", "</soapenv:Envelope>", HEAD])
def test_content_after_the_end_is_an_error(rest: str) -> None:
    with pytest.raises(ValueError, match=r"junk after document element|not well-formed|declaration not at start"):
        DECODER.read(response("<returnval>x</returnval>") + rest.encode(), "Fetch")


def test_white_space_and_comments_after_the_end_are_ignored() -> None:
    assert DECODER.read(response("<returnval>x</returnval>") + b"\r\n <!-- x -->\n", "Fetch") == "x"


# XML does not allow all characters of the second one.
@pytest.mark.parametrize("text", ["\u00e4", "\x01&#1;\u00e4"])
def test_a_cut_off_answer_differs_from_an_invalid_one(text: str) -> None:
    whole = response(f"<returnval>{text}</returnval>")
    for length in range(len(whole)):
        with pytest.raises(CutOff, match=r"no element found|unclosed token|partial character"):
            DECODER.read(whole[:length], "Fetch")
    with pytest.raises(ValueError, match="mismatched tag") as caught:
        read(f"<returnval>{text}</returnvalue>")
    assert not isinstance(caught.value, CutOff)


def test_control_characters_in_names_are_dropped() -> None:
    info = read("<returnval><key>task-1</key><entityName>a\x01b\x1f</entityName></returnval>", "TaskInfo")
    assert info["entityName"] == "ab"


@pytest.mark.parametrize("odd", [b"\x01", b"&#1;", b"&#x1F;", b"&#55296;"])
def test_characters_that_xml_does_not_allow_are_dropped(odd: bytes) -> None:
    answer = response("<returnval>web&#x41;@01</returnval>").replace(b"@", odd)
    assert DECODER.read(answer, "Fetch") == "webA01"


@pytest.mark.parametrize("number", [9, 10, 13, 0x20, 0xD7FF, 0xE000, 0xFFFD, 0x10000, 0x10FFFF])
def test_characters_by_codes_that_xml_allows_remain(number: int) -> None:
    for code in (f"{number}", f"x{number:x}"):
        assert DECODER.read(response(f"<returnval>&#1;a&#{code};b</returnval>"), "Fetch") == f"a{chr(number)}b"


@pytest.mark.parametrize("number", [0, 8, 11, 12, 14, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x110000])
def test_characters_by_codes_that_xml_does_not_allow_are_dropped(number: int) -> None:
    for code in (f"{number}", f"x{number:x}"):
        assert DECODER.read(response(f"<returnval>a&#{code};b</returnval>"), "Fetch") == "ab"


def test_bytes_that_are_not_utf_8_are_replaced() -> None:
    answer = response("<returnval>web@01</returnval>").replace(b"@", b"\xff")
    assert DECODER.read(answer, "Fetch") == "web\ufffd01"
