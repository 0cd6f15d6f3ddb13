# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, each as one exception whose text is the sentence the user reads."""

from __future__ import annotations

import contextlib
import typing as t

from . import _values


class VsphereError(Exception):
    """The base class of all errors. ``result`` contains the additional results of the failed module.

    A message can contain text from the server.
    """

    def __init__(self, message: str, **result: t.Any) -> None:
        self.message = _values.clean(message)
        super().__init__(self.message)
        self.result = result


@contextlib.contextmanager
def gathering(problems: list[str]) -> t.Iterator[None]:
    """Add an error within the block to these problems, to report them together."""
    try:
        yield
    except VsphereError as error:
        problems.append(error.message)


def close_to(name: str, known: t.Iterable[str], cutoff: float = 0.6) -> list[str]:
    """The known names that are similar to a name, most similar first. Case does not count.

    It returns up to three different names. A ``cutoff`` of 0 takes the nearest ones, even without any similarity.
    """
    # Only a mistake needs it.
    import difflib

    folded = {each: each.lower() for each in known}
    wanted = name.lower()
    near = (
        [wanted]
        if wanted in folded.values()
        else difflib.get_close_matches(wanted, set(folded.values()), cutoff=cutoff)
    )
    return sorted((each for each in folded if folded[each] in near), key=lambda each: near.index(folded[each]))


def nearest(name: str, known: t.Iterable[str], prefix: str = "") -> str:
    """The end of a sentence that suggests similar names. A common prefix does not make names similar."""
    near = close_to(name.removeprefix(prefix), [each.removeprefix(prefix) for each in known])
    return f"; did you mean {' or '.join(prefix + each for each in near)}?" if near else ""


class MissingLibrary(VsphereError):
    """A Python library is not installed where the module runs."""

    def __init__(self, library: str, reason: str, traceback: str) -> None:
        super().__init__(reason)
        self.library = library
        self.traceback = traceback


class Unreachable(VsphereError):
    """No connection came about, so nothing was sent."""


class Lost(VsphereError):
    """The connection broke, or the answer was cut off, after the request had been sent."""


class NoHistory(VsphereError):
    """The server does not keep a history of tasks, because it is not a vCenter."""


class TimedOut(VsphereError):
    """The request was sent, and no answer came in time."""


class Unavailable(VsphereError):
    """A front end answered for a service that is not there (502, 503, 504), or a session has no place left."""


class NotUnderstood(VsphereError):
    """The answer does not come from vSphere. ``answer`` describes it in a few words."""

    def __init__(self, message: str, answer: str) -> None:
        super().__init__(message)
        self.answer = answer


class Advice(t.NamedTuple):
    """Advice to find out the outcome of a change, and additional results of the module for it."""

    sentence: str
    result: _values.Data


NO_ADVICE = Advice("", {})


class OutcomeUnknown(VsphereError):
    """A change was sent, and whether it was carried out is not known. ``why`` is the beginning of the sentence."""

    def __init__(self, why: str, method: str, ref: _values.Ref, advice: Advice = NO_ADVICE) -> None:
        self.why = why
        super().__init__(
            f"{why}; the outcome of {method} of {_values.object_name(ref)} is unknown: check the object before you "
            f"call it again{advice.sentence}",
            **advice.result,
        )


class Fault(VsphereError):
    """A vSphere fault that the server answered with, which is also returned as ``fault``.

    ``type`` is its name (``NotSupported``), ``text`` the server's message, ``fields`` the fault's own members in
    VI/JSON form, ``method`` and ``ref`` the call (None for a fault inside other data). ``more`` contains the additions
    to its text, for sentences that replace this one: empty, or the end of the sentence.
    """

    def __init__(
        self, type_: str, text: str, fields: _values.Data, method: str = "", ref: _values.Data | None = None
    ) -> None:
        # Only a run that fails needs it.
        from . import _faults

        fault = _faults.shape({**fields, "_typeName": type_, "faultstring": text})
        called = f"{method} of {_values.object_name(ref)}" if ref else method
        outcome = "is not allowed" if fault["type"] == "NoPermission" else "failed"
        super().__init__(f"{called} {outcome}: {_faults.why(fault, _values.plain(ref))}", fault=fault)
        self.type: str = fault["type"]
        self.text: str = fault["message"]
        self.fields = fields
        self.more = _faults.more(fault)

    @property
    def missing(self) -> _values.Data:
        """The object that is not there, by a ManagedObjectNotFound; empty where the fault names none."""
        obj = self.fields.get("obj")
        return obj if self.type == "ManagedObjectNotFound" and isinstance(obj, dict) else {}


class SessionRefused(Fault):
    """A front end rejected the session itself (HTTP 401), without a fault of vSphere."""

    def __init__(self, method: str) -> None:
        super().__init__("NotAuthenticated", "The session is not authenticated.", {}, method)
        self.result = {}
