# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failures in which a module must tell the outcome of a change truly, and the changes that the collection makes.

`make format` makes the table in docs/reliability.md from it.
"""

from __future__ import annotations

import ast
import itertools
import pathlib
import typing as t

HTML = "<!DOCTYPE html><html><body><h1>Error</h1></body></html>"
JSON = '{"error": "no"}'
XML = '<?xml version="1.0"?><error>no</error>'
BODIES: dict[str, dict[str, t.Any]] = {
    "HTML": {"body": HTML, "content_type": "text/html"},
    "JSON": {"body": JSON, "content_type": "application/json"},
    "XML": {"body": XML, "content_type": "text/xml"},
    "no body": {"body": ""},
    "wrong type": {"body": HTML},
    "wrong encoding": {"body": HTML, "headers": {"Content-Encoding": "gzip"}},
}
REFUSALS = ({"_typeName": "NotAuthenticated"}, {"_typeName": "NoPermission", "privilegeId": "Task.X"})
Failure = tuple[str, str, dict[str, t.Any]]


def _statuses(name: str, statuses: tuple[int, ...], *bodies: str) -> list[Failure]:
    return [
        (name, f"{status} with {body}", {"kind": "status", "status": status, **BODIES[body]})
        for status in statuses
        for body in bodies or BODIES
    ]


def failures(method: str) -> list[Failure]:
    """Each failure by its kind and name, with its rule for the test vCenter.

    Most statuses have two bodies for one change, and all bodies for all changes together.
    """
    first = 2 * METHODS.index(method) % len(BODIES)
    some = tuple(BODIES)[first : first + 2]
    return [
        ("reset of the connection", "reset", {"kind": "reset_before"}),
        ("answer cut in its header", "no byte", {"kind": "cut", "in": "header", "at": 0}),
        ("answer cut in its header", "status line", {"kind": "cut", "in": "header", "at": 20}),
        ("answer cut in its header", "half", {"kind": "cut", "in": "header"}),
        ("answer cut in its body", "no byte", {"kind": "cut", "at": 0}),
        ("answer cut in its body", "half", {"kind": "cut"}),
        ("answer cut in its body", "chunked", {"kind": "cut", "gzip": True, "chunked": True}),
        ("no answer in time", "time-out", {"kind": "delay", "seconds": 60}),
        *(("redirect", str(status), {"kind": "redirect", "status": status}) for status in (301, 302, 303, 307, 308)),
        ("the server's own answer", "wrong type", {"kind": "mislabeled"}),
        *_statuses("1xx", (100, 101, 103), "no body"),
        *_statuses("2xx", (200,)),
        *_statuses("2xx", (202,), "no body"),
        *_statuses("3xx without a redirect", (304,), "no body"),
        *_statuses("4xx", (403,)),
        *_statuses("4xx", (400, 404, 408, 429), *some),
        *_statuses("5xx", (500,)),
        *_statuses("5xx", (502, 503, 504), *some),
        # A damaged answer proves nothing.
        *_statuses("4xx", (401,), "wrong encoding"),
        *_statuses("401", (401,), *(name for name in BODIES if name != "wrong encoding")),
        ("NotAuthenticated", "fault", {"kind": "fault", "fault": REFUSALS[0]}),
        ("NotAuthenticated", "fault with status 200", {"kind": "fault", "fault": REFUSALS[0], "status": 200}),
    ]


AFTER = {"reset_before": "reset_after", "delay": "late"}
"""The kinds that have another name after the change."""

REFUSED = ("401", "NotAuthenticated")
"""The kinds by which a server says that it has not carried out the change."""

OF_THE_SESSION = {
    *("Login", "Logout", "CreatePropertyCollector", "DestroyPropertyCollector", "CreateFilter", "WaitForUpdatesEx"),
    *("CreateCollectorForTasks", "SetCollectorPageSize", "ResetCollector", "ReadNextTasks", "ReadPreviousTasks"),
    *("DestroyCollector", "CreateContainerView", "DestroyView"),
    *("RetrievePropertiesEx", "ContinueRetrievePropertiesEx", "RetrieveProperties", "RetrieveServiceContent"),
    *("CurrentTime", "FindExtension", "FindByInventoryPath"),
}
"""The methods that read, or that concern only objects of a session."""

TASK_METHODS = "…_Task"
"""The place of all operations that vsphere_task_start can start."""

OPERATIONS = ("Destroy_Task", "Rename_Task", "MoveIntoFolder_Task")
"""The operations that the tests start: without parameters, with a text, and with references."""

METHODS = (
    *("CancelTask", "CreateTask", "RegisterExtension", "SetTaskDescription", "SetTaskState", "UnregisterExtension"),
    *("UpdateExtension", "UpdateProgress", "setCustomValue", TASK_METHODS),
)
"""All changes that the collection makes."""


def changing(code: pathlib.Path, is_method: t.Callable[[str], bool]) -> set[str]:
    """The methods in the code that change something, to which ``METHODS`` must be equal."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in code.rglob("*.py")]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()
    }
    return {text for text in texts if is_method(text)} - OF_THE_SESSION | {TASK_METHODS}


class Case(t.NamedTuple):
    """A failure of a change, before or after the server carried it out."""

    method: str
    kind: str
    name: str
    carried_out: bool
    rule: dict[str, t.Any]

    @property
    def is_refused(self) -> bool:
        """Whether the server says truly that it has not carried out the change."""
        return self.kind in REFUSED and not self.carried_out


def cases(method: str, protocol: str) -> t.Iterator[Case]:
    """All cases of a change over a protocol."""
    called = itertools.cycle(OPERATIONS if method == TASK_METHODS else [method])
    for kind, name, rule in failures(method):
        for carried_out in (False, True):
            how = {**rule, "carried_out": carried_out}
            how["kind"] = AFTER.get(rule["kind"], rule["kind"]) if carried_out else rule["kind"]
            if carried_out or not (rule["kind"] == "mislabeled" or _is_success(method, protocol, name)):
                yield Case(
                    next(called), kind, f"{kind}: {name} {'after' if carried_out else 'before'}", carried_out, how
                )


def _is_success(method: str, protocol: str, name: str) -> bool:
    """Whether the failure looks exactly like a success: some servers answer methods without a value in this way."""
    return protocol == "json" and name == "200 with no body" and method not in ("CreateTask", TASK_METHODS)
