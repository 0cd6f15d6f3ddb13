# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the roles: from variables to arguments of the module that a role runs.

``docs/decisions/role_options.md`` explains why the roles do not pass them on themselves.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import pathlib
import re
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _lists
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._empty import drop_unusable
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError, nearest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC
from ansible_collections.vsphere.tasks.plugins.plugin_utils import _validation

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Spec

_OF_ANSIBLE = ("inventory_hostname", "omit")
"""Variables of Ansible that facts can override, although they decide about options."""

_ROLES = pathlib.Path(__file__).resolve().parents[2] / "roles"


class Role:
    """A role, and its options for the connection and the selection.

    ``extra`` are further options of the module, whose defaults the role sets itself. ``own`` are options that only the
    role has. ``renamed`` are options of the module that have a different name in the role.
    """

    def __init__(
        self, name: str, extra: Spec | None = None, own: Spec | None = None, renamed: dict[str, str] | None = None
    ) -> None:
        self.name = name
        self.folder = _ROLES / name
        self.prefix = f"{name}_"
        self.extra = extra or {}
        self._own = {self.prefix + option: spec for option, spec in (own or {}).items()}
        self._specs = {**CONNECTION_SPEC, **SELECTION_SPEC, **self.extra}
        self.options = {self.prefix + (renamed or {}).get(option, option): option for option in self._specs}
        """The role's variables and the options of the module that they stand for."""

    def has(self, task: t.Any) -> bool:
        """Whether it is a task that the role itself has, which no variable can make of another one."""
        return bool(task._role) and pathlib.Path(task._role.get_role_path()) == self.folder

    def arguments(
        self, args: Mapping[str, t.Any], variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
    ) -> dict[str, t.Any]:
        """The arguments of the task, which include module_defaults, with those that the variables give instead.

        A variable that is null or omitted counts as not given.
        """
        self._check_names(variables)
        specs = {name: self._specs[option] for name, option in self.options.items()}
        values = self._given(specs, variables, template)
        for name in values:
            if self.options[name] == "task_ids":
                values[name] = _flat(values[name])
        # Ansible's own validation rejects null for options with choices or a default.
        _validation.validated({name: specs[name] for name in values}, values)
        # The options with a default in the role belong to the module.
        defaults = {option: spec["default"] for option, spec in self.extra.items()}
        given = {**defaults, **{self.options[name]: value for name, value in values.items()}}
        replaced = {alias for option in given for alias in self._specs[option].get("aliases", ())}
        return {**{option: value for option, value in args.items() if option not in replaced}, **given}

    def own_options(self, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]) -> dict[str, t.Any]:
        """The options that only the role has, with their defaults."""
        values = _validation.validated(self._own, self._given(self._own, variables, template))
        return {name[len(self.prefix) :]: value for name, value in values.items()}

    @staticmethod
    def _given(specs: Spec, variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]) -> dict[str, t.Any]:
        """The values of those variables that the user has set."""
        values = template({name: variables[name] for name in sorted(specs) if name in variables})
        # Since ansible-core 2.19, which does not have such a variable, templating removes omitted values.
        if "omit" in variables:
            values = _without_omitted(values, variables["omit"])
        values = {name: value for name, value in values.items() if value is not None}
        values = _lists.from_texts({name: specs[name] for name in values}, values)
        unusable = drop_unusable(specs, values)
        if unusable:
            raise VsphereError("; ".join(unusable))
        return values

    def _check_names(self, variables: Mapping[str, t.Any]) -> None:
        """Raise an error for a fact, or for a variable with the prefix of the options but another name."""
        named = sorted(name for name in variables if re.match(rf"{self.prefix}[^_]", name))
        named = [name for name in named if name != f"{self.prefix}result"]
        facts = [name for name in (*named, *_OF_ANSIBLE) if name in variables.get("ansible_facts", {})]
        if facts:
            raise VsphereError(
                f"{', '.join(facts)}: facts of the host cannot be options of the role, because a malicious host could "
                "use them to change its actions: remove the fact, and set a variable of the role instead"
            )
        unknown = [name for name in named if name not in self.options and name not in self._own]
        if unknown:
            raise VsphereError("; ".join(f"{name} is not an option of the role{self._like(name)}" for name in unknown))

    def _like(self, name: str) -> str:
        """The end of a sentence that suggests the role's name for an option of the module, or else similar names."""
        own_names = {self.prefix + option: own_name for own_name, option in self.options.items()}
        known = {*self.options, *self._own}
        return f"; did you mean {own_names[name]}?" if name in own_names else nearest(name, known, self.prefix)


WAIT_FOR_TASK = Role("wait_for_task", TASK_WAIT_SPEC, renamed={"task_ids": "ids", "progress_interval": "interval"})
TASK_REPORT = Role(
    "task_report",
    own={
        "path": {"type": "str", "required": True},
        "formats": {"type": "list", "elements": "str", "choices": ["html", "json", "csv"], "default": ["html"]},
        "title": {"type": "str", "default": "vSphere tasks"},
        "mode": {"type": "raw", "default": "0644"},
    },
)


def _without_omitted(value: t.Any, omit: object) -> t.Any:
    """The value without omitted parts."""
    if isinstance(value, dict):
        return {name: _without_omitted(part, omit) for name, part in value.items() if part != omit}
    return [_without_omitted(part, omit) for part in value if part != omit] if isinstance(value, list) else value


def _flat(ids: t.Any) -> list[t.Any]:
    """A single id, a list of them, or a list of lists, as a list."""
    return [each for part in ids for each in _flat(part)] if isinstance(ids, list) else [ids]
