# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replace personal data in texts of vSphere's protocols, the same value always with the same replacement.

The members that contain a name identify it. The script then replaces the name everywhere. The form identifies
addresses, IDs, and similar values. List everything else, such as a name in the text of an event.
"""

import re
from collections.abc import Callable, Iterable

# Members of data objects by their contents. IDs such as vm-42 are not personal.
_MEMBERS = {
    "password": ("password", "sspiToken", "base64Token", "token", "ticket", "cloneTicket"),
    "user": ("userName", "user", "fullName", "initiatedBy", "principal", "sourceUserName", "email"),
    "host": ("hostName", "dnsName", "fqdn", "serverName", "domainName", "searchDomain", "sysName"),
    "name": (
        "entityName",
        "alarmName",
        "datastoreName",
        "networkName",
        "vmName",
        "ownerName",
        "templateName",
        "switchName",
        "portgroupName",
        "folderName",
        "poolName",
        "company",
    ),
    "text": (
        "annotation",
        "notes",
        "assetTag",
        "serialNumber",
        "serviceTag",
        "licenseKey",
        "vmPathName",
        "certificate",
    ),
}
_KIND = {member: kind for kind, members in _MEMBERS.items() for member in members}
_ELEMENT = re.compile(rf"<({'|'.join(_KIND)})(?: [^>]*)?>\s*([^<]+?)\s*</\1>")
_JSON_MEMBER = re.compile(rf'"({"|".join(_KIND)})"\s*:\s*"((?:[^"\\]|\\.)+)"')
# The property `name` of a managed object, in an answer of a PropertyCollector. Elsewhere, a name can belong to an
# operation.
_NAME_ELEMENT = re.compile(r"<name>\s*name\s*</name>\s*(?:<op>\w+</op>\s*)?<val[^>]*>\s*([^<]+?)\s*</val>")
_NAME_JSON = re.compile(r'"name"\s*:\s*"name"[^{}]*\{[^{}]*"_value"\s*:\s*"((?:[^"\\]|\\.)+)"')
_REASON = re.compile(
    r"TaskReason(?:Schedule|Alarm)[^<>{}]*?(?:>\s*<name>\s*([^<]+?)\s*</name>|\"name\"\s*:\s*\"([^\"]+)\")"
)
# What stands there in every installation.
_COMMON = {
    "administrator",
    "datacenters",
    "datastore",
    "default",
    "host",
    "network",
    "resources",
    "root",
    "vmware, inc.",
    "vpxuser",
    "vsphere.local",
    "********",
}

_HEX = "[0-9A-Fa-f]"
# A release looks like an IPv4 address.
_RELEASES = re.compile(r'(?:vim25/|[vV]ersion"?\s*[>:]\s*"?)[\d.]+|api_releases?"\s*:\s*(?:\[[^\]]*|"[\d.]+)')
_IPV4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_FORMS: tuple[tuple[str, str], ...] = (
    # A thumbprint holds what looks like a MAC address, which holds what looks like an IPv6 address.
    (rf"(?:{_HEX}{{2}}:){{15,}}{_HEX}{{2}}", "thumbprint"),
    (rf"(?:{_HEX}{{2}}[:-]){{5}}{_HEX}{{2}}", "mac"),
    (rf"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}", "uuid"),
    (rf"(?:{_HEX}{{2}} ){{7}}{_HEX}{{2}}[- ](?:{_HEX}{{2}} ){{7}}{_HEX}{{2}}", "serial"),
    (rf"{_HEX}{{32,64}}", "key"),
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*", "mail"),
    (_IPV4, "ipv4"),
    (rf"{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{7}}|(?:{_HEX}{{1,4}}:)+:(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}})*)?", "ipv6"),
)
_FAKES: dict[str, Callable[[int], str]] = {
    "password": lambda _number: "S3cret!",
    "user": lambda number: f"user-{number}",
    "host": lambda number: f"host-{number}.example.com",
    "name": lambda number: f"name-{number}",
    "text": lambda number: f"text-{number}",
    "domain": lambda _number: "example",
    "thumbprint": lambda number: ":".join(["00"] * 19 + [f"{number % 256:02X}"]),
    "mac": lambda number: f"00:00:5E:00:53:{number % 256:02X}",
    "uuid": lambda number: f"00000000-0000-4000-8000-{number:012d}",
    "serial": lambda number: f"00 00 00 00 00 00 00 00-00 00 00 00 00 00 00 {number % 256:02x}",
    "key": lambda number: f"{number:040d}",
    "mail": lambda number: f"user-{number}@example.com",
    "ipv4": lambda number: f"192.0.2.{number % 256}",
    "ipv6": lambda number: f"2001:db8::{number:x}",
}


class Anonymizer:
    """Replaces personal data. It searches all texts for such data first."""

    def __init__(self, texts: Iterable[str], hosts: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        """``hosts`` are names of servers, ``words`` are other texts to replace."""
        self._fakes: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}
        self._kept: set[str] = set()
        self._names: dict[str, str] = {}
        for word in words:
            self._know(word, "text")
        for host in hosts:
            self._know_host(host)
        for text in texts:
            self._kept.update(release for found in _RELEASES.findall(text) for release in re.findall(_IPV4, found))
            self._look_for_names(text)
        names = sorted(self._names, key=len, reverse=True)
        parts = [rf"(?P<name>(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w))"] if names else []
        parts += [rf"(?P<{kind}>(?<![\w.:]){form}(?![\w:]))" for form, kind in _FORMS]
        domains = [name for name, kind in self._names.items() if kind == "domain"]
        # The names of a company's own operations also contain its domain: com.company.backup.
        parts += [rf"(?P<domain>(?i:{'|'.join(map(re.escape, domains))}))"] if domains else []
        self._pattern = re.compile("|".join(parts))

    def __call__(self, text: str) -> str:
        return self._pattern.sub(self._replace, text)

    def _look_for_names(self, text: str) -> None:
        for member, value in [*_ELEMENT.findall(text), *_JSON_MEMBER.findall(text)]:
            kind = _KIND[member]
            if kind == "host":
                self._know_host(value)
            elif kind == "user":
                # DOMAIN\user and user@domain, written as XML or JSON.
                for part in re.split(r"\\+|@", value):
                    self._know(part, "user")
                self._know_domain(value.partition("@")[2])
            else:
                self._know(value, kind)
        for value in [*_NAME_ELEMENT.findall(text), *_NAME_JSON.findall(text)]:
            self._know(value, "name")
        for values in _REASON.findall(text):
            self._know("".join(values), "name")

    def _know_host(self, host: str) -> None:
        if not re.fullmatch(r"[\d.]+|[\dA-Fa-f:]+", host):
            self._know(host, "host")
            self._know(host.partition(".")[0], "host")
            self._know_domain(host.partition(".")[2])

    def _know_domain(self, domain: str) -> None:
        labels = domain.split(".")
        # vsphere.local is not personal.
        if len(labels) > 1 and len(labels[-2]) > 3 and labels[-2] not in ("vsphere", "example"):
            self._know(labels[-2], "domain")

    def _know(self, name: str, kind: str) -> None:
        plain = name.strip()
        everybodys = plain.lower() in _COMMON or plain.startswith("VMware ")
        # A word of one or two letters can mean anything, and appears everywhere.
        if len(plain) > 2 and not plain.isdigit() and not everybodys:
            self._names.setdefault(plain, kind)

    def _replace(self, match: re.Match[str]) -> str:
        found, form = match[0], str(match.lastgroup)
        if form == "ipv4" and found in self._kept:
            return found
        kind = self._names[found] if form == "name" else form
        key = (kind, found.lower())
        if key not in self._fakes:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._fakes[key] = _FAKES[kind](self._numbers[kind])
        return self._fakes[key]
