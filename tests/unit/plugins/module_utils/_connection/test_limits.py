# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of one answer, at their edges."""

from __future__ import annotations

import gzip
import io
import socket

import pytest
import requests
import urllib3
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._bounds import Bounds, read, session

from ..wire import Clock

SIZE = 160


class TooLarge(Exception):
    """The answer exceeds its size."""


@pytest.fixture
def bounds() -> Bounds:
    return Bounds(SIZE, TooLarge)


def test_an_answer_has_its_time(monkeypatch: pytest.MonkeyPatch, bounds: Bounds) -> None:
    clock = Clock(monkeypatch)
    assert bounds.seconds_left() == float("inf")
    bounds.begin(5)
    assert bounds.seconds_left() == 5
    clock.now += 4.5
    assert bounds.seconds_left() == 0.5
    clock.now += 0.5
    with pytest.raises(socket.timeout, match=r"^timed out$"):
        bounds.seconds_left()


def test_the_bytes_of_each_answer_are_counted(bounds: Bounds) -> None:
    for _answer in range(2):
        bounds.begin(5)
        bounds.count(SIZE - 1)
        bounds.count(1)
        with pytest.raises(TooLarge):
            bounds.count(1)


@pytest.mark.parametrize("beginning", [b"[", b"{", b",", b"<", b'="'])
def test_the_values_of_an_answer_are_counted(bounds: Bounds, beginning: bytes) -> None:
    bounds.check_values(beginning * 10)
    with pytest.raises(TooLarge):
        bounds.check_values(beginning * 11)
    bounds.check_values(b"x" * 100 * SIZE)


def test_the_size_of_a_compressed_answer_is_that_of_its_contents(bounds: Bounds) -> None:
    assert bounds.decompressed(gzip.compress(b"x" * SIZE)) == b"x" * SIZE
    with pytest.raises(TooLarge):
        bounds.decompressed(gzip.compress(b"x" * (SIZE + 1)))


def test_a_compressed_answer_has_its_end(bounds: Bounds) -> None:
    assert bounds.decompressed(gzip.compress(b"x")[:-1]) is None
    with pytest.raises(ValueError, match="incorrect header check"):
        bounds.decompressed(b"no gzip")


def test_a_body_is_read_with_its_compression() -> None:
    body = gzip.compress(b"x")
    response = requests.Response()
    response.raw = urllib3.HTTPResponse(io.BytesIO(body), {"Content-Encoding": "gzip"}, preload_content=False)
    assert read(response) == body


def test_all_requests_through_a_proxy_use_the_same_classes(bounds: Bounds) -> None:
    adapter = session(bounds).get_adapter("https://vcenter.example.com")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    kinds = [adapter.proxy_manager_for("http://proxy:3128").pool_classes_by_scheme["https"] for _request in range(2)]
    assert kinds[0] is kinds[1]
