# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The validation of options outside of modules.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible_collections.vsphere.tasks.plugins.module_utils import _lists
from ansible_collections.vsphere.tasks.plugins.module_utils._empty import drop_unusable, empty_parts
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vsphere.tasks.plugins.module_utils._context import Params, Spec


def validated(spec: Spec, options: Mapping[str, t.Any]) -> Params:
    """The options with their defaults, in the types of the spec. An error like that of a module for anything else."""
    given = _lists.from_texts(spec, dict(options))
    # Ansible's own validation stumbles at them.
    problems = drop_unusable(spec, given) + empty_parts(spec, given)
    if problems:
        raise VsphereError("; ".join(problems))
    result = ArgumentSpecValidator(spec).validate(given)
    params: Params = result.validated_parameters
    problems = [
        f"unsupported arguments: {error.msg}" if isinstance(error, UnsupportedError) else error.msg
        for error in result.errors
    ]
    # Texts can have become nested values.
    problems += drop_unusable(spec, params)
    if problems:
        raise VsphereError("; ".join(problems))
    return params
