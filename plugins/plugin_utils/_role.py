# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the role ``wait_for_task``: from variables to arguments of ``vsphere_task_wait``.

``docs/decisions/role_options.md`` explains why the role does not pass them on itself.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import pathlib
import re
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.vsphere.tasks.plugins.module_utils import _lists
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import CONNECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError, nearest
from ansible_collections.vsphere.tasks.plugins.module_utils._tasks._selection import SELECTION_SPEC
from ansible_collections.vsphere.tasks.plugins.module_utils._wait._wait_options import TASK_WAIT_SPEC

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ROLE = pathlib.Path(__file__).resolve().parents[2] / "roles" / "wait_for_task"
_PREFIX = "wait_for_task_"
_RESULT = "wait_for_task_result"
# Options with a different name than that of the module.
_NAMES = {"task_ids": "ids", "progress_interval": "interval"}

_SPECS = {**CONNECTION_SPEC, **SELECTION_SPEC, **TASK_WAIT_SPEC}
OPTIONS = {f"{_PREFIX}{_NAMES.get(name, name)}": name for name in _SPECS}
"""The role's variables and the options of the module that they stand for."""


def is_of_role(task: t.Any) -> bool:
    """Whether it is a task that the role itself has, which no variable can make of another one."""
    return bool(task._role) and pathlib.Path(task._role.get_role_path()) == _ROLE


def role_options(variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]) -> dict[str, t.Any]:
    """The arguments that the variables give; one that is null or omitted counts as not given."""
    named = sorted(name for name in variables if re.match(rf"{_PREFIX}[^_]", name) and name != _RESULT)
    facts = [name for name in named if name in variables.get("ansible_facts", {})]
    if facts:
        raise VsphereError(
            f"{', '.join(facts)}: facts of the host cannot be options of the role, because a malicious host could use "
            "them to change its actions: remove the fact, and set a variable of the role instead"
        )
    unknown = [name for name in named if name not in OPTIONS]
    if unknown:
        raise VsphereError(
            "; ".join(f"{name} is not an option of the role{nearest(name, OPTIONS, _PREFIX)}" for name in unknown)
        )
    values = template({name: variables[name] for name in named})
    # Since ansible-core 2.19, which does not have such a variable, templating removes omitted values.
    if "omit" in variables:
        values = _without_omitted(values, variables["omit"])
    values = {name: value for name, value in values.items() if value is not None}
    spec = {name: _SPECS[OPTIONS[name]] for name in values}
    values = _lists.from_texts(spec, values)
    if "wait_for_task_ids" in values:
        values["wait_for_task_ids"] = _flat(values["wait_for_task_ids"])
    # Ansible's own validation rejects null for options with choices or a default.
    wrong = ArgumentSpecValidator(spec).validate(values).error_messages
    if wrong:
        raise VsphereError("; ".join(wrong))
    # The options with a default in the role belong to the module.
    defaults = {name: spec["default"] for name, spec in TASK_WAIT_SPEC.items()}
    return {**defaults, **{OPTIONS[name]: value for name, value in values.items()}}


def _without_omitted(value: t.Any, omit: object) -> t.Any:
    """The value without omitted parts."""
    if isinstance(value, dict):
        return {name: _without_omitted(part, omit) for name, part in value.items() if part != omit}
    return [_without_omitted(part, omit) for part in value if part != omit] if isinstance(value, list) else value


def _flat(ids: t.Any) -> list[t.Any]:
    """A single id, a list of them, or a list of lists, as a list."""
    return [each for part in ids for each in _flat(part)] if isinstance(ids, list) else [ids]
