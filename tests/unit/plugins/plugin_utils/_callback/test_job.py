# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job of a run, which its variables describe."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._job import Job


@pytest.mark.parametrize(
    ("variables", "label"),
    [
        (
            {"awx_job_id": 42, "awx_job_template_name": "Patch", "awx_user_name": "alice"},
            "Job 42 Patch (alice)",
        ),
        ({"tower_job_id": 42, "tower_job_template_name": "Patch", "tower_user_name": "bob"}, "Job 42 Patch (bob)"),
        ({"awx_job_id": "42", "awx_job_template_name": "Nightly"}, "Job 42 Nightly"),
        ({"awx_job_id": 42, "awx_user_name": "alice"}, "Job 42 (alice)"),
        ({"awx_job_id": 42, "awx_user_name": None}, "Job 42"),
    ],
)
def test_a_job_has_a_label_and_an_activation_id(variables: dict[str, t.Any], label: str) -> None:
    job = Job.from_variables({"other": 1, **variables})
    assert job is not None
    assert (job.label, job.activation_id) == (label, "awx-job-42")


@pytest.mark.parametrize("variables", [{}, {"awx_job_id": None}, {"awx_user_name": "alice"}])
def test_a_run_without_an_id_belongs_to_no_job(variables: dict[str, t.Any]) -> None:
    assert Job.from_variables(variables) is None
