# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The context of work that does not run in a module."""

from __future__ import annotations

from ansible_collections.vsphere.tasks.plugins.module_utils._context import Context


def test_work_outside_of_a_module_makes_changes_and_drops_warnings() -> None:
    context = Context()
    assert not context.check_mode
    context.warn("nobody reads this")
    context.check_wanted()


def test_each_run_has_its_own_results() -> None:
    one, other = Context(), Context()
    one.known["changed"] = True
    one.done.append("CancelTask")
    assert (other.known, other.done) == ({}, [])
