# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requesting the cancellation of tasks."""

from __future__ import annotations

import dataclasses
import enum
import time
import typing as t

from .. import _errors, _values
from .._connection import _recovery
from .._tasks import _reader, _taskinfo

_SILENCE = (_errors.TimedOut, _errors.Unreachable)


class Kind(enum.Enum):
    """What became of a request: it was sent, it was not needed, or it cannot be met."""

    SENT = "sent"
    SENT_BEFORE = "sent before"
    ENDING = "ending"
    NOT_CANCELABLE = "not cancelable"
    REFUSED = "refused"


class Answer(t.NamedTuple):
    """The outcome of a request, and the reason for not sending it. ``error`` is the answer of the server."""

    kind: Kind
    reason: str = ""
    error: _errors.VsphereError | None = None

    @property
    def will_end(self) -> bool:
        return self.kind in (Kind.SENT, Kind.SENT_BEFORE, Kind.ENDING)


@dataclasses.dataclass
class Cancellation:
    """Requests the cancellation of tasks, one after the other, up to the deadline (of the monotonic clock)."""

    reader: _reader.TaskReader
    deadline: float | None = None
    is_silent: bool = False

    def request(self, task_id: str, *, cancelled: bool, cancelable: bool) -> Answer:
        """Request it, unless the task already has the request, or is not cancelable. Check mode sends nothing."""
        if cancelled:
            return Answer(Kind.SENT_BEFORE, "someone has already requested its cancellation")
        if not cancelable:
            return Answer(Kind.NOT_CANCELABLE, "it is not cancelable")
        if self.deadline is not None and time.monotonic() >= self.deadline + _recovery.GRACE:
            return Answer(Kind.REFUSED, "no time was left to request it")
        if self.is_silent:
            # The others would wait as long, one after the other.
            host = self.reader.connection.host
            return Answer(Kind.REFUSED, f"{host} does not answer anymore, so the module did not send the request")
        if self.reader.context.check_mode:
            return Answer(Kind.SENT)
        self.reader.context.check_wanted()
        try:
            self.reader.connection.invoke(
                _values.reference("Task", task_id),
                "CancelTask",
                undone=lambda: self._look(task_id).kind == Kind.REFUSED,
                deadline=self.deadline,
            )
        except _errors.Fault as fault:
            return _answer_of(fault)
        except _errors.VsphereError as error:
            # For a change without an answer, it is the cause.
            self.is_silent = any(isinstance(each, _SILENCE) for each in (error, error.__cause__))
            if isinstance(error, _errors.OutcomeUnknown):
                return self._outcome(task_id, error)
            return Answer(Kind.REFUSED, error.message, error)
        return Answer(Kind.SENT)

    def _outcome(self, task_id: str, error: _errors.OutcomeUnknown) -> Answer:
        """The outcome of a request without an answer, as far as the task shows it."""
        try:
            answer = self._look(task_id)
        except _errors.VsphereError:
            return Answer(Kind.REFUSED, error.message, error)
        if answer.kind == Kind.REFUSED:
            return Answer(Kind.REFUSED, f"{error.why}; after the module sent CancelTask, {answer.reason}", error)
        return answer

    def _look(self, task_id: str) -> Answer:
        """Whether the request has arrived. An error if the server does not show it."""
        task = self.reader.known(task_id, deadline=self.deadline)
        if task["cancelled"] or (task["error"] or {}).get("type") == "RequestCanceled":
            return Answer(Kind.SENT)
        if _taskinfo.is_over(task):
            return Answer(Kind.ENDING, "it ended in the meantime")
        return Answer(Kind.REFUSED, f"{_taskinfo.label(task)} was {task['state']}, without a request to cancel it")


def _answer_of(fault: _errors.Fault) -> Answer:
    """The meaning of a fault: between the check and the request, a task can end, or lose its cancel button."""
    if fault.type == "InvalidState":
        return Answer(Kind.ENDING, "it ended, or someone requested its cancellation, in the meantime")
    if fault.type == "ManagedObjectNotFound":
        return Answer(Kind.ENDING, "it ended and disappeared in the meantime")
    if fault.type == "NotSupported":
        return Answer(Kind.NOT_CANCELABLE, f"it is not cancelable (NotSupported){fault.more}", fault)
    return Answer(Kind.REFUSED, fault.message, fault)
