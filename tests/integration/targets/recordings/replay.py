# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that answers from a recording, and collects the requests that the recorded server would reject."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import http.server
import json
import re
import ssl
import string
import threading
import typing as t
import urllib.parse
import xml.etree.ElementTree as ET

import recording
import trustme
from collecting import Collector, Fault

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f"<soapenv:Envelope {recording.NAMESPACES}>\n<soapenv:Body>\n{{}}\n</soapenv:Body>\n</soapenv:Envelope>"
)


class Request(t.NamedTuple):
    """A request: its call, in the notation of recordings, and its body as plain data."""

    protocol: str
    call: str
    ref: recording.Ref
    member: str
    body: t.Any
    session: str
    shown: str


class Replay:
    """The state of the recorded server between the requests of one run."""

    def __init__(self, recorded: recording.Recording) -> None:
        self.recorded = recorded
        self.reset()

    def reset(self) -> None:
        """Forget all previous requests."""
        self.wrong: list[str] = []
        self.sessions: set[str] = set()
        self._used = [0] * len(self.recorded.exchanges)
        self._collectors: dict[str, Collector] = {}

    def answer(self, request: Request) -> recording.Data:
        """The answer in the form of recordings: status, headers, and body."""
        if request.protocol == "http":
            return self._exchange(request)
        is_open = (request.member in ("content", "RetrieveServiceContent")) or self._is_free(request)
        if not is_open and request.session not in self.sessions:
            if request.session:
                self.wrong.append(f"{request.shown}\nwith a session that was not handed out so: {request.session}")
            return self._fault("unauthenticated", request)
        if request.protocol == "json" and not typed(request.body):
            self.wrong.append(f"{request.shown}\nwithout a _typeName in each data object")
            return self._fault("untyped", request)
        try:
            collected = self._collector(request.protocol).answer(request.ref, request.member, request.body)
        except Fault as fault:
            return self._fault("unknown_object", request, fault.ref)
        if collected is None:
            return self._exchange(request)
        return {"status": 204 if collected == "" and request.protocol == "json" else 200, request.protocol: collected}

    def _is_free(self, request: Request) -> bool:
        found = self._find(request)
        return found is not None and not self.recorded.exchanges[found].needs_session

    def _collector(self, protocol: str) -> Collector:
        if protocol not in self._collectors:
            self._collectors[protocol] = Collector(self.recorded, protocol)
        return self._collectors[protocol]

    def _find(self, request: Request) -> int | None:
        return next(
            (
                number
                for number, each in enumerate(self.recorded.exchanges)
                if self._used[number] < each.times and each.fits(request.call, request.body)
            ),
            None,
        )

    def _exchange(self, request: Request) -> recording.Data:
        number = self._find(request)
        if number is None:
            self.wrong.append(request.shown)
            return self._fault("nonsense", request)
        self._used[number] += 1
        found = self.recorded.exchanges[number]
        for ref in found.moves:
            self._collector(request.protocol).objects[ref].move()
        headers = found.answer.get("headers", {})
        for value in (headers.get("Set-Cookie", "").split(";")[0], headers.get("vmware-api-session-id")):
            # A rejected login has a cookie, too.
            if value and found.answer["status"] == 200:
                self.sessions.add(value)
        if request.member == "Logout":
            self.sessions.discard(request.session)
        return found.answer

    def _fault(self, name: str, request: Request, ref: recording.Ref = ("", "")) -> recording.Data:
        fault = self.recorded.faults[name][request.protocol]
        # The texts contain the object of the fault.
        filled = string.Template(json.dumps(fault)).safe_substitute(
            type=ref[0] or request.ref[0], id=ref[1] or request.ref[1]
        )
        return t.cast("recording.Data", json.loads(filled))


def read(recorded: recording.Recording, verb: str, path: str, headers: t.Any, body: bytes) -> Request:
    """The parsed request, according to the protocols and releases of the server."""
    shown = f"{verb} {path}\n{body.decode(errors='replace')}"
    vijson = re.fullmatch(r"/sdk/vim25/([\d.]+)/(\w+)/([^/]+)/(\w+)", path)
    if "json" in recorded.protocols and vijson and vijson[1] in recorded.releases:
        ref, member = (vijson[2], urllib.parse.unquote(vijson[3])), vijson[4]
        data = json.loads(body) if body else {}
        session = headers.get("vmware-api-session-id", "")
        return Request("json", f"json {'/'.join(ref)}/{member}", ref, member, data, session, shown)
    if (verb, path) == ("POST", "/sdk"):
        with contextlib.suppress(ET.ParseError):
            [call] = next(each for each in ET.fromstring(body) if each.tag.endswith("}Body"))
            this, *rest = list(call)
            ref = (str(this.get("type")), str(this.text))
            member = call.tag.rpartition("}")[2]
            data = plain(rest)
            if member == "Fetch":
                member = data["prop"]
            return Request(
                "soap", f"soap {'/'.join(ref)}/{member}", ref, member, data, headers.get("Cookie", "").strip(), shown
            )
    with contextlib.suppress(ValueError):
        return Request("http", f"{verb} {path}", ("", ""), "", json.loads(body), "", shown)
    return Request("http", f"{verb} {path}", ("", ""), "", {}, "", shown)


def typed(body: recording.Data) -> bool:
    """Whether the data objects in the parameters of a method contain their types, which servers require."""
    nested = [value for each in body.values() for value in (each if isinstance(each, list) else [each])]
    return all("_typeName" in value and typed(value) for value in nested if isinstance(value, dict))


def plain(elements: t.Iterable[ET.Element]) -> recording.Data:
    """The elements of a request in the form of JSON, but all values are texts, and a list of one item is the item."""
    data: recording.Data = {}
    for element in elements:
        name = element.tag.rpartition("}")[2]
        value: t.Any = element.text or ""
        if len(element):
            value = plain(element)
        elif "type" in element.attrib:
            value = {"type": element.attrib["type"], "value": value}
        if name in data:
            data[name] = [*(data[name] if isinstance(data[name], list) else [data[name]]), value]
        else:
            data[name] = value
    return data


class Handler(http.server.BaseHTTPRequestHandler):
    """The exchanges over HTTP."""

    protocol_version = "HTTP/1.1"
    # One packet for each answer.
    wbufsize = -1
    replay: Replay

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = read(self.replay.recorded, self.command, self.path, self.headers, body)
        answer = self.replay.answer(request)
        type_, content = encoded(answer, request.member)
        transfer = self.replay.recorded.transfer
        headers = (
            {"Content-Type": type_, **transfer.get("headers", {}), **answer.get("headers", {})}
            if content
            else {**transfer.get("headers", {}), **answer.get("headers", {})}
        )
        if transfer.get("gzip") and content and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = gzip.compress(content)
        self.send_response_only(answer["status"])
        self.send_header("Date", email.utils.formatdate(usegmt=True))
        for name, value in headers.items():
            self.send_header(name, str(value))
        if transfer.get("chunked") and content:
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
        elif answer["status"] != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = _handle  # noqa: N815 (the base class has these names)

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002 (the base class has this name)
        pass


def encoded(answer: recording.Data, member: str) -> tuple[str, bytes]:
    """The media type and the bytes of an answer."""
    if "json" in answer:
        return "application/json", b"" if answer["status"] == 204 else json.dumps(answer["json"]).encode()
    if "soap" in answer:
        text = recording.dense(answer["soap"] or "")
        if answer["status"] == 200:
            method = member if member[0].isupper() else "Fetch"
            text = f'<{method}Response xmlns="urn:vim25">{text}</{method}Response>'
        return "text/xml; charset=utf-8", ENVELOPE.format(text).encode()
    return "text/html", answer.get("text", "").encode()


@contextlib.contextmanager
def serving(recorded: recording.Recording, ca: trustme.CA) -> t.Iterator[tuple[Replay, int]]:
    """Serve a recording over TLS on a free port of this machine."""
    replay = Replay(recorded)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    handler = type("Handler", (Handler,), {"replay": replay})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield replay, server.server_port
        finally:
            server.shutdown()
            thread.join()
