# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchanges with a server in a trace: the folder in GOVC_DEBUG_PATH, the output of `govc -trace`, or a HAR file."""

import base64
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Data = dict[str, Any]


class Exchange(NamedTuple):
    """A request and its answer, in their original form."""

    verb: str
    path: str
    request: str
    status: int
    headers: dict[str, str]
    answer: str


def head(text: str) -> tuple[str, dict[str, str]]:
    """The first line of a request or an answer, and its headers, whose names are in small letters."""
    first, *lines = text.replace("\r", "").strip().split("\n")
    pairs = (line.partition(":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def exchange(request: tuple[str, str], answer: tuple[str, str]) -> tuple[Exchange, str]:
    """An exchange from the heads and bodies, and the host of the server."""
    (line, headers), (status, answered) = head(request[0]), head(answer[0])
    verb, path = line.split(" ")[:2]
    return (
        Exchange(verb, path, request[1].strip(), int(status.split(" ")[1]), answered, answer[1].strip()),
        headers.get("host", "").partition(":")[0],
    )


def of_folder(folder: Path) -> Iterator[tuple[Exchange, str]]:
    """What GOVC_DEBUG leaves: four files for each exchange."""
    for file in sorted(folder.glob("*.req.headers")):
        parts = [file.with_name(file.name.replace("req.headers", end)) for end in ("req.xml", "res.headers", "res.xml")]
        body, status, answer = (part.read_text(encoding="utf-8") if part.exists() else "" for part in parts)
        if status:
            yield exchange((file.read_text(encoding="utf-8"), body), (status, answer))


def of_text(text: str) -> Iterator[tuple[Exchange, str]]:
    """What `govc -trace` writes: heads and bodies, one after the other."""
    # None of them need begin a line.
    parts = re.split(r"(?=(?:GET|POST|PUT|PATCH|DELETE) /\S* HTTP/1\.1\s)|(?=HTTP/1\.1 \d{3} )", text)
    messages = [part.replace("\r", "").partition("\n\n") for part in parts if "HTTP/1.1" in part]
    for request, answer in itertools.pairwise(messages):
        if not request[0].startswith("HTTP/") and answer[0].startswith("HTTP/"):
            yield exchange((request[0], request[2]), (answer[0], answer[2]))


def of_har(har: Data) -> Iterator[tuple[Exchange, str]]:
    for entry in har["log"]["entries"]:
        request, response = entry["request"], entry["response"]
        _scheme, _slashes, host, path = request["url"].split("/", 3)
        content = response.get("content", {})
        text = content.get("text", "")
        if content.get("encoding") == "base64":
            text = base64.b64decode(text).decode(errors="replace")
        headers = {header["name"].lower(): header["value"] for header in response["headers"]}
        headers.setdefault("content-type", content.get("mimeType", ""))
        sent = (request.get("postData") or {}).get("text", "")
        yield Exchange(request["method"], f"/{path}", sent, response["status"], headers, text), host.partition(":")[0]


def read(trace: Path) -> list[tuple[Exchange, str]]:
    if trace.is_dir():
        return list(of_folder(trace))
    text = trace.read_text(encoding="utf-8")
    return list(of_har(json.loads(text)) if text.lstrip().startswith("{") else of_text(text))
