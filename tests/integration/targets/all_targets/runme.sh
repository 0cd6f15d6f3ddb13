#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

# The tests of all targets in two runs of pytest. Each start of it costs several seconds, and at the end of each run,
# processes idle. These targets have a run for themselves, because they import a part of Ansible that only runs on the
# controller: in its presence, modules in the same process show their warnings as ansible-playbook does.
set -eu
controller=(action_plugins awx eda examples playbooks python39 secrets task_report vcenter_task wait_for_task)
cd "${ANSIBLE_COLLECTIONS_PATH%%:*}/ansible_collections/vsphere/tasks/tests/integration/targets"
# These start modules with a Python that lacks the package coverage.
if [ -n "${COVERAGE_CONF:-}" ]; then
    set -- "$@" --deselect=tests/integration/targets/{python39/,eda/test_rulebooks.py}
fi
status=0
setup_vcenter/pytest.sh "$@" "${controller[@]}" || status=$?
setup_vcenter/pytest.sh "$@" "${controller[@]/#/--ignore=}" . || status=$?
exit $status
