# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job of AWX or Automation Controller that a run belongs to, by the variables that they set.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIXES = ("awx", "tower")
"""AWX sets each variable with both prefixes; later releases of Automation Controller only set the second one."""


class Job(t.NamedTuple):
    """A job, with the names of its template and of the user who launched it, or empty strings."""

    id: str
    template: str
    user: str

    @classmethod
    def from_variables(cls, variables: Mapping[str, t.Any]) -> Job | None:
        """The job of a run with these variables, or None if the run does not belong to a job."""
        names = ("job_id", "job_template_name", "user_name")
        for prefix in _PREFIXES:
            job = cls(*(str(variables.get(f"{prefix}_{name}") or "") for name in names))
            if job.id:
                return job
        return None

    @property
    def activation_id(self) -> str:
        """The activation ID of all tasks of the job."""
        return f"awx-job-{self.id}"

    @property
    def label(self) -> str:
        """The job as the beginning of a description."""
        return " ".join(filter(None, ("Job", self.id, self.template, self.user and f"({self.user})")))
