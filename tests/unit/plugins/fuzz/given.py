# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any input that YAML can give to an option, most of it hostile."""

from __future__ import annotations

import os
import pathlib
import random
import typing as t

import hypothesis
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

# Hypothesis keeps files, which do not belong into the collection.
set_hypothesis_home_dir(pathlib.Path.home() / ".hypothesis")

SEED = int(os.environ.get("FUZZ_SEED") or random.randrange(2**32))  # noqa: S311 (no secret)
CASES = int(os.environ.get("FUZZ_CASES") or 1000)
"""The number of cases of all tests together."""

RAN: dict[str, int] = {}
"""The number of cases by test."""

Test = t.TypeVar("Test", bound=t.Callable[..., None])


def cases(share: float) -> t.Callable[[Test], Test]:
    """Runs a test with its share of the cases. The explicit examples come in addition."""
    how = hypothesis.settings(
        max_examples=max(1, round(CASES * share)),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def decorate(test: Test) -> Test:
        return hypothesis.seed(SEED)(how(test))

    return decorate


def count(test: str) -> None:
    RAN[test] = RAN.get(test, 0) + 1


ODD = (
    "",
    " ",
    "..",
    "../..",
    "%2e%2e%2f",
    "?x=1",
    "#",
    "task-1?x#y",
    "task-1/../task-2",
    "//elsewhere.example.com/",
    "https://elsewhere.example.com",
    "me@elsewhere.example.com",
    "a\r\nHost: elsewhere.example.com",
    "a\nb",
    "\x00",
    "\x1b[2J",
    "\u202eksat",
    "\u2066x\u2069",
    "\ud800",
    "\udfff\ud800",
    "\ufffe",
    "\U0001f4a9",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "null",
    "[]",
    "{}",
    "[null]",
    '{"a": ',
    '["a", ["b"]]',
    "*",
    "-1h",
    "-99999999999999999999w",
    "9999-12-31T23:59:59Z",
    "2026-01-31 08:00:00",
    "0x7f.1",
    "[::1]",
    "fe80::1%eth0",
    "\uff41.example.com",
    "xn--a.example.com",
    "1e400",
    "yes",
    "VirtualMachine:vm-1",
    "ManagedObjectReference",
    "x" * 100_000,
    "é" * 100_000,
    ",".join("abc" * 1000),
)
TEXT = st.one_of(st.sampled_from(ODD), st.text(max_size=20), st.text("./?#%@:[]{}\\\r\n\x00\u202e\ud800*", max_size=8))
NUMBER = st.one_of(
    st.integers(-3, 70),
    st.sampled_from((2**31, 2**62, 2**63, -(2**63) - 1, 10**400, 0.5, 1e308, float("inf"), float("nan"))),
)
SCALAR = st.one_of(st.none(), st.booleans(), NUMBER, TEXT, TEXT)
NAMES = (
    "type",
    "moid",
    "name",
    "path",
    "recursion",
    "_typeName",
    "_value",
    "message",
    "key",
    "id",
    "password",
    "value",
)
TYPES = (
    "VirtualMachine",
    "Task",
    "HostConnectSpec",
    "ManagedObjectReference",
    "ArrayOfString",
    "ArrayOfint",
    "ArrayOfArrayOfString",
    "ArrayOf" * 2000,
    "string",
    "anyType",
)
KEY = st.one_of(st.sampled_from(NAMES), st.sampled_from(ODD[:30]), st.text(max_size=5))


class Deep(t.NamedTuple):
    """A value of that depth, which would be too deep for hypothesis itself."""

    member: str
    """The name of each level, or an empty string for lists."""
    depth: int

    def made(self) -> t.Any:
        value: t.Any = "x"
        for _level in range(self.depth):
            value = {self.member: value} if self.member else [value]
        return value


def made(value: t.Any) -> t.Any:
    """The value with its deep parts."""
    if isinstance(value, Deep):
        return value.made()
    if isinstance(value, dict):
        return {name: made(part) for name, part in value.items()}
    return [made(part) for part in value] if isinstance(value, list) else value


DEEP = st.builds(Deep, st.sampled_from(("", "a", "spec", "_value")), st.sampled_from((20, 99, 200, 400, 1000)))
NESTED = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEY, inner, max_size=3),
        st.fixed_dictionaries(
            {"_typeName": st.sampled_from(TYPES)}, optional={"_value": inner, "value": inner, "type": inner}
        ),
    ),
    max_leaves=6,
)
ANY = st.one_of(SCALAR, SCALAR, NESTED, NESTED, DEEP)
"""Any value."""


def options(names: t.Iterable[str], values: st.SearchStrategy[t.Any] = ANY) -> st.SearchStrategy[dict[str, t.Any]]:
    """One to three of these options with any values."""
    return st.dictionaries(st.sampled_from(sorted(names)), values, min_size=1, max_size=3)
