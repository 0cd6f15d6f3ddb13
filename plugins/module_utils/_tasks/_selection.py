# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The selection of tasks: its options."""

from __future__ import annotations

import dataclasses

from .. import _context, _errors
from .._inventory import _entity
from . import _filter, _history, _reader

_RECURSION = {"type": "str", "choices": ["self", "children", "all"], "default": "self"}

SELECTION_SPEC: _context.Spec = {
    "task_ids": {"type": "list", "elements": "str"},
    **_filter.FILTER_SPEC,
    "entity": {**_entity.ENTITY_SPEC, "options": {**_entity.ENTITY_SPEC["options"], "recursion": _RECURSION}},
    "children": {"type": "bool", "default": False},
    "source": {"type": "str", "choices": ["auto", "recent", "history"], "default": "auto"},
    "order": {"type": "str", "choices": ["newest", "oldest"], "default": "newest"},
    "limit": {"type": "int"},
    "page_size": {"type": "int", "default": 500},
}
"""The options that ``Selection`` takes."""

DEFAULT_LIMIT = 1000
"""The default limit of a selection."""

_CAUSES = ("event_chain_ids", "parent_task_keys", "root_task_keys", "alarm", "scheduled_task")

_NEED_HISTORY = {"begin_time", "end_time", *_CAUSES}
"""Conditions that mean more than the recent tasks."""

_NARROWING = ("users", "description_ids", "activation_ids", "tags", *_CAUSES)
"""Conditions that are specific enough to cancel tasks."""


@dataclasses.dataclass(frozen=True)
class Selection:
    """The selected tasks: those in ``task_ids``, or all that match the other options.

    ``limit`` None takes as many as ``DEFAULT_LIMIT``, and warns if there are more.
    """

    task_ids: list[str] | None = None
    conditions: _filter.Conditions = dataclasses.field(default_factory=_filter.Conditions)
    entity: _entity.Entity | None = None
    recursion: str = "self"
    children: bool = False
    source: str = "auto"
    newest_first: bool = True
    limit: int | None = None
    page_size: int = 500

    @classmethod
    def from_params(cls, params: _context.Params) -> Selection:
        entity = entity_of(params)
        recursion = params["entity"]["recursion"] if entity else "self"
        if entity and recursion != "self" and not entity.is_one:
            raise _errors.VsphereError("entity.recursion requires a single object: also set moid, name, or path")
        for name, most in (("limit", None), ("page_size", _history.LARGEST_PAGE)):
            if params[name] is not None and (params[name] < 1 or (most and params[name] > most)):
                raise _errors.VsphereError(
                    f"{name} {params[name]} is out of range: set it to 1 {f'to {most}' if most else 'or more'}"
                )
        if params["source"] == "recent" and recursion != "self":
            raise _errors.VsphereError(
                "entity.recursion requires the history: omit source, or set it to auto or history"
            )
        return cls(
            task_ids=None if params["task_ids"] is None else _reader.check_ids("task_ids", params["task_ids"]),
            conditions=_filter.Conditions.from_params(params),
            entity=entity,
            recursion=recursion,
            children=params["children"],
            source=params["source"],
            newest_first=params["order"] == "newest",
            limit=params["limit"],
            page_size=params["page_size"],
        )

    @property
    def needs_history(self) -> list[str]:
        """The options that only the history can answer."""
        needs: list[str] = []
        if self.task_ids is None:
            needs = [name for name in _filter.FILTER_SPEC if name in self.conditions.given & _NEED_HISTORY]
            needs += ["children"] if self.children else []
        return needs + (["entity.recursion"] if self.recursion != "self" else [])

    @property
    def from_history(self) -> bool:
        return self.source == "history" or (self.source == "auto" and bool(self.needs_history))

    @property
    def is_plain_ids(self) -> bool:
        """Whether the selection consists only of IDs, which do not require a search."""
        return self.task_ids is not None and not (
            self.entity or self.conditions.given or self.children or self.from_history
        )

    def check_for_wait(self, on_timeout: str) -> None:
        """Refuse to wait for everything, and to do something about nearly everything at the time limit."""
        if self.task_ids is None and not (self.entity or self.conditions.given):
            raise _errors.VsphereError(
                "the tasks to wait for are missing: set task_ids, or options that select tasks, such as states or "
                "entity"
            )
        if on_timeout == "cancel":
            self.check_for_cancellation("on_timeout: cancel requires a more specific selection")

    def check_for_cancellation(self, why: str) -> None:
        """Reject a selection that a large part of all tasks matches."""
        narrowing = self.conditions.given & set(_NARROWING)
        if any(_is_wide(pattern) for pattern in self.conditions.description_ids or []):
            narrowing -= {"description_ids"}
        entity = self.entity
        has_object = entity and entity.is_one and not (entity.is_root and self.recursion != "self")
        if self.task_ids is None and not has_object and not narrowing:
            raise _errors.VsphereError(
                f"{why}: set task_ids, a single object (entity with moid, name, or path, but not everything below the "
                f"root folder), or one of {', '.join(_NARROWING)}; a type alone, a pattern such as VirtualMachine.*, "
                "a time, or a state matches too many tasks"
            )


def entity_of(params: _context.Params) -> _entity.Entity | None:
    """The object, or the type of objects, in the option ``entity``."""
    if params["entity"] is None:
        return None
    entity = _entity.Entity.from_params("entity", params["entity"])
    # As for the other options, what turns out to be empty must not select everything.
    if not (entity.is_one or entity.type):
        raise _errors.VsphereError("entity is empty: set type, and moid, name, or path, or omit the option")
    return entity


def _is_wide(pattern: str) -> bool:
    """Whether a pattern of description IDs matches any operation of a type, such as ``VirtualMachine.*``."""
    # An ID with more points belongs to an extension.
    type_, point, _operation = pattern.partition(".")
    types = [*_entity.TYPES, *([type_] if point else [])]
    return any(map(_filter.description_ids([pattern]).fullmatch, [f"{type_}.?" for type_ in types]))
