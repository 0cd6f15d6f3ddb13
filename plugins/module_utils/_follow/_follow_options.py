# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options for following tasks: which tasks, and which of their events."""

from __future__ import annotations

import dataclasses

from .. import _context, _errors
from .._inventory import _entity
from .._tasks import _filter, _reader, _selection

CREATED, CHANGED, LONG_RUNNING = "created", "changed", "long_running"
SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"
EVENTS = [CREATED, CHANGED, LONG_RUNNING, SUCCEEDED, FAILED, CANCELLED]
"""The events of a task, in their order."""

# Conditions for tasks of the past.
_PAST = {"begin_time", "end_time", "time_type"}

FOLLOW_SPEC: _context.Spec = {
    "task_ids": {"type": "list", "elements": "str"},
    **{name: spec for name, spec in _filter.FILTER_SPEC.items() if name not in _PAST},
    "entity": _entity.ENTITY_SPEC,
    "events": {"type": "list", "elements": "str", "choices": EVENTS, "default": EVENTS},
    "long_running_after": {"type": "int"},
}
"""The options that ``FollowOptions`` takes."""


@dataclasses.dataclass(frozen=True)
class FollowOptions:
    """The events to report, and their tasks. ``long_running_after`` is in seconds, None for never."""

    selection: _selection.Selection
    events: list[str]
    long_running_after: int | None = None

    @classmethod
    def from_params(cls, params: _context.Params) -> FollowOptions:
        """Check the options as far as that goes without a server."""
        events, limit = params["events"], params["long_running_after"]
        if not events:
            raise _errors.VsphereError("events is empty and would report nothing: set a value, or omit it")
        if limit is not None and limit < 1:
            raise _errors.VsphereError(f"long_running_after {limit} is out of range: set it to 1 or more")
        if limit is None and events == [LONG_RUNNING]:
            raise _errors.VsphereError("events: long_running requires long_running_after, in seconds")
        task_ids = params["task_ids"]
        selection = _selection.Selection(
            task_ids=None if task_ids is None else _reader.check_ids("task_ids", task_ids),
            conditions=_filter.Conditions.from_params({**dict.fromkeys(_PAST), **params}),
            entity=_selection.entity_of(params),
        )
        return cls(selection, events, limit)
