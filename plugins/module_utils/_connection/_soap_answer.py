# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP answers over HTTP: their value, or their problem."""

from __future__ import annotations

import typing as t

from .._types import _decoder
from . import _http


def read(
    decoder: _decoder.Decoder, http: _http.Http, answer: _http.Answer, method: str, declared: t.Any = None
) -> t.Any:
    """The value or the fault of an answer, as ``Decoder.read`` returns it. Other answers are errors."""
    if not answer.body.strip():
        raise http.lost("it has an empty body")
    if b"Envelope" not in answer.body[:1000]:
        if not answer.is_whole and answer.content_type == "text/xml":
            raise http.lost("it was incomplete")
        raise http.not_vsphere(answer)
    try:
        value = decoder.read(answer.body, method, declared)
    except _decoder.CutOff as error:
        raise http.lost(str(error)) from error
    except ValueError as error:
        raise http.not_understood(f"unreadable XML: {error}") from error
    # A fault counts with any status, a value only with success.
    if answer.status != 200 and not isinstance(value, _decoder.SoapFault):
        raise http.not_vsphere(answer)
    return value
